"""One picture in memory, and how a window of it is sampled.

A picture is kept as it was decoded; what a model needs is taken from it directly. OpenCV is loaded on first use.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, hypot
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float64, UInt8

from tendu.errors import DataError
from tendu.window import Window


@runtime_checkable
class Pixels(Protocol):
    """What a frame asks of its picture. Sizes are those of the picture as the user knows it, upright."""

    @property
    def width(self) -> int:
        """Columns of the upright picture at full size."""
        ...

    @property
    def height(self) -> int:
        """Rows of the upright picture at full size."""
        ...

    def rgb(self) -> UInt8[np.ndarray, "h w 3"]:
        """The whole picture in full size, RGB."""
        ...

    def sample(self, window: Window, width: int, height: int) -> UInt8[np.ndarray, "h w 3"]:
        """A window of the picture as `height` × `width` RGB, black outside the picture."""
        ...


Box = tuple[int, int, int, int]
"""Left, top, right and bottom of a part of a picture, whole pixels; right and bottom are past its end."""

Planes = tuple[
    UInt8[np.ndarray, "h w"], UInt8[np.ndarray, "half_h half_w"], UInt8[np.ndarray, "half_h half_w"]
]
"""Brightness and two half-sized planes of colour, 4:2:0, BT.709 in limited range: what most films hold."""


@runtime_checkable
class Filmed(Protocol):
    """A picture that may go into a film as it is, without becoming RGB on the way."""

    def planes(self) -> Planes | None:
        """The upright picture as a film's planes, not to be written into; None where it is kept in another form."""
        ...


@runtime_checkable
class Parted(Pixels, Protocol):
    """A picture of which parts become RGB, and go back into its planes, without the rest."""

    @property
    def filmable(self) -> bool:
        """Whether `planes` has any."""
        ...

    def part(self, box: Box) -> UInt8[np.ndarray, "h w 3"]:
        """A part of the upright picture, RGB, as `rgb` has it; the box begins at even numbers."""
        ...

    def planes(self, parts: Sequence[tuple[Box, UInt8[np.ndarray, "_ _ 3"]]] = ()) -> Planes | None:
        """As `Filmed.planes`, with other RGB in some parts; their boxes begin and end at even numbers."""
        ...


@dataclass(frozen=True, eq=False)
class RgbPixels:
    """A picture that is already an RGB array.

    Raises:
        DataError: the array is not uint8 with shape (height, width, 3), or is empty.
    """

    array: UInt8[np.ndarray, "h w 3"]

    def __post_init__(self) -> None:
        array = self.array
        if array.dtype != np.uint8 or array.ndim != 3 or array.shape[2] != 3 or array.size == 0:
            raise DataError(
                f"A picture is uint8 (height, width, 3) in RGB order; got {array.dtype} {array.shape}. "
                "tendu.read() opens any photo as that."
            )

    @classmethod
    def of(cls, array: UInt8[np.ndarray, "h w 3"]) -> "RgbPixels":
        """A picture of an array however it lies in memory.

        OpenCV would copy one that runs backwards, such as `bgr[:, :, ::-1]`, for every look; here it is copied once.
        """
        pixels = cls(array)
        if array.strides[0] > 0 and array.strides[1:] == (3, 1):
            return pixels
        import cv2

        return cls(cv2.cvtColor(array[:, :, ::-1], cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False))

    @property
    def width(self) -> int:
        """Columns."""
        return self.array.shape[1]

    @property
    def height(self) -> int:
        """Rows."""
        return self.array.shape[0]

    def rgb(self) -> UInt8[np.ndarray, "h w 3"]:
        """The array itself; do not write into it."""
        return self.array

    def sample(self, window: Window, width: int, height: int) -> UInt8[np.ndarray, "h w 3"]:
        """A window of the picture as `height` × `width` RGB, black outside the picture."""
        return warp(self.array, window.affine(width, height), width, height)


def warp(
    plane: UInt8[np.ndarray, "*plane"],
    affine: Float64[np.ndarray, "2 3"],
    width: int,
    height: int,
    border: int = 0,
) -> UInt8[np.ndarray, "*sample"]:
    """A plane (one or three channels) sampled along an affine map, without aliasing.

    Bilinear sampling skips pixels where the picture is more than twice as large as the sample, so the part in view is
    first averaged over whole blocks of pixels; the rest of the way is bilinear.

    Args:
        plane: (h, w) or (h, w, 3).
        affine: from sample indices to plane indices, see `Window.affine`.
        width: columns of the sample.
        height: rows of the sample.
        border: the value outside the plane.
    """
    import cv2

    (xx, xy, _), (yx, yy, _) = affine.tolist()
    block = int(min(hypot(xx, yx), hypot(xy, yy)))
    if block >= 2:
        # OpenCV averages 2 × 2 pixels many times faster than larger blocks: large ones are 2 or 3 times some halvings.
        halvings = max(block.bit_length() - 2, 0)
        block = block >> halvings << halvings
        left, right, past_right = _span(affine[0].tolist(), width, height, block, plane.shape[1])
        top, bottom, past_bottom = _span(affine[1].tolist(), width, height, block, plane.shape[0])
        plane = plane[top:bottom, left:right]
        if (
            past_right or past_bottom
        ):  # the last block lies partly outside: what is inside stands for all of it
            plane = cv2.copyMakeBorder(plane, 0, past_bottom, 0, past_right, cv2.BORDER_REPLICATE)
        for step in [2] * halvings + [block >> halvings]:
            plane = _averaged(plane, step)
        affine = affine.copy()
        affine[:, 2] += 0.5 - np.array([left, top])
        affine /= block
        affine[:, 2] -= 0.5
    sample = cv2.warpAffine(
        plane,
        affine,
        (width, height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(border, border, border),
    )
    return sample.astype(np.uint8, copy=False)


def _span(row: list[float], width: int, height: int, block: int, limit: int) -> tuple[int, int, int]:
    """Along one axis of a plane, the part in view in whole blocks: where it begins, ends, and how far it lacks."""
    along, across, start = row
    ends = (start, start + along * width, start + across * height, start + along * width + across * height)
    low = min(max(floor(min(ends)) - block, 0), limit - 1) // block * block
    high = min(max(ceil(max(ends)) + block + 1, low + 1), limit)
    whole = low - (low - high) // block * block
    return low, min(whole, limit), max(whole - limit, 0)


def _averaged(plane: UInt8[np.ndarray, "*plane"], step: int) -> UInt8[np.ndarray, "*small"]:
    """The means of whole blocks of 2 × 2 or 3 × 3 pixels."""
    import cv2

    size = (plane.shape[1] // step, plane.shape[0] // step)
    if step == 3:
        # The same numbers as INTER_AREA gives, in half the time: a running mean, and every third of it.
        mean = cv2.blur(plane, (3, 3), anchor=(0, 0))
        return cv2.resize(mean, size, interpolation=cv2.INTER_NEAREST).astype(np.uint8, copy=False)
    return cv2.resize(plane, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
