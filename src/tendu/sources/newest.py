"""Newest: frames read in a thread, of which only the newest waits. A slow consumer sees the present, not a backlog."""

from collections.abc import Callable, Iterator
from threading import Condition, Thread

from tendu.frame import Frame

_PATIENCE = 0.5
"""How long a read in progress is waited for at the end, s: Ctrl-C ends within a second whatever the camera does."""


class Newest:
    """The newest frame each time one is asked for; frames that nobody took in time are gone.

    Args:
        read: the next frame, waiting for it; None at the end. Called in the thread only.
        release: called in the thread when reading is over.
    """

    def __init__(self, read: Callable[[], Frame | None], *, release: Callable[[], None]) -> None:
        self._read, self._release = read, release
        self._turn = Condition()
        self._newest: Frame | None = None
        self._error: BaseException | None = None
        self._over = False
        self._thread = Thread(target=self._run, name="tendu newest frame", daemon=True)

    def __iter__(self) -> Iterator[Frame]:
        """Frames until the end of the source or `stop`; errors of `read` come out here."""
        if self._thread.ident is None:
            self._thread.start()
        while True:
            with self._turn:
                while self._newest is None and not self._over:
                    self._turn.wait(0.5)
                frame, self._newest = self._newest, None
                if frame is None:
                    if self._error is not None:
                        raise self._error
                    return
            yield frame

    def stop(self) -> None:
        """Ends reading, waiting a moment for a read in progress; may be called twice."""
        with self._turn:
            self._over = True
            self._newest = None
            self._turn.notify_all()
        if self._thread.ident is None:
            self._thread.start()  # only to release
        self._thread.join(_PATIENCE)

    def _run(self) -> None:
        try:
            while not self._over and (frame := self._read()) is not None:
                with self._turn:
                    self._newest = None if self._over else frame
                    self._turn.notify_all()
        except BaseException as error:  # noqa: BLE001  it is raised in the consumer
            self._error = error
        finally:
            try:
                self._release()
            finally:
                with self._turn:
                    self._over = True
                    self._turn.notify_all()
