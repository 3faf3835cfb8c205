"""Exporting: a trained network as .tflite files, each with its card for the catalog."""

from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import UInt8

from tendu.metrics.platt import Platt
from tendu.models.card import ModelCard, card_text
from tendu.sinks.partial import PartialFile
from tendu.skeleton import COCO17
from tendu.skeletons import table_of
from tendu.training.network import Network
from tendu.training.quantize import quantized
from tendu.training.rounding import rounded
from tendu.training.tflite import written

Precision = Literal["float32", "float16", "int8", "int4"]
PRECISIONS: tuple[Precision, ...] = ("float32", "float16", "int8", "int4")

Settle = Callable[[Network, bytes, int], Network]
"""A rounded network, its file and the bits of its large layers to the same network settled on the file's steps."""


def file_of(
    network: Network,
    precision: Precision,
    pictures: list[UInt8[np.ndarray, "s s 3"]],
    *,
    settle: Settle | None = None,
    tell: Callable[[int, int], None] | None = None,
) -> bytes:
    """The .tflite file of a network.

    Args:
        network: it.
        precision: float32; float16 stores weights in half the bytes; int8 computes in 8-bit numbers; int4 does too, and
            stores the weights of large layers in half of int8's bytes.
        pictures: real ones, on which int8 and int4 round weights and see the ranges of their numbers; unused otherwise.
        settle: what int8 and int4 go through at last, see `tendu.training.settle.settled`.
        tell: told how many layers of int8 or int4 are rounded, of how many.
    """
    if precision in ("int8", "int4"):
        bits = 8 if precision == "int8" else 4
        made = rounded(network, pictures, bits=bits, tell=tell)
        model = quantized(written(made), pictures, bits=bits)
        if settle is None:
            return model
        return quantized(written(settle(made, model, bits)), pictures, bits=bits)
    return written(network, weights=precision)


def files_of(
    network: Network,
    precisions: Sequence[str],
    pictures: list[UInt8[np.ndarray, "s s 3"]],
    *,
    settle: Settle | None = None,
    tell: Callable[[int, int], None] | None = None,
) -> dict[Precision, bytes]:
    """The files of a network in several of `PRECISIONS`, in that order; for the rest see `file_of`."""
    wanted: list[Precision] = [one for one in PRECISIONS if one in precisions]
    return {one: file_of(network, one, pictures, settle=settle, tell=tell) for one in wanted}


def card_of(
    name: str,
    network: Network,
    precision: Precision,
    model: bytes,
    *,
    licence: str,
    source: str,
    note: str,
    platt: Platt | None = None,
) -> ModelCard:
    """The catalog's card of an exported file.

    Args:
        name: of the model.
        network: what the file was made of.
        precision: of the file.
        model: the file.
        licence: under which its makers offer it; data and starting weights have their say in that, so none is assumed.
        source: who made it, and of what.
        note: one sentence on what it is good for.
        platt: its calibration, where people were held out for one.
    """
    size = network.shape.size
    return ModelCard(
        name=name,
        title=f"{name} {precision}",
        decoder="movenet",
        file=f"{name}.tflite",
        size=(size, size),
        dtype="uint8",
        addresses=(),
        sha256=sha256(model).hexdigest(),
        bytes=len(model),
        licence=licence,
        source=source,
        people=1,
        stride=4,
        note=note,
        calibration=None if platt is None else (platt.slope, platt.shift),
        skeleton=None if network.shape.skeleton == COCO17 else table_of(network.shape.skeleton),
    )


def write_model(folder: Path, card: ModelCard, model: bytes, report: str) -> list[Path]:
    """Writes `<name>.tflite`, its card `<name>.json` and, for people, `<name>.md`; gives the paths.

    Raises:
        SinkError: one cannot be written.
    """
    contents = {
        card.file: model,
        f"{card.name}.json": card_text(card).encode(),
        f"{card.name}.md": report.encode(),
    }
    paths: list[Path] = []
    for name, content in contents.items():
        paths.append(folder / name)
        with PartialFile(paths[-1], overwrite=True).writing() as temporary:
            temporary.write_bytes(content)
    return paths
