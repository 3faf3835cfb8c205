"""Photos and the people in them as COCO's person_keypoints files tell them, and our poses as COCO's results.

COCO counts keypoints in pixel indices: the centre of the top-left pixel is (0, 0), where ours is (0.5, 0.5). So half a
pixel is added to the truth on its way in and taken off predictions on their way out (facebookresearch/detectron2,
docs/notes/compatibility.md, does the same). COCO's boxes are pixel edges and stay as they are.
"""

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float32

from tendu.errors import DataError
from tendu.metrics.category import PERSON, marked_category
from tendu.pose import Poses
from tendu.skeleton import COCO17, Skeleton


@dataclass(frozen=True, eq=False)
class TruePerson:
    """A person whom somebody marked in a photo.

    Attributes:
        xy: float32 (k, 2), x before y, image pixels, pixel centres at .5; meaningless where not labelled.
        labelled: bool (k,), which points are marked, hidden ones included.
        box: left, top, right, bottom, image pixels.
        area: of the person's outline, px².
        crowd: the box holds a crowd, not one person.
    """

    xy: Float32[np.ndarray, "k 2"]
    labelled: Bool[np.ndarray, "k"]
    box: tuple[float, float, float, float]
    area: float
    crowd: bool

    @property
    def counts(self) -> bool:
        """Whether scoring counts this person: one person, with a marked point."""
        return not self.crowd and bool(self.labelled.any())


@dataclass(frozen=True, eq=False)
class TruePhoto:
    """A photo and everyone marked in it.

    Attributes:
        number: COCO's image id.
        path: where the photo should be.
        people: everyone, those that do not count included.
    """

    number: int
    path: Path
    people: tuple[TruePerson, ...]

    @property
    def lone(self) -> bool:
        """Whether exactly one person is marked, and counts."""
        return len(self.people) == 1 and self.people[0].counts


@dataclass(frozen=True, eq=False)
class Truth:
    """A folder of photos with COCO's person_keypoints annotations.

    Attributes:
        name: the folder's name.
        photos: in the order of the file.
        content: the file as it is, for pycocotools.
        note: what a reader of the scores must know about the file; empty where nothing.
        skeleton: the k points that are marked; its sigmas are those to measure with.
        category: COCO's category_id of whoever is marked.
    """

    name: str
    photos: tuple[TruePhoto, ...]
    content: dict[str, Any]
    note: str = ""
    skeleton: Skeleton = COCO17
    category: int = PERSON


def read_truth(folder: Path, *, annotations: Path | None = None) -> Truth:
    """The photos of a folder with what is marked in them.

    The annotations are the only .json in the folder or its `annotations` folder that is called person_keypoints…;
    the photos lie in `images`, in a folder called as the file's name ends (person_keypoints_val2017.json: val2017), or
    beside the file. The file's category names the points; they are COCO's 17 where it does not.

    Args:
        folder: where photos and annotations are.
        annotations: the file, where it lies elsewhere or several are there.

    Raises:
        DataError: there is no such file, several are there, it is not COCO's person_keypoints, or it has several
            categories with keypoints.
    """
    file = _annotations(folder) if annotations is None else annotations
    content = _content(file)
    marked: dict[int, list[TruePerson]] = defaultdict(list)
    outlined = True
    try:
        category, skeleton = marked_category(content)
        for one in content["annotations"]:
            if one["category_id"] != category:
                continue
            marked[one["image_id"]].append(_person(one, len(skeleton)))
            outlined &= "segmentation" in one
        photos = tuple(
            TruePhoto(image["id"], _place(folder, file, image["file_name"]), tuple(marked[image["id"]]))
            for image in content["images"]
        )
    except DataError as error:
        raise DataError(f"{file}: {error}") from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"{file} is not COCO's person_keypoints: an image, annotation or category lacks or spoils {error}."
        ) from error
    if not any(person.counts for people in marked.values() for person in people):
        raise DataError(f"{file} marks no person's keypoints. Give COCO's person_keypoints annotations.")
    approximated = "The file has areas without outlines: they are approximations, so AP is close to the official, not equal."
    note = "" if outlined else approximated
    return Truth(folder.resolve().name, photos, content, note, skeleton, category)


def as_results(number: int, poses: Poses, *, category: int = PERSON) -> list[dict[str, Any]]:
    """Poses as entries of COCO's results: (x, y, score) of each point in pixel indices, and the person's confidence.

    Args:
        number: COCO's image id.
        poses: everyone found in it.
        category: COCO's category id of all of them.
    """
    points = np.concatenate([poses.xy - np.float32(0.5), poses.score[..., None]], axis=2)
    points = points.reshape(len(poses), 3 * len(poses.skeleton))
    return [
        {"image_id": number, "category_id": category, "keypoints": point, "score": score}
        for point, score in zip(points.tolist(), poses.confidence.tolist(), strict=True)
    ]


def _annotations(folder: Path) -> Path:
    if not folder.is_dir():
        raise DataError(
            f"There is no folder {folder}. Give one with photos and COCO's person_keypoints JSON."
        )
    found = sorted(
        file for place in (folder, folder / "annotations") for file in place.glob("person_keypoints*.json")
    )
    if not found:
        raise DataError(
            f"{folder} has no annotations: expected a file called person_keypoints….json in it or in its "
            "annotations folder. Name the file with --annotations."
        )
    if len(found) > 1:
        names = ", ".join(file.name for file in found)
        raise DataError(f"{folder} has several annotations: {names}. Name one with --annotations.")
    return found[0]


def _content(file: Path) -> dict[str, Any]:
    try:
        content: Any = json.loads(file.read_bytes())
    except OSError as error:
        raise DataError(f"Cannot read the annotations {file}: {error.strerror}.") from error
    except ValueError as error:
        raise DataError(f"{file} is not JSON: {error}.") from error
    if not isinstance(content, dict) or not {"images", "annotations", "categories"} <= content.keys():
        raise DataError(
            f"{file} is not COCO's person_keypoints: it needs images, annotations and categories."
        )
    return content


def _place(folder: Path, file: Path, name: str) -> Path:
    """Where a photo is, or where it should be."""
    places = [folder / "images" / name, folder / file.stem.rpartition("_")[2] / name, folder / name]
    return next((place for place in places if place.is_file()), places[0])


def _person(one: dict[str, Any], k: int) -> TruePerson:
    points = np.array(one["keypoints"], np.float32).reshape(-1)
    if points.shape != (3 * k,):
        raise ValueError(f"keypoints: {points.size} numbers, expected 3 for each of {k} points")
    points = points.reshape(k, 3)
    left, top, width, height = map(float, one["bbox"])
    return TruePerson(
        xy=points[:, :2] + np.float32(0.5),
        labelled=(points[:, 2] > 0) & (one["num_keypoints"] > 0),
        box=(left, top, left + width, top + height),
        area=float(one["area"]),
        crowd=bool(one["iscrowd"]),
    )
