"""Angles of known shapes: folded, square, straight; gaps; and series without jumps."""

import numpy as np
import pytest

from staged import frame_of, squatter
from tendu.analysis.angles import JOINTS, angle, direction, joint_angles, unwrap
from tendu.errors import DataError
from tendu.skeleton import Keypoint

KNEE = ("left_hip", "left_knee", "left_ankle")


def leg(degrees, *, turned=0.0, length=80.0):
    """A left leg whose thigh points up from the knee and whose shin stands at `degrees` to it, clockwise."""
    points = np.zeros((17, 2))
    for point, way in ((Keypoint.LEFT_HIP, 0.0), (Keypoint.LEFT_ANKLE, degrees)):
        radians = np.radians(way + turned)
        points[point] = length * np.sin(radians), -length * np.cos(radians)
    return points + 200


@pytest.mark.parametrize("degrees", [0, 0.1, 45, 90, 135, 179.9, 180])
@pytest.mark.parametrize("turned", [0, 77, 200])
def test_an_angle_is_what_was_built_whichever_way_the_leg_is_turned(degrees, turned):
    assert angle(frame_of([leg(degrees, turned=turned)])[0], *KNEE) == pytest.approx(degrees, abs=2e-3)


def test_bent_the_other_way_it_is_the_same_angle():
    assert angle(frame_of([leg(-60)])[0], *KNEE) == pytest.approx(60, abs=1e-3)


def test_everyone_in_a_frame_gives_an_array_in_their_order():
    degrees = angle(frame_of([leg(30), leg(60), leg(90)]), *KNEE)
    assert degrees.dtype == np.float64
    np.testing.assert_allclose(degrees, [30, 60, 90], atol=1e-3)
    assert angle(frame_of([]), *KNEE).shape == (0,)


def test_points_go_by_name_number_and_korean_name():
    pose = frame_of([leg(70)])[0]
    assert angle(pose, *KNEE) == angle(pose, 11, Keypoint.LEFT_KNEE, "왼쪽 발목")


@pytest.mark.parametrize("hidden", [11, 13, 15])
def test_a_joint_with_a_hidden_point_has_no_angle(hidden):
    score = np.full((2, 17), 0.9)
    score[0, hidden] = 0.19
    degrees = angle(frame_of([leg(70), leg(80)], score=score), *KNEE)
    np.testing.assert_allclose(degrees, [np.nan, 80], atol=1e-3)
    assert angle(frame_of([leg(70)], score=score[:1])[0], *KNEE, min_score=0.1) == pytest.approx(70, abs=1e-3)


def test_two_points_in_one_place_have_no_angle():
    folded = leg(70)
    folded[15] = folded[13]
    assert np.isnan(angle(frame_of([folded])[0], *KNEE))
    assert np.isnan(direction(frame_of([folded])[0], 13, 15))


def test_a_number_that_is_no_keypoint_is_refused():
    with pytest.raises(DataError, match=r"^Keypoints are numbered 0 to 16, not 17\.$"):
        angle(frame_of([leg(70)])[0], 11, 13, 17)
    with pytest.raises(DataError, match=r"^No keypoint is called 'left_toe'\."):
        angle(frame_of([leg(70)])[0], "left_hip", "left_knee", "left_toe")


@pytest.mark.parametrize(
    ("offset", "degrees"),
    [((10, 0), 0), ((10, -10), 45), ((0, -10), 90), ((-10, -0.0), 180), ((0, 10), -90)],
    ids=["right", "right and up", "up", "left", "down"],
)
def test_a_direction_counts_from_the_right_upwards(offset, degrees):
    points = np.zeros((17, 2))
    points[13] = offset
    poses = frame_of([points])
    assert abs(direction(poses[0], 11, 13)) == pytest.approx(abs(degrees))
    if abs(degrees) != 180:
        np.testing.assert_allclose(direction(poses, 11, 13), [degrees])


def test_every_joint_of_someone_standing_is_named_and_nearly_straight():
    degrees = joint_angles(squatter(180)[0])
    assert set(degrees) == {
        f"{side}_{joint}" for side in ("left", "right") for joint in ("shoulder", "elbow", "hip", "knee")
    }
    assert degrees["left_knee"] == pytest.approx(180, abs=0.1)
    assert degrees["left_elbow"] > 160
    assert degrees["right_shoulder"] < 40


def test_the_joints_of_a_squatter_are_as_bent_as_they_were_built():
    degrees = joint_angles(squatter(95)[0])
    assert degrees["left_knee"] == pytest.approx(95, abs=1e-2)
    assert degrees["right_knee"] == pytest.approx(95, abs=1e-2)


def test_each_joint_is_between_its_neighbours_on_one_side_of_the_body():
    assert JOINTS["right_knee"] == ("right_hip", "right_knee", "right_ankle")
    for name, points in JOINTS.items():
        side, joint = name.split("_")
        assert name == points[1], joint
        assert all(point.startswith(side) for point in points)


def test_two_turns_of_an_arm_are_one_even_line():
    truth = np.linspace(-100, 620, 60)
    wrapped = (truth + 180) % 360 - 180
    np.testing.assert_allclose(unwrap(wrapped), truth)


def test_a_gap_stays_a_gap_and_the_line_goes_on_behind_it():
    truth = np.arange(100.0, 400.0, 20.0)
    wrapped = (truth + 180) % 360 - 180
    wrapped[[3, 4, 9]] = np.nan
    expected = truth.copy()
    expected[[3, 4, 9]] = np.nan
    np.testing.assert_allclose(unwrap(wrapped), expected)
    assert np.isnan(wrapped[3])


@pytest.mark.parametrize("series", [[], [np.nan, np.nan]])
def test_a_series_without_angles_stays_so(series):
    np.testing.assert_array_equal(unwrap(np.array(series, np.float64)), series)
