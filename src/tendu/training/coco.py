"""COCO's person keypoints as crops of whole photos, photos of nobody among them."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32

from tendu.errors import SourceError
from tendu.training.photos import PhotoCrop, photos_beside, window_of
from tendu.training.rows import FARTHEST, NOBODY, Row, keypoints_of
from tendu.window import Window


def coco_rows(path: Path, limit: int | None, side: int) -> list[Row]:
    """The rows of a `person_keypoints` file: a crop for each labelled person, one for each photo without annotations.

    A photo in which nobody is annotated, not even without keypoints or as part of a crowd, shows nobody.

    Args:
        path: the labels; photos are in the folder `images` beside them, or directly beside them.
        limit: read no more than this.
        side: of the crops, px.

    Raises:
        SourceError: the labels cannot be read, an annotation does not fit, or none has a labelled keypoint.
    """
    files, annotations = _content(path)
    everyone: dict[Any, list[Float32[np.ndarray, "17 3"]]] = defaultdict(list)
    wanted: list[tuple[Any, int, Window]] = []
    for number, entry in enumerate(annotations, 1):
        try:
            image, points, window = _person(entry, files)
        except (ValueError, TypeError) as error:
            # By its id it is found in a file of one line.
            called = f"with id {entry['id']!r:.60}" if "id" in entry else number
            raise SourceError(f"Annotation {called} of {path} does not fit: {error}. Correct it.") from error
        if points is not None and window is not None:
            wanted.append((image, len(everyone[image]), window))
            everyone[image].append(points)
    if not wanted and any(not entry.get("iscrowd") for entry in annotations):
        raise SourceError(
            f"{path} has {len(annotations)} annotations and not one labelled keypoint. Give COCO's person_keypoints, or "
            "no annotations where the photos show nobody."
        )
    folder = photos_beside(path)
    rows: list[Row] = []
    for image, first, window in wanted[:limit]:
        order = [first, *(i for i in range(len(everyone[image])) if i != first)]
        people = np.stack([everyone[image][i] for i in order])
        people[..., :2] = window.to_unit(people[..., :2] + 0.5) * side
        rows.append((PhotoCrop(folder / files[image], side, window), people, files[image]))
    annotated = {entry["image_id"] for entry in annotations}
    rows += [
        (PhotoCrop(folder / name, side), NOBODY, name)
        for image, name in files.items()
        if image not in annotated
    ]
    return rows[:limit]


def _content(path: Path) -> tuple[dict[Any, str], list[dict[str, Any]]]:
    """The photos' names by their numbers, and the annotations."""
    try:
        labels = json.loads(path.read_text(encoding="utf-8"))
        files = {image["id"]: str(image["file_name"]) for image in labels["images"]}
        annotations = labels["annotations"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SourceError(f"Cannot read {path} as COCO keypoints: {error!r}.") from error
    if not isinstance(annotations, list) or not all(isinstance(entry, dict) for entry in annotations):
        raise SourceError(f"Cannot read {path} as COCO keypoints: its annotations are no list of tables.")
    return files, annotations


def _person(
    entry: dict[str, Any], files: dict[Any, str]
) -> tuple[Any, Float32[np.ndarray, "17 3"] | None, Window | None]:
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
    points = keypoints_of(entry["keypoints"])
    if entry.get("iscrowd") or not (points[:, 2] > 0).any():
        return image, None, None
    box = entry.get("bbox")
    if not isinstance(box, list) or len(box) != 4 or not all(type(one) in {int, float} for one in box):
        raise ValueError(f"bbox is four numbers, left, top, width and height, not {box!r:.60}")
    if not all(abs(one) <= FARTHEST for one in box) or min(box[2:]) <= 0:
        raise ValueError(
            f"bbox is in pixels, at most {FARTHEST:,.0f} of them, its width and height above 0, not {box!s:.60}"
        )
    return image, points, window_of(*map(float, box))
