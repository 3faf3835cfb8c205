"""The TFLite graph: what a file takes and gives, and the same file cut short, turned into floats or resized.

Published MoveNet files decode their heads inside the graph, in 8-bit numbers, and report one person. The heads hold
more: cut there, they can be decoded in float and show everyone. Files that end in a custom operator (Coral's PoseNet)
run everywhere once it is cut off. The schema is TensorFlow Lite's own, as ai-edge-litert ships it.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Shaped

from tendu.codes import Scale
from tendu.errors import DataError, ModelError
from tendu.models.packing import packed

HALVES = 17
"""TensorType.INT4: two weights to a byte, the first in its lower half."""

SKELETON = "tendu skeleton"
"""The name under which a file says which keypoints its heads have, where these are not COCO's 17."""

HEADS = ("centre", "heatmap", "offset", "regression")
"""The order of a cut MoveNet's outputs."""

DTYPES = {0: np.float32, 1: np.float16, 2: np.int32, 3: np.uint8, 4: np.int64, 9: np.int8}
"""Types of the schema's TensorType that pose models use (tensorflow/lite/schema/schema.fbs)."""


class Graph:
    """A TFLite file, unpacked for reading; `cut`, `floated` and `resized` give new files and leave it as it is.

    Weights of 4 bits are read, and written, as the same numbers in 8: runtimes compute convolutions in 8 bits fast, and
    with 4-bit weights slowly or not at all.

    Args:
        model: the bytes of a .tflite file.

    Attributes:
        halved: whether the file had weights of 4 bits.

    Raises:
        ModelError: the bytes are no TFLite file, or it has not exactly one subgraph.
    """

    def __init__(self, model: bytes) -> None:
        if model[4:8] != b"TFL3":
            raise ModelError(
                "This is no TensorFlow Lite file: the mark TFL3 is missing. Give a .tflite file."
            )
        from ai_edge_litert import schema_py_generated as schema

        self._bytes = model
        self._schema: Any = schema
        self._model: Any = schema.ModelT.InitFromPackedBuf(model, 0)
        if len(self._model.subgraphs) != 1:
            raise ModelError(f"A pose model has one subgraph; this file has {len(self._model.subgraphs)}.")
        self._graph: Any = self._model.subgraphs[0]
        halves = [tensor for tensor in self._graph.tensors if tensor.type == HALVES]
        self.halved = bool(halves)
        for tensor in halves:
            self._whole_tensor(tensor)
        self._names = {value: key for key, value in vars(schema.BuiltinOperator).items()}

    def shape(self, tensor: int) -> tuple[int, ...]:
        """The sizes of a tensor, -1 where the file leaves one open."""
        entry = self._graph.tensors[tensor]
        sizes = entry.shapeSignature if entry.shapeSignature is not None else entry.shape
        return () if sizes is None else tuple(int(size) for size in sizes)

    def dtype(self, tensor: int) -> np.dtype[np.generic]:
        """The type of a tensor.

        Raises:
            ModelError: it is none that pose models use.
        """
        kind = self._graph.tensors[tensor].type
        if kind not in DTYPES:
            raise ModelError(f"A pose model has no tensor of TFLite's type {kind}. Give a pose model's file.")
        return np.dtype(DTYPES[kind])

    def name(self, tensor: int) -> str:
        """The name of a tensor as the file has it."""
        return (self._graph.tensors[tensor].name or b"").decode(errors="replace")

    def operator(self, operator: Any) -> str:
        """The name of an operator: "CONV_2D", or a custom operator's own name."""
        code = self._model.operatorCodes[operator.opcodeIndex]
        if code.customCode:
            return code.customCode.decode(errors="replace")
        return self._names[max(code.builtinCode, code.deprecatedBuiltinCode)]

    @property
    def inputs(self) -> list[int]:
        """The tensors that go in."""
        return [int(tensor) for tensor in self._graph.inputs]

    @property
    def outputs(self) -> list[int]:
        """The tensors that come out."""
        return [int(tensor) for tensor in self._graph.outputs]

    @property
    def operators(self) -> list[Any]:
        """What is computed, in order, as the schema has it."""
        return list(self._graph.operators)

    def constant(self, tensor: int) -> Shaped[np.ndarray, "*values"]:
        """The values of a tensor that the file holds, as they are stored.

        Raises:
            ModelError: the file holds none for it.
        """
        data = self._model.buffers[self._graph.tensors[tensor].buffer].data
        if data is None:
            raise ModelError(
                f"The tensor {self.name(tensor)!r} is computed: the file holds no values for it."
            )
        return np.frombuffer(bytes(data), self.dtype(tensor)).reshape(self.shape(tensor))

    def scale(self, tensor: int) -> Scale:
        """What the codes of a quantised map mean."""
        steps = self._graph.tensors[tensor].quantization
        return Scale(float(steps.scale[0]), int(steps.zeroPoint[0]))

    def heads(self) -> list[int] | None:
        """MoveNet's four head tensors in the order of `HEADS`, found by structure; None where the file has them not.

        In published files all are outputs of convolutions of shape [1, h, w, 1 | 17 | 34 | 34]. The regression chooses
        where the heatmap is searched, so an ARG_MAX follows from it; none follows from the offset. A file that ends in
        the heads names them; where codes become real numbers at its very end, the heads are the codes.
        """
        convolved = [int(op.outputs[0]) for op in self._graph.operators if self.operator(op) == "CONV_2D"]
        if len(self.outputs) == len(HEADS):
            named = [next((t for t in self.outputs if head in self.name(t)), None) for head in HEADS]
            return None if None in named else [self._coded(t) for t in named if t is not None]
        found: list[int] = []
        for channels in (1, 17):
            group = [t for t in convolved if len(self.shape(t)) == 4 and self.shape(t)[3] == channels]
            found += [t for t in group if "LOGISTIC" in self._next(t)]
        pairs = [t for t in convolved if len(self.shape(t)) == 4 and self.shape(t)[3] == 34]
        found += sorted(pairs, key=lambda t: "ARG_MAX" in self._reached(t))
        argmax = ["ARG_MAX" in self._reached(t) for t in found[2:]]
        return found if len(found) == len(HEADS) and argmax == [False, True] else None

    def note(self, name: str) -> bytes | None:
        """What a file says of itself under a name (TensorFlow Lite's metadata); None where it says nothing."""
        places = [one.buffer for one in self._model.metadata or () if one.name == name.encode()]
        held = [self._model.buffers[place].data for place in places if place < len(self._model.buffers)]
        return bytes(held[0]) if held and held[0] is not None else None

    def before(self, custom: str) -> list[int] | None:
        """The tensors that go into a custom operator; None where the file has none of that name."""
        for operator in self._graph.operators:
            if self.operator(operator) == custom:
                return [int(tensor) for tensor in operator.inputs]
        return None

    def cut(self, outputs: Sequence[int]) -> bytes:
        """The file that ends in the given tensors, with the operators they need and no others."""
        fresh = Graph(self._bytes)
        graph = fresh._graph
        graph.operators = fresh._needed(set(outputs))
        graph.outputs = np.asarray(outputs, np.int32)
        return fresh._pack()

    def floated(self) -> bytes:
        """The same weights with float activations: 8-bit weights become floats, quantising operators vanish.

        It costs more time where 8-bit arithmetic is faster, and loses none of what rounding the activations loses.
        """
        fresh = Graph(self._bytes)
        alias = fresh._drop({"QUANTIZE", "DEQUANTIZE"})
        for operator in fresh._graph.operators:
            operator.inputs = np.asarray([alias.get(int(t), int(t)) for t in operator.inputs], np.int32)
        fresh._graph.outputs = np.asarray([alias.get(t, t) for t in fresh.outputs], np.int32)
        for tensor in fresh._graph.tensors:
            fresh._float_tensor(tensor)
        return fresh._pack()

    def resized(self, side: int) -> bytes:
        """The same weights for a square picture of another side, px: all maps grow or shrink with it.

        What enlarges a map within the graph is told the new size by a constant, which changes too.

        Raises:
            DataError: a map would not have whole cells.
        """
        fresh = Graph(self._bytes)
        was = self.shape(self.inputs[0])[1]
        for tensor in {*self.inputs, *(int(t) for operator in self.operators for t in operator.outputs)}:
            one, *sides, channels = self.shape(tensor)
            if any(n * side % was for n in sides):
                raise DataError(f"This model's maps have no whole cells at {side} px. Give a multiple of 32.")
            entry = fresh._graph.tensors[tensor]
            entry.shape = np.asarray([one, *(n * side // was for n in sides), channels], np.int32)
            entry.shapeSignature = None
        for operator in fresh.operators:
            if self.operator(operator).startswith("RESIZE"):
                sides = np.asarray(fresh.shape(int(operator.outputs[0]))[1:3], np.int32)
                fresh._graph.tensors[int(operator.inputs[1])].buffer = fresh._held(sides)
        return fresh._pack()

    def _drop(self, kinds: set[str]) -> dict[int, int]:
        """Removes one-in one-out operators; returns which tensor now stands for their output."""
        alias: dict[int, int] = {}
        kept: list[Any] = []
        for operator in self._graph.operators:
            if self.operator(operator) in kinds:
                source = int(operator.inputs[0])
                alias[int(operator.outputs[0])] = alias.get(source, source)
            else:
                kept.append(operator)
        self._graph.operators = kept
        return alias

    def _whole_tensor(self, tensor: Any) -> None:
        """Gives a tensor of 4-bit weights a byte for each."""
        tensor.type = self._schema.TensorType.INT8
        data = self._model.buffers[tensor.buffer].data
        if data is not None:
            pairs = np.frombuffer(bytes(data), np.int8)
            # Shifted up and down again, the lower half has its sign.
            codes = np.stack([pairs << 4, pairs], axis=-1).reshape(-1)[: np.prod(tensor.shape)] >> 4
            tensor.buffer = self._held(codes)

    def _float_tensor(self, tensor: Any) -> None:
        steps = tensor.quantization
        if (
            steps is None
            or steps.scale is None
            or DTYPES.get(tensor.type) not in {np.int8, np.uint8, np.int32}
        ):
            return
        data = self._model.buffers[tensor.buffer].data
        if data is not None:
            values = np.frombuffer(bytes(data), DTYPES[tensor.type]).reshape(tensor.shape)
            spread = [1] * values.ndim
            if len(steps.scale) > 1:
                spread[steps.quantizedDimension] = len(steps.scale)
            floats = (values.astype(np.float64) - steps.zeroPoint.reshape(spread)) * steps.scale.reshape(
                spread
            )
            tensor.buffer = self._held(np.asarray(floats, np.float32))
        tensor.type = self._schema.TensorType.FLOAT32
        tensor.quantization = None

    def _held(self, values: Shaped[np.ndarray, "..."]) -> int:
        """The number of a new buffer with these values."""
        self._model.buffers.append(self._schema.BufferT())
        self._model.buffers[-1].data = np.frombuffer(values.tobytes(), np.uint8)
        return len(self._model.buffers) - 1

    def _needed(self, wanted: set[int]) -> list[Any]:
        """The operators that lead to the wanted tensors, in order."""
        kept: list[Any] = []
        for operator in reversed(self._graph.operators):
            if wanted & {int(t) for t in operator.outputs}:
                wanted |= {int(t) for t in operator.inputs}
                kept.append(operator)
        return kept[::-1]

    def _coded(self, tensor: int) -> int:
        """The codes that a tensor is made real of; itself where it is not."""
        made = (op for op in self._graph.operators if self.operator(op) == "DEQUANTIZE")
        return next((int(op.inputs[0]) for op in made if tensor in op.outputs), tensor)

    def _next(self, tensor: int) -> list[str]:
        """The operators that read a tensor."""
        return [self.operator(op) for op in self._graph.operators if tensor in op.inputs]

    def _reached(self, tensor: int) -> set[str]:
        """The operators that follow from a tensor, near or far."""
        reached, kinds = {tensor}, set[str]()
        for operator in self._graph.operators:
            if reached & {int(t) for t in operator.inputs}:
                reached |= {int(t) for t in operator.outputs}
                kinds.add(self.operator(operator))
        return kinds

    def _pack(self) -> bytes:
        self._empty_unused_buffers()
        ends = {*self.inputs, *self.outputs}
        named = self._model.signatureDefs or []
        # A signature that names inputs and outputs as they were no longer holds.
        self._model.signatureDefs = [
            one for one in named if {tie.tensorIndex for tie in (*one.inputs, *one.outputs)} == ends
        ]
        return packed(self._model)

    def _empty_unused_buffers(self) -> None:
        """Empties the buffers of tensors that no operator reads; what a file says of its keypoints stays."""
        used = {int(t) for op in self._graph.operators for t in op.inputs if t >= 0}
        kept = {self._graph.tensors[t].buffer for t in used}
        kept |= {one.buffer for one in self._model.metadata or () if one.name == SKELETON.encode()}
        for index, buffer in enumerate(self._model.buffers):
            if index not in kept:
                buffer.data = None
