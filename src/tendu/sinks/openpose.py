"""Poses as a folder of OpenPose's JSON files, one per frame: what pose2sim and many other tools read.

    walk.openpose/walk_000000000012_keypoints.json
    {"version": 1.3, "people": [{"person_id": [3], "pose_keypoints_2d": [x, y, score, ... 54 numbers], ...}],
     "canvas_width": 640, "canvas_height": 480}

OpenPose orders points in two ways that readers know (CMU-Perceptual-Computing-Lab/openpose, doc/02_output.md and
poseParameters.cpp). We write COCO_18, not BODY_25: COCO's 17 points, which are found by their names where a model has
others, fill it but for the neck, which is the middle of the shoulders with the lower of their scores; BODY_25 would need
six points of the feet that few models look for. pose2sim reads it as pose_model "COCO" (perfanalytics/pose2sim,
skeletons.py). The canvas is what ControlNet's reader asks for
(Mikubill/sd-webui-controlnet, annotator/openpose); that reader also drops every point with a score below 1.

Coordinates stay image pixels with pixel centres at .5. Frames with nobody are files without people; why, and
confidences, boxes and times, have no place in the format; `read_poses` does not read it.
"""

import json
import re
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Literal

import numpy as np

from tendu.errors import DataError, SinkError
from tendu.frame import Stamp
from tendu.pose import Poses
from tendu.sinks.partial import PartialFile, unwritable
from tendu.sinks.table import check_storable, short
from tendu.skeleton import COCO17, Keypoint

# COCO_18 of OpenPose's poseParameters.cpp, as indices into our points and the neck behind them.
_NECK = len(Keypoint)
_ORDER = (
    *(Keypoint.NOSE, _NECK),
    *(Keypoint.RIGHT_SHOULDER, Keypoint.RIGHT_ELBOW, Keypoint.RIGHT_WRIST),
    *(Keypoint.LEFT_SHOULDER, Keypoint.LEFT_ELBOW, Keypoint.LEFT_WRIST),
    *(Keypoint.RIGHT_HIP, Keypoint.RIGHT_KNEE, Keypoint.RIGHT_ANKLE),
    *(Keypoint.LEFT_HIP, Keypoint.LEFT_KNEE, Keypoint.LEFT_ANKLE),
    *(Keypoint.RIGHT_EYE, Keypoint.LEFT_EYE, Keypoint.RIGHT_EAR, Keypoint.LEFT_EAR),
)
_OTHER_PARTS: dict[str, list[float]] = {
    f"{part}_keypoints_{space}": []
    for space in ("2d", "3d")
    for part in ("pose", "face", "hand_left", "hand_right")
    if (part, space) != ("pose", "2d")
}


class OpenPoseFolder:
    """Poses into a folder, a file at a time; each file appears when it is complete.

    Args:
        path: the folder.
        overwrite: whether a folder that holds files may be used; the keypoint files in it are removed
            when the first frame comes.

    Raises:
        SinkError: the folder holds files and may not be used, or is a file.
    """

    takes: ClassVar[Literal["poses"]] = "poses"

    def __init__(self, path: Path, *, overwrite: bool = False) -> None:
        if path.exists() and not path.is_dir():
            raise SinkError(f"{path} is a file, expected a folder. Give the folder another name.")
        if not overwrite and path.exists() and any(path.iterdir()):
            raise SinkError(f"{path} holds files already. Give --overwrite (overwrite=True) to replace them.")
        self._path = path
        self._begun = False
        self._closed = False

    def __enter__(self) -> "OpenPoseFolder":
        self._make()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def write(self, poses: Poses, /) -> None:
        """Writes one frame's file; a frame with nobody counts.

        Raises:
            SinkError: the disk refuses, or this sink is closed.
            DataError: a number is not finite, or one of COCO's 17 points is lacking; the frame is left out.
        """
        if self._closed:
            raise SinkError(f"{self._path} is closed. Open a new sink to write more.")
        text = json.dumps(openpose_object(poses))
        if not self._begun:
            self._make()
            self._clear()
        path = self._path / file_name(poses.stamp)
        if path.exists():
            raise SinkError(
                f"{path.name} is of another picture of this run already: give frames numbers, as "
                "tendu.Frame.of(array, number=1) does, or photos other names."
            )
        with PartialFile(path, overwrite=False).writing() as temporary:
            temporary.write_text(text, encoding="ascii")

    def close(self) -> None:
        """Ends the writing; may be called twice."""
        self._closed = True

    def _make(self) -> None:
        try:
            self._path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(self._path, error) from error

    def _clear(self) -> None:
        """Removes the frames of an earlier run, once there is a frame to put in their place."""
        self._begun = True
        try:
            for old in self._path.glob("*_keypoints.json"):
                old.unlink()
        except OSError as error:
            raise unwritable(self._path, error) from error


def openpose_object(poses: Poses) -> dict[str, Any]:
    """A frame's poses as OpenPose writes them, the 18 points of COCO_18 a person.

    Raises:
        DataError: a number is not finite, or one of COCO's 17 points is lacking.
    """
    check_storable(poses)
    try:
        poses = poses.arranged(COCO17)
    except DataError as error:
        raise DataError(f"OpenPose's files hold COCO's points. {error} Write .jsonl or .csv.") from error
    points = np.concatenate([poses.xy, poses.score[..., None]], axis=2)
    shoulders = points[:, [Keypoint.LEFT_SHOULDER, Keypoint.RIGHT_SHOULDER]]
    neck = np.concatenate(
        [shoulders[..., :2].mean(axis=1), shoulders[..., 2].min(axis=1, keepdims=True)], axis=1
    )
    ordered = np.concatenate([points, neck[:, None]], axis=1)[:, _ORDER]
    tracks = [-1] * len(poses) if poses.track is None else poses.track.tolist()
    return {
        "version": 1.3,
        "people": [
            {"person_id": [track], "pose_keypoints_2d": numbers, **_OTHER_PARTS}
            for track, numbers in zip(tracks, short(ordered.reshape(len(poses), 54)), strict=True)
        ],
        "canvas_width": poses.stamp.width,
        "canvas_height": poses.stamp.height,
    }


def file_name(stamp: Stamp) -> str:
    """The name that OpenPose gives a frame's file; what a file name cannot hold everywhere becomes "_".

    >>> file_name(Stamp(12, 0.4, "films/walk.mp4", 640, 480)), file_name(Stamp(0, 0.0, "camera 0", 640, 480))
    ('walk_000000000012_keypoints.json', 'camera_0_000000000000_keypoints.json')
    """
    stem = re.sub(r"[^\w.-]+", "_", Path(stamp.source).stem) or "frame"
    return f"{stem}_{stamp.number:012d}_keypoints.json"
