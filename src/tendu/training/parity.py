"""Parity: how far apart a network and the files that were made of it are, on some pictures."""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

import numpy as np
import torch
from jaxtyping import UInt8

from tendu.models.movenet import HeadsDecoder
from tendu.models.opened import open_model
from tendu.runtimes.litert import LiteRT
from tendu.training.network import Network

NOTHING = -10.0
"""Logits below it count as it: a score of 0.00005 is nobody, and 8-bit files end there (`tendu.training.quantize.RANGES`)."""

SURE = 0.3
"""The score from which a point counts."""


@dataclass(frozen=True, eq=False)
class Sight:
    """What a network or a file says of some pictures.

    Attributes:
        heads: for each picture the four heads, float32 [1, rows, columns, channels], in logits and cells.
        side: of the pictures, px.
        milliseconds: the median time of a run.
    """

    heads: tuple[tuple[np.ndarray, ...], ...]
    side: int
    milliseconds: float


@dataclass(frozen=True)
class Parity:
    """How far apart two are.

    Attributes:
        logits: the largest difference of centre and heatmap, from `NOTHING` on.
        cells: the largest difference of offset and regression, in cells. They are read near points and centres alone, and
            differ most elsewhere: 8 bits end where a file's ranges do.
        points: the mean distance of points of which the first is sure, px of the input; not a number where it is sure of none.
        score: the mean difference of their scores, 0 to 1; likewise.
    """

    logits: float
    cells: float
    points: float
    score: float


def seen_by_network(network: Network, pictures: list[UInt8[np.ndarray, "s s 3"]]) -> Sight:
    """What a network, float32 and on the processor, says in PyTorch of one picture or more."""
    network.eval()

    def run(picture: np.ndarray) -> tuple[np.ndarray, ...]:
        with torch.no_grad():
            given = torch.from_numpy(picture).permute(2, 0, 1)[None].float()
            return tuple(head.permute(0, 2, 3, 1).numpy() for head in network(given))

    return _sight(run, pictures)


def seen_by_file(model: bytes, pictures: list[UInt8[np.ndarray, "s s 3"]], *, threads: int = 1) -> Sight:
    """What a .tflite file says of one picture or more in LiteRT, with so many threads."""
    runtime = LiteRT(open_model(model).content, threads=threads)
    try:
        return _sight(lambda picture: tuple(runtime.run(picture[None])), pictures)
    finally:
        runtime.close()


def parity(one: Sight, other: Sight) -> Parity:
    """How far apart two are, who looked at the same pictures; the points are those of which the first is sure."""
    decoder = HeadsDecoder()
    logits, cells = [0.0], [0.0]
    points, scores = list[float](), list[float]()
    for ours, theirs in zip(one.heads, other.heads, strict=True):
        away = [
            float(np.abs(np.maximum(a, low) - np.maximum(b, low)).max())
            for a, b, low in zip(ours, theirs, (NOTHING, NOTHING, -np.inf, -np.inf), strict=True)
        ]
        logits, cells = logits + away[:2], cells + away[2:]
        first, second = decoder(ours, people=1), decoder(theirs, people=1)
        sure = first.score[0] > SURE
        points += (np.linalg.norm(first.xy[0] - second.xy[0], axis=-1)[sure] * one.side).tolist()
        scores += np.abs(first.score[0] - second.score[0])[sure].tolist()
    means = (float(np.mean(points)), float(np.mean(scores))) if points else (np.nan, np.nan)
    return Parity(max(logits), max(cells), *means)


def _sight(
    run: Callable[[np.ndarray], tuple[np.ndarray, ...]], pictures: list[UInt8[np.ndarray, "s s 3"]]
) -> Sight:
    heads, times = list[tuple[np.ndarray, ...]](), list[float]()
    for picture in pictures:
        started = perf_counter()
        heads.append(run(picture))
        times.append(perf_counter() - started)
    return Sight(tuple(heads), len(pictures[0]), 1000 * float(np.median(times)))
