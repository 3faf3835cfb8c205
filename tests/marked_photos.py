"""Small COCO folders made for tests, and an estimator that sees the same person in every window."""

import json

import cv2
import numpy as np

from tendu.estimator import Estimator
from tendu.models.seen import Seen
from tendu.runtimes.fake import FakeRuntime
from tendu.skeleton import COCO17


# Points on a ring in the unit square: where the fake sees them, and where true people of these tests have them.
def ring(k):
    angle = np.arange(k) / k * 2 * np.pi
    return (0.5 + 0.4 * np.stack([np.cos(angle), np.sin(angle)], axis=1)).astype(np.float32)


RING = ring(17)


def person(number, photo, left, top, side, *, labelled=None, crowd=0, points=RING, category=1):
    """A COCO annotation: the ring, or other points, in a square box, in COCO's pixel indices."""
    k = len(points)
    labelled = k if labelled is None else labelled
    xy = points * side + (left, top) - 0.5
    points = np.concatenate([xy, np.full((k, 1), 2)], axis=1) * (np.arange(k) < labelled)[:, None]
    return {
        "id": number, "image_id": photo, "category_id": category, "iscrowd": crowd, "num_keypoints": labelled,
        "bbox": [left, top, side, side], "area": side * side / 2, "segmentation": [],
        "keypoints": points.ravel().tolist(),
    }  # fmt: skip


def coco_folder(folder, people, *, photos=None, size=(200, 150), categories=({"id": 1, "name": "person"},)):
    """Writes photos of that width and height and their annotations."""
    numbers = photos or sorted({one["image_id"] for one in people})
    (folder / "images").mkdir(parents=True)
    for number in numbers:
        picture = np.full((size[1], size[0], 3), number % 256, np.uint8)
        cv2.imwrite(str(folder / "images" / f"{number:012}.jpg"), picture)
    content = {
        "images": [
            {"id": n, "file_name": f"{n:012}.jpg", "width": size[0], "height": size[1]} for n in numbers
        ],
        "annotations": people,
        "categories": list(categories),
    }
    (folder / "person_keypoints.json").write_text(json.dumps(content))
    return folder


def ring_estimator(*, confidence=0.9, people=1, look="once", min_score=0.25, points=RING, skeleton=COCO17):
    """An estimator that sees the ring, or other points, with scores of .8, in whatever it looks at."""

    def decoder(outputs, *, people, mirrored=None):
        n = 0 if confidence is None else 1
        return Seen(
            np.repeat(points[None], n, axis=0),
            np.full((n, len(points)), 0.8, np.float32),
            np.full(n, confidence or 0, np.float32),
        )

    runtime = FakeRuntime([np.zeros((1, 1), np.float32)])
    options = {"look": look, "people": people, "min_score": min_score, "skeleton": skeleton}
    return Estimator("ring", runtime, decoder, height=64, width=64, **options)
