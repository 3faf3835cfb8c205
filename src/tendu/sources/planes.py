"""A film's picture kept as the decoder gives it, brightness and two half-sized colour planes; RGB only where needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from jaxtyping import Float32, UInt8

from tendu.pixels import Box, Planes, warp
from tendu.sources.upright import Turn
from tendu.window import Window

# Rows that are turned to RGB at once.
_STRIP = 128

# (Kr, Kb) by the number that streams carry: ITU-T H.273 (2021), table 4, "matrix coefficients".
_COEFFICIENTS = {
    1: (0.2126, 0.0722),  # BT.709
    4: (0.30, 0.11),  # FCC
    5: (0.299, 0.114),  # BT.601, 625 lines
    6: (0.299, 0.114),  # BT.601, 525 lines
    7: (0.212, 0.087),  # SMPTE 240M
    9: (0.2627, 0.0593),  # BT.2020
    10: (0.2627, 0.0593),
}


@dataclass(frozen=True, eq=False)
class YuvPixels:
    """A picture as three planes, 4:2:0, 8 bit, as stored; it is turned upright when it is sampled.

    Colour samples are taken to lie in the middle of their four pixels.

    Attributes:
        y: (h, w) brightness.
        u, v: ((h + 1) // 2, (w + 1) // 2) colour.
        to_rgb: float32 (3, 4), R, G, B from (y, u, v, 1): see `rgb_matrix`.
        black: the y of black: 16, or 0 in full range.
        turn: how it is made upright.
    """

    y: UInt8[np.ndarray, "h w"]
    u: UInt8[np.ndarray, "half_h half_w"]
    v: UInt8[np.ndarray, "half_h half_w"]
    to_rgb: Float32[np.ndarray, "3 4"]
    black: int
    turn: Turn

    @property
    def width(self) -> int:
        """Columns of the upright picture."""
        return self.turn.size(*self.y.shape[::-1])[0]

    @property
    def height(self) -> int:
        """Rows of the upright picture."""
        return self.turn.size(*self.y.shape[::-1])[1]

    def rgb(self) -> UInt8[np.ndarray, "full_h full_w 3"]:
        """The whole picture, RGB, upright."""
        height, width = self.y.shape
        whole = np.empty((height, width, 3), np.uint8)
        # By strips that stay in the processor's cache: half the time of whole planes, and the same numbers.
        for top in range(0, height, _STRIP):
            bottom = min(top + _STRIP, height)
            whole[top:bottom] = self._stored((0, top, width, bottom))
        return self.turn.upright(whole)

    def part(self, box: Box) -> UInt8[np.ndarray, "part_h part_w 3"]:
        """A part of the upright picture, RGB, as `rgb` has it.

        Args:
            box: from even numbers to even numbers, or to an edge.
        """
        stored = self.turn.stored_box(box, self.width, self.height)
        return self.turn.upright(self._stored(stored))

    @property
    def filmable(self) -> bool:
        """Whether it is BT.709 in limited range and of even sides, as films are written."""
        even = self.width % 2 == 0 and self.height % 2 == 0
        return even and np.array_equal(self.to_rgb, _of_films())

    def planes(self, parts: Sequence[tuple[Box, UInt8[np.ndarray, "_ _ 3"]]] = ()) -> Planes | None:
        """The upright picture's planes, where it is `filmable`.

        Args:
            parts: other RGB for parts of the upright picture, whose boxes begin and end at even numbers.
        """
        import cv2

        if not self.filmable:
            return None
        y, u, v = (self.turn.upright(plane) for plane in (self.y, self.u, self.v))
        if not parts:
            return y, u, v
        y, u, v = y.copy(), u.copy(), v.copy()
        for (left, top, right, bottom), rgb in parts:
            yuv = cv2.transform(rgb, _to_film())
            half = cv2.resize(yuv, (rgb.shape[1] // 2, rgb.shape[0] // 2), interpolation=cv2.INTER_AREA)
            y[top:bottom, left:right] = yuv[..., 0]
            inner = slice(top // 2, bottom // 2), slice(left // 2, right // 2)
            u[inner], v[inner] = half[..., 1], half[..., 2]
        return y, u, v

    def sample(self, window: Window, width: int, height: int) -> UInt8[np.ndarray, "height width 3"]:
        """A window of the upright picture as `height` × `width` RGB, black outside the picture."""
        full = window.affine(width, height)
        half = window.affine(width, height, scale=0.5)
        y = warp(self.y, self.turn.to_stored(full, self.width, self.height), width, height, self.black)
        half = self.turn.to_stored(half, self.width / 2, self.height / 2)
        return self._convert(y, *(warp(plane, half, width, height, 128) for plane in (self.u, self.v)))

    def _stored(self, box: Box) -> UInt8[np.ndarray, "h w 3"]:
        """A part as it is stored, RGB."""
        import cv2

        left, top, right, bottom = box
        rows, columns = self.u.shape
        # Colour between two samples is made of both, so a part sees one more on each side.
        low, high = max(top // 2 - 1, 0), min((bottom + 1) // 2 + 1, rows)
        first, last = max(left // 2 - 1, 0), min((right + 1) // 2 + 1, columns)
        # A plane of odd length ends half a colour sample beyond the picture.
        size = (2 * (last - first), 2 * (high - low))
        inner = slice(top - 2 * low, bottom - 2 * low), slice(left - 2 * first, right - 2 * first)
        colour = [cv2.resize(plane[low:high, first:last], size)[inner] for plane in (self.u, self.v)]
        return self._convert(self.y[top:bottom, left:right], *colour)

    def _convert(self, *yuv: UInt8[np.ndarray, "h w"]) -> UInt8[np.ndarray, "h w 3"]:
        import cv2

        return cv2.transform(cv2.merge(yuv), self.to_rgb).astype(np.uint8, copy=False)


@cache
def rgb_matrix(space: int, *, full_range: bool, height: int) -> Float32[np.ndarray, "3 4"]:
    """The matrix from (y, u, v, 1) in 0..255 to (R, G, B) in 0..255.

    Args:
        space: the stream's matrix coefficients, a number of ITU-T H.273; where it says nothing that is known here,
            BT.601 below 720 rows and BT.709 from there on, as Chromium's media/filters/ffmpeg_video_decoder.cc.
        full_range: y, u and v use 0..255, not 16..235 and 16..240.
        height: rows of the picture.

    >>> (rgb_matrix(1, full_range=False, height=1080) @ [235, 128, 128, 1]).round(1).tolist()
    [255.0, 255.0, 255.0]
    """
    red, blue = _COEFFICIENTS.get(space, _COEFFICIENTS[6 if height < 720 else 1])
    green = 1 - red - blue
    # BT.709-6, items 3.2 to 3.4: the differences of colour, and the ranges of eight bits.
    matrix = np.array(
        [
            [1, 0, 2 * (1 - red)],
            [1, -2 * blue * (1 - blue) / green, -2 * red * (1 - red) / green],
            [1, 2 * (1 - blue), 0],
        ]
    )
    if not full_range:
        matrix *= [255 / 219, 255 / 224, 255 / 224]
    offset = matrix @ [0 if full_range else 16, 128, 128]
    to_rgb = np.column_stack([matrix, -offset]).astype(np.float32)
    to_rgb.flags.writeable = False
    return to_rgb


def _of_films() -> Float32[np.ndarray, "3 4"]:
    """The matrix of BT.709 in limited range."""
    return rgb_matrix(1, full_range=False, height=0)


@cache
def _to_film() -> Float32[np.ndarray, "3 4"]:
    """The matrix from (R, G, B, 1) to (y, u, v) of BT.709 in limited range."""
    back = np.linalg.inv(_of_films()[:, :3].astype(float))
    to_film = np.column_stack([back, -back @ _of_films()[:, 3]]).astype(np.float32)
    to_film.flags.writeable = False
    return to_film
