"""What photos and films are called."""

import re
from pathlib import PurePath

_SUFFIX = re.compile(r"\.(jpe?g|jpe|png|webp|tiff?|bmp|gif|avif|heic|jp2|p[pgbn]m)", re.IGNORECASE)
FILMS = (".mp4", ".mov", ".m4v", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".wmv")
"""The usual suffixes of films; opened by name, anything is known by its content."""


def is_called_photo(path: PurePath) -> bool:
    """Whether a file is named like a photo and not hidden.

    >>> is_called_photo(PurePath("a.JPG")), is_called_photo(PurePath("._a.jpg")), is_called_photo(PurePath("a.txt"))
    (True, False, False)
    """
    return _SUFFIX.fullmatch(path.suffix) is not None and not path.name.startswith(".")
