"""Augmentation: which part of a crop is looked at and how, and the pictures that come of it.

The student's picture is drawn, then worsened: colours, blur, JPEG, cut-outs. The teacher sees it before it is worsened
and, where the person is small in it, sees that person's part at its own full size.
"""

from dataclasses import dataclass
from math import pi

import numpy as np
from jaxtyping import Float32, Float64, UInt8

from tendu.skeleton import COCO17
from tendu.training.data import Crops
from tendu.training.rows import ROOM
from tendu.window import Window

CELL = 4
"""Pixels of the input per cell of the heads."""


TIMES = (2, 3, 4)
"""How many times closer the teacher looks at a small person; those that divide the heads' side."""


WITHIN = (1.05, 1.8)
"""How far a picture that ends within the body is inside the person's box: that box over the picture's side."""

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


@dataclass(frozen=True, eq=False)
class Sample:
    """One training picture.

    Attributes:
        worsened: uint8 (s, s, 3), what the student sees.
        clean: uint8 (t, t, 3), the same before it was worsened, as large as the teacher sees it.
        people: who is meant, float32 (p, 17, 3), x and y in cells of the heads, v 0 where a point is not labelled or not in
            view; p is 0 where nobody is in the picture.
        others: who is seen beside them and not meant, the same.
        close: where the teacher looks closer; None where the person is large already.
        closely: uint8 (t, t, 3), that part at full size; None as `close`.
        trust: how far the labels count, 0 to 1.
        centred: whether the labels say where a person's centre is.
    """

    worsened: UInt8[np.ndarray, "s s 3"]
    clean: UInt8[np.ndarray, "t t 3"]
    people: Float32[np.ndarray, "p 17 3"]
    others: Float32[np.ndarray, "q 17 3"]
    close: Close | None
    closely: UInt8[np.ndarray, "t t 3"] | None
    trust: float
    centred: bool = True


