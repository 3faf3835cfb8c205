"""open_source: anything that holds pictures, opened by what it is."""

import re
import sys
from collections.abc import Iterable, Iterator
from glob import glob, has_magic
from itertools import chain, islice
from math import inf
from pathlib import Path
from typing import cast

import numpy as np
from jaxtyping import UInt8

from tendu.errors import DataError, SourceError
from tendu.file_names import by_number, is_called_photo
from tendu.frame import Frame
from tendu.sources import photo_header
from tendu.sources.animation import Animation
from tendu.sources.camera import Camera
from tendu.sources.container import open_container
from tendu.sources.cut import Cut
from tendu.sources.given import Given, Picture
from tendu.sources.images import Photos, read_bytes, read_photo
from tendu.sources.source import Source
from tendu.sources.stream import Stream
from tendu.sources.video import Film

_LIVE = {"rtsp", "rtsps", "rtmp", "rtmps", "srt", "rtp", "udp", "tcp"}
_EXPECTED = (
    "A source is a photo, a folder or pattern of photos, a film, the number of a camera, an http or rtsp address, "
    '"-" for stdin, or pictures as arrays.'
)

Spec = (
    str
    | Path
    | int
    | bytes
    | UInt8[np.ndarray, "h w 3"]
    | UInt8[np.ndarray, "n h w 3"]
    | Iterable[str | Path | Picture]
    | Source
)


def open_source(
    spec: Spec, *, every: int = 1, start: float | None = None, end: float | None = None
) -> Source:
    """A source of frames, whatever it is; files are told apart by their content, not by their names.

    Args:
        spec: a photo, film, folder or pattern ("day1/*.jpg"); a camera's number, also as text; an http or https address
            of a film; an address of a live stream (rtsp, rtmp, srt, rtp, udp, tcp, or http without an end); "-" or
            bytes for a photo or film in memory; an RGB array, several, or frames; photos' paths, in a list or one by one;
            a source that is open, which is given back.
        every: which frames of a film, or photos, are given: 2 gives every second one.
        start: seconds into a film; earlier frames are left out.
        end: seconds into a film; frames from there on are left out.

    Raises:
        SourceError: it cannot be opened, or it is nothing of these.
        DataError: a cut is asked of something that has no length, or its numbers are out of range.

    >>> with open_source(np.zeros((4, 6, 3), np.uint8)) as source:
    ...     [(frame.number, frame.stamp.width) for frame in source]
    [(0, 6)]
    """
    cut = Cut(every=every, start=start or 0.0, end=inf if end is None else end)
    match spec:
        case int() if not isinstance(spec, bool):
            return _camera(spec, cut)
        case bytes():
            return _open_bytes(spec, cut, name="bytes")
        case Path():
            return _open_path(spec, cut)
        case str():
            return _open_text(spec, cut)
        case Source():
            if cut != Cut():
                raise DataError(
                    f"every, start and end are said where a source is opened; {spec.facts.name} is open already."
                )
            return spec
        case Iterable():
            return _open_many(spec, cut)
        case _:
            raise SourceError(f"Cannot open {spec!r}. {_EXPECTED}")


def _open_many(
    many: UInt8[np.ndarray, "h w 3"] | UInt8[np.ndarray, "n h w 3"] | Iterable[str | Path | Picture], cut: Cut
) -> Source:
    if isinstance(many, list | tuple) and many and all(isinstance(item, str | Path) for item in many):
        return _photos([Path(str(item)) for item in many], cut, name="")
    if isinstance(many, Iterator):
        return _open_first(many, cut)
    _refuse(cut, "an array")
    if isinstance(many, np.ndarray):
        return Given([many] if many.ndim == 3 else list(many))
    return Given(cast("Iterable[Picture]", many))  # each is looked at as it comes


def _open_first(many: Iterator[str | Path | Picture], cut: Cut) -> Source:
    """What comes one by one: its first two tell what it is. Names are read to the end, pictures as they come."""
    first = list(islice(many, 1))
    if first and isinstance(first[0], Frame):
        # Whoever gives it may write the next picture into its array.
        first = [first[0].kept(), *islice(many, 1)]
    if first and isinstance(first[0], str | Path):
        return _open_many(first + list(many), cut)
    _refuse(cut, "a generator of pictures")
    stamps = [one.stamp for one in first if isinstance(one, Frame)]
    moving = any(stamp.moving for stamp in stamps) or (len(stamps) == 2 and stamps[0].time < stamps[1].time)
    return Given(cast("Iterable[Picture]", chain(first, many)), moving=moving)


