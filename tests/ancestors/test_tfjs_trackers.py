"""The cases of tfjs-models, pose-detection/src/calculators/{keypoint,bounding_box}_tracker_test.ts, in pixels.

A square picture of 1000 px stands for their unit square and seconds for their microseconds; a skeleton of four points
with a fall-off of 0.1 stands for theirs.
"""

import numpy as np
import pytest

from staged import frame_of, walker
from tendu.errors import DataError
from tendu.frame import Stamp
from tendu.motion.people import Comparison, People
from tendu.motion.track import Tracker
from tendu.pose import Poses
from tendu.skeleton import Skeleton

FOUR = Skeleton(tuple("abcd"), tuple("가나다라"), (), (), (0.1,) * 4)
COMPARED = Comparison("oks", min_score=0.2, min_points=2, carry=0)

# Pairs chosen in order of confidence are their rule; the cases hold under ours as well. The poses of these stories jump
# about as no body does, so people are left where they were.
PUBLISHED = {"carry": 0.0, "overlap": 1.0}
RULES = pytest.mark.parametrize("rules", [PUBLISHED | {"rule": "in order"}, PUBLISHED], ids=str)


def people(*people, time=0.0):
    """Poses of people given as four (x, y, score) in their units."""
    points = np.array(people, np.float64)
    return frame_of(points[..., :2] * 1000, score=points[..., 2], time=time, size=(1000, 1000), skeleton=FOUR)


def boxes(*corners, time=0.0):
    """Poses known only by their boxes: left, top, right, bottom in their units."""
    n = len(corners)
    return Poses(
        xy=np.zeros((n, 17, 2), np.float32),
        score=np.zeros((n, 17), np.float32),
        box=np.array(corners, np.float32) * 1000,
        confidence=np.ones(n, np.float32),
        stamp=Stamp(0, time, "", 1000, 1000),
    )


def remembered(tracker):
    """Numbers and times of everyone remembered, the latest seen first."""
    return list(zip(tracker._people.number.tolist(), tracker._people.time.tolist(), strict=True))


def alike(pose, known):
    return People.just_seen(people(known)).alike(people(pose), COMPARED).item()


def test_similarity_counts_the_points_confident_in_both_over_the_area_of_the_one_remembered():
    # The third point is a guess in the new pose; the fourth has moved by 0.1.
    pose = (0.2, 0.2, 1.0), (0.4, 0.4, 0.8), (0.6, 0.6, 0.1), (0.8, 0.7, 0.8)
    known = (0.2, 0.2, 1.0), (0.4, 0.4, 0.8), (0.6, 0.6, 0.9), (0.8, 0.8, 0.8)
    moved = np.exp(-(0.1**2) / (2 * (0.6 * 0.6) * (2 * 0.1) ** 2))
    assert alike(pose, known) == pytest.approx((1 + 1 + moved) / 3, abs=1e-6)


def test_with_one_point_confident_in_both_the_similarity_is_zero():
    pose = (0.2, 0.2, 1.0), (0.4, 0.4, 0.1), (0.6, 0.6, 0.9), (0.8, 0.8, 0.8)
    known = (0.2, 0.2, 1.0), (0.4, 0.4, 0.8), (0.6, 0.6, 0.1), (0.8, 0.8, 0.0)
    assert alike(pose, known) == 0.0


def test_the_area_is_that_of_the_confident_points():
    # Theirs: 0.3 by 0.4, without the guess at (0.7, 0.8). Seen here through a first point that moves by 0.1.
    known = (0.1, 0.2, 1.0), (0.3, 0.4, 0.9), (0.4, 0.6, 0.9), (0.7, 0.8, 0.1)
    pose = (0.1, 0.3, 1.0), *known[1:]
    moved = np.exp(-(0.1**2) / (2 * (0.3 * 0.4) * (2 * 0.1) ** 2))
    assert alike(pose, known) == pytest.approx((moved + 1 + 1) / 3, abs=1e-6)


