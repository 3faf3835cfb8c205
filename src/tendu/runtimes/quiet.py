"""Silence for libraries that chat on stderr while they start.

LiteRT writes "INFO: Created TensorFlow Lite XNNPACK delegate for CPU." from C++ with no level to set: its logger is
compiled in, and neither an environment variable nor an exported function reaches it (ai-edge-litert 2.3.0).
"""

import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from threading import Lock

_TURN = Lock()


@contextmanager
def quiet() -> Generator[None]:
    """While it lasts, stderr of the whole process is held back; all but lines that start with "INFO: " comes after.

    Kept as short as possible by its callers, since other threads write to the same stderr.
    """
    with _TURN, tempfile.TemporaryFile() as held:
        try:
            stderr = os.dup(2)
        except OSError:  # a process without stderr, such as a service: nothing to hold back
            yield
            return
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(stderr, 2)
            held.seek(0)
            kept = b"".join(line for line in held if not line.startswith(b"INFO: "))
            if kept:
                os.write(stderr, kept)
            os.close(stderr)
