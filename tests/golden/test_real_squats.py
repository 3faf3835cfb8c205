"""Squats of a real film, from the reference landmarks that tfjs-models publishes for its BlazePose test.

Seen by eye in the film's 65 frames (5 a second): standing, down at frame 9, up by 18; standing; down at 33, up by 42;
standing; down at 57, on the way up at the end. So two squats are complete and a third is begun.
"""

import json

import numpy as np
import pytest

import tendu
from staged import frame_of
from tendu.analysis.angles import joint_angles
from tendu.analysis.reps import RepCounter
from tendu.motion.smooth import Smoother
from tendu.motion.track import Tracker
from tendu.skeleton import COCO17

# The 17 keypoints among BlazePose's 33 landmarks (tfjs-models, pose-detection README, "BlazePose Keypoints").
OF_BLAZEPOSE = [0, 2, 5, 7, 8, 11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28]


@pytest.fixture(scope="module")
def squatting(shared):
    people = json.loads((shared / "videos/tfjs/pose_squats.full.json").read_text())
    points = np.array(people)[:, OF_BLAZEPOSE, :2]
    return [frame_of([xy], time=number / 5, size=(720, 1280)) for number, xy in enumerate(points)]


@pytest.fixture(scope="module")
def dancing(shared):
    people = json.loads((shared / "videos/tfjs/pose_1.json").read_text())
    points = [[(person[name]["x"], person[name]["y"]) for name in COCO17.names] for person in people]
    return [frame_of([xy], time=number / 30, size=(576, 576)) for number, xy in enumerate(points)]


def test_two_squats_are_counted_each_when_she_stands_again(squatting):
    counter = RepCounter.squat()
    counts = [counter.update(poses) for poses in squatting]
    assert counts[-1] == 2
    assert 15 <= counts.index(1) <= 19
    assert 40 <= counts.index(2) <= 43
    assert counter.phase == "bent"


def test_they_are_the_same_two_after_tracking_and_smoothing(squatting):
    tracker, smoother, counter = Tracker(), Smoother(), RepCounter.squat()
    for poses in squatting:
        tracked = tracker.update(poses)
        assert tracked.track.tolist() == [1]
        counter.update(smoother.update(tracked))
    assert counter.count == 2


def test_her_knees_are_straight_when_she_stands_and_half_bent_at_the_bottom(squatting):
    standing, bottom = joint_angles(squatting[22][0]), joint_angles(squatting[34][0])
    assert min(standing["left_knee"], standing["right_knee"]) > 165
    assert max(bottom["left_knee"], bottom["right_knee"]) < 100


def test_somebody_who_raises_their_arms_does_not_squat(dancing):
    counter = RepCounter.squat()
    for poses in dancing:
        counter.update(poses)
    assert (counter.count, counter.phase) == (0, "straight")


def test_the_default_model_and_smoothing_count_the_same_two(shared):
    counter, smoother = RepCounter.squat(), Smoother()
    with tendu.open(shared / "videos/tfjs/pose_squats.mp4") as film:
        for _, poses in tendu.load(runtime="litert").follow(film):
            counter.update(smoother.update(poses))
    assert counter.count == 2


def test_asked_for_several_she_is_whole_too(shared):
    """Asked for several, tiles show her upper half surer than the whole of her."""
    model, counter, smoother, tracker = (
        tendu.load(runtime="litert", people=5),
        RepCounter.squat(),
        Smoother(),
        Tracker(),
    )
    with tendu.open(shared / "videos/tfjs/pose_squats.mp4") as film:
        frames = list(film)
    legs = [COCO17.index(f"{side}_{part}") for side in ("left", "right") for part in ("knee", "ankle")]
    assert min(model(frame).score[0, legs].min() for frame in frames[:3]) > 0.2
    for _, poses in model.follow(frames):
        counter.update(smoother.update(tracker.update(poses)))
    assert counter.count == 2
