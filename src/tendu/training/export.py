"""Exporting: a trained network as .tflite files, how far they are from it, and a card beside each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from time import perf_counter
from typing import Literal

import numpy as np
import torch
from jaxtyping import UInt8

from tendu.metrics.calibration import Bin, Calibration
from tendu.metrics.platt import Platt
from tendu.models.card import ModelCard, card_text
from tendu.models.movenet import HeadsDecoder
from tendu.models.opened import open_model
from tendu.runtimes.litert import LiteRT
from tendu.sinks.partial import PartialFile
from tendu.training.chances import Chances
from tendu.training.judge import Figure
from tendu.training.network import Network
from tendu.training.quantize import quantized
from tendu.training.rounding import rounded
from tendu.training.tflite import written

Precision = Literal["float32", "float16", "int8", "int4"]
PRECISIONS: tuple[Precision, ...] = ("float32", "float16", "int8", "int4")

TENTHS = range(10)
"""The bins of a reliability table."""


@dataclass(frozen=True)
class Parity:
    """How far a file is from the network that it was made of, on some pictures.

    Attributes:
        heads: the largest difference of any head, in logits and cells.
        points: the mean distance of points that the network is confident of, px of the input.
        score: the mean difference of their scores, 0 to 1.
        milliseconds: the median time of one run.
        size: bytes.
    """

    heads: float
    points: float
    score: float
    milliseconds: float
    size: int


Settle = Callable[[Network, bytes, int], Network]
"""A rounded network, its file and the bits of its large layers to the same network settled on the file's steps."""


def file_of(
    network: Network,
    precision: Precision,
    pictures: list[UInt8[np.ndarray, "s s 3"]],
    *,
    settle: Settle | None = None,
) -> bytes:
    """The .tflite file of a network.

    Args:
        network: it.
        precision: float32; float16 stores weights in half the bytes; int8 computes in 8-bit numbers; int4 does too, and
            stores the weights of large layers in half of int8's bytes.
        pictures: real ones, on which int8 and int4 round weights and see the ranges of their numbers; unused otherwise.
        settle: what int8 and int4 go through at last, see `tendu.training.settle.settled`.
    """
    if precision in ("int8", "int4"):
        bits = 8 if precision == "int8" else 4
        made = rounded(network, pictures, bits=bits)
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
) -> dict[Precision, bytes]:
    """The files of a network in several of `PRECISIONS`, in that order; for the rest see `file_of`."""
    wanted: list[Precision] = [one for one in PRECISIONS if one in precisions]
    return {one: file_of(network, one, pictures, settle=settle) for one in wanted}


def parity(
    network: Network, model: bytes, pictures: list[UInt8[np.ndarray, "s s 3"]], *, threads: int = 1
) -> Parity:
    """How far a file is from its network.

    Args:
        network: in PyTorch, float32.
        model: the file.
        pictures: what both look at.
        threads: for the file.
    """
    runtime, decoder = LiteRT(open_model(model).content, threads=threads), HeadsDecoder()
    heads, points, scores, times = [0.0], [0.0], [0.0], list[float]()
    network.eval()
    for picture in pictures:
        with torch.no_grad():
            given = torch.from_numpy(picture).permute(2, 0, 1)[None].float()
            wanted = tuple(head.permute(0, 2, 3, 1).numpy() for head in network(given))
        started = perf_counter()
        found = runtime.run(picture[None])
        times.append(perf_counter() - started)
        heads += [float(np.abs(a - b).max()) for a, b in zip(wanted, found, strict=True)]
        one, other = decoder(wanted, people=1), decoder(found, people=1)
        sure = one.score[0] > 0.3
        away = np.linalg.norm(one.xy[0] - other.xy[0], axis=-1)[sure] * network.shape.size
        points += away.tolist()
        scores += np.abs(one.score[0] - other.score[0])[sure].tolist()
    runtime.close()
    count = max(len(points) - 1, 1)
    milliseconds = 1000 * float(np.median(times))
    return Parity(max(heads), sum(points) / count, sum(scores) / count, milliseconds, len(model))


def card_of(
    name: str,
    network: Network,
    precision: Precision,
    model: bytes,
    *,
    source: str,
    note: str,
    platt: Platt | None = None,
) -> ModelCard:
    """The catalog's card of an exported file."""
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
        licence="Apache-2.0",
        source=source,
        people=1,
        stride=4,
        note=note,
        calibration=None if platt is None else (platt.slope, platt.shift),
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


def report_of(
    card: ModelCard, found: Parity, figures: list[Figure], *, chances: Chances | None = None, about: str = ""
) -> str:
    """The card for people, in Markdown: what was measured of the file, then what its makers say of it."""
    side = card.size[0] if card.size else 0
    text = f"""# {card.title}

{card.note}

- file: `{card.file}`, {found.size:,} bytes, sha256 `{card.sha256}`
- input: uint8 [1, {side}, {side}, 3], RGB
- outputs: heads centre, heatmap, offset, regression, float32; logits and cells, y before x
- licence: {card.licence}; source: {card.source}
- against PyTorch in float32: points {found.points:.3f} px of the input apart on average, scores {found.score:.4f}
- one run: {found.milliseconds:.2f} ms (LiteRT, one thread, median)
"""
    lines = [text]
    if figures:
        lines += ["| data | photos | protocol | look | AP |", "|---|---|---|---|---|"]
        lines += [f"| {f.data} | {f.photos} | {f.protocol} | {f.look} | {f.ap:.1f} |" for f in figures]
    parts = ["\n".join(lines), "" if chances is None else reliability(chances), about]
    return "\n\n".join(part.strip() for part in parts if part) + "\n"


def reliability(chances: Chances) -> str:
    """The calibration in Markdown: the numbers, and the curve before and after in ten bins."""
    platt, before, after = chances.platt, chances.before, chances.after
    text = f"""## How sure it is

Confidence is the chance that a pose is right (OKS at least 0.5): 1 / (1 + exp(-({platt.slope:.3f} · logit(c) {platt.shift:+.3f}))) of the
network's own confidence c, fitted to {chances.guesses} looks at people whom training held out (Platt scaling). On these very looks the
expected calibration error was {before.error:.3f} and is {after.error:.3f}. Looks, of which so many are right, by confidence:

| confidence | before: looks | confidence | right | after: looks | confidence | right |
|---|---|---|---|---|---|---|
"""
    bins = len(TENTHS)
    return text + "\n".join(
        f"| {low / bins:.1f} to {(low + 1) / bins:.1f} | {_cells(before, low)} | {_cells(after, low)} |"
        for low in TENTHS
    )


def _cells(curve: Calibration, tenth: int) -> str:
    held: Bin | None = next((each for each in curve.bins if round(each.low * len(TENTHS)) == tenth), None)
    return "0 | – | –" if held is None else f"{held.count} | {held.confidence:.2f} | {held.right:.2f}"