def draw(
    crops: Crops,
    index: int,
    rng: np.random.Generator,
    *,
    size: int,
    small: float,
    trust: float,
    seen: int | None = None,
    sharp: bool = False,
    centred: bool = True,
    within: float = 0.0,
) -> Sample:
    """A crop as one training picture, everything by chance.

    Args:
        crops: the data; another of them may fill what lies beyond the crop.
        index: which.
        rng: the chance.
        size: the side of the student's pictures, px.
        small: how often the person is small and the teacher looks closer.
        trust: see `Sample`.
        seen: the side of the teacher's pictures, px; None for the student's.
        sharp: whether the crop is never enlarged.
        centred: see `Sample`.
        within: how often the picture ends within the body, of those in which the person is not small.
    """
    seen = seen or size
    cells = size // CELL
    box = crops.side / ROOM
    angle = rng.normal(0, pi / 12) if rng.random() < 0.6 else 0.0
    if rng.random() < 0.03:
        angle = rng.uniform(-pi, pi)
    flipped = bool(rng.random() < 0.5)
    close, nobody = None, len(crops.people[index]) == 0
    middle = crops.side / 2 + rng.uniform(-0.08, 0.08, 2) * box
    if rng.random() < small and not nobody:
        times = int(rng.choice([times for times in TIMES if cells % times == 0]))
        left, top = (int(rng.integers(0, cells - cells // times + 1)) for _ in range(2))
        close = Close(left, top, times)
        side = box / rng.uniform(0.67, 0.95)
        inner = _square(middle, side, angle)
        window = _around(inner, close, cells)
    elif within and not nobody and rng.random() < within:
        side = box / rng.uniform(*WITHIN)
        middle = crops.side / 2 + rng.uniform(-0.5, 0.5, 2) * (box - side)
        window, inner = _square(middle, side, angle), None
    else:
        # What nobody is in has no box: it is mostly seen whole.
        often = (0.2, 0.6, 0.2) if nobody else (0.6, 0.25, 0.15)
        low, high = ((0.75, 1.05), (0.5, 0.75), (0.3, 0.5))[rng.choice(3, p=often)]
        if sharp:
            high = min(high, box / size)
            low = min(low, 0.6 * high)
        side = box / rng.uniform(low, high)
        window, inner = _square(middle, side, angle), None
    filled = rng.random() < 0.5 and not nobody
    filling = crops.pictures[rng.integers(len(crops))] if filled else None
    clean = _sample(crops.pictures[index], window, seen, filling)
    plain = clean if seen == size else _sample(crops.pictures[index], window, size, filling)
    # Close up, the one in the middle is meant: others' labels would teach to mix people up.
    everyone = _seen(crops.people[index], window, cells)
    count = 1 if window.width < box / CLOSE_UP else len(everyone)
    closely = None if inner is None else _sample(crops.pictures[index], inner, seen, None)
    if flipped:
        plain, clean, everyone = plain[:, ::-1], clean[:, ::-1], _mirrored(everyone, cells)
        if close is not None and closely is not None:
            part = cells // close.times
            close, closely = Close(cells - part - close.left, close.top, close.times), closely[:, ::-1]
    closely = None if closely is None else np.ascontiguousarray(closely)
    return Sample(
        worsened=worsened(np.ascontiguousarray(plain), rng),
        clean=np.ascontiguousarray(clean),
        people=everyone[:count],
        others=everyone[count:],
        close=close,
        closely=closely,
        trust=trust,
        centred=centred,
    )


def crop_of(
    crops: Crops, index: int, *, size: int, box: float
) -> tuple[UInt8[np.ndarray, "s s 3"], Float32[np.ndarray, "17 3"]]:
    """A crop as it is, its person in the middle, and that person in cells of the heads.

    Args:
        crops: the data.
        index: which.
        size: the side of the picture, px.
        box: the part of it that the person's box takes.
    """
    window = _square(np.array([crops.side / 2] * 2), crops.side / ROOM / box, 0.0)
    picture = _sample(crops.pictures[index], window, size, None)
    return picture, _seen(crops.people[index][:1], window, size // CELL)[0]


def _square(middle: Float64[np.ndarray, "2"], side: float, angle: float) -> Window:
    return Window(float(middle[0] - side / 2), float(middle[1] - side / 2), side, side, angle)


def _around(inner: Window, close: Close, cells: int) -> Window:
    """The window, turned as the inner one, in which that one is the part `close`."""
    side = inner.width * close.times
    part = cells / close.times
    across, down = ((cells - part) / 2 - np.array([close.left, close.top])) * side / cells
    c, s = np.cos(inner.angle), np.sin(inner.angle)
    return _square(inner.centre + np.array([c * across - s * down, s * across + c * down]), side, inner.angle)


def _sample(
    picture: UInt8[np.ndarray, "a b 3"],
    window: Window,
    size: int,
    filling: UInt8[np.ndarray, "c d 3"] | None,
) -> UInt8[np.ndarray, "s s 3"]:
    """A window of a picture; beyond its edges black or another picture."""
    import cv2

    affine: Float64[np.ndarray, "2 3"] = window.affine(size, size)
    # Bilinear sampling between pixels blurs, and photos are not blurred.
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    while affine[0, 0] ** 2 + affine[1, 0] ** 2 > 1.5**2:
        # warpAffine skips pixels where it shrinks: the picture is made smaller first.
        half = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        affine = affine * 0.5
        affine[:, 2] -= 0.25
        picture = half.astype(np.uint8, copy=False)
    if filling is None:
        drawn = cv2.warpAffine(picture, affine, (size, size), flags=flags)
    else:
        under = cv2.resize(filling, (size, size), interpolation=cv2.INTER_LINEAR)
        drawn = cv2.warpAffine(
            picture, affine, (size, size), dst=under, flags=flags, borderMode=cv2.BORDER_TRANSPARENT
        )
    return drawn.astype(np.uint8, copy=False)


def _seen(people: Float32[np.ndarray, "p 17 3"], window: Window, cells: int) -> Float32[np.ndarray, "p 17 3"]:
    """People in cells of a window's heads; what lies outside counts as not labelled."""
    seen = people.copy()
    seen[..., :2] = window.to_unit(people[..., :2]) * cells
    inside = ((seen[..., :2] >= 0) & (seen[..., :2] < cells)).all(axis=-1)
    seen[~inside, 2] = 0
    return seen


def _mirrored(people: Float32[np.ndarray, "p 17 3"], cells: int) -> Float32[np.ndarray, "p 17 3"]:
    turned = people[:, COCO17.flip].copy()
    turned[..., 0] = cells - turned[..., 0]
    return turned


def worsened(picture: UInt8[np.ndarray, "s s 3"], rng: np.random.Generator) -> UInt8[np.ndarray, "s s 3"]:
    """A picture as a worse camera would give it: colours, blur, JPEG, parts cut out."""
    import cv2

    size = picture.shape[0]
    if rng.random() < 0.8:
        gain = rng.uniform(0.75, 1.25) * rng.uniform(0.92, 1.08, 3)
        levels = np.arange(256)[:, None] / 255
        table = (levels ** rng.uniform(0.8, 1.25) - 0.5) * gain + 0.5 + rng.uniform(-0.08, 0.08)
        table = (np.clip(table, 0, 1) * 255).astype(np.uint8)
        picture = np.stack([table[picture[..., c], c] for c in range(3)], axis=-1)
    if rng.random() < 0.15:
        picture = cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.4, 1.5))).astype(np.uint8, copy=False)
    if rng.random() < 0.2:
        coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 90))])[1]
        decoded = cv2.imdecode(coded, cv2.IMREAD_COLOR)
        assert decoded is not None
        picture = decoded.astype(np.uint8, copy=False)
    if rng.random() < 0.15:
        picture = picture.copy()
        for _ in range(int(rng.integers(1, 4))):
            wide, high = (rng.uniform(0.05, 0.25, 2) * size).astype(int)
            x, y = rng.integers(0, size - wide), rng.integers(0, size - high)
            picture[y : y + high, x : x + wide] = rng.integers(0, 256, 3)
    return picture
