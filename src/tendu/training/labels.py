"""Labels: the heads of a teacher with each labelled person's part of them moved towards the labels.

A labelled person is there for sure, whether the teacher saw it or not. What is not labelled stays the teacher's.
"""

from dataclasses import replace

import numpy as np
from jaxtyping import Float32

from tendu.models.movenet import Heads

SIGMAS = np.array([0.8] * 5 + [1.1] * 6 + [1.4] * 2 + [1.1] * 4, np.float32)
"""Cells; the spread of a keypoint's peak: face, arms, hips, legs, as measured on the published network's own peaks."""

NEAR = 2.0
"""Cells round a labelled point in which offsets are pulled, and round a centre in which regressions are."""

CENTRE = 0.9
"""How sure a labelled person's centre shall be: somebody is there."""

SPREAD = 1.45
"""Cells; the spread of a centre's peak, as measured on the published network's own peaks."""

TALL = 30.0
"""Cells; people smaller than this have narrower peaks, down to `NARROW` times as wide."""

NARROW = 0.6

FEW = 4
"""A person with fewer labelled points than this is larger than these points tell."""

ROUND = 3.0
"""Cells round the point of somebody who is not meant."""


def pulled(
    heads: Heads,
    people: Float32[np.ndarray, "p 17 3"],
    trust: float,
    *,
    others: Float32[np.ndarray, "q 17 3"] | None = None,
    centred: bool = True,
) -> Heads:
    """The heads with each labelled person's part of them moved towards the labels.

    Args:
        heads: the teacher's.
        people: x and y in cells, v 0 where a point is not labelled.
        trust: 0 leaves the teacher's, 1 takes the labels' within the people's boxes.
        others: people who are not meant: round their points and their centres the teacher's word stands.
        centred: whether a person's centre is the middle of the labelled points, as MoveNet's is of all points
            (measured: 0.02 of a person's size beside it). Otherwise it stays where the teacher has it.
    """
    if trust == 0 or not (people[..., 2] > 0).any():
        return heads
    rows, columns = heads.centre.shape
    across, down = np.arange(columns, dtype=np.float32), np.arange(rows, dtype=np.float32)

    def away2(x: np.float32, y: np.float32) -> np.ndarray:
        """The squared distance of every cell's middle from a point, cells²."""
        return np.square(across + 0.5 - x) + np.square(down + 0.5 - y)[:, None]

    made = Heads(heads.centre.copy(), heads.heatmap.copy(), heads.offset.copy(), heads.regression.copy())
    truth, bound = np.zeros_like(heads.heatmap), np.zeros(heads.heatmap.shape, bool)
    middle, owned = np.zeros_like(heads.centre), np.zeros(heads.centre.shape, bool)
    for person in people:
        labelled = np.flatnonzero(person[:, 2] > 0)
        if len(labelled) == 0:
            continue
        xy = person[labelled, :2]
        low, high = xy.min(axis=0), xy.max(axis=0)
        extent = float((high - low).max())
        few = len(labelled) < FEW
        narrow = 1.0 if few else min(max(extent / TALL, NARROW), 1.0)
        room = 0.5 * extent + 6 if few else 0.1 * extent + 2
        inside = ((down >= low[1] - room) & (down <= high[1] + room))[:, None] & (
            (across >= low[0] - room) & (across <= high[0] + room)
        )
        for k, (x, y) in zip(labelled, xy, strict=True):
            square = away2(x, y)
            truth[k] = np.maximum(truth[k], np.exp(-square / (2 * (narrow * SIGMAS[k]) ** 2)))
            bound[k] |= inside
            j, i = np.nonzero(square < NEAR**2)
            right = np.stack([x - i, y - j], axis=-1)
            made.offset[j, i, k] += trust * (right - made.offset[j, i, k])
        centre = xy.mean(axis=0) if centred else _centre_seen(heads, labelled, xy, inside)
        if centre is None:
            continue
        square = away2(*centre)
        middle = np.maximum(middle, CENTRE * np.exp(-square / (2 * (narrow * SPREAD) ** 2)))
        owned |= inside if centred else square < NEAR**2
        j, i = np.nonzero(square <= NEAR**2)
        right = xy[None] - np.stack([i, j], axis=-1)[:, None]
        old = made.regression[j[:, None], i[:, None], labelled]
        made.regression[j[:, None], i[:, None], labelled] = old + trust * (right - old)
    for person in () if others is None else others:
        labelled = np.flatnonzero(person[:, 2] > 0)
        for k in labelled:
            x, y = person[k, :2]
            bound[k] &= (away2(x, y) > ROUND**2) | (truth[k] > 0.1)
        if len(labelled):
            owned &= (away2(*person[labelled, :2].mean(axis=0)) > ROUND**2) | (middle > 0.1)
    made.heatmap[bound] += trust * (truth[bound] - made.heatmap[bound])
    made.centre[owned] += trust * (middle[owned] - made.centre[owned])
    return made


def emptied(heads: Heads, trust: float) -> Heads:
    """The heads where the labels say that nobody is there.

    Args:
        heads: the teacher's.
        trust: 0 leaves them, 1 leaves no centre and no keypoint.
    """
    return replace(heads, centre=(1 - trust) * heads.centre, heatmap=(1 - trust) * heads.heatmap)


def _centre_seen(
    heads: Heads, labelled: np.ndarray, xy: np.ndarray, inside: np.ndarray
) -> Float32[np.ndarray, "2"] | None:
    """Where the teacher has a person's centre; None where what it says of the points there is far from the labels."""
    y, x = np.unravel_index(int((heads.centre * inside).argmax()), heads.centre.shape)
    guess = heads.regression[y, x, labelled] + np.array([x, y])
    far = np.abs(guess - xy).mean() > 0.25 * float((xy.max(axis=0) - xy.min(axis=0)).max())
    return None if far else np.array([x + 0.5, y + 0.5], np.float32)
