"""Animation: a WebP that moves. FFmpeg reads moving GIFs, but not moving WebPs; OpenCV reads them whole."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from types import TracebackType

import numpy as np
from jaxtyping import UInt8

from tendu.errors import SourceError
from tendu.frame import Frame
from tendu.sources.cut import Cut
from tendu.sources.decoding import on_black, quiet
from tendu.sources.source import Facts

# A frame of 10 ms or less is shown for 100 ms: Blink, platform/graphics/deferred_image_decoder.cc, as Firefox does.
_SHORT_MS, _SHOWN_MS = 10, 100


@dataclass(frozen=True, eq=False)
class Animation:
    """The pictures of an animated WebP, all in memory.

    Attributes:
        pictures: RGB; what is transparent is black.
        lengths: how long each is shown, s.
        name: what it is called in frames.
        cut: which frames are given.
        problems: always empty: it is read as a whole or not at all.
    """

    pictures: tuple[UInt8[np.ndarray, "h w 3"], ...]
    lengths: tuple[float, ...]
    name: str
    cut: Cut = field(default_factory=Cut)
    problems: list[SourceError] = field(default_factory=list[SourceError])

    @classmethod
    def open(cls, data: bytes, *, name: str, cut: Cut | None = None) -> "Animation":
        """The animation in a WebP's bytes.

        Raises:
            SourceError: it is damaged or cut short.
        """
        import cv2

        try:
            with quiet():
                whole, animation = cv2.imdecodeanimation(np.frombuffer(data, np.uint8))
        except cv2.error as error:
            raise SourceError(f"Cannot read {name}: this WebP is damaged or cut short.") from error
        if not whole:
            raise SourceError(f"Cannot read {name}: this WebP is damaged or cut short.")
        pictures = tuple(
            on_black(cv2.cvtColor(picture, cv2.COLOR_BGRA2RGBA))
            if picture.shape[2] == 4
            else cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
            for picture in animation.frames
        )
        lengths = tuple(
            (ms if ms > _SHORT_MS else _SHOWN_MS) / 1000 for ms in np.ravel(animation.durations).tolist()
        )
        return cls(pictures, lengths, name, cut or Cut())

    @property
    def facts(self) -> Facts:
        """What it says about itself; `rate` is that of the frames given."""
        rate = len(self.pictures) / sum(self.lengths) / self.cut.every
        return Facts(self.name, moving=True, live=False, frames=len(self._given), rate=rate)

    def __enter__(self) -> "Animation":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Does nothing: no file is held open."""

    def __iter__(self) -> Iterator[Frame]:
        if not self._given:
            raise SourceError(
                f"{self.name} has no picture from {self.cut.start:g} to {self.cut.end:g} s: it ends at "
                f"{sum(self.lengths):.2f} s. Ask for another part."
            )
        for number, time in self._given:
            yield Frame.of(self.pictures[number], number=number, time=time, source=self.name, moving=True)

    @property
    def _given(self) -> list[tuple[int, float]]:
        """(number, time) of the frames in the cut."""
        times = enumerate(accumulate(self.lengths[:-1], initial=0.0))
        return [(n, time) for n, time in times if self.cut.start <= time < self.cut.end][:: self.cut.every]
