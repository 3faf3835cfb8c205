"""Files that appear under their names only when they are whole."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4


def beside(path: Path) -> Path:
    """A hidden name of its own next to a path, to write under first; the suffix stays last, as encoders choose by it."""
    return path.with_name(f".{path.stem}.{uuid4().hex[:12]}.partial{path.suffix}")


@contextmanager
def whole_file(path: Path) -> Generator[Path]:
    """A name to write a file under, which becomes `path` afterwards; when something fails, `path` stays as it was.

    Raises:
        OSError: it cannot be renamed.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with whole_file(Path(folder) / "a.txt") as temporary:
    ...         _ = temporary.write_text("all of it")
    ...     [path.name for path in Path(folder).iterdir()]
    ['a.txt']
    """
    temporary = beside(path)
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
