"""One person as strokes: which bones and points are drawn, how wide, in which colours."""

from math import hypot
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float32

from tendu.drawing.palette import LEFT, MIDDLE, OUTLINE, RIGHT, WHITE, Colour, mixed, person_colour
from tendu.drawing.strokes import Stroke
from tendu.frame import Stamp
from tendu.pose import Pose
from tendu.skeleton import HEAD, Skeleton

ColourBy = Literal["side", "person"]
Side = Literal["left", "middle", "right"]

# Chosen by eye on photos of 64 to 6000 px with people of 30 px to the whole picture. The picture's own size counts a
# little: the larger it is, the more it is shrunk to be looked at.
_WIDTH, _OF_PERSON, _OF_PICTURE = 0.0078, 0.75, 0.25
_NARROWEST = 1.2
# In bone widths. The head's points lie close together and are drawn smaller.
_HEAD_BONE, _HEAD_POINT, _POINT, _RIM = 0.75, 1.6, 2.3, 0.5
_NARROWEST_RIM = 0.8


def shown_points(pose: Pose, min_score: float) -> Bool[np.ndarray, "k"]:
    """Which points are drawn: those that score at least `min_score` and lie somewhere."""
    return (pose.score >= min_score) & np.isfinite(pose.xy).all(axis=1)


def bone_width(points: Float32[np.ndarray, "n 2"], stamp: Stamp) -> float:
    """How wide a person's bones are drawn, px: by the extent of the points and a little by the picture's size.

    >>> tall = np.array([[0, 0], [100, 900]], np.float32)
    >>> round(bone_width(tall, Stamp(0, 0.0, "", 1920, 1080)), 1)
    7.9
    """
    extent = min(float(np.ptp(points, axis=0).max()), hypot(stamp.width, stamp.height))
    picture = (stamp.width * stamp.height) ** 0.5
    return max(_NARROWEST, _WIDTH * extent**_OF_PERSON * picture**_OF_PICTURE)


def colour_of(pose: Pose) -> Colour:
    """The person's own colour, by track number, or by row before tracking."""
    return person_colour(pose.row if pose.track is None else pose.track)


def figure(pose: Pose, shown: Bool[np.ndarray, "k"], *, colour_by: ColourBy) -> list[Stroke]:
    """A person's bones and points with dark rims, from the lowest to the topmost; nothing where no point is shown.

    Args:
        pose: the person.
        shown: which points are drawn; a bone is where both its ends are.
        colour_by: "side" or "person", see `draw`.
    """
    if not shown.any():
        return []
    skeleton, width = pose.poses.skeleton, bone_width(pose.xy[shown], pose.poses.stamp)
    colours = _colours(pose, colour_by)
    sides, head = point_sides(skeleton), skeleton.among(HEAD)
    if len(head) < len(HEAD):
        head = []  # an animal's ears do not lie close together
    places = [(x, y) for x, y in pose.xy.tolist()]
    bones = [
        Stroke(
            places[a],
            places[b],
            width * (_HEAD_BONE if a in head or b in head else 1.0),
            colours[bone_side(sides[a], sides[b])],
        )
        for a, b in skeleton.bones
        if shown[a] and shown[b]
    ]
    points = [
        Stroke(places[k], places[k], width * (_HEAD_POINT if k in head else _POINT), colours[sides[k]])
        for k in np.flatnonzero(shown).tolist()
    ]
    return [*rims(bones, width), *bones, *rims(points, width), *points]


def frame_of_box(pose: Pose) -> list[Stroke]:
    """A person's box in the person's colour, with dark rims."""
    left, top, right, bottom = pose.box.tolist()
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    width = max(_NARROWEST, bone_width(pose.box.reshape(2, 2), pose.poses.stamp) / 2)
    lines = [Stroke(corners[k - 1], corners[k], width, colour_of(pose)) for k in range(4)]
    return [*rims(lines, width), *lines]


def rims(strokes: list[Stroke], width: float) -> list[Stroke]:
    """What lies under strokes so that they read on any ground: the same ones, dark and wider."""
    rim = max(_NARROWEST_RIM, _RIM * width)
    return [Stroke(stroke.start, stroke.end, stroke.width + rim, OUTLINE) for stroke in strokes]


def point_sides(skeleton: Skeleton) -> tuple[Side, ...]:
    """The person's own side of each point.

    >>> from tendu.skeleton import COCO17
    >>> point_sides(COCO17)[:4]
    ('middle', 'left', 'right', 'left')
    """
    sides: list[Side] = ["middle"] * len(skeleton)
    for left, right in skeleton.mirrors:
        sides[left], sides[right] = "left", "right"
    return tuple(sides)


def bone_side(one: Side, other: Side) -> Side:
    """The side of a bone by the sides of its ends.

    >>> bone_side("left", "left"), bone_side("middle", "right"), bone_side("left", "right")
    ('left', 'right', 'middle')
    """
    if one == "middle":
        return other
    return one if other in {one, "middle"} else "middle"


def _colours(pose: Pose, colour_by: ColourBy) -> dict[Side, Colour]:
    """The colour of each side."""
    if colour_by == "side":
        return {"left": LEFT, "middle": MIDDLE, "right": RIGHT}
    own = colour_of(pose)
    return {"left": mixed(own, WHITE, 0.6), "middle": own, "right": mixed(own, OUTLINE, 0.2)}
