"""A frame: one picture, its number, its time and where it came from."""

from dataclasses import dataclass, field
from functools import cached_property
from math import inf
from pathlib import PurePath

import numpy as np
from jaxtyping import UInt8

from tendu.errors import DataError
from tendu.file_names import is_called_photo
from tendu.pixels import Pixels, RgbPixels
from tendu.window import Window


@dataclass(frozen=True)
class Stamp:
    """Which picture: frames and the poses found in them carry the same stamp.

    Attributes:
        number: position in the source, from 0; a frame keeps its number when others are skipped.
        time: seconds from the start of the source; 0.0 for photos.
        source: what it was read from: a path, an address, "camera 0"; empty for an array.
        width, height: the upright picture's size, px.
        moving: it is one picture of a film, an animation or a camera. Files of poses do not keep this.
    """

    number: int
    time: float
    source: str
    width: int
    height: int
    moving: bool = field(default=False, compare=False)

    @property
    def is_photo(self) -> bool:
        """Whether it is a photo with a name of its own."""
        return not self.moving and is_called_photo(PurePath(self.source))


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture as its source decoded it, with its stamp.

    >>> frame = Frame.of(np.zeros((480, 640, 3), np.uint8), time=1.5)
    >>> frame.stamp.width, frame.stamp.height, frame.time
    (640, 480, 1.5)
    """

    pixels: Pixels
    stamp: Stamp

    @classmethod
    def of(
        cls,
        picture: UInt8[np.ndarray, "h w 3"] | Pixels,
        *,
        number: int = 0,
        time: float = 0.0,
        source: str = "",
        moving: bool = False,
    ) -> "Frame":
        """A frame of an RGB array, or of a picture that a source keeps in its own form; see `Stamp` for the rest.

        Raises:
            DataError: it is no array, the array is not uint8 with shape (height, width, 3), or the time is none.
        """
        if isinstance(picture, np.ndarray):
            pixels: Pixels = RgbPixels.of(picture)
        elif isinstance(picture, Pixels):  # pyright: ignore[reportUnnecessaryIsInstance]  not a path, nor a PIL image
            pixels = picture
        else:
            raise DataError(
                f"A picture is an RGB array, uint8 (height, width, 3), or a Frame, not {type(picture).__name__}. "
                "tendu.read() opens a photo."
            )
        if not 0 <= time < inf:
            raise DataError(
                f"A frame's time is in seconds from the start of its source, 0 or more, not {time}."
            )
        return cls(pixels, Stamp(number, time, source, pixels.width, pixels.height, moving))

    @classmethod
    def given(cls, picture: "Frame | UInt8[np.ndarray, 'h w 3']") -> "Frame":
        """A frame as it is, or that of an RGB array; see `of` for what is refused."""
        return picture if isinstance(picture, Frame) else cls.of(picture)

    @property
    def number(self) -> int:
        """Position in the source, from 0."""
        return self.stamp.number

    @property
    def time(self) -> float:
        """Seconds from the start of the source."""
        return self.stamp.time

    @cached_property
    def image(self) -> UInt8[np.ndarray, "h w 3"]:
        """The whole picture, RGB, made on first use; do not write into it."""
        return self.pixels.rgb()

    @property
    def current(self) -> Pixels:
        """The picture as it is now: `image` where that was made, since somebody may have written into it all the same.

        >>> frame = Frame.of(np.zeros((480, 640, 3), np.uint8))
        >>> frame.current is frame.pixels, frame.image.shape, frame.current.rgb() is frame.image
        (True, (480, 640, 3), True)
        """
        return RgbPixels(self.image) if "image" in vars(self) else self.pixels

    def kept(self) -> "Frame":
        """The frame with a picture of its own, whatever is written into its array later; itself where it has no array."""
        current = self.current
        return Frame(RgbPixels(current.array.copy()), self.stamp) if isinstance(current, RgbPixels) else self

    def sample(self, window: Window, width: int, height: int) -> UInt8[np.ndarray, "h w 3"]:
        """A window of the picture as `height` × `width` RGB, black outside the picture."""
        return self.pixels.sample(window, width, height)
