"""Crops of whole photos: Leeds Sports Pose's joints, VOC's boxes, and what is shared with other sets of photos."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
from jaxtyping import UInt8

from tendu.errors import DataError, SourceError
from tendu.extras import require
from tendu.frame import Frame
from tendu.training.naming import Naming
from tendu.training.rows import Cut, Row
from tendu.window import Window

LEEDS = (
    *("right_ankle", "right_knee", "right_hip", "left_hip", "left_knee", "left_ankle"),
    *("right_wrist", "right_elbow", "right_shoulder", "left_shoulder", "left_elbow", "left_wrist"),
    *("neck", "head_top"),
)
"""Leeds's joints, the last two of which are no COCO keypoints (README of lsp_dataset and lspet_dataset)."""

SKIN = 1.15
"""A person's box over the extent of the joints, which lie within the body."""


def leeds_rows(path: Path, limit: int | None, cut: Cut, naming: Naming) -> list[Row]:
    """The rows of a `joints.mat` of Leeds Sports Pose (3 x 14 x n) or of its extension (14 x 3 x n), a person a photo.

    The third number says in the first that a joint is hidden, whatever its README says, in the second that it is labelled
    (akanazawa/hmr, src/datasets/lsp_to_tfrecords.py).

    Args:
        path: the labels; photos `im0001.jpg` and so on, in the extension `im00001.jpg`, are in the folder `images`
            beside them, or directly beside them.
        limit: read no more than this.
        cut: how they are cut.
        naming: the names of the points; those of Leeds, where none are given for the labels.

    Raises:
        DataError: there are not as many names as joints, or the model has none of these.
        MissingExtraError: scipy is not installed.
        SourceError: the labels cannot be read.
    """
    names = naming.names(LEEDS)
    if len(names) != len(LEEDS):
        raise DataError(
            f"Leeds Sports Pose has {len(LEEDS)} joints, and {len(names)} keypoints are named for {path}. Leave them out: it "
            f"has {', '.join(LEEDS)}."
        )
    naming.refuse_strangers(path, names)
    wanted = [name in naming.skeleton.names for name in names]
    library: Any = require("scipy.io", extra="train", purpose="Reading joints.mat")
    try:
        joints = np.asarray(library.loadmat(path)["joints"], np.float32)
    except Exception as error:  # scipy has errors of its own for files that are none
        raise SourceError(f"Cannot read {path} as Leeds Sports Pose's joints: {error!r}.") from error
    if joints.ndim != 3 or sorted(joints.shape[:2]) != [3, 14]:
        raise SourceError(
            f"{path} has joints of shape {joints.shape}; expected 3 x 14 x photos, or 14 x 3 x photos."
        )
    extended = joints.shape[0] == 14
    joints = joints.transpose(2, 0, 1) if extended else joints.transpose(2, 1, 0)
    folder, digits = photos_beside(path), 5 if extended else 4
    rows: list[Row] = []
    for number, person in enumerate(joints[:limit], 1):
        known = person[:, 2] > 0 if extended else np.ones(14, np.bool_)
        seen = 2.0 if extended else 2.0 - person[:, 2]
        # Matlab counts pixels from 1.
        points = np.column_stack([person[:, :2] - 0.5, np.where(known, seen, 0)])
        if not known[wanted].any():
            continue
        if not np.isfinite(points[known]).all():
            raise SourceError(
                f"{path} has a joint of photo {number} that is no finite number. Correct it, or mark it as not labelled."
            )
        low, high = points[known, :2].min(axis=0), points[known, :2].max(axis=0)
        room = (SKIN - 1) / 2 * float((high - low).max())
        window = cut.window(*(low - room).tolist(), *(high - low + 2 * room).tolist())
        made = naming.placed(points[None].astype(np.float32, copy=False), names)
        made[..., :2] = window.to_unit(made[..., :2]) * cut.side
        name = f"im{number:0{digits}d}.jpg"
        rows.append((PhotoCrop(folder / name, cut.side, window), made, name))
    return rows


def voc_rows(path: Path, limit: int | None, cut: Cut, naming: Naming) -> list[Row]:
    """The rows of a folder of Pascal VOC's `.xml`: a crop for each person's box, one for each photo without a person.

    Boxes say who is meant and nothing of keypoints: the teacher says those. VOC and Stanford 40 Actions come so.

    Args:
        path: the folder; photos are in the folder `JPEGImages` beside it, or directly beside it.
        limit: read no more than this.
        cut: how they are cut.
        naming: how many points the model has.

    Raises:
        SourceError: a file cannot be read.
    """
    rows: list[Row] = []
    folder = photos_beside(path, "JPEGImages")
    for file in sorted(path.glob("*.xml")):
        try:
            photo = ET.parse(file).getroot()  # noqa: S314 - the user's own data, and expat expands no files
            name = photo.findtext("filename")
            boxes = [
                [float(box.findtext(edge, "")) for edge in ("xmin", "ymin", "xmax", "ymax")]
                for thing in photo.iter("object")
                if thing.findtext("name") == "person"
                for box in thing.findall("bndbox")
            ]
        except (OSError, ET.ParseError, ValueError) as error:
            raise SourceError(f"Cannot read {file} as Pascal VOC's boxes: {error}.") from error
        if not name:
            raise SourceError(f"Cannot read {file} as Pascal VOC's boxes: it names no photo in <filename>.")
        if not np.isfinite(boxes).all():
            raise SourceError(f"{file} has a person's box that is no finite numbers: {boxes}. Correct it.")
        for left, top, right, bottom in boxes:
            # VOC counts pixels from 1.
            window = cut.window(left - 1, top - 1, right - left + 1, bottom - top + 1)
            rows.append((PhotoCrop(folder / name, cut.side, window), naming.unlabelled(1), name))
        if not boxes:
            rows.append((PhotoCrop(folder / name, cut.side), naming.unlabelled(0), name))
        if limit is not None and len(rows) >= limit:
            break
    return rows[:limit]


def photos_beside(labels: Path, name: str = "images") -> Path:
    """The folder of a set's photos: one of that name beside the labels, or that in which the labels are."""
    folder = labels.with_name(name)
    return folder if folder.is_dir() else labels.parent


@dataclass(frozen=True)
class PhotoCrop:
    """A crop of a photo, read when called; without a window the largest square in its middle."""

    path: Path
    side: int
    window: Window | None = None

    def __call__(self) -> UInt8[np.ndarray, "s s 3"]:
        """The crop, decoded: RGB."""
        import cv2

        photo = cv2.imread(str(self.path), cv2.IMREAD_COLOR_RGB)
        if photo is None:
            raise SourceError(f"Cannot read the photo {self.path}, which the labels name.")
        height, width = photo.shape[:2]
        least = min(height, width)
        window = self.window or Window.centred(width / 2, height / 2, least, least)
        return Frame.of(photo.astype(np.uint8, copy=False)).sample(window, self.side, self.side)
