"""Writing a network as a TensorFlow Lite file: the published graph's own operators, from a uint8 picture to four heads.

The network has five kinds of operators, so the file is written with the format's schema itself, as ai-edge-litert ships
it: nothing is converted, so nothing is lost or added on the way.
"""

import json
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from jaxtyping import Shaped

from tendu.models.graph import HEADS, SKELETON
from tendu.models.packing import noted, packed
from tendu.skeleton import COCO17
from tendu.skeletons import table_of
from tendu.training.convolution import Convolution
from tendu.training.network import TAPPED, Block, Network, Separable

Weights = Literal["float32", "float16"]

STEP = 1e-5
"""The least weight of a channel, over its bias."""

SIGNATURE = "serving_default"
INPUT = "picture"


def written(network: Network, *, weights: Weights = "float32") -> bytes:
    """The .tflite file of a network: uint8 (1, size, size, 3) in, float32 heads out, named by `HEADS`.

    Keypoints that are not COCO's 17 are named in it.

    Args:
        network: what is written.
        weights: how they are stored; computing is in float32 either way.
    """
    file = _File(weights)
    side = network.shape.size
    picture = file.tensor(INPUT, (1, side, side, 3), np.dtype(np.uint8))
    maps = file.cast(picture)
    maps = file.arithmetic("MUL", maps, file.constant("unit", np.float32(1 / 127.5)))
    maps = file.arithmetic("SUB", maps, file.constant("middle", np.float32(1)))
    maps = file.convolved(maps, network.stem, "stem")
    beside: list[int] = []
    for number, block in enumerate(network.blocks):
        assert isinstance(block, Block)
        maps = _block(file, maps, block, f"block{number}")
        if number in TAPPED:
            lateral = network.laterals[len(beside)]
            assert isinstance(lateral, Convolution)
            beside.append(file.convolved(maps, lateral, f"lateral{len(beside)}"))
    maps = file.convolved(file.convolved(maps, network.last, "last"), network.top, "top")
    for number, smooth in enumerate(network.smooth):
        assert isinstance(smooth, Separable)
        maps = file.arithmetic("ADD", file.doubled(maps), beside.pop())
        maps = _separable(file, maps, smooth, f"pyramid{number}")
    outputs: list[int] = []
    for name, head in zip(HEADS, network.heads, strict=True):
        inner = _separable(file, maps, head.inner, f"head_{name}")  # pyright: ignore[reportArgumentType]
        outputs.append(file.convolved(inner, head.out, name))  # pyright: ignore[reportArgumentType]
    model = file.packed(picture, outputs)
    skeleton = network.shape.skeleton
    if skeleton == COCO17:
        return model
    return noted(model, SKELETON, json.dumps(table_of(skeleton), ensure_ascii=False).encode())


def _block(file: "_File", maps: int, block: Block, name: str) -> int:
    inner = maps if block.expand is None else file.convolved(maps, block.expand, f"{name}/expand")
    inner = file.convolved(inner, block.depthwise, f"{name}/depthwise")
    inner = file.convolved(inner, block.project, f"{name}/project")
    return file.arithmetic("ADD", maps, inner) if block.added else inner


def _separable(file: "_File", maps: int, layer: Separable, name: str) -> int:
    return file.convolved(
        file.convolved(maps, layer.depthwise, f"{name}/depthwise"), layer.across, f"{name}/across"
    )


