"""How far each of the keypoints is off, in a measure that does not depend on how large a person is."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32

from tendu.skeleton import COCO17, Skeleton


@dataclass(frozen=True)
class KeypointError:
    """How well one keypoint is found.

    Attributes:
        name: which one.
        points: how many are labelled in the truth.
        median: the median distance from the truth as a share of the square root of the person's area, the measure
            of OKS; None where half of the points or more have no prediction, or none is labelled.
        hit: the share of the points nearer than OKS's half-way distance, where a point alone would score .5;
            None where none is labelled.
    """

    name: str
    points: int
    median: float | None
    hit: float | None


def hits(
    distance: Float32[np.ndarray, "m k"], area: Float32[np.ndarray, "m"], *, skeleton: Skeleton = COCO17
) -> Bool[np.ndarray, "m k"]:
    """Which points lie nearer than 2 sigma · √(2 ln 2 · area): OKS's exp(-d² / (2 · area · (2 sigma)²)) is ½ there.

    >>> hits(np.full((1, 17), 1.0, np.float32), np.array([100.0], np.float32))[0, [1, 5]].tolist()
    [False, True]
    """
    return distance <= 2 * skeleton.oks_sigmas * np.sqrt(2 * np.log(2) * area)[:, None]


def by_keypoint(
    distance: Float32[np.ndarray, "m k"],
    area: Float32[np.ndarray, "m"],
    labelled: Bool[np.ndarray, "m k"],
    *,
    skeleton: Skeleton = COCO17,
) -> tuple[KeypointError, ...]:
    """The errors of all keypoints, in their order.

    Args:
        distance: from the truth in pixels; infinite where a person has no prediction.
        area: of the person, px².
        labelled: which points the truth has.
        skeleton: names them and has their sigmas.
    """
    relative, near = distance / np.sqrt(area)[:, None], hits(distance, area, skeleton=skeleton)
    return tuple(
        KeypointError(
            name,
            int(labelled[:, k].sum()),
            _median(relative[labelled[:, k], k]),
            float(near[labelled[:, k], k].mean()) if labelled[:, k].any() else None,
        )
        for k, name in enumerate(skeleton.names)
    )


def _median(numbers: Float32[np.ndarray, "p"]) -> float | None:
    # The mean of a finite and an infinite middle is infinite, that of two infinite ones too.
    middle = float(np.median(numbers)) if len(numbers) else float("inf")
    return middle if np.isfinite(middle) else None
