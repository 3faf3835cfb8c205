"""TensorFlow.js graph models: MoveNet's weights as its makers publish them for browsers, in 16-bit floats.

A graph model is a .json file with the graph and the list of its weights, whose bytes lie in .bin files beside it
(tfjs, docs "Importing a TensorFlow GraphDef"; tfjs-core, src/io/types.ts). The weights of convolutions have batch norm
folded in, as those of a .tflite file have.
"""

import json
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32, Shaped

from tendu.errors import ModelError

Layer = tuple[Float32[np.ndarray, "o i k k"], Float32[np.ndarray, "o"]]
"""The (weight, bias) of a convolution, as PyTorch has them."""

_CONVOLUTIONS = {"Conv2D", "_FusedConv2D", "DepthwiseConv2dNative", "FusedDepthwiseConv2dNative"}

_HEADS = ("center_0", "kpt_heatmap_0", "kpt_offset_0", "kpt_regress_0")
"""What the published graph calls its heads, in the order of `tendu.training.network.Shape.maps`."""


def graph_model(path: Path) -> tuple[int, list[Layer]]:
    """The side of a MoveNet graph model's input, px, and its convolutions in the order of `Network.convolutions`.

    Args:
        path: the .json file.

    Raises:
        ModelError: a file is missing or damaged, or the graph is no MoveNet.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        constants = _constants(path, content["weightsManifest"])
        nodes: list[dict[str, Any]] = content["modelTopology"]["node"]
        (given,) = content["signature"]["inputs"].values()
        side = int(given["tensorShape"]["dim"][1]["size"])
    except OSError as error:
        raise ModelError(f"Cannot read {error.filename or path}: {error.strerror or error}.") from error
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise ModelError(
            f"{path.name} is no TensorFlow.js graph model: {error!r}. Give a MoveNet SinglePose file."
        ) from error
    layers: dict[str, list[Layer]] = {part: [] for part in ("trunk", "pyramid", *_HEADS)}
    for node in nodes:
        if node["op"] in _CONVOLUTIONS:
            part = next((head for head in _HEADS if f"/{head}/" in node["name"]), None)
            # The pyramid's branches beside the trunk are plain convolutions; what comes after it is separable.
            separable = "separable" in " ".join(node["input"])
            layers[part or ("pyramid" if separable else "trunk")].append(_layer(node, constants))
    if not all(layers.values()):
        raise ModelError(
            f"{path.name} is no MoveNet: its heads are not there. Give a MoveNet SinglePose file."
        )
    return side, [layer for part in layers.values() for layer in part]


def _layer(node: dict[str, Any], constants: dict[str, Shaped[np.ndarray, "..."]]) -> Layer:
    weight, *bias = (constants[name] for name in node["input"] if name in constants)
    turn = (2, 3, 0, 1) if "epthwise" in node["op"] else (3, 2, 0, 1)
    turned = np.ascontiguousarray(weight.transpose(turn))
    return turned, bias[0] if bias else np.zeros(len(turned), np.float32)


def _constants(path: Path, manifest: list[dict[str, Any]]) -> dict[str, Shaped[np.ndarray, "..."]]:
    """All weights by name, floats as float32."""
    found: dict[str, Shaped[np.ndarray, "..."]] = {}
    for group in manifest:
        content = b"".join((path.parent / name).read_bytes() for name in group["paths"])
        begin = 0
        for weight in group["weights"]:
            stored = np.dtype(weight.get("quantization", {}).get("dtype", weight["dtype"]))
            count = prod(weight["shape"])
            array = np.frombuffer(content, stored, count, begin).reshape(weight["shape"])
            begin += count * stored.itemsize
            found[weight["name"]] = array.astype(weight["dtype"])
    return found
