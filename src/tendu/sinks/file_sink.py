"""FileSink: what every sink of poses into one file does, whatever the format; TextSink: the formats that are text."""

from abc import ABC, abstractmethod
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Literal, TextIO

from tendu.errors import SinkError, TenduError
from tendu.pose import Poses
from tendu.sinks.partial import PartialFile, unwritable
from tendu.sinks.table import check_storable
from tendu.skeleton import COCO17, Skeleton


class FileSink(ABC):
    """Poses going into a file that appears under its name when it is complete.

    The file is begun by `with` or by the first `write`, and completed by `close` or the end of the `with` block, also
    when an exception ends it. Nothing is kept, and a file to be replaced stays, where the disk refuses a write or where
    an exception comes before the first frame. The first frame says which points the file has.

    Attributes:
        made_by: how the poses were found, as texts and numbers by name, for formats with a place for it; set it before
            the file is begun. `tendu.run` does.

    Args:
        path: where the file goes.
        overwrite: whether a file that is there already may be replaced.

    Raises:
        SinkError: the file is there already and may not be replaced, or its folder cannot be made.
    """

    takes: ClassVar[Literal["poses"]] = "poses"

    def __init__(self, path: Path, *, overwrite: bool = False) -> None:
        self.made_by: Mapping[str, str | int | float | bool] = {}
        self._partial = PartialFile(path, overwrite=overwrite)
        self._begun = False
        self._closed = False
        self._frames = 0
        self._skeleton: Skeleton | None = None

    def __enter__(self) -> "FileSink":
        self._begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None and not self._frames:
            self._abandon()
        self.close()

    def write(self, poses: Poses, /) -> None:
        """Adds one frame's poses; a frame with nobody counts.

        Raises:
            SinkError: the disk refuses, or the file is closed.
            DataError: a number is not finite, or the frames before had other points; the frame is left out.
        """
        self._begin()
        check_storable(poses, skeleton=self._skeleton)
        with self._or_nothing():
            self._add(poses)
        self._skeleton = poses.skeleton
        self._frames += 1

    def close(self) -> None:
        """Completes the file; may be called twice.

        Raises:
            SinkError: the disk refuses.
        """
        if self._closed:
            return
        if not self._begun:
            self._closed = True
            return
        with self._or_nothing():
            self._end()
        self._closed = True
        try:
            self._partial.complete()
        except BaseException:
            self._partial.abandon()
            raise

    def _begin(self) -> None:
        if self._closed:
            raise SinkError(f"{self._partial.path} is closed. Open a new sink to write more.")
        if not self._begun:
            with self._or_nothing():
                self._start(self._partial.temporary)
            self._begun = True

    def _abandon(self) -> None:
        self._closed = True
        # What is still in a buffer cannot be written either; the sentence has been said.
        with suppress(OSError):
            self._drop()
        self._partial.abandon()

    @contextmanager
    def _or_nothing(self) -> Generator[None, None, None]:
        """A write that the disk refuses leaves no file behind, and says so in a sentence."""
        try:
            yield
        except TenduError:
            raise
        except OSError as error:
            self._abandon()
            raise unwritable(self._partial.path, error) from error

    @abstractmethod
    def _start(self, path: Path) -> None:
        """Opens the file."""

    @abstractmethod
    def _add(self, poses: Poses) -> None:
        """Writes a frame, with the first one what comes before."""

    @abstractmethod
    def _end(self) -> None:
        """Writes what must come last, where no frame came also what comes first, and closes the file."""

    @abstractmethod
    def _drop(self) -> None:
        """Closes what is open of a file that nobody will read."""


class TextSink(FileSink):
    """Poses going into a text file; a format says what comes first, what a frame is, and what comes last."""

    _text: TextIO | None = None

    def _first(self, skeleton: Skeleton) -> str:  # noqa: ARG002  most formats have points in what comes first
        return ""

    @abstractmethod
    def _frame(self, poses: Poses) -> str:
        """The text of a frame."""

    def _last(self) -> str:
        return ""

    def _start(self, path: Path) -> None:
        # File names that are not UTF-8 reach Python as surrogates; they go out as the bytes that they were.
        self._text = path.open("w", encoding="utf-8", errors="surrogateescape", newline="")

    def _add(self, poses: Poses) -> None:
        assert self._text is not None
        text = self._frame(poses)
        # A frame is one write, so that Ctrl-C leaves whole frames.
        self._text.write(text if self._frames else self._first(poses.skeleton) + text)

    def _end(self) -> None:
        assert self._text is not None
        self._text.write(self._last() if self._frames else self._first(COCO17) + self._last())
        self._text.close()

    def _drop(self) -> None:
        if self._text is not None:
            self._text.close()
