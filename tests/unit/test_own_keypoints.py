"""Models of other keypoints than COCO's: seen, followed, told apart, smoothed, drawn, measured by their own names."""

import json
from dataclasses import replace

import numpy as np
import pytest

import tendu
from painted_movenet import CELLS, Scene, painted
from tendu.analysis.angles import joint_angles
from tendu.drawing.figure import point_sides
from tendu.errors import DataError, ModelError
from tendu.estimator import Estimator
from tendu.follower import Follower
from tendu.following import full_body
from tendu.frame import Frame, Stamp
from tendu.looking import closer, distinct
from tendu.models import bundled
from tendu.models.graph import SKELETON
from tendu.models.movenet import HeadsDecoder
from tendu.models.opened import open_model, plain_model
from tendu.models.packing import noted
from tendu.pose import Poses
from tendu.runtimes.fake import FakeRuntime
from tendu.skeleton import COCO17, Keypoint
from tendu.skeletons import skeleton_of
from tendu.window import Window

MOUSE = skeleton_of(
    {
        "keypoints": ["snout", "left_ear", "right_ear", "tail_base"],
        "bones": [["snout", "left_ear"], ["snout", "right_ear"], ["snout", "tail_base"]],
    }
)
ONE = np.array([(24.2, 10.4), (20.7, 14.1), (28.3, 14.6), (24.9, 36.2)], np.float32)
FEET = skeleton_of({"keypoints": [*COCO17.names, "left_heel", "right_heel"]})
RENAMED = {"keypoints": [f"point_{k}" for k in range(17)]}


def mice(*cells, **options):
    """An estimator that sees these mice, in cells of the heads, wherever it looks, and a picture for it."""
    runtime = FakeRuntime(lambda _: painted(cells))
    estimator = Estimator("mice", runtime, HeadsDecoder(skeleton=MOUSE), 192, 192, skeleton=MOUSE, **options)
    return estimator, Frame.of(np.zeros((192, 192, 3), np.uint8))


def poses_of(xy, skeleton=MOUSE, score=0.9):
    xy = np.asarray(xy, np.float32).reshape(-1, len(skeleton), 2)
    scores = np.full(xy.shape[:2], score, np.float32)
    box = np.concatenate([xy.min(axis=1), xy.max(axis=1)], axis=1)
    return Poses(xy, scores, box, scores[:, 0], Stamp(0, 0.0, "", 192, 192), skeleton=skeleton)


def test_a_mouse_is_seen_by_its_own_names():
    estimator, frame = mice(ONE, look="once")
    (mouse,) = estimator(frame)
    assert mouse.poses.skeleton == MOUSE
    for name, (x, y) in zip(MOUSE.names, ONE * 192 / CELLS, strict=True):
        assert mouse[name] == pytest.approx((x, y, mouse[name].score), abs=0.05)


def test_a_mirrored_look_exchanges_the_models_own_sides():
    heads = painted([ONE])
    flipped = ONE[MOUSE.flip] * [-1, 1] + [CELLS, 0]
    seen = HeadsDecoder(skeleton=MOUSE)(heads, people=1, mirrored=painted([flipped.astype(np.float32)]))
    np.testing.assert_allclose(seen.xy[0] * CELLS, ONE, atol=0.02)


def test_nobody_is_nobody_of_four_points():
    estimator, frame = mice(ONE + np.float32(CELLS), look="once", people=3)  # outside the picture
    nobody = estimator(frame)
    assert (len(nobody), nobody.xy.shape, nobody.skeleton) == (0, (0, 4, 2), MOUSE)


def test_two_mice_are_told_apart_and_followed():
    scene = Scene([ONE * 1.5 + 20, ONE * 2 + [140, 120]])
    runtime = FakeRuntime(scene.answer)
    decoder = HeadsDecoder(skeleton=MOUSE)
    estimator = Estimator("mice", runtime, decoder, 192, 192, people=2, look="zoom", skeleton=MOUSE)
    follower, tracker, smoother = Follower(estimator), tendu.Tracker(), tendu.Smoother()
    for number in range(3):
        frame = Frame.of(scene.picture, time=number / 10)
        poses = smoother.update(tracker.update(follower.update(frame)))
        assert poses.skeleton == MOUSE
        assert sorted(poses.track) == [1, 2]
    found = poses.xy[np.argsort(poses.xy[:, 0, 0])]
    np.testing.assert_allclose(found, scene.people, atol=1.5)


def test_a_duplicate_with_its_sides_exchanged_is_one_mouse():
    both = poses_of([ONE * 4, ONE[MOUSE.flip] * 4])
    assert len(distinct(both)) == 1


def test_a_body_without_trunk_is_looked_at_as_a_whole_unless_half_of_it_is_missing():
    mouse = poses_of(ONE * 4)
    assert full_body(mouse[0]) == closer(mouse[0])
    mouse.score[0, 1:] = 0.05
    assert full_body(mouse[0]) == Window(0, 0, 192, 192)  # the margin is cut at the picture's edges


def test_published_rules_need_a_trunk():
    estimator, _ = mice(ONE)
    with pytest.raises(
        DataError,
        match=r"^The rule 'tutorial' measures from shoulders to hips, and this model finds snout, left_ear, right_ear, "
        r'tail_base\. Choose "tendu"\.$',
    ):
        Follower(estimator, rule="tutorial")


