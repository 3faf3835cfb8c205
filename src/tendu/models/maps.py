"""Maps: MoveNet's four heads as a model gives them, read only in the cells that a person needs.

A film's frame asks for one person: one cell of the regression, and round each of k guesses a few cells of heatmap and
offset, out of 200,000 numbers. What is read is what reading everything would give, to the last bit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int64

from tendu.codes import Tensor
from tendu.errors import DataError
from tendu.models.seen import Seen

# A keypoint is first sought among the cells at most so many columns and rows from its guess.
_NEAR = 5
# Peaks at most so many columns and rows apart are one.
_SAME = 1
# Two people have at most this part of their peaks in common: 8 of 17.
_FEW = 0.5
# Cells round another's peak that are not one's own.
_TAKEN = 2
# Centres at most so many columns and rows from a person's are that person's.
_OWN = 2
# Others whose peaks are looked for where one person is wanted.
_OTHERS = 4


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
        other_centre: the least centre score of somebody else, whose keypoints are left to them where one person is
            wanted; more than 1 in the published graph, which knows nobody else.
    """

    centre_bias: float = 1.8
    guess_bias: float = 3.0
    reach: int = 2
    confident: float = 0.2
    least_centre: float = 0.08
    other_centre: float = 0.3


PUBLISHED = Reading(guess_bias=1.8, reach=0, confident=0.0, other_centre=2.0)
"""The published graph's own constants, in float."""


def sigmoid(logits: Float32[np.ndarray, "*map"]) -> Float32[np.ndarray, "*map"]:
    """1 / (1 + exp(-x)), without overflow.

    >>> sigmoid(np.array([-1000, 0, 20], np.float32))
    array([0. , 0.5, 1. ], dtype=float32)
    """
    return (0.5 * (1 + np.tanh(0.5 * logits))).astype(np.float32, copy=False)


@dataclass(frozen=True, eq=False)
class Maps:
    """MoveNet's maps for one window, h × w cells of c channels in C order, whatever their shape; y before x.

    Attributes:
        centre: (h, w), how much a cell is a person's centre, 0 to 1.
        heatmap: k channels, how much a cell holds a keypoint.
        offset: 2 k channels, cells from a cell's corner to the keypoint in it.
        regression: 2 k channels, cells from a centre's cell to each of its keypoints.
        score: from numbers of the heatmap to 0 to 1, the higher the higher.
    """

    centre: Float32[np.ndarray, "h w"]
    heatmap: Tensor
    offset: Tensor
    regression: Tensor
    score: Callable[[Float32[np.ndarray, "..."]], Float32[np.ndarray, "..."]] = sigmoid

    @classmethod
    def of(cls, outputs: tuple[Tensor, ...]) -> "Maps":
        """The maps among a cut file's four outputs, which are logits.

        Raises:
            DataError: the outputs are not four maps of 1, k, 2 k and 2 k channels.
        """
        shapes = [output.shape for output in outputs]
        if points_of(shapes) is None or len({shape[:-1] for shape in shapes}) != 1:
            raise DataError(
                f"MoveNet's heads are maps of 1, k, 2 k and 2 k channels, of 17 keypoints 1, 17, 34 and 34; "
                f"the model gave {shapes}."
            )
        centre, heatmap, offset, regression = outputs
        return cls(sigmoid(np.asarray(centre)[0, :, :, 0]), heatmap, offset, regression)

    @property
    def points(self) -> int:
        """How many keypoints a person has: k."""
        return self.heatmap.shape[-1]


def points_of(shapes: Sequence[tuple[int, ...]]) -> int | None:
    """How many keypoints four maps tell of, their channels last: k of 1, k, 2 k and 2 k, at least two; None of others.

    >>> points_of([(1, 48, 48, 1), (1, 48, 48, 23), (1, 48, 48, 46), (1, 48, 48, 46)])
    23
    """
    channels = [shape[-1] if len(shape) == 4 else 0 for shape in shapes]
    k = channels[1] if len(channels) == 4 else 0
    return k if k > 1 and channels == [1, k, 2 * k, 2 * k] else None


def middle_centre(maps: Maps, reading: Reading) -> Int64[np.ndarray, "1 2"]:
    """The cell (x, y) of the person nearest to the middle of the window."""
    weight = maps.centre / (_from_middle(*maps.centre.shape) + reading.centre_bias)
    y, x = divmod(int(weight.argmax()), weight.shape[1])
    return np.array([[x, y]], np.int64)


