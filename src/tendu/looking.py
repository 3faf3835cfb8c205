"""Where to look on a still: which windows, and what several looks say together. Pure functions, no model."""

from dataclasses import replace
from typing import Literal, get_args

import numpy as np
from jaxtyping import Float32

from tendu.errors import DataError
from tendu.pose import Pose, Poses
from tendu.similarity import extent, iou, oks
from tendu.window import Window

Look = Literal["auto", "once", "zoom", "mirrored", "tiles"]
"""How a still is looked at.

once      the whole picture, as published: 1 inference.
zoom      the whole picture, then closer at what was seen: at most 3 inferences for one person, 1 + n for n people.
mirrored  zoom, and the last look is averaged with its mirror image: at most 4 for one person, 1 + 2 n for n people.
tiles     the whole picture, its overlapping halves and quarters, then each person closer, in one or two views: 1 + tiles + n to 2 n.
auto      zoom for one person, tiles for more.
"""

LOOKS: tuple[Look, ...] = get_args(Look)

CONFIDENT = 0.2
"""A keypoint that counts where a person's box is drawn."""

LIKELY = 0.1
"""A keypoint that counts where the next window is chosen: a closer look should rather see too much than cut a limb."""

SURE = 0.4
"""A keypoint that counts in full where the more complete of two poses stays; one that is half as sure counts half."""

OTHER = 0.7
"""Two windows that share less than this (IoU) show different parts of somebody: both are looked at."""

WORSE = 0.6
"""The last look is kept unless its confidence is below this part of the best look's: closer is more exact."""

TILES = ((2, 0.2), (4, 0.35))
"""How many tiles lie along a picture's longer side, and the part of their sides that neighbours share (docs/models.md)."""

NEAR = 0.1
"""Two looks mean the same place for a point where they are less than this part of the body's extent apart."""


def check_look(look: str) -> None:
    """Refuses a look that is not known.

    Raises:
        DataError: not one of `LOOKS`.
    """
    if look not in LOOKS:
        raise DataError(f"Unknown look {look!r}. Choose one of {', '.join(LOOKS)}.")


def closer(pose: Pose, *, margin: float = 1.25, aspect: float = 1.0) -> Window:
    """The window for a closer look at a person: around the likely keypoints, `margin` times their extent."""
    return Window.around(likely_points(pose), margin=margin, aspect=aspect)


def likely_points(pose: Pose) -> Float32[np.ndarray, "k 2"]:
    """The keypoints (x, y) that are likely where they are said to be; all of them where hardly any is."""
    likely = pose.score > LIKELY
    return pose.xy[likely] if likely.sum() >= 2 else pose.xy


def settled(looks: list[Poses]) -> Poses:
    """What several looks at one person, each closer than the one before, say together.

    The pose is the last look's that is not much worse than the best, each point averaged with where the other closer
    looks saw it, if they saw it near. The confidence is the mean of all looks: a look that wandered off, or that saw a
    person where the others did not, makes it less sure.

    Args:
        looks: one pose each, at least one look, the whole picture first.
    """
    best = max(poses.confidence[0] for poses in looks)
    chosen = next(poses for poses in reversed(looks) if poses.confidence[0] >= WORSE * best)
    closer_looks = looks[1:] or looks
    xy = np.concatenate([poses.xy for poses in closer_looks])
    score = np.concatenate([poses.score for poses in closer_looks])
    reach = NEAR * np.ptp(chosen.xy[0], axis=0).max()
    weight = np.square(score) * (np.hypot(*(xy - chosen.xy).transpose(2, 0, 1)) < reach)
    total = weight.sum(axis=0)[:, None]
    mean = (xy * weight[..., None]).sum(axis=0) / np.maximum(total, np.float32(1e-9))
    place = np.where(total > 0, mean, chosen.xy[0])[None].astype(np.float32)
    sure = np.mean([poses.confidence for poses in looks], axis=0, dtype=np.float32)
    return replace(chosen, xy=place, box=person_box(place, chosen.score), confidence=sure)


def tiles(width: int, height: int, *, aspect: float = 1.0) -> list[Window]:
    """Overlapping windows that cover a picture twice: large ones and, for small people, half as large ones.

    Args:
        width: the picture's columns.
        height: its rows.
        aspect: width / height of the model's input.

    >>> len(tiles(640, 480))
    16
    """
    grids = [_grid(width, height, across, overlap, aspect) for across, overlap in TILES]
    return [window for grid in grids for window in grid]


def _grid(width: int, height: int, across: int, overlap: float, aspect: float) -> list[Window]:
    """Windows that cover a picture, so many `across` its longer side, which share that part of their sides."""
    longer = max(width / aspect, height)
    side = longer / (across - (across - 1) * overlap)
    spots = [
        [(length - part) / 2]
        if length <= part
        else np.linspace(0, length - part, _count(length, part, overlap))
        for length, part in ((width, side * aspect), (height, side))
    ]
    return [Window(float(x), float(y), side * aspect, side) for y in spots[1] for x in spots[0]]


def _count(length: float, part: float, overlap: float) -> int:
    return int(np.ceil((length / part - overlap) / (1 - overlap) - 1e-9))