class _File:
    """A graph that grows operator by operator."""

    def __init__(self, weights: Weights) -> None:
        from ai_edge_litert import schema_py_generated as schema

        self._schema: Any = schema
        self._weights = np.dtype(weights)
        self._buffers: list[Any] = [schema.BufferT()]
        self._tensors: list[Any] = []
        self._operators: list[Any] = []
        self._codes: list[str] = []

    def tensor(self, name: str, shape: Sequence[int], dtype: np.dtype[Any], buffer: int = 0) -> int:
        """A new tensor's number."""
        made = self._schema.TensorT()
        made.name, made.shape, made.buffer = name, np.asarray(shape, np.int32), buffer
        made.type = getattr(self._schema.TensorType, dtype.name.upper())
        self._tensors.append(made)
        return len(self._tensors) - 1

    def constant(self, name: str, values: Shaped[np.ndarray, "..."] | np.generic) -> int:
        """A tensor that the file holds; float16 weights are made float32 by an operator, as TensorFlow Lite does."""
        array = np.asarray(values)
        half = array.dtype == np.float32 and array.ndim > 1 and self._weights == np.float16
        stored = array.astype(np.float16) if half else array
        buffer = self._schema.BufferT()
        buffer.data = np.frombuffer(np.ascontiguousarray(stored).tobytes(), np.uint8)
        self._buffers.append(buffer)
        made = self.tensor(name, array.shape, stored.dtype, len(self._buffers) - 1)
        return self._computed("DEQUANTIZE", [made], array.shape, None, name=f"{name}/float") if half else made

    def cast(self, given: int) -> int:
        """Integers as floats."""
        options = self._schema.CastOptionsT()
        options.inDataType, options.outDataType = self._tensors[given].type, self._schema.TensorType.FLOAT32
        return self._computed("CAST", [given], self._shape(given), options)

    def arithmetic(self, kind: Literal["ADD", "MUL", "SUB"], first: int, second: int) -> int:
        """Two tensors, cell by cell; the first has the result's shape."""
        return self._computed(
            kind, [first, second], self._shape(first), getattr(self._schema, f"{kind.title()}OptionsT")()
        )

    def doubled(self, given: int) -> int:
        """Maps at twice the size, as PyTorch's bilinear interpolation has them: half-pixel centres."""
        options = self._schema.ResizeBilinearOptionsT()
        options.halfPixelCenters, options.alignCorners = True, False
        one, rows, columns, channels = self._shape(given)
        size = self.constant(f"size{len(self._tensors)}", np.array([2 * rows, 2 * columns], np.int32))
        return self._computed(
            "RESIZE_BILINEAR", [given, size], (one, 2 * rows, 2 * columns, channels), options
        )

    def convolved(self, given: int, layer: Convolution, name: str) -> int:
        """A convolution with its activation."""
        schema = self._schema
        weight, bias = layer.weight.detach().numpy().copy(), layer.bias.detach().numpy()
        # Bias in 8-bit files counts steps of the weights: weights of nothing beside it would leave no step at all.
        least = STEP * np.abs(bias)
        shut = np.abs(weight).max(axis=(1, 2, 3)) < least
        weight[shut, 0, 0, 0] = least[shut]
        deep = layer.groups > 1
        options = schema.DepthwiseConv2DOptionsT() if deep else schema.Conv2DOptionsT()
        options.padding = schema.Padding.SAME
        options.strideH = options.strideW = layer.stride
        options.dilationHFactor = options.dilationWFactor = 1
        options.fusedActivationFunction = getattr(schema.ActivationFunctionType, layer.activation.upper())
        if deep:
            options.depthMultiplier = 1
        turned = weight.transpose((1, 2, 3, 0) if deep else (0, 2, 3, 1))
        inputs = [
            given,
            self.constant(f"{name}/weight", turned),
            self.constant(f"{name}/bias", bias),
        ]
        one, rows, columns, _ = self._shape(given)
        shape = (one, rows // layer.stride, columns // layer.stride, len(weight))
        return self._computed("DEPTHWISE_CONV_2D" if deep else "CONV_2D", inputs, shape, options, name=name)

    def packed(self, picture: int, outputs: list[int]) -> bytes:
        """The file."""
        schema = self._schema
        graph, model, signature = schema.SubGraphT(), schema.ModelT(), schema.SignatureDefT()
        graph.tensors, graph.operators, graph.name = self._tensors, self._operators, "main"
        graph.inputs, graph.outputs = np.asarray([picture], np.int32), np.asarray(outputs, np.int32)
        signature.signatureKey, signature.subgraphIndex = SIGNATURE, 0
        signature.inputs = [self._mapped(INPUT, picture)]
        signature.outputs = [self._mapped(name, tensor) for name, tensor in zip(HEADS, outputs, strict=True)]
        model.version, model.subgraphs, model.buffers = 3, [graph], self._buffers
        model.signatureDefs, model.description = [signature], "tendu"
        model.operatorCodes = [self._code(kind) for kind in self._codes]
        return packed(model)

    def _computed(
        self, kind: str, inputs: list[int], shape: Sequence[int], options: Any, *, name: str | None = None
    ) -> int:
        result = self.tensor(name or f"{kind.lower()}{len(self._tensors)}", shape, np.dtype(np.float32))
        operator = self._schema.OperatorT()
        if kind not in self._codes:
            self._codes.append(kind)
        operator.opcodeIndex = self._codes.index(kind)
        operator.inputs, operator.outputs = np.asarray(inputs, np.int32), np.asarray([result], np.int32)
        if options is not None:
            operator.builtinOptions = options
            operator.builtinOptionsType = getattr(
                self._schema.BuiltinOptions, type(options).__name__.removesuffix("T")
            )
        self._operators.append(operator)
        return result

    def _code(self, kind: str) -> Any:
        code = self._schema.OperatorCodeT()
        code.builtinCode = code.deprecatedBuiltinCode = getattr(self._schema.BuiltinOperator, kind)
        code.version = {"RESIZE_BILINEAR": 3, "DEQUANTIZE": 3}.get(kind, 1)  # half-pixel centres; float16
        return code

    def _mapped(self, name: str, tensor: int) -> Any:
        entry = self._schema.TensorMapT()
        entry.name, entry.tensorIndex = name, tensor
        return entry

    def _shape(self, tensor: int) -> tuple[int, ...]:
        return tuple(int(side) for side in self._tensors[tensor].shape)
