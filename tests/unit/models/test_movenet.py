"""Reading MoveNet's numbers, on heads painted for known people."""

import numpy as np
import pytest

from painted_movenet import CELLS, mirror, painted, standing
from tendu.errors import DataError
from tendu.models.maps import PUBLISHED, Reading
from tendu.models.movenet import Heads, HeadsDecoder, MultiPoseDecoder, SinglePoseDecoder

MIDDLE = standing(1, 24.3, 24.6)
LEFT, RIGHT = standing(0.6, 10.2, 22.7), standing(0.6, 36.4, 25.1)


@pytest.mark.parametrize("reading", [Reading(), PUBLISHED])
def test_one_person_is_read_to_a_hundredth_of_a_cell(reading):
    seen = HeadsDecoder(reading)(painted([MIDDLE]), people=1)
    assert np.allclose(seen.xy[0] * CELLS, MIDDLE, atol=0.01)
    assert np.allclose(seen.score, 1 / (1 + np.exp(-6)), atol=1e-5)


def test_one_person_is_the_one_nearest_to_the_middle():
    seen = HeadsDecoder()(painted([standing(0.6, 8, 24), standing(0.6, 28, 24)]), people=1)
    assert abs(seen.xy[0, 11:13, 0].mean() * CELLS - 28) < 0.5


@pytest.mark.parametrize(("reading", "taken"), [(Reading(), False), (PUBLISHED, True)])
def test_a_wrist_that_is_not_seen_is_not_another_person_s(reading, taken):
    """Somebody else's wrist is the only one in the picture: it stays theirs, but in the published reading."""
    outputs = painted([LEFT, MIDDLE])
    x, y = MIDDLE[10].astype(int)
    outputs[1][0, y, x, 10] = -8
    seen = HeadsDecoder(reading)(outputs, people=1)
    assert len(seen.xy) == 1
    assert np.allclose(np.delete(seen.xy[0], 10, axis=0) * CELLS, np.delete(MIDDLE, 10, axis=0), atol=0.01)
    assert (np.abs(seen.xy[0, 10] * CELLS - LEFT[10]).max() < 1) == taken


def test_a_second_centre_of_the_same_person_takes_nothing():
    outputs = painted([MIDDLE])
    x, y = MIDDLE.mean(axis=0).astype(int)
    outputs[0][0, y + 5, x] = 5
    outputs[3].reshape(CELLS, CELLS, 17, 2)[y + 5, x] = (MIDDLE - (x, y + 5))[:, ::-1]
    assert np.allclose(HeadsDecoder()(outputs, people=1).xy[0] * CELLS, MIDDLE, atol=0.01)


def test_everyone_whose_centre_shows_is_read():
    seen = HeadsDecoder()(painted([LEFT, RIGHT]), people=5)
    assert len(seen.confidence) == 2
    for person in (LEFT, RIGHT):
        assert np.abs(seen.xy * CELLS - person).max(axis=(1, 2)).min() < 0.01


def test_no_more_people_than_wanted_the_surest_first():
    outputs = painted([LEFT, RIGHT])
    outputs[0][outputs[0] > 0] = [4, 6]
    both = HeadsDecoder()(outputs, people=5)
    assert (np.diff(both.confidence) <= 0).all()
    assert len(HeadsDecoder()(painted([LEFT, RIGHT, MIDDLE]), people=2).confidence) == 2


def test_an_empty_scene_has_nobody_where_several_are_wanted_and_a_poor_guess_where_one_is():
    assert HeadsDecoder()(painted([]), people=5).xy.shape == (0, 17, 2)
    assert HeadsDecoder()(painted([]), people=1).confidence[0] < 0.01


def test_a_mirrored_look_says_the_same_with_sides_exchanged():
    heads, flipped = Heads.of(painted([MIDDLE])), Heads.of(mirror(painted([MIDDLE]))).flipped()
    assert np.allclose(heads.centre, flipped.centre)
    assert np.allclose(heads.heatmap, flipped.heatmap)
    peaks = heads.heatmap.transpose(1, 2, 0) > 0.5
    assert np.allclose(heads.offset[peaks], flipped.offset[peaks], atol=1e-5)
    both = HeadsDecoder()(painted([MIDDLE]), people=1, mirrored=mirror(painted([MIDDLE])))
    assert np.allclose(both.xy[0] * CELLS, MIDDLE, atol=0.01)


def test_a_point_is_averaged_round_its_peak():
    """Two neighbouring cells hold a wrist with equal scores and point to places one cell apart: it lies between."""
    outputs = painted([MIDDLE])
    x, y = MIDDLE[9].astype(int)
    outputs[1][0, y, x + 1, 9] = outputs[1][0, y, x, 9]
    outputs[2].reshape(1, CELLS, CELLS, 17, 2)[0, y, x + 1, 9] = (MIDDLE[9] - (x, y))[::-1]
    seen = HeadsDecoder(Reading())(outputs, people=1)
    assert seen.xy[0, 9, 0] * CELLS == pytest.approx(MIDDLE[9, 0] + 0.5, abs=0.02)
    assert HeadsDecoder(PUBLISHED)(outputs, people=1).xy[0, 9, 0] * CELLS == pytest.approx(
        MIDDLE[9, 0], abs=1.01
    )


def test_a_peak_in_the_corner_is_read():
    person = MIDDLE.copy()
    person[9] = [0.4, 47.6]
    assert np.allclose(HeadsDecoder()(painted([person]), people=1).xy[0, 9] * CELLS, [0.4, 47.6], atol=0.01)


def test_other_outputs_are_refused_by_what_they_are():
    with pytest.raises(
        DataError,
        match=r"MoveNet's heads are maps of 1, k, 2 k and 2 k channels, of 17 keypoints 1, 17, 34 and 34; the model "
        r"gave \[\(1, 6, 56\)\]",
    ):
        HeadsDecoder()((np.zeros((1, 6, 56), np.float32),), people=1)


def test_the_published_output_turns_y_x_into_x_y():
    output = np.zeros((1, 1, 17, 3), np.float32)
    output[0, 0, :, 0], output[0, 0, :, 1], output[0, 0, :, 2] = 0.2, 0.7, 0.5
    seen = SinglePoseDecoder()((output,), people=1)
    assert np.allclose(seen.xy[0], [0.7, 0.2])
    assert seen.confidence[0] == pytest.approx(0.5)


@pytest.mark.parametrize("asked", [{"people": 2}, {"people": 1, "mirrored": ()}])
def test_the_published_output_has_one_person_and_no_heads(asked):
    with pytest.raises(
        DataError, match='The published output has one person and no heads: use decode="float" for more'
    ):
        SinglePoseDecoder()((np.zeros((1, 1, 17, 3), np.float32),), **asked)


def test_multipose_rows_come_by_score_with_x_before_y():
    output = np.zeros((1, 6, 56), np.float32)
    output[0, :, 55] = [0.1, 0.9, 0.3, 0.0, 0.0, 0.0]
    output[0, 1, 0:3] = [0.25, 0.75, 0.8]
    seen = MultiPoseDecoder()((output,), people=2)
    assert seen.confidence.tolist() == pytest.approx([0.9, 0.3])
    assert seen.xy[0, 0].tolist() == pytest.approx([0.75, 0.25])
    assert seen.score[0, 0] == pytest.approx(0.8)