def others(maps: Maps, one: Int64[np.ndarray, "1 2"], reading: Reading) -> Int64[np.ndarray, "n 2"]:
    """The cells (x, y) of others than the one whose cell is given, the surest four who are sure enough."""
    y, x = np.nonzero(maps.centre >= reading.other_centre)
    if not (np.maximum(np.abs(x - one[0, 0]), np.abs(y - one[0, 1])) > _OWN).any():
        return one[:0]
    found = centres(maps, replace(reading, least_centre=reading.other_centre), 1 + _OTHERS)
    return found[np.abs(found - one).max(axis=1) > _OWN][:_OTHERS]


@cache
def _from_middle(rows: int, columns: int) -> Float64[np.ndarray, "rows columns"]:
    """How far each cell is from the middle cell, in cells."""
    return np.hypot(np.arange(rows)[:, None] - rows / 2, np.arange(columns)[None] - columns / 2)


def centres(maps: Maps, reading: Reading, people: int) -> Int64[np.ndarray, "n 2"]:
    """The cells (x, y) of all people: peaks of the centre map among their eight neighbours, the highest first.

    In 8 bits neighbours are often equal: of these the first in the map's order is the peak, and they are one person.
    """
    y, x = np.nonzero(maps.centre >= reading.least_centre)
    columns = maps.centre.shape[1] + 2
    cell = (y * columns + x)[:, None] + _rectangle(3, 3, columns)
    around = np.pad(maps.centre, 1).take(cell)
    peak = (around[:, 4] > around[:, :4].max(axis=1)) & (around[:, 4] >= around[:, 5:].max(axis=1))
    y, x = y[peak], x[peak]
    order = np.argsort(-maps.centre[y, x], kind="stable")[:people]
    return np.stack([x[order], y[order]], axis=1).astype(np.int64)


def read(
    maps: Maps,
    cells: Int64[np.ndarray, "n 2"],
    reading: Reading,
    *,
    beside: Int64[np.ndarray, "m 2"] | None = None,
) -> Seen:
    """The people whose centres lie in the given cells (x, y); others `beside` them keep what they guess nearer."""
    (rows, columns), k = maps.centre.shape, maps.points
    if len(cells) == 0:
        return Seen(np.zeros((0, k, 2), np.float32), np.zeros((0, k), np.float32), np.zeros(0, np.float32))
    wanted = len(cells)
    cells = cells if beside is None else np.concatenate([cells, beside])
    cell = cells[:, 1] * columns + cells[:, 0]
    guess = maps.regression.reshape(-1, k, 2).take(cell, axis=0) + cells[:, None, ::-1]
    peak = _peaks(maps, guess.reshape(-1, 2), reading.guess_bias).reshape(-1, k)
    if len(cells) > 1:
        peak = _parted(maps, peak, guess, reading.guess_bias)
    yx, score = _around(maps, peak[:wanted], reading.reach)
    xy = yx[:, :, ::-1] / np.array([columns, rows], np.float32)
    centre = maps.centre.take(cell[:wanted])
    return _ranked(Seen(xy, score, np.sqrt(centre * confidence(score, reading.confident))))


