"""Plan: everything that chance decides about one training picture, before anything of it is drawn.

Which part of a crop is looked at and how, who is in it, and how a worse camera would give it.
"""

from dataclasses import dataclass
from math import cos, pi, sin

import numpy as np
from jaxtyping import Float32, UInt8

from tendu.skeleton import Skeleton
from tendu.training.data import Crops
from tendu.training.rows import ROOM
from tendu.window import Window

CELL = 4
"""Pixels of the input per cell of the heads."""

TIMES = (2, 3, 4)
"""How many times closer the teacher looks at a small person; those that divide the heads' side."""

WITHIN = (1.05, 1.8)
"""How far a picture that ends within the body is inside the person's box: that box over the picture's side."""

COARSE = 1.5
"""Pixels of a crop per pixel drawn from which on it is halved first, so that none is skipped."""

CLOSE_UP = 0.5
"""The share of the picture's side that a person's box takes where only that person is meant."""


@dataclass(frozen=True)
class Close:
    """Where the teacher looks closer: a square part of the student's picture.

    Attributes:
        left, top: its corner, cells of the student's heads.
        times: how many times smaller than the picture it is, a divisor of the heads' side.
    """

    left: int
    top: int
    times: int


@dataclass(frozen=True)
class CutOut:
    """A rectangle of one colour; px of the student's picture."""

    left: int
    top: int
    width: int
    height: int
    colour: tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Worse:
    """A picture as a worse camera would give it: what is done to it, one after the other.

    Attributes:
        table: uint8 (256, 3), each level's new one in each channel; None where colours stay.
        blur: the spread of a Gaussian, px; None where it stays sharp.
        quality: of JPEG, 1 to 100; None where it is not coded.
        cut_outs: what is hidden.
    """

    table: UInt8[np.ndarray, "256 3"] | None = None
    blur: float | None = None
    quality: int | None = None
    cut_outs: tuple[CutOut, ...] = ()


@dataclass(frozen=True, eq=False)
class Plan:
    """One training picture, nothing of it drawn yet.

    Attributes:
        index: the crop.
        filling: the crop that fills what lies beyond it; None for black.
        window: the part of the crop that is seen, px of the crop.
        inner: the part of it that the teacher looks at closer; None where the person is large already.
        close: where that lies in the student's picture, mirrored where that is; None as `inner`.
        flipped: whether all is mirrored.
        people: who is meant, float32 (p, k, 3), x and y in cells of the student's heads, mirrored where that is, v 0
            where a point is not labelled or not in view; p is 0 where nobody is in the picture.
        others: who is seen beside them and not meant, the same.
        trust: how far the labels count, 0 to 1.
        centred: whether the labels say where a person's centre is.
        worse: what is done to the student's picture.
        taught: whether the teacher knows what is in the picture; where not, the labels say everything.
    """

    index: int
    filling: int | None
    window: Window
    inner: Window | None
    close: Close | None
    flipped: bool
    people: Float32[np.ndarray, "p k 3"]
    others: Float32[np.ndarray, "q k 3"]
    trust: float
    centred: bool
    worse: Worse
    taught: bool = True


