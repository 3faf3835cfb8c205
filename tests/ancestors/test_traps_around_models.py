"""Traps that the references fell into around their models (found by reading them), each held shut by a test."""

import numpy as np
import pytest

import tendu
from painted_movenet import Scene, standing
from tendu.estimator import Estimator
from tendu.models.movenet import MultiPoseDecoder, confidence
from tendu.models.prepare import prepare
from tendu.pose import Poses
from tendu.runtimes.fake import FakeRuntime
from tendu.runtimes.litert import LiteRT
from tendu.window import Window
from tiny_models import tiny_model


def multipose(score=0.9):
    """MultiPose's output for one person whose points all lie in the middle of the square input."""
    output = np.zeros((1, 6, 56), np.float32)
    output[0, 0, :51] = np.tile([0.5, 0.5, 0.8], 17)
    output[0, 0, [0, 1]] = 0.5, 0.25
    output[0, 0, 51:] = 0.4, 0.4, 0.6, 0.6, score
    return Estimator("multi", FakeRuntime([output]), MultiPoseDecoder(), 256, 256, look="once", people=6)


def test_padding_is_taken_off_people_and_boxes():
    """RPi movenet_multipose.py scales by the padded size; tfjs leaves the box padded (tfjs-models PR #1105).

    A 400 × 200 picture is padded to 400 × 400: its middle is (200, 100), a quarter of the square is x = 100.
    """
    poses = multipose()(np.zeros((200, 400, 3), np.uint8))
    assert poses[0]["left_eye"][:2] == pytest.approx((200, 100))
    assert poses[0]["nose"][:2] == pytest.approx((100, 100))
    left, top, right, bottom = poses[0].box
    assert left <= 100
    assert right >= 200
    assert top <= 100 <= bottom


def test_rows_that_are_always_there_are_not_people():
    """MultiPose has six rows whatever it sees; five of these have score 0."""
    assert len(multipose()(np.zeros((64, 64, 3), np.uint8))) == 1
    assert len(multipose(score=0.1)(np.zeros((64, 64, 3), np.uint8))) == 0


def test_a_threshold_of_zero_is_a_threshold():
    """tfjs takes minPoseScore 0 for "not given" and uses 0.25."""
    scene = Scene([])
    assert len(scene.estimator(min_score=0.0)(scene.picture)) == 1
    assert len(scene.estimator(min_score=0.25)(scene.picture)) == 0


def test_the_mean_of_no_scores_is_a_number():
    """RPi data.py averages an empty list: NaN and a warning."""
    assert confidence(np.zeros((1, 17), np.float32), 0.2)[0] == 0


def test_sides_are_the_persons_own_however_the_picture_is_flipped():
    """RPi flips the camera's picture before looking, so left is called right; tfjs ignores flipHorizontal (#8093).

    A body with one raised hand: in the flipped picture the other wrist is raised, at the mirrored x and the same y
    (Coral's pose_engine.py flips y by the width).
    """
    body = standing(6, 100, 130)
    body[9] = [60, 20]
    mirrored = (body * [-1, 1] + [256, 0])[tendu.COCO17.flip]
    first, second = (Scene([person]) for person in (body, mirrored))
    found, flipped = (scene.estimator(look="zoom")(scene.picture)[0] for scene in (first, second))
    assert found["left_wrist"][:2] == pytest.approx((60, 20), abs=1)
    assert flipped["right_wrist"][:2] == pytest.approx((196, 20), abs=1)


def test_a_mirrored_look_changes_no_side():
    body = standing(6, 100, 130)
    body[9] = [60, 20]
    scene = Scene([body])
    found = scene.estimator(look="mirrored")(scene.picture)[0]
    assert found["left_wrist"][:2] == pytest.approx((60, 20), abs=1)


@pytest.mark.parametrize(("width", "height"), [(400, 200), (200, 400)])
def test_a_picture_keeps_its_proportions(width, height):
    """Coral's pose_engine.py stretches every picture to the input: a round head becomes an egg."""
    window = Window.letterbox(width, height, aspect=481 / 353)
    assert window.width / window.height == pytest.approx(481 / 353)
    assert max(width / window.width, height / window.height) == pytest.approx(1)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int32, np.float32])
def test_every_type_of_input_is_a_batch_of_one(dtype):
    """Coral's float path forgets the batch; tutorials assume uint8 (tensorflow/tensorflow #58101)."""
    frame = tendu.Frame.of(np.full((8, 8, 3), 200, np.uint8))
    tensor = prepare(frame, Window(0, 0, 8, 8), 8, 8, np.dtype(dtype))
    assert tensor.shape == (1, 8, 8, 3)
    assert tensor.dtype == dtype
    assert tensor[0, 0, 0, 0] == (72 if dtype == np.int8 else 200)


def test_a_float_posenet_sees_minus_one_to_one():
    frame = tendu.Frame.of(np.array([[[0, 255, 51]]], np.uint8))
    tensor = prepare(frame, Window(0, 0, 1, 1), 1, 1, np.dtype(np.float32), centred=True)
    assert tensor.ravel().tolist() == pytest.approx([-1.0, 1.0, -0.6], abs=1e-6)


@pytest.mark.parametrize("name", ["left wrist", "leftWrist", "LEFT_WRIST"])
def test_a_name_that_is_none_of_ours_is_an_error_not_none(name):
    """Coral's synthesizer.py asks by old names and always gets None."""
    scene = Scene([standing(6, 100, 130)])
    pose = scene.estimator()(scene.picture)[0]
    with pytest.raises(
        tendu.DataError, match=f"No keypoint is called '{name}'. The names are nose, left_eye"
    ):
        pose[name]


def test_numbers_of_people_are_no_rows():
    """rtmlib's PoseTracker uses its ids as list indices inside a bare except, and never gives them out (#74)."""
    scene = Scene([standing(4, 60, 130), standing(4, 180, 130)])
    estimator, tracker = scene.estimator(people=2, look="zoom"), tendu.Tracker()
    both = tracker.update(estimator(scene.picture))
    scene.people = [person for person in scene.people if person[0, 0] > 100]
    later = estimator(tendu.Frame.of(scene.picture, time=0.1))
    left = tracker.update(later)
    assert len(left) == 1
    there = next(pose.track for pose in both if pose["nose"].x > 100)
    assert left.track.tolist() == [there]


def test_the_number_of_threads_is_the_one_asked_for():
    """RPi opens every model with 4 threads, whatever the machine (movenet.py)."""
    assert LiteRT(tiny_model(), threads=1).name.endswith("1 thread")
    assert LiteRT(tiny_model(), threads=3).name.endswith("3 threads")


def test_any_part_of_a_picture_can_be_looked_at():
    """MediaPipe's pose task refuses a region of interest."""
    scene = Scene([standing(4, 60, 130), standing(4, 190, 130)])
    seen = scene.estimator().see(tendu.Frame.of(scene.picture), Window(130, 70, 120, 120))
    assert isinstance(seen, Poses)
    assert seen[0]["nose"].x == pytest.approx(190, abs=1)
