"""Quantising a float .tflite file: weights in steps per channel and 8-bit activations, their ranges seen on real crops."""

import warnings
from contextlib import redirect_stderr
from io import StringIO
from math import prod
from typing import Any

import numpy as np
from jaxtyping import UInt8

from tendu.extras import require
from tendu.models.graph import SKELETON, Graph
from tendu.models.packing import noted, packed
from tendu.training.augment import draw
from tendu.training.data import Crops
from tendu.training.plan import CELL, planned
from tendu.training.rounding import LARGE
from tendu.training.tflite import INPUT, SIGNATURE

CALIBRATION = 180
"""Pictures on which ranges are seen."""


def calibration_pictures(
    several: list[Crops], *, size: int, count: int, seed: int = 0
) -> list[UInt8[np.ndarray, "s s 3"]]:
    """Pictures as training draws them, unworsened: the sets in turn, crops by chance."""
    rng = np.random.default_rng(seed)
    found: list[UInt8[np.ndarray, "s s 3"]] = []
    for turn in range(count):
        crops = several[turn % len(several)]
        plan = planned(crops, int(rng.integers(len(crops))), rng, size=size, small=0.2, trust=0.0)
        found.append(draw(crops, plan, size=size).clean)
    return found


RANGES = {"centre": (-10.0, 4.0), "heatmap": (-10.0, 4.0), "offset": (-4.0, 5.0)}
"""What heads keep in 8 bits. Their logits run from -60 to 5, and 256 steps over that would be too coarse where it matters:
below -10 (a score of 0.00005) nothing is there. An offset is read within three cells of its point. What calibration
sees is no measure: it smooths the highest values away, and peaks would be cut flat."""

REACH = 0.75
"""The farthest regression that 8 bits hold, in sides of the heads."""


def quantized(model: bytes, pictures: list[UInt8[np.ndarray, "s s 3"]], *, bits: int = 8) -> bytes:
    """The file with 8-bit weights and activations; its input is uint8, its heads float32.

    Args:
        model: a float32 file that `tendu.training.tflite.written` made.
        pictures: the first `CALIBRATION` are looked at to see each tensor's range.
        bits: of the weights of large layers, 8 or 4.

    Raises:
        MissingExtraError: ai-edge-quantizer is not installed.
    """
    library: Any = require("ai_edge_quantizer", extra="train", purpose="Quantising a model")
    recipes: Any = require("ai_edge_quantizer.recipe", extra="train", purpose="Quantising a model")
    wanted: list[dict[str, Any]] = recipes.static_wi8_ai8()
    if bits != 8:
        weights = {**wanted[0]["op_config"]["weight_tensor_config"], "num_bits": bits}
        few = {**wanted[0]["op_config"], "weight_tensor_config": weights}
        # The quantiser calls an operator by its outputs' names, each with a semicolon after it.
        wanted += [
            {**wanted[0], "regex": f"^{name};?$", "operation": "CONV_2D", "op_config": few}
            for name in _large(model)
        ]
    quantizer = library.quantizer.Quantizer(bytearray(model), wanted)
    given = {SIGNATURE: [{INPUT: picture[None]} for picture in pictures[:CALIBRATION]]}
    # Its progress bars, which cannot be switched off, go to whatever standard error is (tqdm).
    with warnings.catch_warnings(), redirect_stderr(StringIO()):
        # It keeps all tensors, which is its job, and LiteRT warns of the memory that takes.
        warnings.simplefilter("ignore", UserWarning)
        seen = quantizer.calibrate(given, num_threads=1)
        far = REACH * len(pictures[0]) / CELL
        for head, (low, high) in {**RANGES, "regression": (-far, far)}.items():
            ends = {"min": np.full_like(seen[head]["min"], low), "max": np.full_like(seen[head]["max"], high)}
            seen[head] = {**seen[head], **ends}
        made = bytes(quantizer.quantize(seen, enable_progress_report=False).quantized_model)
    note = Graph(model).note(SKELETON)
    return finished(made) if note is None else noted(finished(made), SKELETON, note)


def _large(model: bytes) -> list[str]:
    """The names of the operators over channels with many weights."""
    graph = Graph(model)
    convolved = [one for one in graph.operators if graph.operator(one) == "CONV_2D"]
    return [
        graph.name(int(one.outputs[0])) for one in convolved if prod(graph.shape(int(one.inputs[1]))) >= LARGE
    ]


def finished(model: bytes) -> bytes:
    """The quantiser's file as every runtime takes it: its heads real numbers at last, the weights inside its tables.

    LiteRT.js knows no tensors of int8 outside a model, so the codes of heads become float32 in the file's last operators;
    tendu itself ends before these. The quantiser puts large weights behind the tables, and names the operators that it
    adds in the newer of two fields alone: OpenVINO needs them within, and both. A finished file stays as it is.
    """
    from ai_edge_litert import schema_py_generated as schema

    tables: Any = schema.ModelT.InitFromPackedBuf(model, 0)
    for buffer in tables.buffers:
        if buffer.offset > 1:
            buffer.data = np.frombuffer(model, np.uint8, buffer.size, buffer.offset)
            buffer.offset = buffer.size = 0
    _end_in_floats(tables, schema)
    for code in tables.operatorCodes:
        code.deprecatedBuiltinCode = code.builtinCode  # all of ours are below 127, where both are the same
    return packed(tables)


def _end_in_floats(tables: Any, schema: Any) -> None:
    """Adds what makes int8 outputs float32; they keep their names, and the codes get new ones."""
    graph = tables.subgraphs[0]
    coded = [int(t) for t in graph.outputs if graph.tensors[t].type == schema.TensorType.INT8]
    if not coded:
        return
    kind = schema.OperatorCodeT()
    kind.builtinCode, kind.version = schema.BuiltinOperator.DEQUANTIZE, 2  # from int8
    tables.operatorCodes.append(kind)
    instead = {codes: len(graph.tensors) + place for place, codes in enumerate(coded)}
    for codes, made in instead.items():
        held, real, operator = graph.tensors[codes], schema.TensorT(), schema.OperatorT()
        real.name, real.shape, real.type = held.name, held.shape, schema.TensorType.FLOAT32
        held.name += b"/codes"
        operator.opcodeIndex = len(tables.operatorCodes) - 1
        operator.inputs, operator.outputs = np.array([codes], np.int32), np.array([made], np.int32)
        graph.tensors.append(real)
        graph.operators.append(operator)
    graph.outputs = np.array([instead.get(int(t), t) for t in graph.outputs], np.int32)
    for named in tables.signatureDefs[0].outputs:
        named.tensorIndex = instead.get(named.tensorIndex, named.tensorIndex)
