"""FilmSink: pictures into an .mp4 or .gif film, encoded on a thread of its own."""

from pathlib import Path
from queue import Full, Queue
from threading import Thread
from types import TracebackType
from typing import ClassVar, Literal

import numpy as np
from jaxtyping import UInt8

from tendu.errors import DataError, SinkError
from tendu.frame import Frame, Stamp
from tendu.sinks.film_writers import FilmWriter, GifWriter, Mp4Writer
from tendu.sinks.partial import PartialFile, unwritable

# Frames that wait for the encoder; more would only hold memory (25 MB each in 4K).
_WAITING = 2
# How often a full queue is looked at for an encoder that has failed, s.
_PATIENCE = 0.2
# Times nearer than this, s, are one: the tick of an .mp4 is 11 µs.
_TICK = 2e-5
# How long a film of one frame shows it, s.
_ALONE = 1.0


class FilmSink:
    """Pictures going into a film; its times are those of the frames, counted from the first one written.

    The first frame sets the size. The film is encoded behind `write`, so what the disk refuses comes out at a later
    `write` or at `close`, and then no film is left. Whatever else ends the `with` block, what was written by then is a
    film that plays; where that is no frame, there is no file.

    Args:
        path: where the film goes: .mp4 (H.264) or .gif.
        overwrite: whether a file that is there already may be replaced.
        rate: frames a second for frames without times of their own, such as photos: where a frame does not come after
            the one before, it is shown 1 / rate later. With None such a frame is an error.

    Raises:
        SinkError: the suffix is another, the file is there already and may not be replaced, or its folder cannot be
            made.
        DataError: the rate is not above 0 and at most 1000.
    """

    takes: ClassVar[Literal["pictures"]] = "pictures"

    def __init__(self, path: Path, *, overwrite: bool = False, rate: float | None = None) -> None:
        if path.suffix.lower() not in {".mp4", ".gif"}:
            raise SinkError(f"A film is written as .mp4 or .gif, not as {path.name!r}.")
        if rate is not None and not 0 < rate <= 1000:
            raise DataError(f"A film's rate is above 0 and at most 1000 frames a second, not {rate}.")
        self._file = PartialFile(path, overwrite=overwrite)
        self._rate = rate
        self._queue: Queue[tuple[Frame, float] | None] = Queue(_WAITING)
        self._encoder: Thread | None = None
        self._problem: SinkError | None = None
        self._closed = False
        self._first: Stamp | None = None
        self._last = 0.0

    def __enter__(self) -> "FilmSink":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.close()
        except SinkError as problem:
            if error is None:
                raise
            if problem is not error:
                error.add_note(str(problem))

    def write(self, frame: Frame | UInt8[np.ndarray, "h w 3"], /) -> None:
        """Adds one picture.

        Raises:
            SinkError: the picture has another size than the first, does not come after the one before, the film cannot
                be written, or it is closed.
        """
        path = self._file.path
        if self._closed:
            raise SinkError(f"{path} is closed. Open a new sink to write more.")
        frame = Frame.given(frame)
        time = self._time_of(frame)
        if self._first is None:
            self._first = frame.stamp
        first = self._first
        if (frame.stamp.width, frame.stamp.height) != (first.width, first.height):
            raise SinkError(
                f"{path} is a film of {first.width} × {first.height} px; frame {frame.number} has {frame.stamp.width} "
                f"× {frame.stamp.height}. Write pictures of different sizes into a folder."
            )
        # The encoder comes to it later, when the caller may have drawn the next picture into the same array.
        frame = frame.kept()
        self._hand_over((frame, time))
        self._last = time
        if self._encoder is None:
            self._encoder = Thread(target=self._encode, name=f"encoder of {path.name}", daemon=True)
            self._encoder.start()

    def close(self) -> None:
        """Completes the film; may be called twice. Waits for the encoder.

        Raises:
            SinkError: the film cannot be written.
        """
        if self._closed:
            return
        self._closed = True
        if self._encoder is None:
            return
        try:
            self._hand_over(None)
            self._encoder.join()
            self._complain()
            self._file.complete()
        except BaseException:
            self._file.abandon()
            raise

    def _time_of(self, frame: Frame) -> float:
        """When the film shows a frame, s from its start."""
        if self._first is None:
            return 0.0
        time = frame.time - self._first.time
        if time >= self._last + _TICK:
            return time
        if self._rate is None:
            raise SinkError(
                f"{self._file.path} needs frames one after another; frame {frame.number} comes {time:.3f} s after the "
                f"first, the one before it {self._last:.3f} s. For photos give --rate (rate=) in frames a second."
            )
        return self._last + 1 / self._rate

    def _hand_over(self, item: tuple[Frame, float] | None) -> None:
        """Queues a frame, or the end, for the encoder; waits while the queue is full."""
        while True:
            self._complain()
            try:
                return self._queue.put(item, timeout=_PATIENCE)
            except Full:
                continue

    def _complain(self) -> None:
        """Raises what the encoder ran into."""
        if self._problem is not None:
            raise self._problem

    def _encode(self) -> None:
        """The encoder's thread: a frame is written when the next one tells how long it lasts."""
        try:
            self._write_film()
        except SinkError as error:
            self._problem = error
        except OSError as error:
            self._problem = unwritable(self._file.path, error)
        except Exception as error:  # noqa: BLE001  a thread must hand its error to the one who can act on it
            self._problem = SinkError(f"Cannot write {self._file.path}: {error}.")

    def _write_film(self) -> None:
        held = self._queue.get()
        assert held is not None, "the thread starts when the first frame waits for it"
        writer = self._writer(held[0])
        duration = _ALONE if self._rate is None else 1 / self._rate
        try:
            while (following := self._queue.get()) is not None:
                duration = following[1] - held[1]
                writer.add(held[0], held[1], duration)
                held = following
            writer.add(held[0], held[1], duration)
        finally:
            writer.close()

    def _writer(self, first: Frame) -> FilmWriter:
        make = GifWriter if self._file.path.suffix.lower() == ".gif" else Mp4Writer
        return make(self._file.temporary, first.stamp.width, first.stamp.height)
