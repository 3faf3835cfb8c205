"""Rows: what every set of training crops is read as, before its pictures are decoded."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float32, UInt8

SIDE = 256
"""Pixels of the side of a shard's crop, and of any other unless more are asked for."""

ROOM = 1.9
"""The crop's side over the longer side of its person's box."""

Row = tuple[Callable[[], UInt8[np.ndarray, "s s 3"]], Float32[np.ndarray, "p 17 3"], str]
"""What gives the crop, the people in it, the photo that it is cut from."""

NOBODY = np.zeros((0, 17, 3), np.float32)
"""The people of a crop that shows none."""

UNLABELLED = np.zeros((1, 17, 3), np.float32)
"""The people of a crop that shows somebody of whom only a box is known."""


def inside(people: Float32[np.ndarray, "p 17 3"], side: int) -> Float32[np.ndarray, "p 17 3"]:
    """The people of a crop; a point that lies outside it counts as not labelled."""
    seen = ((people[..., :2] > 0) & (people[..., :2] < side)).all(axis=-1) & (people[..., 2] > 0)
    return np.where(seen[..., None], people, np.float32(0))
