"""What photos and films are called."""

import re
from pathlib import PurePath

_SUFFIX = re.compile(r"\.(jpe?g|jpe|jfif|png|webp|tiff?|bmp|gif|avif|heic|jp2|p[pgbn]m)", re.IGNORECASE)
FILMS = (".mp4", ".mov", ".m4v", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".wmv")
"""The usual suffixes of films; opened by name, anything is known by its content."""


def is_called_photo(path: PurePath) -> bool:
    """Whether a file is named like a photo and not hidden.

    >>> is_called_photo(PurePath("a.JPG")), is_called_photo(PurePath("._a.jpg")), is_called_photo(PurePath("a.txt"))
    (True, False, False)
    """
    return _SUFFIX.fullmatch(path.suffix) is not None and not path.name.startswith(".")


def by_number(path: PurePath) -> list[tuple[str, int]]:
    """What files are sorted by: names as people count, `f2` before `f10`.

    >>> sorted(map(PurePath, ["f10.jpg", "f2.jpg", "f1b.jpg", "f1.jpg"]), key=by_number)[:3]
    [PurePosixPath('f1.jpg'), PurePosixPath('f1b.jpg'), PurePosixPath('f2.jpg')]
    """
    parts = re.split(r"([0-9]+)", str(path))
    return [(text, int(digits or 0)) for text, digits in zip(parts[::2], [*parts[1::2], ""], strict=True)]