def most_alike(person: Poses, seen: Poses) -> Poses:
    """Of those seen in a closer look, the one who is most like a person (OKS) and most sure.

    Args:
        person: one pose.
        seen: at least one pose.
    """
    likeness = oks(person.xy, seen.xy, body_area(seen), skeleton=seen.skeleton)[0]
    return seen[[int((likeness + seen.confidence).argmax())]]


def agreed(first: Poses, second: Poses) -> Poses:
    """The second look at one person, less sure where the first saw them elsewhere: its confidence times (1 + OKS) / 2.

    A ghost looks different each time, a person does not; but from afar a small person's points are too inexact to be
    held against a closer look.
    """
    likeness = oks(second.xy, first.xy, body_area(second), skeleton=second.skeleton)[:, 0]
    return replace(second, confidence=second.confidence * (1 + likeness) / 2)


def distinct(poses: Poses, *, alike: float = 0.4) -> Poses:
    """The poses without duplicates: of two that are alike (OKS), the surer and more complete stays.

    Points count that are likely in both, so that half a body at a window's edge is known as part of the whole. So is
    half a body that guesses its other half wrongly: only the points that it is surest of must lie in the whole, also
    with left and right exchanged.
    """
    return poses[[rows[0] for rows in _same_people(poses, alike, _complete(poses))]]


def views(poses: Poses, people: int, *, alike: float = 0.5) -> Poses:
    """What tiles saw of so many people, to be looked at closer: of each the most complete view, and the surest beside it.

    The half of somebody that fills a tile is surer than the whole, and a look at it never sees their legs; but many
    unsure points may lie anywhere. The surest is left out where the look at it would be nearly the same.
    """
    complete = _complete(poses)
    chosen: list[int] = []
    for rows in _same_people(poses, alike, complete)[:people]:
        whole, surest = max(rows, key=lambda row: complete[row]), rows[0]
        chosen.append(whole)
        if surest == whole:
            continue
        shown, other = (closer(poses[row]).corners.reshape(1, 4) for row in (whole, surest))
        if iou(shown, other)[0, 0] < OTHER:
            chosen.append(surest)
    return poses[chosen]


def _complete(poses: Poses) -> Float32[np.ndarray, "n"]:
    """How much of each person shows, 0 to 1."""
    return np.minimum(poses.score / SURE, 1).mean(axis=1)


def _same_people(poses: Poses, alike: float, complete: Float32[np.ndarray, "n"]) -> list[list[int]]:
    """The rows of each person, the surest and most complete first."""
    likely = poses.score > LIKELY
    order = np.argsort(-poses.confidence * complete, kind="stable")
    area = body_area(poses)
    skeleton = poses.skeleton
    likeness = oks(poses.xy, poses.xy, area, counted=likely[:, None] & likely[None], skeleton=skeleton)
    likeness = np.maximum(likeness, likeness.T)
    surest = poses.score >= poses.score.max(axis=1, keepdims=True) / 2
    for flip in (slice(None), skeleton.flip):
        counted = surest[:, None] & likely[None, :, flip]
        flipped = oks(poses.xy, poses.xy[:, flip], area, counted=counted, skeleton=skeleton)
        likeness = np.maximum(likeness, flipped)
    same = (likeness >= alike).tolist()
    people: dict[int, list[int]] = {}
    for row in order.tolist():
        first = next((first for first in people if same[row][first]), row)
        people.setdefault(first, []).append(row)
    return list(people.values())


def foremost(poses: Poses, people: int) -> Poses:
    """So many of the poses, in their order: those whose confidence times size is most.

    Two people in front may be no surer than somebody small behind them.
    """
    if len(poses) <= people:
        return poses
    matter = poses.confidence * np.sqrt(body_area(poses))
    return poses[np.sort(np.argsort(-matter, kind="stable")[:people])]


def body_area(poses: Poses) -> Float32[np.ndarray, "n"]:
    """The area of each person for OKS, px²: about half the box of the confident keypoints."""
    size = poses.box[:, 2:] - poses.box[:, :2]
    longer = size.max(axis=1)
    return np.maximum(size.prod(axis=1), longer * longer / 4) * np.float32(0.53) + np.float32(1)


def gathered(several: list[Poses]) -> Poses:
    """What several looks at one frame found, together, the most confident first."""
    first = several[0]
    confidence = np.concatenate([poses.confidence for poses in several])
    together = replace(
        first,
        xy=np.concatenate([poses.xy for poses in several]),
        score=np.concatenate([poses.score for poses in several]),
        box=np.concatenate([poses.box for poses in several]),
        confidence=confidence,
        track=None,
    )
    return together[np.argsort(-confidence, kind="stable")]


def person_box(
    xy: Float32[np.ndarray, "n k 2"], score: Float32[np.ndarray, "n k"]
) -> Float32[np.ndarray, "n 4"]:
    """The boxes of the confident keypoints, a little wider, as left, top, right, bottom in pixels."""
    box = extent(xy, score > CONFIDENT)
    margin = 0.08 * (box[:, 2:] - box[:, :2])
    return np.concatenate([box[:, :2] - margin, box[:, 2:] + margin], axis=1).astype(np.float32)
