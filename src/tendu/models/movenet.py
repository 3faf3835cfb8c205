"""What MoveNet's numbers mean: the four heads, the published single-pose output, the published multi-pose output.

MoveNet is CenterNet (Zhou et al., "Objects as Points", arXiv 1904.07850) on a MobileNetV2 trunk: a map of person
centres, a map per keypoint, a regression from each centre to its 17 points, and the offset of each point inside its
cell. The published files decode them inside the graph; the arithmetic here is theirs, in float, with three changes that
were measured (see `Reading`).
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from jaxtyping import Float32, Float64, Int64, Shaped

from tendu.errors import DataError
from tendu.models.seen import Seen
from tendu.skeleton import COCO17


@dataclass(frozen=True)
class Reading:
    """How heads are read.

    Attributes:
        centre_bias: cells; a centre counts as 1 / (distance to the middle + bias), only where one person is wanted.
        guess_bias: cells; a heatmap counts as 1 / (distance to the regressed guess + bias). The published graph has
            1.8 for both.
        reach: a point is the mean over the (2 reach + 1)² cells around its peak, weighted by heatmap squared.
            The published graph reads the peak alone, reach 0.
        confident: a person's confidence is the geometric mean of the centre's score and the mean of the keypoint
            scores above this.
        least_centre: the least centre score of a person where several are wanted.
    """

    centre_bias: float = 1.8
    guess_bias: float = 3.0
    reach: int = 2
    confident: float = 0.2
    least_centre: float = 0.15


PUBLISHED = Reading(guess_bias=1.8, reach=0, confident=0.0)
"""The published graph's own constants, in float."""


@dataclass(frozen=True, eq=False)
class Heads:
    """MoveNet's maps for one window, h × w cells, x before y; the numbers count cells.

    Attributes:
        centre: (h, w), how much a cell is a person's centre, 0 to 1.
        heatmap: (17, h, w), how much a cell holds a keypoint, 0 to 1.
        offset: (h, w, 17, 2), from a cell's corner to the keypoint in it.
        regression: (h, w, 17, 2), from a centre's cell to each of its keypoints.
    """

    centre: Float32[np.ndarray, "h w"]
    heatmap: Float32[np.ndarray, "17 h w"]
    offset: Float32[np.ndarray, "h w 17 2"]
    regression: Float32[np.ndarray, "h w 17 2"]

    @classmethod
    def of(cls, outputs: tuple[Shaped[np.ndarray, "..."], ...]) -> "Heads":
        """The heads of a cut file's four outputs, which are logits and have y before x.

        Raises:
            DataError: the outputs are not four maps of 1, 17, 34 and 34 channels.
        """
        shapes = [output.shape for output in outputs]
        if [shape[-1:] for shape in shapes] != [(1,), (17,), (34,), (34,)] or len(
            {s[:-1] for s in shapes}
        ) != 1:
            raise DataError(
                f"MoveNet's heads are maps of 1, 17, 34 and 34 channels; the model gave {shapes}."
            )
        centre, heatmap, offset, regression = outputs
        rows, columns = centre.shape[1:3]
        return cls(
            sigmoid(centre[0, :, :, 0]),
            sigmoid(np.ascontiguousarray(heatmap[0].transpose(2, 0, 1))),
            offset[0].reshape(rows, columns, 17, 2)[..., ::-1],
            regression[0].reshape(rows, columns, 17, 2)[..., ::-1],
        )

    def flipped(self) -> "Heads":
        """The heads of the window flipped left to right, with sides exchanged.

        A keypoint at offset o in its cell lies at 1 - o in the flipped cell.
        """
        turn = np.array([-1, 1], np.float32)
        offset = self.offset[:, ::-1][:, :, COCO17.flip] * turn + np.array([1, 0], np.float32)
        regression = self.regression[:, ::-1][:, :, COCO17.flip] * turn + np.array([1, 0], np.float32)
        return Heads(self.centre[:, ::-1], self.heatmap[COCO17.flip][:, :, ::-1], offset, regression)

    def mean(self, other: "Heads") -> "Heads":
        """The mean of two readings of one window."""
        return Heads(
            (self.centre + other.centre) / 2,
            (self.heatmap + other.heatmap) / 2,
            (self.offset + other.offset) / 2,
            (self.regression + other.regression) / 2,
        )


