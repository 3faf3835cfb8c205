"""Shards: crops that were cut before, in tar files with a line of labels for each."""

import json
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32, UInt8

from tendu.errors import DataError, SourceError
from tendu.training.naming import Naming
from tendu.training.rows import ROOM, SIDE, Cut, Row, keypoints_of


def shard_rows(path: Path, limit: int | None, cut: Cut, naming: Naming) -> list[Row]:
    """The rows of a `.jsonl`; a line whose people are none shows nobody.

    Args:
        path: the labels; shards of `name.jsonl` are `name-000.tar` and so on beside it.
        limit: read no more than this.
        cut: what is asked for; shards have a side of 256 and their own room.
        naming: the names of the points; COCO's 17, where none are given for the labels.

    Raises:
        DataError: another side or room is asked for, or the model has none of the points.
        SourceError: the labels, a shard or a crop in it cannot be read.
    """
    if cut != Cut():
        raise DataError(
            f"The crops of {path} are {SIDE} px wide, {ROOM:g} times their person's box, and are not cut anew for a side of "
            f"{cut.side} and a room of {cut.room:g}: leave both out."
        )
    names = naming.names()
    naming.refuse_strangers(path, names)
    shards: dict[int, tarfile.TarFile] = {}
    rows: list[Row] = []
    with ExitStack() as opened:
        for number, line in _lines(path):
            if limit is not None and len(rows) >= limit:
                break
            try:
                entry = json.loads(line)
                people = naming.placed(_people(entry["people"], names), names)
                name, shard = str(entry["file"]), _number(entry["shard"])
                photo = str(entry.get("source", name))
            except (ValueError, KeyError, TypeError) as error:
                came = f"it lacks {error}" if isinstance(error, KeyError) else error
                raise SourceError(
                    f"Line {number} of {path} is no label: expected file, shard and people of {len(names)} x (x, y, v) each; {came}."
                ) from error
            if shard not in shards:
                shards[shard] = opened.enter_context(_shard(path.with_name(f"{path.stem}-{shard:03d}.tar")))
            rows.append((_Crop(_member(shards[shard], name, path), name), people, photo))
    return rows


def _people(given: Any, names: Sequence[str]) -> Float32[np.ndarray, "p j 3"]:
    if not isinstance(given, list):
        raise ValueError(f"people are a list, not {given!r:.60}")  # noqa: TRY004 - a value in a file, not an argument
    return np.array([keypoints_of(one, names) for one in given], np.float32).reshape(-1, len(names), 3)


def _number(given: Any) -> int:
    if type(given) is not int or given < 0:
        raise ValueError(f"shard is a whole number of 0 or more, not {given!r:.60}")
    return given


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with path.open(encoding="utf-8") as file:
            yield from enumerate(file, 1)
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"Cannot read the labels {path}: {error}.") from error


def _member(shard: tarfile.TarFile, name: str, labels: Path) -> bytes:
    try:
        file = shard.extractfile(name)
        content = None if file is None else file.read()
    except tarfile.ReadError as error:
        raise SourceError(f"The shard {shard.name} is cut short: {error}. Load it again.") from error
    except (KeyError, OSError, tarfile.TarError):
        content = None
    if content is None and not _has_its_end(shard):
        raise SourceError(f"The shard {shard.name} is cut short: it lacks {name} and its end. Load it again.")
    if content is None:
        raise SourceError(
            f"{labels} names {name}, which its shard lacks. Load both again, or correct the labels."
        )
    return content


def _has_its_end(shard: tarfile.TarFile) -> bool:
    """Whether it ends in two blocks of zeros, as whole ones do (POSIX.1-2017, pax, "ustar Interchange Format")."""
    return Path(str(shard.name)).read_bytes()[-1024:] == bytes(1024)


def _shard(path: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(path, "r:")  # no compressed one, which cannot be read out of turn
    except OSError as error:
        raise SourceError(
            f"The shard {path} cannot be read: {error.strerror or error}. Load it again."
        ) from error
    except tarfile.TarError as error:
        raise SourceError(
            f"The shard {path} is no .tar file, or is cut short: {error}. Load it again."
        ) from error


@dataclass(frozen=True)
class _Crop:
    """A crop as its file has it, decoded when called."""

    content: bytes
    name: str

    def __call__(self) -> UInt8[np.ndarray, "256 256 3"]:
        import cv2

        picture = cv2.imdecode(np.frombuffer(self.content, np.uint8), cv2.IMREAD_COLOR_RGB)
        if picture is None or picture.shape != (SIDE, SIDE, 3):
            found = "no picture" if picture is None else f"a picture of {picture.shape}"
            raise SourceError(
                f"A training crop is {SIDE} x {SIDE}; {self.name} is {found}. Load its shard again."
            )
        return picture.astype(np.uint8, copy=False)
