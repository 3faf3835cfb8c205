"""Stream: the newest frame of a live stream from an address."""

from collections.abc import Iterator
from time import monotonic
from types import TracebackType
from typing import Any

from tendu.errors import SourceError
from tendu.frame import Frame
from tendu.sources.container import open_container, picture_stream, pixels_of, rate_of
from tendu.sources.newest import Newest
from tendu.sources.packets import numbered
from tendu.sources.source import Facts
from tendu.sources.times import Clock


class Stream:
    """A stream's newest frame, again and again, so that a slow consumer never falls behind.

    Times are the stream's own, from its first picture; where it states none, this machine's. Numbers count the frames
    that were decoded. A stream can be read once: when it is closed, open it again.

    Args:
        container: FFmpeg's container of the stream.
        name: its address.
        timeout: seconds.
    """

    def __init__(self, container: Any, *, name: str, timeout: float) -> None:
        self._container = container
        self._stream = picture_stream(container, name)
        self._name, self._timeout = name, timeout
        self._rate = rate_of(self._stream)
        self._problems: list[SourceError] = []
        self._clock = Clock(step=1 / self._rate)
        self._first: float | None = None
        self._pictures = numbered(container, self._stream, earlier=None, note=self._note)
        self._newest = Newest(self._next, release=container.close)

    @classmethod
    def open(cls, address: str, *, timeout: float = 10.0) -> "Stream":
        """A stream that answers.

        Args:
            address: http, https, rtsp, rtsps, rtmp, rtmps, srt, rtp, udp or tcp.
            timeout: seconds without an answer after which it counts as gone, at opening and at every frame.

        Raises:
            SourceError: nothing answers, or what does is no stream of pictures.
        """
        container = open_container(address, address, timeout=timeout)
        try:
            return cls(container, name=address, timeout=timeout)
        except SourceError:
            container.close()
            raise

    @property
    def facts(self) -> Facts:
        """That it is live, its rate, and the size of its frames where it says so."""
        pixels = self._stream.width * self._stream.height or None
        return Facts(self._name, moving=True, live=True, frames=None, rate=self._rate, pixels=pixels)

    @property
    def problems(self) -> list[SourceError]:
        """What was skipped so far, and why the stream ended if it broke off."""
        return self._problems

    def __enter__(self) -> "Stream":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the stream; may be called twice."""
        self._newest.stop()

    def __iter__(self) -> Iterator[Frame]:
        return iter(self._newest)

    def _note(self, what: str) -> None:
        self._problems.append(SourceError(f"{self._name}: {what}."))

    def _next(self) -> Frame | None:
        for number, picture in self._pictures:
            now = monotonic() if picture.pts is None else float(picture.pts * picture.time_base)
            if self._first is None:
                self._first = now
            time = self._clock.tick(now - self._first)
            return Frame.of(
                pixels_of(picture, wide=self._stream.sample_aspect_ratio),
                number=number,
                time=time,
                source=self._name,
                moving=True,
            )
        return None
