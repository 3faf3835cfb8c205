"""Photos: files read one after another; read_photo: one of them as a frame."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType

from tendu.errors import SourceError
from tendu.file_names import FILMS, by_number, is_called_photo
from tendu.frame import Frame
from tendu.sources.decoding import decode_photo
from tendu.sources.source import Facts


def read_photo(photo: str | Path | bytes, *, name: str = "") -> Frame:
    """A photo as a frame: upright, RGB, 8 bit.

    What is transparent is black. Of an animation it is the first picture. A photo whose longer side is 3840 px or
    more is decoded smaller for the model; its coordinates and `Frame.image` are those of the full size.

    Args:
        photo: a file, or a file's bytes.
        name: what it is called in the stamp and in errors; the path when empty.

    Raises:
        SourceError: it cannot be read: it is not there, is empty, cut short, or no photo.
    """
    return _read(photo, number=0, name=name or ("photo" if isinstance(photo, bytes) else str(photo)))


class Photos:
    """Photos one after another, each a picture of its own; every time is 0.0, numbers count files.

    A photo that cannot be read is skipped and noted in `problems`; where none can be read, iterating raises.

    Args:
        paths: the files, in order.
        name: what they are called together.
        every: which of them are read: 2 reads every second one.
        left_out: what is known beforehand to be no photo; it begins `problems`.
    """

    def __init__(
        self, paths: Sequence[Path], *, name: str = "", every: int = 1, left_out: tuple[SourceError, ...] = ()
    ) -> None:
        self._chosen = tuple(enumerate(paths))[::every]
        self._name = name or (str(paths[0]) if len(paths) == 1 else f"{len(paths)} photos")
        self._left_out = left_out
        self._broken: list[SourceError] = []

    @classmethod
    def of_folder(cls, folder: Path, *, every: int = 1) -> "Photos":
        """The photos in a folder, by name; not those in its subfolders, nor hidden ones, nor files of other names.

        Raises:
            SourceError: it has none, or cannot be listed.
        """
        try:
            files = [path for path in folder.iterdir() if path.is_file()]
        except OSError as error:
            raise SourceError(f"Cannot read the folder {folder}: {error.strerror}.") from error
        paths = sorted((path for path in files if is_called_photo(path)), key=by_number)
        films = len([path for path in files if path.suffix.lower() in FILMS])
        alone = f"{counted(films, 'film')}, and films are opened one at a time"
        if not paths:
            others = alone if films else f"{counted(len(files), 'file')}, none called .jpg, .png, …"
            raise SourceError(f"The folder {folder} has no photos: {others}.")
        left = (SourceError(f"{folder} has {alone}: left out."),)
        return cls(paths, name=str(folder), every=every, left_out=left if films else ())

    @property
    def facts(self) -> Facts:
        """How many there are."""
        return Facts(name=self._name, moving=False, live=False, frames=len(self._chosen), rate=None)

    @property
    def problems(self) -> list[SourceError]:
        """Which photos were skipped so far, and why."""
        return [*self._left_out, *self._broken]

    def __enter__(self) -> "Photos":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Does nothing: each file is closed as soon as it is read."""

    def __iter__(self) -> Iterator[Frame]:
        self._broken = []
        for number, path in self._chosen:
            try:
                frame = _read(path, number=number, name=str(path))
            except SourceError as error:
                self._broken.append(error)
            else:
                yield frame
        if self._broken and len(self._broken) == len(self._chosen):
            if len(self._chosen) == 1:
                raise self._broken[0]
            raise SourceError(
                f"None of the {len(self._chosen)} photos of {self._name} can be read. {self._broken[0]}"
            )


def counted(n: int, thing: str) -> str:
    """A number with its noun.

    >>> counted(1, "film"), counted(2, "film")
    ('1 film', '2 films')
    """
    return f"{n} {thing}{'' if n == 1 else 's'}"


def read_bytes(path: Path, *, limit: int = -1) -> bytes:
    """A file's bytes, at most so many; never none.

    Raises:
        SourceError: it cannot be read or is empty.
    """
    try:
        with path.open("rb") as file:
            data = file.read(limit)
    except OSError as error:
        reasons: dict[type[OSError], str] = {
            FileNotFoundError: "there is no such file",
            IsADirectoryError: "it is a folder",
            PermissionError: "permission is denied",
        }
        reason = reasons.get(type(error)) or error.strerror
        raise SourceError(f"Cannot read {path}: {reason}.") from error
    if not data:
        raise SourceError(f"Cannot read {path}: it is empty (0 bytes).")
    return data


def _read(photo: str | Path | bytes, *, number: int, name: str) -> Frame:
    """A photo as the frame of that number."""
    data = photo if isinstance(photo, bytes) else read_bytes(Path(photo))
    return Frame.of(decode_photo(data, name), number=number, source=name)
