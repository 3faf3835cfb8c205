"""Poses as .coco.json: COCO's results format, what pycocotools' `COCO.loadRes` reads.

    [{"image_id": 139, "category_id": 1, "keypoints": [x, y, score, ...], "score": 0.9}, ...]

A person has three numbers for each point: 51, or those of a model of one's own, in its order; the names stand in the
annotations that the results are compared with.

The format has no place for frames with nobody, tracks, boxes and times; `read_poses` does not read it.

COCO's keypoints count pixel indices: the centre of the top-left pixel is (0, 0), where ours is (0.5, 0.5). So half a
pixel is taken off here. (facebookresearch/detectron2 adds it on the way in: docs/notes/compatibility.md.)
"""

import json
import re
from pathlib import Path

import numpy as np

from tendu.errors import SinkError
from tendu.frame import Stamp
from tendu.pose import Poses
from tendu.sinks.file_sink import TextSink
from tendu.sinks.table import short
from tendu.skeleton import Skeleton

_PERSON = 1  # COCO's category_id of people (cocodataset/cocoapi)


class CocoResults(TextSink):
    """Poses into a .coco.json file: one entry per person, nothing for a frame with nobody.

    `image_id` is the last group of digits in a photo's name, as in COCO's own names, and the frame's number in a film.

    Raises:
        SinkError: a photo with people has no digits in its name, or those of another photo; a frame's number comes again.
    """

    _separator = ""

    def __init__(self, path: Path, *, overwrite: bool = False) -> None:
        super().__init__(path, overwrite=overwrite)
        self._sources: dict[int, str] = {}
        self._last_number = -1

    def _first(self, skeleton: Skeleton) -> str:  # noqa: ARG002  it names no points
        return "["

    def _frame(self, poses: Poses) -> str:
        if not len(poses):
            return ""
        image = image_id(poses.stamp)
        source = poses.stamp.source
        if not poses.stamp.is_photo:
            if image <= self._last_number:
                raise SinkError(
                    f"COCO results know a frame by its number, and {image} comes after {self._last_number}: give frames "
                    "rising numbers, as tendu.Frame.of(array, number=1) does, or write .jsonl."
                )
            self._last_number = image
        elif (other := self._sources.setdefault(image, source)) != source:
            raise SinkError(
                f"COCO results know a photo by the number in its name, and {other} and {source} both have "
                f"{image}. Rename one, or write .jsonl."
            )
        points = np.concatenate([poses.xy - np.float32(0.5), poses.score[..., None]], axis=2)
        people = zip(short(points.reshape(len(poses), -1)), short(poses.confidence[:, None]), strict=True)
        text = ""
        for keypoints, (score,) in people:
            entry = {"image_id": image, "category_id": _PERSON, "keypoints": keypoints, "score": score}
            text += f"{self._separator}\n{json.dumps(entry)}"
            self._separator = ","
        return text

    def _last(self) -> str:
        return "\n]\n"


def image_id(stamp: Stamp) -> int:
    """The number by which COCO knows a picture.

    Raises:
        SinkError: the picture is a photo whose name has no digits.

    >>> image_id(Stamp(0, 0.0, "val2017/000000000139.jpg", 640, 426))
    139
    >>> image_id(Stamp(7, 0.28, "walk2.mp4", 640, 480))
    7
    >>> image_id(Stamp(0, 0.0, "cat.jpg", 640, 480))
    Traceback (most recent call last):
    tendu.errors.SinkError: COCO results know a photo by the number in its name, and cat.jpg has none.
    Rename it, or write .jsonl.
    """
    if not stamp.is_photo:
        return stamp.number
    photo = Path(stamp.source)
    digits = re.findall("[0-9]+", photo.stem)
    if not digits:
        raise SinkError(
            f"COCO results know a photo by the number in its name, and {photo.name} has none. "
            "Rename it, or write .jsonl."
        )
    return int(digits[-1])
