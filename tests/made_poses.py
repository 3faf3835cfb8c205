"""Poses made up for tests of outputs: random people, and a short film of them with everything an output must keep."""

import numpy as np

from tendu.frame import Stamp
from tendu.pose import Poses
from tendu.skeleton import COCO17
from tendu.skeletons import skeleton_of

MOUSE = skeleton_of(
    {
        "keypoints": ["snout", "left_ear", "right_ear", "tail_base"],
        "bones": [["snout", "left_ear"], ["snout", "right_ear"], ["snout", "tail_base"]],
        "sigmas": [0.03, 0.04, 0.04, 0.09],
        "korean": ["주둥이", "왼쪽 귀", "오른쪽 귀", "꼬리 뿌리"],
    }
)
"""A skeleton of one's own."""
FEET = skeleton_of(
    {
        "keypoints": [
            *COCO17.names,
            *(f"{side}_{part}" for part in ("big_toe", "small_toe", "heel") for side in ("left", "right")),
        ],
    }
)
"""COCO's 17 and six points of the feet."""


def made_poses(count, *, frame=0, tracks=None, source="walk.mp4", seed=0, skeleton=COCO17):
    """`count` people of a 640 × 480 picture; some of their points lie up to 100 px outside it."""
    random = np.random.default_rng([seed, frame])
    k = len(skeleton)
    return Poses(
        xy=random.uniform((-100, -100), (740, 580), (count, k, 2)).astype(np.float32),
        score=random.random((count, k), np.float32) ** 8,  # many near 0: raw scores are never zeroed
        box=random.uniform(-100, 740, (count, 4)).astype(np.float32),
        confidence=random.random(count, np.float32),
        stamp=Stamp(frame, frame / 29.97, source, 640, 480),
        track=None if tracks is None else np.array(tracks, np.int64),
        skeleton=skeleton,
    )


def made_film(skeleton=COCO17):
    """Nobody; one person before tracking; two people with tracks; nobody, for another reason; one of the two again."""
    return [
        Poses.empty(Stamp(0, 0.0, "walk.mp4", 640, 480), reason="no person above 0.2", skeleton=skeleton),
        made_poses(1, frame=1, skeleton=skeleton),
        made_poses(2, frame=2, tracks=[7, 3], skeleton=skeleton),
        Poses.empty(
            Stamp(5, 5 / 29.97, "walk.mp4", 640, 480),
            reason='the picture is "black", no light',
            skeleton=skeleton,
        ),
        made_poses(1, frame=6, tracks=[3], skeleton=skeleton),
    ]


def assert_same(ours, theirs):
    """Both are the same poses to the last bit."""
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        assert (one.stamp, one.reason, one.skeleton) == (other.stamp, other.reason, other.skeleton)
        for name in ("xy", "score", "box", "confidence", "track"):
            mine, other_s = getattr(one, name), getattr(other, name)
            if mine is None or other_s is None:
                assert mine is other_s, name
            else:
                assert mine.dtype == other_s.dtype, name
                np.testing.assert_array_equal(mine, other_s, name)