@dataclass(frozen=True)
class HeadsDecoder:
    """Reads people from the four heads of a cut MoveNet, in float: one person, or everyone whose centre shows."""

    reading: Reading = Reading()

    def __call__(
        self,
        outputs: tuple[Shaped[np.ndarray, "..."], ...],
        *,
        people: int,
        mirrored: tuple[Shaped[np.ndarray, "..."], ...] | None = None,
    ) -> Seen:
        """At most `people` people, the most confident first; exactly one where one is wanted."""
        heads = Heads.of(outputs)
        if mirrored is not None:
            heads = heads.mean(Heads.of(mirrored).flipped())
        cells = middle_centre(heads, self.reading) if people == 1 else centres(heads, self.reading, people)
        return read(heads, cells, self.reading)


@dataclass(frozen=True)
class SinglePoseDecoder:
    """Reads the published output [1, 1, 17, 3] (y, x, score), bit for bit what the file says."""

    def __call__(
        self,
        outputs: tuple[Shaped[np.ndarray, "..."], ...],
        *,
        people: int,
        mirrored: tuple[Shaped[np.ndarray, "..."], ...] | None = None,
    ) -> Seen:
        """The one person the file reports.

        Raises:
            DataError: more than one person or a mirrored look is asked for, which the published output cannot give.
        """
        if people != 1 or mirrored is not None:
            raise DataError('The published output has one person and no heads: use decode="float" for more.')
        points = outputs[0].reshape(1, 17, 3).astype(np.float32)
        score = points[:, :, 2]
        return Seen(points[:, :, 1::-1].copy(), score, confidence(score, 0.2))


@dataclass(frozen=True)
class MultiPoseDecoder:
    """Reads MoveNet MultiPose's output [1, 6, 56]: 17 × (y, x, score), the box as y, x, y, x, the person's score."""

    def __call__(
        self,
        outputs: tuple[Shaped[np.ndarray, "..."], ...],
        *,
        people: int,
        mirrored: tuple[Shaped[np.ndarray, "..."], ...] | None = None,
    ) -> Seen:
        """At most `people` of the six rows, the most confident first.

        Raises:
            DataError: a mirrored look is asked for, which this output cannot give.
        """
        if mirrored is not None:
            raise DataError("MoveNet MultiPose gives no heads to average: use another look than mirrored.")
        rows = outputs[0].reshape(-1, 56).astype(np.float32)
        rows = rows[np.argsort(-rows[:, 55], kind="stable")[:people]]
        points = rows[:, :51].reshape(-1, 17, 3)
        return Seen(points[:, :, 1::-1].copy(), points[:, :, 2], rows[:, 55])


def middle_centre(heads: Heads, reading: Reading) -> Int64[np.ndarray, "1 2"]:
    """The cell (x, y) of the person nearest to the middle of the window."""
    weight = heads.centre / (_from_middle(*heads.centre.shape) + reading.centre_bias)
    y, x = np.unravel_index(int(weight.argmax()), weight.shape)
    return np.array([[x, y]], np.int64)


@cache
def _from_middle(rows: int, columns: int) -> Float64[np.ndarray, "rows columns"]:
    """How far each cell is from the middle cell, in cells."""
    return np.hypot(np.arange(rows)[:, None] - rows / 2, np.arange(columns)[None] - columns / 2)


