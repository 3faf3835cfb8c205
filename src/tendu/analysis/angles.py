"""Angles of joints and limbs in the picture, degrees.

A camera sees a joint's angle truly only from the side: a limb that points at the camera looks straighter or more bent
than it is.
"""

from collections.abc import Sequence
from typing import overload

import numpy as np
from jaxtyping import Bool, Float, Float64

from tendu.pose import Pose, Poses

# The joints that the 17 keypoints let us measure: name, then the points whose middle one is the joint.
JOINTS = {
    f"{side}_{joint}": tuple(f"{side}_{point}" for point in points)
    for side in ("left", "right")
    for joint, points in {
        "shoulder": ("elbow", "shoulder", "hip"),
        "elbow": ("shoulder", "elbow", "wrist"),
        "hip": ("shoulder", "hip", "knee"),
        "knee": ("hip", "knee", "ankle"),
    }.items()
}


@overload
def angle(poses: Pose, a: int | str, b: int | str, c: int | str, *, min_score: float = ...) -> float: ...
@overload
def angle(
    poses: Poses, a: int | str, b: int | str, c: int | str, *, min_score: float = ...
) -> Float64[np.ndarray, "n"]: ...
def angle(
    poses: Pose | Poses, a: int | str, b: int | str, c: int | str, *, min_score: float = 0.2
) -> float | Float64[np.ndarray, "n"]:
    """The angle at `b` between the limbs to `a` and to `c`: 180 is straight, 0 folded.

    Args:
        poses: one person, or everyone in a frame for an array of n angles.
        a: a keypoint by `Keypoint`, index or name; so are `b` and `c`.
        b: the joint.
        c: the other end.
        min_score: not a number where one of the points scores less, or where two of them are in one place.

    Raises:
        DataError: no keypoint has that name or index.

    >>> from tendu.frame import Stamp
    >>> xy = np.zeros((1, 17, 2), np.float32)
    >>> xy[0, 11:17:2] = [0, 0], [0, 40], [40, 40]      # left hip, below it the knee, the shin level
    >>> poses = Poses(xy, np.ones((1, 17), np.float32), np.zeros((1, 4), np.float32), np.ones(1, np.float32),
    ...               Stamp(0, 0.0, "", 64, 64))
    >>> angle(poses[0], "left_hip", "left_knee", "left_ankle")
    90.0
    """
    if isinstance(poses, Pose):
        return float(angle(poses.poses[[poses.row]], a, b, c, min_score=min_score)[0])
    points, sure = _points(poses, (a, b, c), min_score)
    (ux, uy), (vx, vy) = points[0] - points[1], points[2] - points[1]
    # Exact near 0 and 180, where the arc cosine is not.
    degrees = np.degrees(np.arctan2(np.abs(ux * vy - uy * vx), ux * vx + uy * vy))
    apart = (np.hypot(ux, uy) > 0) & (np.hypot(vx, vy) > 0)
    return np.where(sure & apart, degrees, np.nan)


@overload
def direction(poses: Pose, a: int | str, b: int | str, *, min_score: float = ...) -> float: ...
@overload
def direction(
    poses: Poses, a: int | str, b: int | str, *, min_score: float = ...
) -> Float64[np.ndarray, "n"]: ...
def direction(
    poses: Pose | Poses, a: int | str, b: int | str, *, min_score: float = 0.2
) -> float | Float64[np.ndarray, "n"]:
    """Where `b` lies from `a` in the picture: 0 to the right, 90 up, from -180 to 180. A series of it needs `unwrap`.

    Args:
        poses: one person, or everyone in a frame for an array of n angles.
        a: a keypoint by `Keypoint`, index or name; so is `b`.
        b: the other end.
        min_score: not a number where one of the points scores less, or where both are in one place.

    Raises:
        DataError: no keypoint has that name or index.
    """
    if isinstance(poses, Pose):
        return float(direction(poses.poses[[poses.row]], a, b, min_score=min_score)[0])
    points, sure = _points(poses, (a, b), min_score)
    dx, dy = points[1] - points[0]
    return np.where(sure & (np.hypot(dx, dy) > 0), np.degrees(np.arctan2(-dy, dx)), np.nan)


def joint_angles(pose: Pose, *, min_score: float = 0.2) -> dict[str, float]:
    """The angles of both shoulders, elbows, hips and knees by name, as `angle` gives them.

    Poses of another skeleton have those joints alone whose three points it has. A shoulder's angle is that between upper arm and trunk; a hip's, between trunk and thigh.

    >>> list(JOINTS)[:4]
    ['left_shoulder', 'left_elbow', 'left_hip', 'left_knee']
    """
    has = pose.poses.skeleton.among
    return {
        name: angle(pose, *points, min_score=min_score)
        for name, points in JOINTS.items()
        if len(has(points)) == len(points)
    }


def unwrap(degrees: Float[np.ndarray, "t"] | Sequence[float]) -> Float64[np.ndarray, "t"]:
    """The same series without jumps by a full turn: each step is the shorter way round.

    Gaps (not a number) stay gaps; the series goes on behind them from the last angle before.

    >>> unwrap(np.array([170.0, -175.0, np.nan, -160.0]))
    array([170., 185.,  nan, 200.])
    """
    smooth = np.array(degrees, np.float64)
    known = ~np.isnan(smooth)
    smooth[known] = np.unwrap(smooth[known], period=360)
    return smooth


def _points(
    poses: Poses, names: tuple[int | str, ...], min_score: float
) -> tuple[Float64[np.ndarray, "p 2 n"], Bool[np.ndarray, "n"]]:
    """Each point's x and y for everyone, and for whom all of them are sure."""
    index = [poses.skeleton.place(name) for name in names]
    points = poses.xy[:, index].astype(np.float64).transpose(1, 2, 0)
    return points, poses.score[:, index].min(axis=1) >= min_score
