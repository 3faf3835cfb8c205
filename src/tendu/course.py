"""The course of a run: where its time goes, how many people there were, and that Ctrl-C leaves whole outputs."""

from collections.abc import Callable
from signal import SIG_DFL, SIG_IGN, SIGINT, SIGTERM, Signals, getsignal, signal
from threading import current_thread, main_thread
from typing import Any, Literal, get_args

from tendu.pose import Poses

Stage = Literal["open", "read", "look", "track", "draw", "write"]
"""Where time goes: opening everything and loading the model; waiting for the source; the model; telling people apart
and smoothing; drawing; handing over to the outputs and completing them."""

STAGES: tuple[Stage, ...] = get_args(Stage)


class Laps:
    """Seconds since the end of the lap before, added up by stage."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.seconds: dict[Stage, float] = dict.fromkeys(STAGES, 0.0)
        self._clock = clock
        self._since = clock()

    def end(self, stage: Stage) -> None:
        """The lap ends here and was spent on this stage."""
        now = self._clock()
        self.seconds[stage] += now - self._since
        self._since = now


class Tally:
    """How many frames and people there were."""

    def __init__(self) -> None:
        self.frames = 0
        self._found = 0
        self._most = 0

    def add(self, poses: Poses) -> None:
        """One more frame."""
        self.frames += 1
        self._found += len(poses)
        self._most = max(self._most, len(poses))

    def people(self, *, moving: bool) -> int:
        """The most in one frame of a film; all of photos."""
        return self._most if moving else self._found


class Completing:
    """While outputs are completed, Ctrl-C does not leave them half written; nor does SIGTERM where it is taken for that.

    Args:
        always: or only after a first one, where a window waits for it.
    """

    def __init__(self, *, always: bool) -> None:
        self._before: dict[Signals, Any] = {}
        self._always = always

    def __enter__(self) -> "Completing":
        return self

    def begin(self, kind: type[BaseException] | None, *_: object) -> None:
        """From here on Ctrl-C is not heard; only a process's first thread may say so."""
        if (self._always or kind is KeyboardInterrupt) and current_thread() is main_thread():
            for number in (SIGINT, SIGTERM):
                if getsignal(number) not in {None, SIG_DFL}:
                    self._before[number] = signal(number, SIG_IGN)

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal(number, handler)
