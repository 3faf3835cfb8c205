"""ReadAhead: a source whose next frames are decoded in a thread while the present one is worked on."""

from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from threading import Condition, Thread
from types import TracebackType

from tendu.errors import DataError, SourceError
from tendu.frame import Frame
from tendu.sources.source import Facts, Source

_MIB = 2**20
# How long leaving waits for the frame that is being decoded, s.
_PATIENCE = 0.5


class ReadAhead:
    """Another source's frames, in order, decoded ahead of their use.

    Errors come out where the frame would have come. Leaving the loop or closing stops the thread after the frame it
    is at.

    Args:
        source: any source that is not live.
        bytes: how much may wait, counting three bytes a pixel, the most a picture takes; one frame always may.

    Raises:
        DataError: the source is live: reading ahead would only make it late.
    """

    def __init__(self, source: Source, *, bytes: int = 24 * _MIB) -> None:  # noqa: A002  its unit is its name
        if source.facts.live:
            raise DataError(f"{source.facts.name} is live and cannot be read ahead; use it as it is.")
        self._source, self._bytes = source, bytes
        self._worker: _Worker | None = None

    @property
    def facts(self) -> Facts:
        """What the source says about itself."""
        return self._source.facts

    @property
    def problems(self) -> list[SourceError]:
        """What the source skipped so far; it may be a few frames ahead."""
        return self._source.problems

    def __enter__(self) -> "ReadAhead":
        self._source.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stops reading and closes the source, at once or when its decoder answers; may be called twice."""
        if self._worker is None or self._worker.leave():
            self._source.close()

    def __iter__(self) -> Iterator[Frame]:
        if self._worker is not None and not self._worker.stop():
            raise SourceError(f"Cannot read {self.facts.name} again: the pass before is still decoding.")
        self._worker = _Worker(self._source, room=self._bytes)
        self._worker.start()
        return self._worker.frames()


class _Worker:
    """One pass over a source in a thread."""

    def __init__(self, source: Source, *, room: int) -> None:
        self._source, self._room = source, room
        self._change = Condition()
        self._waiting: deque[Frame] = deque()
        self._held = 0
        self._error: BaseException | None = None
        self._over = self._stopped = self._left = False
        self._thread = Thread(target=self._read, name="tendu read-ahead", daemon=True)

    def start(self) -> None:
        """Begins reading."""
        self._thread.start()

    def frames(self) -> Iterator[Frame]:
        """The frames in order, then the error if there was one."""
        try:
            while (frame := self._take()) is not None:
                yield frame
            if self._error is not None and not self._stopped:
                raise self._error
        finally:
            self.stop()

    def stop(self) -> bool:
        """Ends the pass; may be called twice. False where the decoder is still busy."""
        with self._change:
            self._stopped = True
            self._waiting.clear()
            self._change.notify_all()
        self._thread.join(_PATIENCE)
        return not self._thread.is_alive()

    def leave(self) -> bool:
        """Ends the pass for good. False where the decoder is still busy: then the thread closes the source, later."""
        if self.stop():
            return True
        with self._change:
            self._left = not self._over
            return self._over

    def _take(self) -> Frame | None:
        with self._change:
            while not (self._waiting or self._over or self._stopped):
                self._change.wait(0.5)
            if not self._waiting:
                return None
            frame = self._waiting.popleft()
            self._held -= _size(frame)
            self._change.notify_all()
            return frame

    def _put(self, frame: Frame) -> bool:
        """Whether more is wanted."""
        with self._change:
            while self._waiting and self._held + _size(frame) > self._room and not self._stopped:
                self._change.wait()
            if not self._stopped:
                self._waiting.append(frame)
                self._held += _size(frame)
                self._change.notify_all()
            return not self._stopped

    def _read(self) -> None:
        frames: Iterator[Frame] = iter(())
        try:
            frames = iter(self._source)
            for frame in frames:
                if not self._put(frame):
                    break
        except BaseException as error:  # noqa: BLE001  it is raised in the consumer
            self._error = error
        finally:
            # The generator is finished in the thread that ran it: a decoder must not be closed in the middle of a call.
            with suppress(AttributeError):
                frames.close()  # pyright: ignore[reportAttributeAccessIssue]
            with self._change:
                self._over = True
                self._change.notify_all()
            if self._left:
                self._source.close()


def _size(frame: Frame) -> int:
    """The most bytes a frame's picture takes."""
    return 3 * frame.stamp.width * frame.stamp.height