def test_a_mouse_is_drawn_with_its_own_bones_and_sides():
    frame = Frame.of(np.full((192, 192, 3), 90, np.uint8))
    mouse = poses_of(ONE * 4)
    drawn = tendu.draw(frame, mouse).image
    middle = (mouse.xy[0, 0] + mouse.xy[0, 3]) / 2
    assert (drawn[int(middle[1]), int(middle[0])] > 200).all()
    left, right = (drawn[int(y), int(x)].astype(int) for x, y in mouse.xy[0, 1:3])
    assert left[2] > left[0] + 50
    assert right[0] > right[2] + 50
    assert point_sides(MOUSE) == ("middle", "left", "right", "middle")


def test_faces_that_nobody_can_find_are_not_passed_off_as_hidden():
    person = skeleton_of({"keypoints": ["brow", "chin"]})
    frame = Frame.of(np.zeros((192, 192, 3), np.uint8))
    with pytest.raises(
        DataError,
        match=r"^Faces are found by nose, left_eye, right_eye, left_ear, right_ear, and these poses have none of them\. "
        r"Draw on black instead\.$",
    ):
        tendu.draw(frame, poses_of([(3, 3), (9, 9)], person), faces="blurred")


def test_a_keypoint_of_cocos_is_found_by_its_name():
    order = [*reversed(COCO17.names)]
    person = poses_of(np.arange(34).reshape(17, 2), skeleton_of({"keypoints": order}))
    assert person[0][Keypoint.NOSE] == person[0]["nose"] == (32.0, 33.0, pytest.approx(0.9))
    assert person[0][0] == person[0]["right_ankle"]
    with pytest.raises(DataError, match=r"^No keypoint is called 'nose'\. The names are snout, left_ear, "):
        poses_of(ONE)[0][Keypoint.NOSE]
    with pytest.raises(DataError, match=r"^Keypoints are numbered 0 to 3, not 4\.$"):
        poses_of(ONE)[0][4]


def test_joints_are_those_that_the_points_have():
    assert joint_angles(poses_of(ONE)[0]) == {}
    feet = poses_of(np.random.default_rng(1).uniform(0, 190, (19, 2)), FEET)
    plain = feet.arranged(COCO17)
    assert joint_angles(feet[0]) == joint_angles(plain[0])
    assert len(joint_angles(plain[0])) == 8


def test_poses_with_more_points_are_arranged_to_cocos_by_name():
    feet = poses_of(np.arange(38).reshape(19, 2), FEET)
    plain = feet.arranged(COCO17)
    assert plain.skeleton is COCO17
    np.testing.assert_array_equal(plain.xy, feet.xy[:, :17])
    np.testing.assert_array_equal(plain.box, feet.box)
    assert plain.arranged(COCO17) is plain
    with pytest.raises(
        DataError, match=r"^These poses have no 'left_heel': their points are nose, left_eye, "
    ):
        plain.arranged(FEET)


@pytest.fixture(scope="module")
def lightning():
    return (bundled.FOLDER / "tendu-lightning.tflite").read_bytes()


def test_a_file_says_its_own_keypoints(lightning, tmp_path):
    path = tmp_path / "mine.tflite"
    path.write_bytes(noted(lightning, SKELETON, json.dumps(RENAMED).encode()))
    with tendu.load(path, size=96) as estimator:  # a size of one's own cuts the file anew
        assert estimator.skeleton == skeleton_of(RENAMED)
        assert estimator(np.zeros((96, 96, 3), np.uint8)).skeleton.names[16] == "point_16"


def test_a_file_that_is_saved_for_another_size_keeps_its_keypoints(lightning):
    renamed = noted(lightning, SKELETON, json.dumps(RENAMED).encode())
    assert open_model(plain_model(renamed, size=96)).skeleton == skeleton_of(RENAMED)


def test_what_is_noted_twice_is_noted_once(lightning):
    first = noted(lightning, SKELETON, b"{}")
    assert open_model(noted(first, SKELETON, json.dumps(RENAMED).encode())).skeleton.names[0] == "point_0"


@pytest.mark.parametrize(
    ("note", "sentence"),
    [
        (b"{", r"^What this file says of its keypoints is damaged: .*\. Load it again\.$"),
        (b"\xff\xfe\xfd", r"^What this file says of its keypoints is damaged: "),
        (
            b"[]",
            r"^What this file says of its keypoints is damaged: A skeleton is a table with keypoints, not \[\]\.",
        ),
        (b"[" * 100_000, r"^What this file says of its keypoints is damaged: "),
        (b"[1, 2]", r"^What this file says of its keypoints is damaged: "),
        (
            b'{"keypoints": ["a", "b"]}',
            r"^This file finds 17 keypoints and names 2\. Make it with tendu export again\.$",
        ),
    ],
)
def test_a_file_that_says_nonsense_of_its_keypoints_is_refused(lightning, note, sentence):
    with pytest.raises(ModelError, match=sentence):
        open_model(noted(lightning, SKELETON, note))


def test_files_of_ours_without_a_word_have_cocos(lightning):
    assert open_model(lightning).skeleton is COCO17


def test_an_equal_skeleton_makes_equal_decoders():
    assert HeadsDecoder(skeleton=MOUSE) == HeadsDecoder(skeleton=replace(MOUSE))
