"""Crops: training pictures decoded into memory with the people in them, from tar + jsonl shards or a COCO folder.

Every crop is made for one person, whose box takes 1 / 1.9 of the crop's side and sits in its middle. Pictures stay
decoded, so that loading never waits for a disk: 10,000 crops take 2 GB.
"""

import json
import tarfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float32, Int64, UInt8

from tendu.errors import SourceError
from tendu.frame import Frame
from tendu.window import Window

SIDE = 256
"""Pixels of a crop's side."""

ROOM = 1.9
"""The crop's side over the longer side of its person's box."""


@dataclass(frozen=True, eq=False)
class Crops:
    """Pictures and people.

    Attributes:
        pictures: uint8 (n, 256, 256, 3), RGB.
        people: for each picture float32 (p, 17, 3): x, y in crop pixels and v (0 not labelled, 1 hidden, 2 visible);
            the first is whom the crop is made for.
        sources: for each picture the photo that it is cut from.
    """

    pictures: UInt8[np.ndarray, "n 256 256 3"]
    people: tuple[Float32[np.ndarray, "p 17 3"], ...]
    sources: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.people)

    def parted(self, part: float, *, seed: int = 0) -> tuple["Crops", "Crops"]:
        """These crops in two: those of most photos, and those of a part of the photos, which may be none.

        Args:
            part: of the photos, 0 to 1; all crops of a photo are on one side.
            seed: of the chance that chooses them.
        """
        photos = sorted(set(self.sources))
        chosen = np.random.default_rng(seed).permutation(len(photos))[: round(part * len(photos))]
        held = {photos[i] for i in chosen}
        apart = np.array([source in held for source in self.sources])
        return self._only(np.flatnonzero(~apart)), self._only(np.flatnonzero(apart))

    def _only(self, rows: Int64[np.ndarray, "k"]) -> "Crops":
        several = rows.tolist()
        # All rows are all of the pictures: gigabytes, which need no copy.
        pictures = self.pictures if len(several) == len(self) else self.pictures[rows]
        return Crops(
            pictures, tuple(self.people[i] for i in several), tuple(self.sources[i] for i in several)
        )


def read_crops(path: Path, *, limit: int | None = None) -> Crops:
    """The crops of a set: a `.jsonl` with its tar shards beside it, or a COCO `person_keypoints` `.json`.

    Args:
        path: the file with the labels. Shards of `name.jsonl` are `name-000.tar` and so on; COCO's pictures are in
            the folder `images` beside the `.json`, or directly beside it.
        limit: read no more crops than this.

    Raises:
        SourceError: a file is missing or unreadable, or labels do not fit.
    """
    rows = _shard_rows(path, limit) if path.suffix == ".jsonl" else _coco_rows(path, limit)
    with ThreadPoolExecutor() as pool:
        drawn = list(pool.map(_drawn, rows))
    if not drawn:
        raise SourceError(f"{path} has no labelled person. Give a file with keypoints.")
    people = tuple(row[1] for row in rows)
    return Crops(np.stack(drawn), people, tuple(row[2] for row in rows))


_Row = tuple[Callable[[], UInt8[np.ndarray, "256 256 3"]], Float32[np.ndarray, "p 17 3"], str]
"""What gives the crop, the people in it, the photo that it is cut from."""


def _drawn(row: _Row) -> UInt8[np.ndarray, "256 256 3"]:
    return row[0]()


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with path.open(encoding="utf-8") as file:
            yield from enumerate(file, 1)
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"Cannot read the labels {path}: {error}.") from error


def _shard_rows(path: Path, limit: int | None) -> list[_Row]:
    shards: dict[int, tarfile.TarFile] = {}
    rows: list[_Row] = []
    with ExitStack() as opened:
        for number, line in _lines(path):
            if limit is not None and len(rows) >= limit:
                break
            try:
                entry = json.loads(line)
                people = np.asarray(entry["people"], np.float32).reshape(-1, 17, 3)
                name, shard = str(entry["file"]), int(entry["shard"])
                photo = str(entry.get("source", name))
            except (ValueError, KeyError, TypeError) as error:
                raise SourceError(
                    f"Line {number} of {path} is no label: expected file, shard and people of 17 x (x, y, v); {error!r}."
                ) from error
            if shard not in shards:
                shards[shard] = opened.enter_context(_shard(path.with_name(f"{path.stem}-{shard:03d}.tar")))
            rows.append((_Crop(_member(shards[shard], name, path), name), _inside(people), photo))
    return rows


def _member(shard: tarfile.TarFile, name: str, labels: Path) -> bytes:
    try:
        file = shard.extractfile(name)
        content = None if file is None else file.read()
    except (KeyError, OSError, tarfile.TarError):
        content = None
    if content is None:
        raise SourceError(f"{labels} names {name}, which its shard lacks. Load the shard again.")
    return content


def _shard(path: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(path)
    except (OSError, tarfile.TarError) as error:
        raise SourceError(f"The shard {path} cannot be read: {error}. Load it again.") from error


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


def _coco_rows(path: Path, limit: int | None) -> list[_Row]:
    try:
        labels = json.loads(path.read_text(encoding="utf-8"))
        files = {image["id"]: image["file_name"] for image in labels["images"]}
        annotations = labels["annotations"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SourceError(f"Cannot read {path} as COCO keypoints: {error!r}.") from error
    folder = path.with_name("images") if path.with_name("images").is_dir() else path.parent
    everyone: dict[int, list[Float32[np.ndarray, "17 3"]]] = {}
    wanted: list[tuple[int, int, Window]] = []
    for entry in annotations:
        points = np.asarray(entry.get("keypoints", []), np.float32)
        if points.size != 51 or entry.get("iscrowd") or not (points[2::3] > 0).any():
            continue
        mine = everyone.setdefault(entry["image_id"], [])
        left, top, width, height = entry["bbox"]
        side = ROOM * max(width, height, 1.0)
        wanted.append(
            (entry["image_id"], len(mine), Window.centred(left + width / 2, top + height / 2, side, side))
        )
        mine.append(points.reshape(17, 3))
    rows: list[_Row] = []
    for image, first, window in wanted[:limit]:
        order = [first, *(i for i in range(len(everyone[image])) if i != first)]
        people = np.stack([everyone[image][i] for i in order])
        people[..., :2] = window.to_unit(people[..., :2] + 0.5) * SIDE
        rows.append((_Window(folder / files[image], window), _inside(people), files[image]))
    return rows


def _inside(people: Float32[np.ndarray, "p 17 3"]) -> Float32[np.ndarray, "p 17 3"]:
    """The people of a crop; a point that lies outside it counts as not labelled."""
    seen = ((people[..., :2] > 0) & (people[..., :2] < SIDE)).all(axis=-1) & (people[..., 2] > 0)
    return np.where(seen[..., None], people, np.float32(0))


@dataclass(frozen=True)
class _Window:
    """A crop of a photo, read when called."""

    path: Path
    window: Window

    def __call__(self) -> UInt8[np.ndarray, "256 256 3"]:
        import cv2

        photo = cv2.imread(str(self.path), cv2.IMREAD_COLOR_RGB)
        if photo is None:
            raise SourceError(f"Cannot read the photo {self.path}, which the labels name.")
        return Frame.of(photo.astype(np.uint8, copy=False)).sample(self.window, SIDE, SIDE)
