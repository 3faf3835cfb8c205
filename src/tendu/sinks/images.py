"""PictureFile and PictureFolder: pictures as .jpg, .png or .webp files."""

from pathlib import Path, PurePath
from types import TracebackType
from typing import ClassVar, Literal

import numpy as np
from jaxtyping import UInt8

from tendu.errors import SinkError
from tendu.frame import Frame
from tendu.sinks.partial import PartialFile, unwritable

PICTURE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
# Of JPEG and WebP, 0 to 100: no visible loss, a fifth of the PNG's size. JPEG keeps colour in full detail, as thin
# coloured lines smear otherwise.
_QUALITY = 92


class PictureFile:
    """One picture going into a file.

    Args:
        path: where it goes: .jpg, .jpeg, .png or .webp.
        overwrite: whether a file that is there already may be replaced.

    Raises:
        SinkError: the suffix is another, the file is there already and may not be replaced, or its folder cannot be
            made.
    """

    takes: ClassVar[Literal["pictures"]] = "pictures"

    def __init__(self, path: Path, *, overwrite: bool = False) -> None:
        if path.suffix.lower() not in PICTURE_SUFFIXES:
            raise SinkError(f"A picture is written as {', '.join(PICTURE_SUFFIXES)}, not as {path.name!r}.")
        self._file = PartialFile(path, overwrite=overwrite)
        self._written = False
        self._closed = False

    def __enter__(self) -> "PictureFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def write(self, frame: Frame | UInt8[np.ndarray, "h w 3"], /) -> None:
        """Writes the picture, which is complete at once.

        Raises:
            SinkError: it is the second picture, or the file cannot be written or is closed.
        """
        path = self._file.path
        if self._closed:
            raise _closed(path)
        if self._written:
            raise self.too_many()
        save(self._file, Frame.given(frame).image)
        self._written = True

    def too_many(self) -> SinkError:
        """The error for a second picture."""
        path = self._file.path
        return SinkError(
            f"{path} holds one picture and there are more. Name a folder ({path.with_suffix('')}/) or a film "
            f"({path.with_suffix('.mp4')}) instead."
        )

    def close(self) -> None:
        """Ends the writing; may be called twice."""
        self._closed = True


class PictureFolder:
    """Pictures going into a folder, a .jpg each.

    A photo keeps its name, "squat.png" becoming "squat.jpg"; a film's frames are "frame_000012.jpg" by number. A name
    that this run has used already gets a number, "squat_2.jpg", so that photos of one name in several folders stay
    apart.

    Args:
        path: the folder; it is made.
        overwrite: whether files that are there already may be replaced.

    Raises:
        SinkError: the folder cannot be made, or is a file.
    """

    takes: ClassVar[Literal["pictures"]] = "pictures"

    def __init__(self, path: Path, *, overwrite: bool = False) -> None:
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(path, error) from error
        self._path = path
        self._overwrite = overwrite
        self._used: set[str] = set()
        self._closed = False

    def __enter__(self) -> "PictureFolder":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def write(self, frame: Frame | UInt8[np.ndarray, "h w 3"], /) -> None:
        """Writes a picture, which is complete at once.

        Raises:
            SinkError: a file of that name was there before or is the photo itself, it cannot be written, or the folder
                is closed.
        """
        if self._closed:
            raise _closed(self._path)
        frame = Frame.given(frame)
        stem = name_of(frame)
        name, count = stem, 1
        while name.casefold() in self._used:
            count += 1
            name = f"{stem}_{count}"
        path = self._path / f"{name}.jpg"
        if path.exists() and Path(frame.stamp.source).exists() and path.samefile(frame.stamp.source):
            raise SinkError(f"{path} is what is read: name another folder.")
        save(PartialFile(path, overwrite=self._overwrite), frame.image)
        self._used.add(name.casefold())

    def close(self) -> None:
        """Ends the writing; may be called twice."""
        self._closed = True


def _closed(path: Path) -> SinkError:
    return SinkError(f"{path} is closed. Open a new sink to write more.")


def name_of(frame: Frame) -> str:
    """What a frame's file is called, without suffix.

    >>> picture = np.zeros((1, 1, 3), np.uint8)
    >>> name_of(Frame.of(picture, source="gym/squat.png")), name_of(Frame.of(picture, number=12, source="gym.mp4"))
    ('squat', 'frame_000012')
    """
    return PurePath(frame.stamp.source).stem if frame.stamp.is_photo else f"frame_{frame.number:06d}"


def save(file: PartialFile, image: UInt8[np.ndarray, "h w 3"]) -> None:
    """Writes an RGB picture in the format of the file's suffix; the file appears complete or not at all.

    Raises:
        SinkError: the disk refuses, or the format cannot hold a picture of that size.
    """
    content = encoded(image, file.path)
    with file.writing() as temporary:
        temporary.write_bytes(content)


def encoded(image: UInt8[np.ndarray, "h w 3"], path: Path) -> bytes:
    """An RGB picture as the bytes of a file with that path's suffix.

    Raises:
        SinkError: the format cannot hold a picture of that size.
    """
    import cv2

    jpeg = [
        cv2.IMWRITE_JPEG_QUALITY,
        _QUALITY,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
    ]
    # An encoder warns on stderr of options that are not its own.
    options = {".jpg": jpeg, ".jpeg": jpeg, ".webp": [cv2.IMWRITE_WEBP_QUALITY, _QUALITY]}
    suffix = path.suffix.lower()
    picture = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    done, content = cv2.imencode(suffix, picture, options.get(suffix, []))
    if not done:
        height, width = image.shape[:2]
        raise SinkError(
            f"Cannot write {path}: {path.suffix} does not hold {width} × {height} px. Write .png, which does."
        )
    return content.tobytes()
