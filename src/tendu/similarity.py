"""How alike two poses or boxes are: object keypoint similarity and intersection over union."""

import numpy as np
from jaxtyping import Bool, Float32

from tendu.skeleton import COCO17, Skeleton


def oks(
    xy: Float32[np.ndarray, "n k 2"],
    other: Float32[np.ndarray, "m k 2"],
    area: Float32[np.ndarray, "m"],
    *,
    counted: Bool[np.ndarray, "n m k"] | None = None,
    skeleton: Skeleton = COCO17,
) -> Float32[np.ndarray, "n m"]:
    """Object keypoint similarity of every pose with every other pose, 0 to 1.

    The mean over points of exp(-d² / (2 · area · (2 sigma)²)), as pycocotools' cocoeval.py, line 206.

    Args:
        xy: (x, y) of n poses.
        other: (x, y) of m poses in the same space.
        area: of each of the m people in that space's units, squared; must be above 0.
        counted: which points of which pair count; all when None. A pair with none counted gives 0.
        skeleton: names the sigmas.

    >>> a = np.zeros((1, 17, 2), np.float32)
    >>> oks(a, a, np.ones(1, np.float32))
    array([[1.]], dtype=float32)
    """
    distance2 = np.square(xy[:, None] - other[None]).sum(axis=-1)
    spread2 = 2 * np.square(2 * skeleton.oks_sigmas) * area[None, :, None]
    likeness = np.exp(-distance2 / spread2)
    if counted is None:
        return likeness.mean(axis=-1)
    return ((likeness * counted).sum(axis=-1) / np.maximum(counted.sum(axis=-1), 1)).astype(np.float32)


def iou(box: Float32[np.ndarray, "n 4"], other: Float32[np.ndarray, "m 4"]) -> Float32[np.ndarray, "n m"]:
    """Intersection over union of every box with every other box, 0 to 1; boxes are left, top, right, bottom.

    Boxes without area give 0.

    >>> iou(np.array([[0, 0, 2, 2]], np.float32), np.array([[1, 0, 3, 2]], np.float32)).round(3)
    array([[0.333]], dtype=float32)
    """
    low = np.maximum(box[:, None, :2], other[None, :, :2])
    high = np.minimum(box[:, None, 2:], other[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=-1)
    areas = [np.clip(b[:, 2:] - b[:, :2], 0, None).prod(axis=-1) for b in (box, other)]
    union = areas[0][:, None] + areas[1][None] - shared
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)


def extent(xy: Float32[np.ndarray, "n k 2"], counted: Bool[np.ndarray, "n k"]) -> Float32[np.ndarray, "n 4"]:
    """The boxes (left, top, right, bottom) of each pose's counted points; of all its points where none counts."""
    counted = counted | ~counted.any(axis=1, keepdims=True)
    low = np.where(counted[..., None], xy, np.inf).min(axis=1)
    high = np.where(counted[..., None], xy, -np.inf).max(axis=1)
    return np.concatenate([low, high], axis=1).astype(np.float32)
