"""Cases and traps of tensorflow/examples, lite/examples/pose_estimation/raspberry_pi/tracker.

Its keypoint_tracker_test.py tells the story of tfjs's test with one person changed; the rest are its traps.
"""

import numpy as np
import pytest

from staged import frame_of, moved, walker
from tendu.motion.people import Comparison, People
from tendu.motion.track import Tracker
from tendu.skeleton import Skeleton

FOUR = Skeleton(tuple("abcd"), tuple("가나다라"), (), (), (0.1,) * 4)
STANDING = walker(0, x=300, top=100, height=200, pace=0)


def people(*people, time):
    points = np.array(people, np.float64)
    return frame_of(points[..., :2] * 1000, score=points[..., 2], time=time, skeleton=FOUR)


@pytest.mark.parametrize("rules", [{"rule": "in order", "carry": 0.0}, {"carry": 0.0}], ids=str)
def test_the_story_with_its_own_thresholds(rules):
    tracker = Tracker(max_tracks=12, min_similarity=0.4, min_score=0.2, min_points=2, **rules)
    diagonal = (0.2, 0.2, 1.0), (0.4, 0.4, 0.8), (0.6, 0.6, 0.9)
    assert tracker.update(people((*diagonal, (0.8, 0.8, 0.0)), time=0.0)).track.tolist() == [1]

    upside_down = (0.8, 0.8, 0.8), (0.6, 0.6, 0.3), (0.4, 0.4, 0.1), (0.2, 0.2, 0.8)
    now = people((*diagonal, (0.8, 0.8, 0.8)), upside_down, time=0.1)
    assert tracker.update(now).track.tolist() == [1, 2]

    now = people(
        ((0.6, 0.7, 0.7), (0.5, 0.6, 0.7), (0.0, 0.0, 0.1), (0.2, 0.1, 1.0)),
        ((0.5, 0.1, 0.6), (0.9, 0.3, 0.6), (0.1, 0.1, 0.9), (0.4, 0.4, 0.1)),
        time=0.9,
    )
    assert tracker.update(now).track.tolist() == [2, 3]

    now = people(
        (*diagonal, (0.8, 0.8, 0.8)),
        ((0.55, 0.7, 0.7), (0.5, 0.6, 0.9), (1.0, 1.0, 0.1), (0.8, 0.1, 0.0)),
        ((0.1, 0.1, 0.1), (0.2, 0.2, 0.9), (0.3, 0.3, 0.7), (0.4, 0.4, 0.8)),
        time=1.2,
    )
    assert tracker.update(now).track.tolist() == [4, 2, 5]


def test_nobody_is_remembered_for_a_quarter_of_an_hour():
    # config.py: max_age 1000 * 1000, said to be milliseconds, given milliseconds, meant as microseconds.
    tracker = Tracker()
    tracker.update(frame_of([STANDING], time=0.0))
    assert tracker.update(frame_of([STANDING], time=1.5)).track.tolist() == [2]


def test_somebody_two_of_their_own_widths_away_is_somebody_else():
    # keypoint_tracker.py takes pixels for 0..1: its boxes begin at 1 px, so that its similarity is far too kind.
    width = np.ptp(STANDING[:, 0])
    known, other = frame_of([STANDING]), frame_of([moved(STANDING, right=2 * width)])
    ours = People.just_seen(known).alike(other, Comparison("oks", 0.3, 4, carry=0)).item()
    area = (STANDING.max(axis=0) - 1).prod()
    theirs = np.exp(-((2 * width) ** 2) / (2 * area * np.square(2 * known.skeleton.oks_sigmas))).mean()
    assert ours < 0.2 < theirs


def test_each_tracker_counts_for_itself():
    # abewley/sort and its heirs count in the class: a second tracker there would begin at 2.
    first, second = Tracker(), Tracker()
    assert first.update(frame_of([STANDING])).track.tolist() == [1]
    assert second.update(frame_of([STANDING])).track.tolist() == [1]


def test_the_poses_given_are_not_changed():
    # Both ancestors write the number into the pose that came.
    poses = frame_of([STANDING])
    Tracker().update(poses)
    assert poses.track is None
