"""COCO's keypoints as crops of whole photos, photos of nobody among them."""

import json
from collections import defaultdict
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32

from tendu.errors import SourceError
from tendu.skeleton import COCO17
from tendu.training.naming import Naming, names_each_once
from tendu.training.photos import PhotoCrop, photos_beside
from tendu.training.rows import FARTHEST, Cut, Row, keypoints_of
from tendu.window import Window


def coco_rows(path: Path, limit: int | None, cut: Cut, naming: Naming) -> list[Row]:
    """The rows of a `person_keypoints` file: a crop for each labelled person, one for each photo without annotations.

    A photo in which nobody is annotated, not even without keypoints or as part of a crowd, shows nobody.

    Args:
        path: the labels; photos are in the folder `images` beside them, or directly beside them.
        limit: read no more than this.
        cut: how they are cut.
        naming: the names of the points; those of the annotations' categories, where none are given for the labels.

    Raises:
        DataError: the model has none of the points.
        SourceError: the labels cannot be read, an annotation does not fit, or none has a labelled keypoint.
    """
    files, annotations, said = _content(path)
    everyone: dict[Any, list[Float32[np.ndarray, "k 3"]]] = defaultdict(list)
    seen: dict[tuple[str, ...], None] = {}
    wanted: list[tuple[Any, int, Window]] = []
    for number, entry in enumerate(annotations, 1):
        try:
            names = (naming.keypoints or _called(entry, said)) if "keypoints" in entry else ()
            image, points, window = _person(entry, files, names, cut)
        except (ValueError, TypeError) as error:
            # By its id it is found in a file of one line.
            called = f"with id {entry['id']!r:.60}" if "id" in entry else number
            raise SourceError(f"Annotation {called} of {path} does not fit: {error}. Correct it.") from error
        if points is not None and window is not None:
            wanted.append((image, len(everyone[image]), window))
            everyone[image].append(naming.placed(points[None], names)[0])
            seen[names] = None
    if not wanted and any(not entry.get("iscrowd") for entry in annotations):
        raise SourceError(
            f"{path} has {len(annotations)} annotations and not one labelled keypoint. Give COCO's person_keypoints, or "
            "no annotations where the photos show nobody."
        )
    if seen:
        naming.refuse_strangers(path, list(dict.fromkeys(chain.from_iterable(seen))))
    folder = photos_beside(path)
    rows: list[Row] = []
    for image, first, window in wanted[:limit]:
        order = [first, *(i for i in range(len(everyone[image])) if i != first)]
        people = np.stack([everyone[image][i] for i in order])
        people[..., :2] = window.to_unit(people[..., :2] + 0.5) * cut.side
        rows.append((PhotoCrop(folder / files[image], cut.side, window), people, files[image]))
    annotated = {entry["image_id"] for entry in annotations}
    rows += [
        (PhotoCrop(folder / name, cut.side), naming.unlabelled(0), name)
        for image, name in files.items()
        if image not in annotated
    ]
    return rows[:limit]


def _content(path: Path) -> tuple[dict[Any, str], list[dict[str, Any]], dict[Any, tuple[str, ...]]]:
    """The photos' names by their numbers, the annotations, and the points' names by the categories that say them."""
    try:
        labels = json.loads(path.read_text(encoding="utf-8"))
        files = {image["id"]: str(image["file_name"]) for image in labels["images"]}
        annotations = labels["annotations"]
        several = labels.get("categories") or ()
        categories = {one["id"]: one["keypoints"] for one in several if one.get("keypoints")}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SourceError(f"Cannot read {path} as COCO keypoints: {error!r}.") from error
    if not isinstance(annotations, list) or not all(isinstance(entry, dict) for entry in annotations):
        raise SourceError(f"Cannot read {path} as COCO keypoints: its annotations are no list of tables.")
    strange = [names for names in categories.values() if not names_each_once(names)]
    if strange:
        raise SourceError(
            f"{path} has a category whose keypoints are {strange[0]!r:.60}; expected a list of names, each once. Correct it."
        )
    return files, annotations, {number: tuple(names) for number, names in categories.items()}


def _called(entry: dict[str, Any], said: dict[Any, tuple[str, ...]]) -> tuple[str, ...]:
    """The names of an annotation's points: those of its category, of the only one, or COCO's 17 where none says any.

    Raises:
        ValueError: several do, and it is of none of them.
        TypeError: its category_id is a list or a table.
    """
    category = entry.get("category_id")
    if category in said or len(said) < 2:
        return said.get(category, next(iter(said.values()), COCO17.names))
    raise ValueError(f"its category_id is {category!r}, which none of the categories with keypoints has")


def _person(
    entry: dict[str, Any], files: dict[Any, str], names: tuple[str, ...], cut: Cut
) -> tuple[Any, Float32[np.ndarray, "j 3"] | None, Window | None]:
    """The photo of an annotation, the keypoints and the crop's window; no keypoints where none is labelled.

    Raises:
        ValueError: it does not fit.
        TypeError: its image_id is a list or a table.
    """
    image = entry.get("image_id")
    if image not in files:
        raise ValueError(f"its image_id is {image!r}, which none of the images has")
    if "keypoints" not in entry:
        return image, None, None
    points = keypoints_of(entry["keypoints"], names)
    if entry.get("iscrowd") or not (points[:, 2] > 0).any():
        return image, None, None
    box = entry.get("bbox")
    if not isinstance(box, list) or len(box) != 4 or not all(type(one) in {int, float} for one in box):
        raise ValueError(f"bbox is four numbers, left, top, width and height, not {box!r:.60}")
    if not all(abs(one) <= FARTHEST for one in box) or min(box[2:]) <= 0:
        raise ValueError(
            f"bbox is in pixels, at most {FARTHEST:,.0f} of them, its width and height above 0, not {box!s:.60}"
        )
    return image, points, cut.window(*map(float, box))
