"""Turn: how a stored picture is turned and flipped to stand upright."""

import struct
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, UInt8

from tendu.pixels import Box


@dataclass(frozen=True)
class Turn:
    """What is done to a stored picture so that it stands upright: first transposed, then flipped.

    Attributes:
        transpose: rows become columns.
        flip_x: left and right change places after that.
        flip_y: top and bottom change places after that.
    """

    transpose: bool = False
    flip_x: bool = False
    flip_y: bool = False

    @classmethod
    def from_exif(cls, orientation: int) -> "Turn":
        """The turn that an EXIF orientation (1 to 8) asks for; any other number asks for none.

        The eight cases are those of the Orientation tag, 0x0112, in EXIF 2.32, section 4.6.4.

        >>> Turn.from_exif(6)  # a quarter turn clockwise
        Turn(transpose=True, flip_x=True, flip_y=False)
        """
        flips = {2: (1, 0), 3: (1, 1), 4: (0, 1), 6: (1, 0), 7: (1, 1), 8: (0, 1)}.get(orientation, (0, 0))
        return cls(5 <= orientation <= 8, bool(flips[0]), bool(flips[1]))

    @classmethod
    def from_display_matrix(cls, data: bytes) -> "Turn":
        """The turn that a film's display matrix asks for: nine int32 in the machine's byte order.

        A stored point (x, y) is shown at (a x + c y, b x + d y), where the matrix starts a, b, _, c, d: FFmpeg's
        libavutil/display.h. Films are turned by quarters; an angle between is rounded to the nearest.
        """
        a, b, _, c, d = struct.unpack("=5i", data[:20])
        if abs(b) + abs(c) > abs(a) + abs(d):
            return cls(transpose=True, flip_x=c < 0, flip_y=b < 0)
        return cls(flip_x=a < 0, flip_y=d < 0)

    def upright(self, array: UInt8[np.ndarray, "*stored"]) -> UInt8[np.ndarray, "*upright"]:
        """The stored picture turned: the array itself where nothing is to be done."""
        if self.transpose:
            array = np.swapaxes(array, 0, 1)
        if self.flip_x:
            array = array[:, ::-1]
        if self.flip_y:
            array = array[::-1]
        return np.ascontiguousarray(array)

    def size(self, width: int, height: int) -> tuple[int, int]:
        """The (width, height) of the upright picture, from those of the stored one; and the other way round."""
        return (height, width) if self.transpose else (width, height)

    def stored_box(self, box: Box, width: int, height: int) -> Box:
        """Where a part of the upright picture of this size is stored."""
        left, top, right, bottom = box
        if self.flip_x:
            left, right = width - right, width - left
        if self.flip_y:
            top, bottom = height - bottom, height - top
        return (top, left, bottom, right) if self.transpose else (left, top, right, bottom)

    def to_stored(
        self, affine: Float64[np.ndarray, "2 3"], width: float, height: float
    ) -> Float64[np.ndarray, "2 3"]:
        """A map into the stored picture's pixel indices, from one into the upright picture's.

        Args:
            affine: from sample indices to indices of the upright picture, see `Window.affine`.
            width: of the upright picture in the same pixels; half a pixel counts, as in a halved plane.
            height: likewise.
        """
        affine = affine.copy()
        for flipped, row, length in ((self.flip_x, 0, width), (self.flip_y, 1, height)):
            if flipped:
                affine[row] *= -1
                affine[row, 2] += length - 1
        return affine[::-1].copy() if self.transpose else affine