def _open_text(spec: str, cut: Cut) -> Source:
    if not spec.strip():
        raise SourceError(f"Cannot open an empty name. {_EXPECTED}")
    if spec == "-":
        if sys.stdin is None:  # pyright: ignore[reportUnnecessaryComparison]  so it is where a shell closed it
            raise SourceError("Cannot read standard input: it is closed.")
        return _open_bytes(sys.stdin.buffer.read(), cut, name="stdin")
    if scheme := re.match(r"([a-z][a-z0-9+.-]+)://", spec, re.IGNORECASE):
        return _open_address(spec, scheme[1].lower(), cut)
    path = Path(spec)
    if spec.isdecimal() and not path.exists():
        return _camera(int(spec), cut)
    if not path.exists() and has_magic(spec):
        return _open_pattern(spec, cut)
    return _open_path(path, cut)


def _open_path(path: Path, cut: Cut) -> Source:
    if path.is_dir():
        _refuse(cut, "a folder of photos", every=True)
        return Photos.of_folder(path, every=cut.every)
    if not path.exists():
        raise SourceError(f"Cannot read {path}: there is no such file. {_EXPECTED}")
    match photo_header.kind(read_bytes(path, limit=64)):
        case None:
            return Film.open(path, cut=cut)
        case "gif" | "webp" as kind:
            data = read_bytes(path)
            if photo_header.is_animated(data):
                return (
                    Film.open(path, cut=cut)
                    if kind == "gif"
                    else Animation.open(data, name=str(path), cut=cut)
                )
        case _:
            pass
    return _photos([path], cut, name=str(path))


def _open_bytes(data: bytes, cut: Cut, *, name: str) -> Source:
    if not data:
        raise SourceError(f"Cannot read {name}: it is empty (0 bytes).")
    kind = photo_header.kind(data)
    if kind == "webp" and photo_header.is_animated(data):
        return Animation.open(data, name=name, cut=cut)
    if kind is None or photo_header.is_animated(data):
        return Film.open(data, name=name, cut=cut)
    _refuse(cut, "a photo")
    return Given([read_photo(data, name=name)])


def _open_pattern(pattern: str, cut: Cut) -> Source:
    found = glob(pattern, recursive=True)  # noqa: PTH207  Path.glob takes no absolute patterns
    files = sorted((path for path in map(Path, found) if path.is_file()), key=by_number)
    if not files:
        raise SourceError(f"No file matches {pattern}.")
    if len(files) == 1:
        return _open_path(files[0], cut)
    photos = [path for path in files if is_called_photo(path)]
    if not photos:
        raise SourceError(
            f"{pattern} matches {len(files)} files and no photo; films are opened one at a time."
        )
    return _photos(photos, cut, name=pattern)


def _open_address(address: str, scheme: str, cut: Cut) -> Source:
    if scheme in {"http", "https"}:
        with open_container(address, address) as container:
            # Recordings of browsers have a size and state no duration; a playlist's size says nothing.
            ends = container.size > 0 and container.format.name not in {"hls", "dash"}
            ends = ends or container.duration is not None
        if ends:
            return Film.open(address, cut=cut)
    elif scheme not in _LIVE:
        known = ", ".join(["http", "https", *sorted(_LIVE)])
        raise SourceError(f"Cannot open {address}: addresses start with one of {known}.")
    _refuse(cut, "a live stream")
    return Stream.open(address)


def _photos(paths: list[Path], cut: Cut, *, name: str) -> Source:
    _refuse(cut, "a photo", every=True)
    return Photos(paths, name=name, every=cut.every)


def _camera(number: int, cut: Cut) -> Source:
    _refuse(cut, "a camera")
    return Camera.open(number)


def _refuse(cut: Cut, what: str, *, every: bool = False) -> None:
    """Raises where a cut is asked of something that cannot be cut."""
    if not cut.is_whole:
        raise DataError(f"start and end cut films; {what} has no length to cut.")
    if cut.every > 1 and not every:
        raise DataError(f"every thins out films and photos, not {what}.")
