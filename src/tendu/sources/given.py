"""Given: pictures that are in memory already, as a source."""

from collections.abc import Iterable, Iterator
from types import TracebackType

import numpy as np
from jaxtyping import UInt8

from tendu.errors import DataError, SourceError
from tendu.frame import Frame
from tendu.sources.source import Facts

Picture = UInt8[np.ndarray, "h w 3"] | Frame


class Given:
    """Arrays or frames one after another.

    Arrays are photos: numbered from 0, time 0.0. Frames are given as they are; frames in a list whose times increase
    are one movement.

    Args:
        pictures: uint8 (height, width, 3) arrays in RGB order, or frames; anything that can be iterated, and only as
            often as that.
        moving: they are one movement, which nothing but a list tells by itself.
    """

    def __init__(self, pictures: Iterable[Picture], *, moving: bool = False) -> None:
        self._pictures = pictures
        self._moving = moving
        self._problems: list[SourceError] = []

    @property
    def facts(self) -> Facts:
        """How many there are, where they can be counted."""
        pictures = self._pictures
        frames = len(pictures) if isinstance(pictures, list | tuple) else None
        times = [p.time for p in pictures if isinstance(p, Frame)] if frames is not None else []
        moving = self._moving or (
            len(times) > 1 and len(times) == frames and bool((np.diff(times) > 0).all())
        )
        return Facts(name="given pictures", moving=moving, live=False, frames=frames, rate=None)

    @property
    def problems(self) -> list[SourceError]:
        """Always empty."""
        return self._problems

    def __enter__(self) -> "Given":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Does nothing: the pictures are the caller's."""

    def __iter__(self) -> Iterator[Frame]:
        for number, picture in enumerate(self._pictures):
            if not isinstance(picture, Frame | np.ndarray):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise DataError(f"Picture {number} is an RGB array or a Frame, not {type(picture).__name__}.")
            yield picture if isinstance(picture, Frame) else Frame.of(picture, number=number)
