"""Crops: training pictures decoded into memory with the people in them, whatever labels they come from.

A crop is made for one person, whose box takes 1 / 1.9 of its side and sits in its middle, or shows nobody. Pictures stay
decoded, so that loading never waits for a disk: 10,000 crops of 256 px take 2 GB, of 384 px 4.4 GB.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

import numpy as np
from jaxtyping import Float32, Int64, UInt8

from tendu.errors import DataError, SourceError
from tendu.skeleton import COCO17, Skeleton
from tendu.training.coco import coco_rows
from tendu.training.found import found_rows
from tendu.training.naming import Naming
from tendu.training.photos import leeds_rows, voc_rows
from tendu.training.recipe import Recipe, Set
from tendu.training.rows import ROOM, SIDE, SIDES, Cut, inside
from tendu.training.shards import shard_rows

_People = Float32[np.ndarray, "_ k 3"]


@dataclass(frozen=True, eq=False)
class Crops:
    """Pictures and people.

    Attributes:
        pictures: uint8 (n, s, s, 3), RGB.
        people: for each picture float32 (p, k, 3): x, y in crop pixels and v (0 not labelled, 1 hidden, 2 visible);
            the first is whom the crop is made for, without labelled points where only a box is known; p is 0 where
            nobody is in it.
        sources: for each picture the photo that it is cut from.
        skeleton: whose points the people have.
        room: the side of the pictures over the longer side of their person's box.
    """

    pictures: UInt8[np.ndarray, "n s s 3"]
    people: tuple[_People, ...]
    sources: tuple[str, ...]
    skeleton: Skeleton = COCO17
    room: float = ROOM

    @property
    def side(self) -> int:
        """Of the pictures, px."""
        return self.pictures.shape[1]

    @property
    def box(self) -> float:
        """The longer side of the box of whom a picture is made for, px."""
        return self.side / self.room

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

    def labelled(self) -> "Crops":
        """Those whose own person has a labelled point, and those that show nobody."""
        rows = [row for row, people in enumerate(self.people) if people[:1, :, 2].any() or not len(people)]
        return self._only(np.array(rows, np.int64))

    def _only(self, rows: Int64[np.ndarray, "k"]) -> "Crops":
        several = rows.tolist()
        # All rows are all of the pictures: gigabytes, which need no copy.
        pictures = self.pictures if len(several) == len(self) else self.pictures[rows]
        people = tuple(self.people[i] for i in several)
        return Crops(pictures, people, tuple(self.sources[i] for i in several), self.skeleton, self.room)


READERS = {
    ".jsonl": shard_rows,
    ".json": coco_rows,
    ".mat": leeds_rows,
    ".csv": found_rows,
    ".parquet": found_rows,
}
"""How labels are read, by the end of their file's name."""


def read_crops(
    path: Path,
    *,
    limit: int | None = None,
    side: int = SIDE,
    trust: float = 1.0,
    skeleton: Skeleton = COCO17,
    keypoints: tuple[str, ...] = (),
    room: float = ROOM,
) -> Crops:
    """The crops of a set.

    Args:
        path: the file with the labels: a `.jsonl` with its shards `name-000.tar` and so on beside it; a COCO
            `person_keypoints` `.json`; Leeds Sports Pose's `joints.mat`; a folder of Pascal VOC's `.xml`; a `.csv` or
            `.parquet` of the people whom tendu found. Photos of all but the first are in the folder `images` (VOC:
            `JPEGImages`) beside it, or directly beside it.
        limit: read no more crops than this.
        side: of the crops, px, 32 to 4096; shards come in 256.
        trust: how far labels count, 0 to 1; where they count for nothing, they need not fit the crops.
        skeleton: whose points the people get, by name: those that the labels lack are not labelled.
        keypoints: the names of the labels' points, in their order; empty for what a COCO file's categories or Leeds's
            description say, and COCO's 17 else.
        room: the crops' side over the longer side of a person's box; shards have 1.9.

    Raises:
        DataError: shards are asked for another side, or photos for one that is too small or too large; labels that count
            have none of the points, or those that have none are given names.
        MissingExtraError: scipy, which reads `.mat` files, is not installed.
        SourceError: a file is missing or unreadable, or labels do not fit.
    """
    if not SIDES[0] <= side <= SIDES[1]:
        raise DataError(
            f"The side of a crop is {SIDES[0]} to {SIDES[1]} px, not {side}. Give another for {path}."
        )
    folder = path.is_dir()
    if not path.suffix and not path.exists():
        raise SourceError(f"There is no folder {path}. Give a folder of .xml, or a file of labels.")
    if path.suffix not in READERS and not folder:
        raise SourceError(
            f"{path} is no file of labels: its name ends in none of {', '.join(READERS)}; nor a folder of .xml."
        )
    reader = voc_rows if folder else READERS[path.suffix]
    if keypoints and reader in {voc_rows, found_rows}:
        raise DataError(f"{path} says where people are and nothing of their points. Leave out its keypoints.")
    rows = reader(path, limit, Cut(side, room), Naming(skeleton, keypoints, trusted=trust > 0))
    if not rows:
        raise SourceError(
            f"The folder {path} has no .xml. Give one with Pascal VOC's labels."
            if folder
            else f"{path} has no labelled person. Give a file with keypoints."
        )
    people = tuple(inside(row[1], side) for row in rows)
    if trust:
        _refuse_strays(path, [row[1] for row in rows], people)
    # Filled in place: gigabytes, of which a list of pictures would be a second copy.
    pictures = np.empty((len(rows), side, side, 3), np.uint8)

    def fill(number: int) -> None:
        pictures[number] = rows[number][0]()

    with ThreadPoolExecutor() as pool:
        list(pool.map(fill, range(len(rows))))
    return Crops(pictures, people, tuple(row[2] for row in rows), skeleton, room)


