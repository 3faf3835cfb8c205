"""PartialFile: an output that appears under its name only when it is complete."""

import errno
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tendu.errors import SinkError
from tendu.whole_file import beside


class PartialFile:
    """A file written beside its place under a temporary name, then renamed.

    Args:
        path: where the complete file goes.
        overwrite: whether a file that is there already may be replaced.

    Raises:
        SinkError: the file is there already and may not be replaced, or its folder cannot be made.
    """

    def __init__(self, path: Path, *, overwrite: bool) -> None:
        if path.exists() and not overwrite:
            raise SinkError(f"{path} is there already. Give --overwrite (overwrite=True) to replace it.")
        self.path = path
        self.temporary = beside(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(path, error) from error

    @contextmanager
    def writing(self) -> Generator[Path]:
        """The temporary name, to write the whole file under; complete afterwards, or gone when something failed.

        Raises:
            SinkError: the system refuses.
        """
        try:
            yield self.temporary
            self.complete()
        except SinkError:  # is an OSError, and has its sentence
            raise
        except OSError as error:
            raise unwritable(self.path, error) from error
        finally:
            self.abandon()

    def complete(self) -> None:
        """Gives the file its name.

        Raises:
            SinkError: it cannot be renamed.
        """
        try:
            self.temporary.replace(self.path)
        except OSError as error:
            raise unwritable(self.path, error) from error

    def abandon(self) -> None:
        """Removes what was written; may be called twice."""
        self.temporary.unlink(missing_ok=True)


def unwritable(path: Path, error: OSError) -> SinkError:
    """The sentence for an output that the system refuses.

    >>> print(unwritable(Path("out/a.csv"), OSError(28, "No space left on device")))
    Cannot write out/a.csv: the disk is full.
    """
    reason = {
        errno.ENOSPC: "the disk is full",
        errno.EACCES: "permission is denied",
        errno.EROFS: "the disk is read-only",
        errno.ENOTDIR: "a part of its path is a file, not a folder",
    }.get(error.errno or 0, error.strerror or str(error))
    return SinkError(f"Cannot write {path}: {reason}.")