def _peaks(maps: Maps, guess: Float64[np.ndarray, "m 2"], bias: float) -> Int64[np.ndarray, "m"]:
    """The cell of each keypoint, k a person: where heatmap / (distance to the guess + bias) is most.

    A cell that is not near weighs at most the channel's highest score / (`_NEAR` + 0.5 + bias). Only where nothing
    that is near weighs more, the whole map is searched.
    """
    (rows, columns), k = maps.centre.shape, maps.points
    point = np.tile(np.arange(k), len(guess) // k)
    limits = np.array([rows, columns])
    side = np.minimum(limits, 2 * _NEAR + 1)
    # fmin and fmax pass over guesses that are no numbers, as a broken model gives them.
    low = np.fmax(np.fmin(np.rint(guess) - _NEAR, limits - side), 0).astype(np.int64)
    cell, weight = _best(maps, guess, point, low, side.tolist(), bias)
    highest = maps.heatmap.reshape(rows, -1).max(axis=0).reshape(columns, k).max(axis=0)
    unsure = ~(weight > maps.score(highest)[point] / (_NEAR + 0.5 + bias))
    if unsure.any():
        corner = np.zeros((int(unsure.sum()), 2), np.int64)
        cell[unsure], _ = _best(maps, guess[unsure], point[unsure], corner, [rows, columns], bias)
    return cell


def _parted(
    maps: Maps, peak: Int64[np.ndarray, "n k"], guess: Float64[np.ndarray, "n k 2"], bias: float
) -> Int64[np.ndarray, "n k"]:
    """The peaks, none of them two people's: where a few are, whose guess is farther away takes the next best.

    Two who have more peaks in common are one person, found twice.
    """
    rows, columns = maps.centre.shape
    place = np.stack(np.divmod(peak, columns), axis=-1)
    near = np.abs(place[:, None] - place[None]).max(axis=-1) <= _SAME
    common = near & (near.mean(axis=-1) <= _FEW)[..., None] & ~np.eye(len(peak), dtype=np.bool_)[..., None]
    away = np.hypot(*np.moveaxis(guess - place, -1, 0))
    one, other, point = np.nonzero(common & (away[:, None] > away[None]))
    if len(one) == 0:
        return peak
    corner = np.zeros((len(one), 2), np.int64)
    parted = peak.copy()
    parted[one, point], _ = _best(
        maps, guess[one, point], point, corner, [rows, columns], bias, taken=place[other, point]
    )
    return parted


def _best(
    maps: Maps,
    guess: Float64[np.ndarray, "m 2"],
    point: Int64[np.ndarray, "m"],
    low: Int64[np.ndarray, "m 2"],
    side: list[int],
    bias: float,
    *,
    taken: Int64[np.ndarray, "m 2"] | None = None,
) -> tuple[Int64[np.ndarray, "m"], Float64[np.ndarray, "m"]]:
    """The cell of most weight in a rectangle of cells from `low` on, the first of equals, and its weight.

    Cells round a place that is taken by another weigh nothing.
    """
    columns = maps.centre.shape[1]
    down = np.square(low[:, :1] + np.arange(side[0]) - guess[:, :1])
    across = np.square(low[:, 1:] + np.arange(side[1]) - guess[:, 1:])
    distance = np.sqrt(down[:, :, None] + across[:, None]).reshape(len(guess), -1)
    cells = (low[:, 0] * columns + low[:, 1])[:, None] + _rectangle(*side, columns)
    weight = maps.score(maps.heatmap.take(cells * maps.points + point[:, None])) / (distance + bias)
    if taken is not None:
        apart = np.abs(np.stack(np.divmod(cells, columns), axis=-1) - taken[:, None]).max(axis=-1)
        weight = np.where(apart <= _TAKEN, 0, weight)
    best = np.arange(len(guess)), weight.argmax(axis=1)
    return cells[best], weight[best]


@cache
def _rectangle(height: int, width: int, columns: int) -> Int64[np.ndarray, "cells"]:
    """Steps from the first cell of a rectangle to each of it."""
    return (np.arange(height)[:, None] * columns + np.arange(width)).ravel()


def _around(
    maps: Maps, peak: Int64[np.ndarray, "n k"], reach: int
) -> tuple[Float32[np.ndarray, "n k 2"], Float32[np.ndarray, "n k"]]:
    """Cell + offset (y, x), averaged over the cells around each peak, weighted by heatmap squared; the peak's score."""
    cells, inside, places = _neighbours(*maps.centre.shape, reach)
    around = cells.take(peak, axis=0) * maps.points + np.arange(maps.points)[:, None]
    score = maps.score(maps.heatmap.take(around))
    weight = np.square(score) * inside.take(peak, axis=0) + np.float32(1e-12)
    place = maps.offset.reshape(-1, 2).take(around, axis=0) + places.take(peak, axis=0)
    mean = (place * weight[..., None]).sum(axis=2) / weight.sum(axis=2)[..., None]
    return mean.astype(np.float32), score[..., score.shape[2] // 2]


@cache
def _neighbours(
    rows: int, columns: int, reach: int
) -> tuple[Int64[np.ndarray, "cells k"], Bool[np.ndarray, "cells k"], Int64[np.ndarray, "cells k 2"]]:
    """For each cell of a map those at most `reach` away, itself in the middle.

    Their numbers, whether they are inside the map, and their places (y, x). For one outside stands the nearest inside.
    """
    steps = np.arange(-reach, reach + 1)
    down, across = (step.ravel() for step in np.meshgrid(steps, steps, indexing="ij"))
    cell = np.arange(rows * columns)[:, None]
    y, x = cell // columns + down, cell % columns + across
    inside = (y >= 0) & (y < rows) & (x >= 0) & (x < columns)
    y, x = np.clip(y, 0, rows - 1), np.clip(x, 0, columns - 1)
    return y * columns + x, inside, np.stack([y, x], axis=-1)


def confidence(score: Float32[np.ndarray, "n k"], confident: float) -> Float32[np.ndarray, "n"]:
    """How sure the points are: the mean of the scores above `confident`, or else the highest score."""
    counted = score > confident
    total = (score * counted).sum(axis=1) / np.maximum(counted.sum(axis=1), 1)
    return np.where(counted.any(axis=1), total, score.max(axis=1)).astype(np.float32)


def _ranked(seen: Seen) -> Seen:
    order = np.argsort(-seen.confidence, kind="stable")
    return Seen(seen.xy[order], seen.score[order], seen.confidence[order])
