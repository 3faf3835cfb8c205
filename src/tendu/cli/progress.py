"""Bar: how far long work is, on a terminal's standard error."""

from collections.abc import Callable
from time import monotonic
from types import TracebackType
from typing import Any

# Work that is over by then needs no bar, s.
_PATIENCE = 1.0
# Between two drawings, s.
_STEP = 0.1


class Bar:
    """A progress bar that appears when work takes longer than a second and leaves nothing behind.

    Args:
        shown: whether it may appear at all.
        clock: seconds; for tests.
    """

    def __init__(self, *, shown: bool, clock: Callable[[], float] = monotonic) -> None:
        self._shown = shown
        self._clock = clock
        self._next = clock() + _PATIENCE
        self._rich: Any = None
        self._tasks: dict[str, Any] = {}

    def __enter__(self) -> "Bar":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._rich is not None:
            self._rich.stop()

    def tell(self, what: str) -> Callable[[int, int | None], None]:
        """What is to be called with how much is done, and how much there is or None."""

        def told(done: int, total: int | None) -> None:
            now = self._clock()
            if self._shown and now >= self._next:
                self._next = now + _STEP
                self._draw(what, done, total)

        return told

    def _draw(self, what: str, done: int, total: int | None) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        if self._rich is None:
            # No thread of its own, and standard output is left alone: data goes there.
            self._rich = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
                console=Console(stderr=True),
                auto_refresh=False,
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._rich.start()
        if what not in self._tasks:
            self._tasks[what] = self._rich.add_task(what, total=total)
        self._rich.update(self._tasks[what], completed=done, total=total)
        self._rich.refresh()