def centres(heads: Heads, reading: Reading, people: int) -> Int64[np.ndarray, "n 2"]:
    """The cells (x, y) of all people: peaks of the centre map among their eight neighbours, the highest first."""
    padded = np.pad(heads.centre, 1)
    around = np.lib.stride_tricks.sliding_window_view(padded, (3, 3)).max(axis=(2, 3))
    y, x = np.nonzero((heads.centre >= around) & (heads.centre >= reading.least_centre))
    order = np.argsort(-heads.centre[y, x], kind="stable")[:people]
    return np.stack([x[order], y[order]], axis=1).astype(np.int64)


def read(heads: Heads, cells: Int64[np.ndarray, "n 2"], reading: Reading) -> Seen:
    """The people whose centres lie in the given cells."""
    rows, columns = heads.centre.shape
    if len(cells) == 0:
        return Seen(np.zeros((0, 17, 2), np.float32), np.zeros((0, 17), np.float32), np.zeros(0, np.float32))
    guess = heads.regression[cells[:, 1], cells[:, 0]] + cells[:, None]
    across = np.square(np.arange(columns, dtype=np.float32) - guess[..., :1])
    down = np.square(np.arange(rows, dtype=np.float32) - guess[..., 1:])
    distance = np.sqrt(down[..., :, None] + across[..., None, :])
    weight = heads.heatmap / (distance + np.float32(reading.guess_bias))
    peak = weight.reshape(len(cells), 17, -1).argmax(axis=-1)
    y, x = np.divmod(peak, columns)
    point = np.arange(17)[None]
    score = heads.heatmap[point, y, x]
    xy = _around_peak(heads, x, y, reading.reach) / np.array([columns, rows], np.float32)
    centre = heads.centre[cells[:, 1], cells[:, 0]]
    return _ranked(Seen(xy.astype(np.float32), score, np.sqrt(centre * confidence(score, reading.confident))))


def _around_peak(
    heads: Heads, x: Int64[np.ndarray, "n 17"], y: Int64[np.ndarray, "n 17"], reach: int
) -> Float32[np.ndarray, "n 17 2"]:
    """Cell + offset, averaged over the cells around each peak, weighted by heatmap squared."""
    rows, columns = heads.centre.shape
    down, across = _neighbours(reach)
    ys, xs = y[..., None] + down, x[..., None] + across
    inside = (ys >= 0) & (ys < rows) & (xs >= 0) & (xs < columns)
    ys, xs = np.clip(ys, 0, rows - 1), np.clip(xs, 0, columns - 1)
    point = np.arange(17)[None, :, None]
    weight = np.square(heads.heatmap[point, ys, xs]) * inside + np.float32(1e-12)
    places = heads.offset[ys, xs, point] + np.stack([xs, ys], axis=-1)
    return ((places * weight[..., None]).sum(axis=2) / weight.sum(axis=2)[..., None]).astype(np.float32)


@cache
def _neighbours(reach: int) -> tuple[Int64[np.ndarray, "cells"], Int64[np.ndarray, "cells"]]:
    """Steps down and across to every cell at most `reach` away, the cell itself included."""
    side = 2 * reach + 1
    return np.repeat(np.arange(side), side) - reach, np.tile(np.arange(side), side) - reach


def confidence(score: Float32[np.ndarray, "n k"], confident: float) -> Float32[np.ndarray, "n"]:
    """How sure the points are: the mean of the scores above `confident`, or else the highest score."""
    counted = score > confident
    total = (score * counted).sum(axis=1) / np.maximum(counted.sum(axis=1), 1)
    return np.where(counted.any(axis=1), total, score.max(axis=1)).astype(np.float32)


def _ranked(seen: Seen) -> Seen:
    order = np.argsort(-seen.confidence, kind="stable")
    return Seen(seen.xy[order], seen.score[order], seen.confidence[order])


def sigmoid(logits: Float32[np.ndarray, "*map"]) -> Float32[np.ndarray, "*map"]:
    """1 / (1 + exp(-x)), without overflow."""
    return (0.5 * (1 + np.tanh(0.5 * logits))).astype(np.float32)
