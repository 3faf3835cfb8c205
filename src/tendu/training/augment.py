"""Augmentation on the processor: the pictures of a plan, drawn by OpenCV.

The student's picture is drawn, then worsened. The teacher sees it before it is worsened and, where the person is small
in it, sees that person's part at its own full size.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, UInt8

from tendu.training.data import Crops
from tendu.training.plan import CELL, Plan, Worse, halvings, in_cells
from tendu.window import Window


@dataclass(frozen=True, eq=False)
class Sample:
    """One training picture.

    Attributes:
        plan: what it was drawn by.
        worsened: uint8 (s, s, 3), what the student sees.
        clean: uint8 (t, t, 3), the same before it was worsened, as large as the teacher sees it.
        closely: uint8 (t, t, 3), the part that the teacher looks at closer, at full size; None where there is none.
    """

    plan: Plan
    worsened: UInt8[np.ndarray, "s s 3"]
    clean: UInt8[np.ndarray, "t t 3"]
    closely: UInt8[np.ndarray, "t t 3"] | None


def draw(crops: Crops, plan: Plan, *, size: int, seen: int | None = None) -> Sample:
    """The pictures of a plan.

    Args:
        crops: the data that it was planned for.
        plan: what is drawn.
        size: the side of the student's pictures, px.
        seen: the side of the teacher's pictures, px; None for the student's.
    """
    seen = seen or size
    picture = crops.pictures[plan.index]
    filling = None if plan.filling is None else crops.pictures[plan.filling]

    def drawn(
        window: Window, side: int, filling: UInt8[np.ndarray, "c d 3"] | None
    ) -> UInt8[np.ndarray, "s s 3"]:
        made = _sample(picture, window, side, filling)
        return np.ascontiguousarray(made[:, ::-1]) if plan.flipped else made

    clean = drawn(plan.window, seen, filling)
    plain = clean if seen == size else drawn(plan.window, size, filling)
    closely = None if plan.inner is None else drawn(plan.inner, seen, None)
    return Sample(plan, worsened(plain, plan.worse), clean, closely)


def crop_of(
    crops: Crops, index: int, *, size: int, box: float
) -> tuple[UInt8[np.ndarray, "s s 3"], Float32[np.ndarray, "k 3"]]:
    """A crop as it is, its person in the middle, and that person in cells of the heads.

    Args:
        crops: the data.
        index: which.
        size: the side of the picture, px.
        box: the part of it that the person's box takes.
    """
    middle, side = crops.side / 2, crops.box / box
    window = Window.centred(middle, middle, side, side)
    picture = _sample(crops.pictures[index], window, size, None)
    return picture, in_cells(crops.people[index][:1], window, size // CELL)[0]


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
    for _ in range(halvings(window, size)):
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


def worsened(picture: UInt8[np.ndarray, "s s 3"], worse: Worse) -> UInt8[np.ndarray, "s s 3"]:
    """A picture as a worse camera would give it."""
    import cv2

    if worse.table is not None:
        picture = np.stack([worse.table[picture[..., c], c] for c in range(3)], axis=-1)
    if worse.blur is not None:
        picture = cv2.GaussianBlur(picture, (0, 0), worse.blur).astype(np.uint8, copy=False)
    if worse.quality is not None:
        bgr = np.ascontiguousarray(picture[..., ::-1])
        coded = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, worse.quality])[1]
        decoded = cv2.imdecode(coded, cv2.IMREAD_COLOR_RGB)
        assert decoded is not None
        picture = decoded.astype(np.uint8, copy=False)
    if worse.cut_outs:
        picture = picture.copy()
        for one in worse.cut_outs:
            rows, columns = (one.top, one.top + one.height), (one.left, one.left + one.width)
            picture[slice(*rows), slice(*columns)] = one.colour
    return picture
