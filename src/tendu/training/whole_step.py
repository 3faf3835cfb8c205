"""Whole steps: an interruption waits until what must not be done by halves is done."""

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

_ENDING = (signal.SIGINT, signal.SIGTERM)
"""Ctrl-C, and what asks a process to end."""


@contextmanager
def whole_step() -> Generator[None]:
    """Within, Ctrl-C and SIGTERM wait; afterwards they do what they would have done.

    Signals come to the main thread alone, so in another nothing has to wait. A signal that Python does not handle ends the
    process at once, here as everywhere.
    """
    came: list[int] = []

    def wait(number: int, _frame: FrameType | None) -> None:
        came.append(number)

    mine = threading.current_thread() is threading.main_thread()
    usual = {number: signal.getsignal(number) for number in _ENDING if mine}
    usual = {number: handler for number, handler in usual.items() if callable(handler)}
    for number in usual:
        signal.signal(number, wait)
    try:
        yield
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)
    for number in came[:1]:
        signal.raise_signal(number)
