"""What every source is: frames, one after another."""

from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, runtime_checkable

from tendu.errors import SourceError
from tendu.frame import Frame


@dataclass(frozen=True)
class Facts:
    """What a source says about itself before the first frame.

    Attributes:
        name: a path, an address or "camera 0".
        moving: the frames are one movement (a film, a camera), not unrelated photos.
        live: it cannot be rewound and does not wait.
        frames: how many will come, None where it does not say.
        rate: frames a second, None for photos or where it does not say.
        pixels: of one frame, None where it does not say.
    """

    name: str
    moving: bool
    live: bool
    frames: int | None
    rate: float | None
    pixels: int | None = None


@runtime_checkable
class Source(Protocol):
    """Frames, one after another; a context manager that lets go of the file or camera.

    What cannot be read in the middle (a bad photo in a folder, a damaged packet) is skipped and kept in `problems`.
    """

    @property
    def facts(self) -> Facts:
        """What it says about itself."""
        ...

    @property
    def problems(self) -> list[SourceError]:
        """What was skipped so far, a sentence each."""
        ...

    def __enter__(self) -> "Source": ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def __iter__(self) -> Iterator[Frame]: ...

    def close(self) -> None:
        """Lets go; may be called twice."""
        ...
