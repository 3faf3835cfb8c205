"""What every sink is. Pose sinks take poses, picture sinks take frames; both finish or leave nothing behind."""

from types import TracebackType
from typing import ClassVar, Literal, Protocol, runtime_checkable

from tendu.frame import Frame
from tendu.pose import Poses


class Closing(Protocol):
    """A context manager around an output.

    Leaving the `with` block, by whatever way, closes the output so that what was written can be read; files are
    written under a temporary name beside their place and renamed when complete.
    """

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def close(self) -> None:
        """Completes the output; may be called twice."""
        ...


@runtime_checkable
class PoseSink(Closing, Protocol):
    """Takes everyone found in a frame, frame after frame."""

    takes: ClassVar[Literal["poses"]]

    def __enter__(self) -> "PoseSink": ...

    def write(self, poses: Poses, /) -> None:
        """Adds one frame's poses; a frame with nobody counts.

        Raises:
            SinkError: the output cannot be written; the sentence names it and the reason.
        """
        ...


@runtime_checkable
class PictureSink(Closing, Protocol):
    """Takes pictures, frame after frame."""

    takes: ClassVar[Literal["pictures"]]

    def __enter__(self) -> "PictureSink": ...

    def write(self, frame: Frame, /) -> None:
        """Adds one picture.

        Raises:
            SinkError: the output cannot be written; the sentence names it and the reason.
        """
        ...


Sink = PoseSink | PictureSink