def _refuse_strays(path: Path, said: Sequence[_People], kept: Sequence[_People]) -> None:
    """Nothing, where no point is labelled or one lies within its crop, and not just in its corner: parts of a side do."""
    points, left = (np.concatenate(several).reshape(-1, 3) for several in (said, kept))
    xy = points[points[:, 2] > 0, :2]
    if len(xy) and not (left[:, :2] > 1).any():
        raise SourceError(
            f"{path} has {len(xy)} labelled points, and none lies within its crop: expected x and y in the crop's pixels, "
            f"got {xy.min():g} to {xy.max():g}. Correct them, or do without labels (trust = 0)."
        )


def read_set(recipe: Recipe, one: Set, folder: Path, *, limit: int | None = None) -> Crops:
    """All crops of a recipe's set; where no teacher knows its photos, without those whose own person has no labelled point.

    Args:
        recipe: whose points are wanted.
        one: which of its sets.
        folder: where its labels are.
        limit: read no more crops than this.

    Raises:
        DataError: nothing says where the points of its people are; for the rest see `read_crops`.
    """
    crops = read_crops(
        folder / one.labels,
        limit=limit,
        side=one.side,
        trust=one.counted,
        skeleton=recipe.skeleton,
        keypoints=one.keypoints,
        room=one.room,
    )
    kept = crops if one.taught else crops.labelled()
    if not len(kept):
        raise DataError(
            f"{one.labels} says nothing of its people's points, and with taught = false no teacher says it either. Label "
            "them, or leave the set out."
        )
    return kept


def read_sets(recipe: Recipe, folder: Path, *, limit: int | None = None) -> tuple[list[Crops], list[Crops]]:
    """The crops of a recipe's sets: those that are learned from, and those that are held out.

    Args:
        recipe: which sets.
        folder: where their labels are.
        limit: read no more crops of each set than this.

    Raises:
        DataError: nothing of a set is left to learn from; for the rest see `read_set`.
    """
    pairs = [read_set(recipe, one, folder, limit=limit).parted(one.held) for one in recipe.sets]
    for one, (seen, held) in zip(recipe.sets, pairs, strict=True):
        if not len(seen):
            raise DataError(
                f"{one.labels} has {len(held)} crops, and held = {one.held:g} leaves none to learn from. Hold out less."
            )
    return [seen for seen, _ in pairs], [held for _, held in pairs]


def read_again(
    path: Path, recipe: dict[str, Any], skeleton: Skeleton, *, limit: int | None = None, trust: float = 1.0
) -> Crops:
    """The crops of labels, as a run read them whose recipe named them: the same points, and the same left out.

    Args:
        path: of the labels, as `read_crops` has it, with the last two.
        recipe: the run's, as its checkpoint has it; empty where there is none.
        skeleton: whose points are wanted.
        limit: read no more crops than this.
        trust: how far labels count.

    Raises:
        DataError: the model has keypoints of its own, and the recipe does not name these labels; for the rest see `read_crops`.
    """
    sets: list[dict[str, Any]] = list(recipe.get("sets", ()))
    one = next((one for one in sets if _ends_in(path, one["labels"])), None)
    if one is None and sets and skeleton != COCO17:
        raise DataError(
            f"{path} is none of the recipe's sets, whose labels are {', '.join(one['labels'] for one in sets)}. Give one of "
            "these, so that it is read as it was learned from."
        )
    one = one or {}
    room, side = one.get("room", ROOM), SIDE
    if room != ROOM:
        # A person who takes little of a crop is drawn enlarged, and would be a blur in a small one.
        side = one["side"]
        limit = limit and max(1, int(limit * (SIDE / side) ** 2))
    crops = read_crops(
        path,
        limit=limit,
        side=side,
        trust=trust,
        skeleton=skeleton,
        keypoints=tuple(one.get("keypoints", ())),
        room=room,
    )
    return crops if one.get("taught", True) else crops.labelled()


def _ends_in(path: Path, labels: str) -> bool:
    """Whether a file is what a recipe calls so, in whatever data folder."""
    parts = [part for part in PurePath(os.path.normpath(labels)).parts if part != ".."]
    return list(path.resolve().parts[-len(parts) :]) == parts
