"""Faces made unrecognisable: each becomes a few soft patches of colour."""

import numpy as np
from jaxtyping import Float32

from tendu.drawing.canvas import Canvas
from tendu.errors import DataError
from tendu.pose import Poses
from tendu.skeleton import HEAD

# Patches across a face. Six carry its colours and no feature.
_PATCHES = 6
# From the middle of nose, eyes and ears to the edge, as a multiple of how far those reach: twice covers chin and
# forehead both from the front (ears 15 cm apart, head 23 cm high) and from the side (nose to ear 12 cm).
_REACH = 2.0
# And at least this part of the shoulders' distance, for a face whose points lie on a heap.
_SHOULDERS = 0.35


def blur_faces(canvas: Canvas, poses: Poses) -> None:
    """Hides everyone's face in a picture.

    Points count however low their score, as hiding too much is the smaller mistake; those of score 0 are nowhere.

    Args:
        canvas: is drawn on.
        poses: who was found in it.

    Raises:
        DataError: the poses' skeleton has no nose, eye or ear, so that nobody knows where faces are.
    """
    import cv2

    head, shoulders = (poses.skeleton.among(names) for names in (HEAD, ("left_shoulder", "right_shoulder")))
    if not head:
        raise DataError(
            f"Faces are found by {', '.join(HEAD)}, and these poses have none of them. Draw on black instead."
        )
    limits = np.array([canvas.width, canvas.height])
    for pose in poses:
        known = (pose.score > 0) & np.isfinite(pose.xy).all(axis=1)
        if not known[head].any():
            continue
        seen = len(shoulders) == 2 and known[shoulders].all()
        centre, radius = _face(pose.xy[head][known[head]], pose.xy[shoulders] if seen else pose.xy[:0])
        left, top = np.clip(np.floor(centre - radius), 0, limits).astype(int)
        right, bottom = np.clip(np.ceil(centre + radius), 0, limits).astype(int)
        part = canvas.part(int(left), int(top), int(right), int(bottom))
        if part.size == 0:
            continue
        size = (part.shape[1], part.shape[0])
        patches = cv2.resize(part, (_PATCHES, _PATCHES), interpolation=cv2.INTER_AREA)
        y, x = np.ogrid[top:bottom, left:right]
        inside = (x + 0.5 - centre[0]) ** 2 + (y + 0.5 - centre[1]) ** 2 <= radius**2
        part[inside] = cv2.resize(patches, size, interpolation=cv2.INTER_LINEAR)[inside]


def _face(
    points: Float32[np.ndarray, "p 2"], shoulders: Float32[np.ndarray, "s 2"]
) -> tuple[Float32[np.ndarray, "2"], float]:
    """The middle of a face and how far from it is hidden, px; at least 2 px."""
    centre = points.mean(axis=0)
    reach = float(np.hypot(*(points - centre).T).max())
    apart = float(np.hypot(*(shoulders[0] - shoulders[1]))) if len(shoulders) else 0.0
    return centre, max(2.0, _REACH * reach, _SHOULDERS * apart)
