"""The picture that is drawn on: only what is touched becomes RGB, the rest stays as the film has it."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, UInt8

from tendu.frame import Frame
from tendu.pixels import Box, Parted, Pixels, Planes, RgbPixels
from tendu.window import Window

# The side of the squares that become RGB together, px: a person of 800 px is in twenty of them.
_TILE = 128


class Canvas:
    """A copy of a frame's picture to draw on.

    Args:
        frame: whose picture; it is not changed.
    """

    def __init__(self, frame: Frame) -> None:
        pixels = frame.current
        # Any other film's picture becomes RGB as a whole when it is written: once is enough.
        self._whole = pixels if isinstance(pixels, Parted) and pixels.filmable else None
        self.width, self.height = pixels.width, pixels.height
        self._picture = (
            frame.image.copy()
            if self._whole is None
            else np.empty((self.height, self.width, 3), np.uint8)  # memory that nothing touches costs nothing
        )
        self._there = np.zeros((-(-self.height // _TILE), -(-self.width // _TILE)), bool)

    def part(self, left: int, top: int, right: int, bottom: int) -> UInt8[np.ndarray, "h w 3"]:
        """A part to be written into, RGB; what lies outside the picture is cut off, down to nothing."""
        left, right = (min(max(x, 0), self.width) for x in (left, right))
        top, bottom = (min(max(y, 0), self.height) for y in (top, bottom))
        if self._whole is not None and left < right and top < bottom:
            rows = slice(top // _TILE, -(-bottom // _TILE))
            columns = slice(left // _TILE, -(-right // _TILE))
            there = self._there[rows, columns]
            if not there.all():
                for row, column in np.argwhere(~there).tolist():
                    one = _tile(rows.start + row, columns.start + column, self.width, self.height)
                    _in(self._picture, one)[:] = self._whole.part(one)
                there[:] = True
        return self._picture[top:bottom, left:right]

    def pixels(self) -> Pixels:
        """What was drawn; nothing is drawn on it any more."""
        if self._whole is None:
            return RgbPixels(self._picture)
        return DrawnPixels(self._whole, self._picture, self._there)


@dataclass(frozen=True, eq=False)
class DrawnPixels:
    """A film's picture with something drawn on it.

    Attributes:
        whole: the picture without.
        picture: uint8 (height, width, 3), RGB, where something was drawn; elsewhere it says nothing.
        drawn: which tiles those are, by rows.
    """

    whole: Parted
    picture: UInt8[np.ndarray, "h w 3"]
    drawn: Bool[np.ndarray, "rows columns"]

    @property
    def width(self) -> int:
        """Columns."""
        return self.whole.width

    @property
    def height(self) -> int:
        """Rows."""
        return self.whole.height

    def rgb(self) -> UInt8[np.ndarray, "h w 3"]:
        """The whole picture, RGB."""
        made = self.whole.rgb()
        for box in self._boxes():
            _in(made, box)[:] = _in(self.picture, box)
        return made

    def sample(self, window: Window, width: int, height: int) -> UInt8[np.ndarray, "height width 3"]:
        """A window of the picture as `height` × `width` RGB, black outside the picture."""
        return RgbPixels(self.rgb()).sample(window, width, height)

    def planes(self) -> Planes | None:
        """The picture as a film's planes, where it came in them."""
        return self.whole.planes([(box, _in(self.picture, box)) for box in self._boxes()])

    def _boxes(self) -> list[Box]:
        return [
            _tile(row, column, self.width, self.height) for row, column in np.argwhere(self.drawn).tolist()
        ]


def _tile(row: int, column: int, width: int, height: int) -> Box:
    left, top = column * _TILE, row * _TILE
    return left, top, min(left + _TILE, width), min(top + _TILE, height)


def _in(picture: UInt8[np.ndarray, "h w 3"], box: Box) -> UInt8[np.ndarray, "part_h part_w 3"]:
    left, top, right, bottom = box
    return picture[top:bottom, left:right]