def planned(
    crops: Crops,
    index: int,
    rng: np.random.Generator,
    *,
    size: int,
    small: float,
    trust: float,
    sharp: bool = False,
    centred: bool = True,
    within: float = 0.0,
    turned: float = 0.03,
    taught: bool = True,
) -> Plan:
    """A crop as one training picture, everything by chance.

    Args:
        crops: the data; another of them may fill what lies beyond the crop.
        index: which.
        rng: the chance.
        size: the side of the student's pictures, px.
        small: how often the person is small and the teacher looks closer.
        trust: see `Plan`.
        sharp: whether the crop is never enlarged.
        centred: see `Plan`.
        within: how often the picture ends within the body, of those in which the person is not small.
        turned: how often the picture is turned by any angle, not by a few degrees.
        taught: see `Plan`. Where it is false, what lies beyond the crop is black, as nothing would say who is in what fills
            it, and no teacher looks closer.
    """
    cells = size // CELL
    nobody = len(crops.people[index]) == 0
    box = crops.side / ROOM if nobody else crops.box
    angle = rng.normal(0, pi / 12) if rng.random() < 0.6 else 0.0
    if rng.random() < turned:
        angle = rng.uniform(-pi, pi)
    flipped = bool(rng.random() < 0.5)
    close, inner = None, None
    x, y = (crops.side / 2 + rng.uniform(-0.08, 0.08, 2) * box).tolist()
    if rng.random() < small and not nobody:
        times = int(rng.choice([times for times in TIMES if cells % times == 0]))
        left, top = (int(rng.integers(0, cells - cells // times + 1)) for _ in range(2))
        close = Close(left, top, times)
        inner = _square(x, y, box / rng.uniform(0.67, 0.95), angle)
        window = _around(inner, close, cells)
    elif within and not nobody and rng.random() < within:
        side = box / rng.uniform(*WITHIN)
        x, y = (crops.side / 2 + rng.uniform(-0.5, 0.5, 2) * (box - side)).tolist()
        window = _square(x, y, side, angle)
    else:
        # What nobody is in has no box: it is mostly seen whole.
        often = (0.2, 0.6, 0.2) if nobody else (0.6, 0.25, 0.15)
        low, high = ((0.75, 1.05), (0.5, 0.75), (0.3, 0.5))[rng.choice(3, p=often)]
        if sharp:
            high = min(high, box / size)
            low = min(low, 0.6 * high)
        window = _square(x, y, box / rng.uniform(low, high), angle)
    filled = rng.random() < 0.5 and not nobody
    filling = int(rng.integers(len(crops))) if filled and taught else None
    everyone = in_cells(crops.people[index], window, cells)
    if flipped:
        everyone = _mirrored(everyone, cells, crops.skeleton)
        close = close and Close(cells - cells // close.times - close.left, close.top, close.times)
    # Close up, the one in the middle is meant: others' labels would teach to mix people up.
    count = 1 if window.width < box / CLOSE_UP else len(everyone)
    return Plan(
        index=index,
        filling=filling,
        window=window,
        inner=inner if taught else None,
        close=close if taught else None,
        flipped=flipped,
        people=everyone[:count],
        others=everyone[count:],
        trust=trust,
        centred=centred,
        worse=_worse(size, rng),
        taught=taught,
    )


def halvings(window: Window, side: int) -> int:
    """How often a crop is halved before a window of it is drawn so many pixels wide."""
    scale, count = window.width / side, 0
    while scale > COARSE:
        scale, count = scale / 2, count + 1
    return count


def in_cells(
    people: Float32[np.ndarray, "p k 3"], window: Window, cells: int
) -> Float32[np.ndarray, "p k 3"]:
    """People in cells of a window's heads; what lies outside counts as not labelled."""
    seen = people.copy()
    seen[..., :2] = window.to_unit(people[..., :2]) * cells
    inside = ((seen[..., :2] >= 0) & (seen[..., :2] < cells)).all(axis=-1)
    seen[~inside, 2] = 0
    return seen


def _square(x: float, y: float, side: float, angle: float) -> Window:
    return Window(float(x - side / 2), float(y - side / 2), float(side), float(side), float(angle))


def _around(inner: Window, close: Close, cells: int) -> Window:
    """The window, turned as the inner one, in which that one is the part `close`."""
    side = inner.width * close.times
    middle = (cells - cells / close.times) / 2
    across, down = (middle - close.left) * side / cells, (middle - close.top) * side / cells
    c, s = cos(inner.angle), sin(inner.angle)
    x, y = inner.centre
    return _square(x + (c * across - s * down), y + (s * across + c * down), side, inner.angle)


def _mirrored(
    people: Float32[np.ndarray, "p k 3"], cells: int, skeleton: Skeleton
) -> Float32[np.ndarray, "p k 3"]:
    turned = people[:, skeleton.flip].copy()
    turned[..., 0] = cells - turned[..., 0]
    return turned


def _worse(size: int, rng: np.random.Generator) -> Worse:
    table, blur, quality = None, None, None
    cut_outs: list[CutOut] = []
    if rng.random() < 0.8:
        gain = rng.uniform(0.75, 1.25) * rng.uniform(0.92, 1.08, 3)
        levels = np.arange(256)[:, None] / 255
        changed = (levels ** rng.uniform(0.8, 1.25) - 0.5) * gain + 0.5 + rng.uniform(-0.08, 0.08)
        table = (np.clip(changed, 0, 1) * 255).astype(np.uint8)
    if rng.random() < 0.15:
        blur = float(rng.uniform(0.4, 1.5))
    if rng.random() < 0.2:
        quality = int(rng.integers(25, 90))
    if rng.random() < 0.15:
        for _ in range(int(rng.integers(1, 4))):
            width, height = (rng.uniform(0.05, 0.25, 2) * size).astype(int).tolist()
            left, top = int(rng.integers(0, size - width)), int(rng.integers(0, size - height))
            red, green, blue = rng.integers(0, 256, 3).tolist()
            cut_outs.append(CutOut(left, top, width, height, (red, green, blue)))
    return Worse(table, blur, quality, tuple(cut_outs))