@RULES
def test_the_story_of_six_people_by_keypoints(rules):
    tracker = Tracker(max_tracks=4, min_similarity=0.5, min_score=0.2, min_points=2, **rules)
    diagonal = (0.2, 0.2, 1.0), (0.4, 0.4, 0.8), (0.6, 0.6, 0.9)
    first = (*diagonal, (0.8, 0.8, 0.0))
    assert tracker.update(people(first, time=0.0)).track.tolist() == [1]
    assert remembered(tracker) == [(1, 0.0)]

    # The first is seen again, now with the fourth point; somebody upside down appears.
    upside_down = (0.8, 0.8, 0.8), (0.6, 0.6, 0.3), (0.4, 0.4, 0.1), (0.2, 0.2, 0.8)
    now = people((*diagonal, (0.8, 0.8, 0.8)), upside_down, time=0.1)
    assert tracker.update(now).track.tolist() == [1, 2]
    assert remembered(tracker) == [(1, 0.1), (2, 0.1)]

    # The second has moved; a third appears; the first is not seen.
    now = people(
        ((0.6, 0.7, 0.7), (0.5, 0.6, 0.7), (0.0, 0.0, 0.1), (0.2, 0.1, 1.0)),
        ((0.5, 0.1, 0.6), (0.9, 0.3, 0.6), (0.1, 1.0, 0.9), (0.4, 0.4, 0.1)),
        time=0.9,
    )
    assert tracker.update(now).track.tolist() == [2, 3]
    assert remembered(tracker) == [(2, 0.9), (3, 0.9), (1, 0.1)]

    # The first comes back to the same place after more than a second: somebody new.
    now = people(
        (*diagonal, (0.8, 0.8, 0.8)),
        ((0.55, 0.7, 0.7), (0.5, 0.6, 0.9), (1.0, 1.0, 0.1), (0.8, 0.1, 0.0)),
        ((0.1, 0.1, 0.1), (0.2, 0.2, 0.9), (0.3, 0.3, 0.7), (0.4, 0.4, 0.8)),
        time=1.2,
    )
    assert tracker.update(now).track.tolist() == [4, 2, 5]
    assert sorted(remembered(tracker)) == [(2, 1.2), (3, 0.9), (4, 1.2), (5, 1.2)]

    # A fifth would be remembered: the one unseen the longest is forgotten.
    now = people(((0.1, 0.8, 1.0), (0.2, 0.9, 0.6), (0.2, 0.9, 0.5), (0.8, 0.2, 0.4)), time=1.3)
    assert tracker.update(now).track.tolist() == [6]
    assert sorted(remembered(tracker)) == [(2, 1.2), (4, 1.2), (5, 1.2), (6, 1.3)]


@RULES
def test_the_story_of_four_people_by_boxes(rules):
    tracker = Tracker(by="iou", max_tracks=4, min_similarity=0.5, **rules)
    corner, whole = (0, 0, 0.5, 0.5), (0, 0, 1, 1)
    assert tracker.update(boxes(corner, whole, time=0.0)).track.tolist() == [1, 2]
    assert remembered(tracker) == [(1, 0.0), (2, 0.0)]

    now = boxes((0.1, 0.1, 0.5, 0.5), (0.2, 0.3, 0.9, 0.9), time=0.1)
    assert tracker.update(now).track.tolist() == [1, 3]
    assert remembered(tracker) == [(1, 0.1), (3, 0.1), (2, 0.0)]

    # The second box is the one of the start, but that was more than a second ago.
    now = boxes((0.1, 0.1, 0.55, 0.5), whole, time=1.05)
    assert tracker.update(now).track.tolist() == [1, 4]
    assert remembered(tracker) == [(1, 1.05), (4, 1.05), (3, 0.1)]


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        ((0, 0, 2 / 3, 1), (1 / 3, 0, 1, 1), 1 / 3),
        ((0, 0, 1, 1), (0, 0, 1, 1), 1),
        ((0, 0, 0.5, 0.5), (0.5, 0.5, 1, 1), 0),
    ],
    ids=["a third in common", "the same box", "touching at a corner"],
)
def test_boxes_are_as_alike_as_what_they_share(one, other, share):
    how = Comparison("iou", min_score=0.3, min_points=4, carry=0)
    assert People.just_seen(boxes(other)).alike(boxes(one), how).item() == pytest.approx(share, abs=1e-6)


def test_a_threshold_below_zero_is_refused():
    with pytest.raises(DataError, match=r"^min_score is a score from 0 to 1, not -0\.1\.$"):
        Tracker(max_tracks=4, min_similarity=0.5, min_score=-0.1)


def test_the_area_is_right_whatever_the_picture():
    # Theirs cuts coordinates to 0..1 first: given pixels, every box reaches to the picture's corner.
    points = walker(0, x=300, top=100, height=200, pace=0)
    how = Comparison("oks", min_score=0.3, min_points=4, carry=0)

    def alike_at(offset, scale):
        known = frame_of([(points + offset) * scale])
        moved = frame_of([(points + offset + (8, 0)) * scale])
        return People.just_seen(known).alike(moved, how).item()

    assert 0.3 < alike_at(0, 1) < 0.9
    assert alike_at(0, 5) == pytest.approx(alike_at(0, 1), rel=1e-4)
    assert alike_at(1000, 1) == pytest.approx(alike_at(0, 1), rel=1e-4)
