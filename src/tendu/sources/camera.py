"""Camera: the newest frame of a camera on this machine."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import UInt8

from tendu.errors import SourceError
from tendu.frame import Frame
from tendu.sources.decoding import quiet
from tendu.sources.newest import Newest
from tendu.sources.source import Facts
from tendu.sources.times import Clock

# A camera that states no rate, and the step between two frames of the same instant.
_USUAL_RATE = 30.0


@runtime_checkable
class Capture(Protocol):
    """What is used of OpenCV's VideoCapture; BGR enters here."""

    def isOpened(self) -> bool:  # noqa: N802  OpenCV's name
        """Whether there is a camera."""
        ...

    def read(self) -> tuple[bool, UInt8[np.ndarray, "h w 3"] | None]:
        """Whether there was a picture, and the picture in BGR."""
        ...

    def release(self) -> None:
        """Lets go of the camera."""
        ...


class Camera:
    """A camera's newest frame, again and again; times are seconds since it was opened, by this machine's clock.

    Frames that came while the consumer was busy are passed over; the numbers, which count the frames that the camera
    gave, show it. A camera can be read once: when it is closed, open it again.

    Args:
        number: the camera's number, from 0.
        capture: an open camera.
    """

    def __init__(self, number: int, *, capture: Capture) -> None:
        self._name = f"camera {number}"
        self._capture = capture
        self._problems: list[SourceError] = []
        self._opened = monotonic()
        self._clock = Clock(step=1 / _USUAL_RATE)
        self._count = 0
        self._newest = Newest(self._next, release=capture.release)

    @classmethod
    def open(cls, number: int, *, capture: Capture | None = None) -> "Camera":
        """A camera that is there.

        Args:
            number: the camera's number, from 0.
            capture: something else that gives pictures as OpenCV's VideoCapture does.

        Raises:
            SourceError: there is no such camera, or it is in use; the sentence says which ones there are.
        """
        if not 0 <= number < 2**31:
            raise SourceError(f"Cannot open camera {number}: cameras are numbered from 0.")
        if capture is None:
            import cv2

            with quiet():
                capture = cv2.VideoCapture(number)
        if not capture.isOpened():
            capture.release()
            raise SourceError(f"Cannot open camera {number}: {_shown(cameras())}")
        return cls(number, capture=capture)

    @property
    def facts(self) -> Facts:
        """That it is live."""
        return Facts(name=self._name, moving=True, live=True, frames=None, rate=None)

    @property
    def problems(self) -> list[SourceError]:
        """That the camera stopped giving pictures, if it did."""
        return self._problems

    def __enter__(self) -> "Camera":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the camera; may be called twice."""
        self._newest.stop()

    def __iter__(self) -> Iterator[Frame]:
        return iter(self._newest)

    def _next(self) -> Frame | None:
        """The next picture; None when the camera gives none any more.

        Raises:
            SourceError: it never gave one.
        """
        import cv2

        there, picture = self._capture.read()
        if not there or picture is None:
            if self._count == 0:
                raise SourceError(
                    f"The {self._name} opens but gives no picture: is another program using it?"
                )
            self._problems.append(SourceError(f"The {self._name} gives no more pictures: was it unplugged?"))
            return None
        time = self._clock.tick(monotonic() - self._opened)
        rgb = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)
        frame = Frame.of(rgb, number=self._count, time=time, source=self._name, moving=True)
        self._count += 1
        return frame


def cameras(devices: Path = Path("/dev")) -> list[int] | None:
    """The numbers of this machine's cameras; None where the system has no list of them (only Linux has)."""
    if sys.platform != "linux" or not devices.is_dir():
        return None
    found = [re.fullmatch(r"video(\d+)", path.name) for path in devices.glob("video*")]
    return sorted(int(match[1]) for match in found if match)


def _shown(numbers: list[int] | None) -> str:
    """The end of the sentence on a camera that is not there.

    >>> _shown([0, 1, 2]), _shown([0]), _shown([])
    ('this machine shows cameras 0, 1 and 2.', 'this machine shows camera 0.', 'this machine shows no camera.')
    """
    match numbers:
        case None:
            return "no camera answers there, or another program uses it."
        case []:
            return "this machine shows no camera."
        case [only]:
            return f"this machine shows camera {only}."
        case _:
            *others, last = numbers
            return f"this machine shows cameras {', '.join(map(str, others))} and {last}."
