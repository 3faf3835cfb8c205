"""Showing: a window that shows a run: films at their own pace, photos until it is closed."""

from collections.abc import Callable
from time import monotonic, sleep
from types import TracebackType
from typing import ClassVar, Literal

from tendu.frame import Frame
from tendu.sinks.screen import Screen

# How often a window that waits looks after its keys and buttons, s.
_GLANCE = 0.05


class Showing:
    """Pictures in a window.

    Args:
        paced: a film is shown no faster than its times say; when it is late it catches up.
        held: the last picture stays until the window is closed.
        screen: what shows the pictures.
        clock: seconds; for tests.
        wait: waits so many seconds; for tests.
    """

    takes: ClassVar[Literal["pictures"]] = "pictures"

    def __init__(
        self,
        *,
        paced: bool,
        held: bool,
        screen: Screen | None = None,
        clock: Callable[[], float] = monotonic,
        wait: Callable[[float], None] = sleep,
    ) -> None:
        self._paced, self._held = paced, held
        self._screen = Screen() if screen is None else screen
        self._clock, self._wait = clock, wait
        self._began: float | None = None
        self._shown = False

    def __enter__(self) -> "Showing":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            while self._held and kind is None and self._shown and not self.closed:
                self._wait(_GLANCE)
                self._screen.attend()
        finally:
            self.close()

    @property
    def closed(self) -> bool:
        """Whether the window is gone."""
        return self._screen.closed

    def write(self, frame: Frame, /) -> None:
        """Shows a picture, when its time has come.

        Raises:
            SinkError: there is no screen, or Python has no tkinter.
        """
        if self._paced:
            now = self._clock()
            if self._began is None:
                self._began = now - frame.time
            due = self._began + frame.time
            while (left := due - self._clock()) > 0 and not self.closed:
                self._wait(min(left, _GLANCE))
                self._screen.attend()
        self._screen.write(frame)
        self._shown = True

    def close(self) -> None:
        """Closes the window; may be called twice."""
        self._screen.close()
