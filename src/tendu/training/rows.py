"""Rows: what every set of training crops is read as, before its pictures are decoded."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float32, UInt8

from tendu.skeleton import COCO17
from tendu.window import Window

SIDE = 256
"""Pixels of the side of a shard's crop, and of any other unless more are asked for."""

SIDES = (32, 4096)
"""The least and the most pixels of it."""

ROOM = 1.9
"""The side of a shard's crop over the longer side of its person's box, and of any other unless more is asked for."""


@dataclass(frozen=True)
class Cut:
    """How crops are cut out of photos.

    Attributes:
        side: of the crops, px.
        room: their side over the longer side of the person's box.
    """

    side: int = SIDE
    room: float = ROOM

    def window(self, left: float, top: float, width: float, height: float) -> Window:
        """The part of a photo that is cut for a box."""
        side = self.room * max(width, height, 1.0)
        return Window.centred(left + width / 2, top + height / 2, side, side)


Row = tuple[Callable[[], UInt8[np.ndarray, "s s 3"]], Float32[np.ndarray, "p k 3"], str]
"""What gives the crop, the people of it with points outside as they come, the photo that it is cut from."""

FARTHEST = 1e6
"""Pixels; no photo has points so far away, and numbers beyond are meant for something else."""


def keypoints_of(given: Any, names: Sequence[str] = COCO17.names) -> Float32[np.ndarray, "k 3"]:
    """A person's keypoints from what a file has: x and y, px, and v, 0, 1 or 2, of each, in one list or in one of each.

    Args:
        given: that.
        names: of the points that are expected.

    Raises:
        ValueError: it is anything else.
    """
    try:
        points = np.asarray(given)
    except ValueError:  # lists of several lengths
        points = np.zeros(0)
    count, numbers = len(names), points.dtype.kind in "iuf"
    expected = f"keypoints are {count} x (x, y, v), {3 * count} numbers of at most {FARTHEST:,.0f}, not"
    if numbers and points.size not in {0, 3 * count}:
        raise ValueError(
            f"{expected} {points.size}: {given!s:.60}. The names are {', '.join(names)}; a set's keypoints give others"
        )
    if (
        not numbers
        or points.shape not in {(3 * count,), (count, 3)}
        or not (np.abs(points) <= FARTHEST).all()
    ):
        raise ValueError(f"{expected} {given!s:.60}")
    points = points.reshape(count, 3)
    strange = points[~np.isin(points[:, 2], (0, 1, 2)), 2]
    if len(strange):
        # A guess's confidence in its place would make every point a labelled one.
        raise ValueError(f"v is 0 (not labelled), 1 (hidden) or 2 (visible), not {strange[0]:g}")
    return points.astype(np.float32)


def inside(people: Float32[np.ndarray, "p k 3"], side: int) -> Float32[np.ndarray, "p k 3"]:
    """The people of a crop; a point that lies outside it counts as not labelled."""
    seen = ((people[..., :2] > 0) & (people[..., :2] < side)).all(axis=-1) & (people[..., 2] > 0)
    return np.where(seen[..., None], people, np.float32(0))
