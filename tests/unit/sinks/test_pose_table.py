"""The table: what its rows say, and how frames are found again in them."""

from inspect import unwrap

import numpy as np
import pytest

from made_poses import assert_same, made_film, made_poses
from tendu.errors import DataError
from tendu.frame import Frame, Stamp
from tendu.pose import Poses
from tendu.sinks.table import check_storable, columns_of, number_columns, poses_from, rows, short
from tendu.skeleton import COCO17

COLUMNS, NUMBERS = columns_of(COCO17), number_columns(COCO17)


def table_of(film):
    return [row for poses in film for row in rows(poses)]


def test_the_columns_of_tendu_1_in_order():
    assert list(COLUMNS)[:17] == [
        *("schema", "source", "frame", "time", "width", "height", "reason", "person", "track", "confidence"),
        *("box_x0", "box_y0", "box_x1", "box_y1", "nose_x", "nose_y", "nose_score"),
    ]
    assert list(COLUMNS)[-3:] == ["right_ankle_x", "right_ankle_y", "right_ankle_score"]
    assert len(COLUMNS) == 9 + 1 + 4 + 17 * 3


def test_a_row_says_which_frame_which_person_and_where_each_point_is():
    poses = made_poses(2, frame=3, tracks=[8, 9])
    first, second = rows(poses)
    assert [first[name] for name in ("schema", "source", "frame", "time", "width", "height", "reason")] == [
        *("tendu-1", "walk.mp4", 3, 3 / 29.97, 640, 480, ""),
    ]
    assert (first["person"], second["person"], first["track"], second["track"]) == (0, 1, 8, 9)
    # The left knee is point 13; the box is left, top, right, bottom.
    assert [np.float32(second[f"left_knee_{part}"]) for part in ("x", "y", "score")] == [
        *poses.xy[1, 13],
        poses.score[1, 13],
    ]
    assert [np.float32(second[f"box_{side}"]) for side in ("x0", "y0", "x1", "y1")] == poses.box[1].tolist()
    assert np.float32(second["confidence"]) == poses.confidence[1]


def test_nobody_is_one_row_with_the_reason_and_no_numbers():
    (row,) = rows(Poses.empty(Stamp(4, 0.5, "", 640, 480), reason="too dark"))
    assert list(row) == list(COLUMNS)
    assert (row["frame"], row["reason"]) == (4, "too dark")
    assert {row[name] for name in ("person", "track", *NUMBERS)} == {None}


def test_frames_are_found_again():
    assert_same(made_film(), list(poses_from(table_of(made_film()))))


@pytest.mark.parametrize("people", [1, 2])
def test_a_frame_written_twice_is_two_frames(people):
    film = [made_poses(people), made_poses(people)]
    assert_same(film, list(poses_from(table_of(film))))


def test_one_person_in_the_same_frame_of_two_sources_is_two_frames():
    film = [made_poses(1), made_poses(1, source="run.mp4")]
    assert_same(film, list(poses_from(table_of(film))))


def test_rows_may_have_been_left_out():
    # Three people in one frame and two in the next; all but the last of each are filtered away.
    film = [made_poses(3, frame=0), made_poses(2, frame=1)]
    kept = [row for row in table_of(film) if row["person"] in ((2,) if row["frame"] == 0 else (1,))]
    assert_same([film[0][2:], film[1][1:]], list(poses_from(kept)))


def test_nobody_has_no_tracks_even_after_tracking():
    nobody = made_poses(0, tracks=[])
    (read,) = poses_from(rows(nobody))
    assert nobody.track is not None
    assert read.track is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"nose_x": None}, "frame 2: nose_x of person 1 is not a finite number."),
        ({"left_hip_score": np.nan}, "frame 2: left_hip_score of person 1 is not a finite number."),
        ({"track": None}, "frame 2: some people have a track and some have none, expected all or none."),
    ],
)
def test_a_second_person_that_is_not_whole_is_refused(changes, sentence):
    table = table_of(made_film()[2:3])
    table[1] |= changes
    with pytest.raises(DataError) as caught:
        list(poses_from(table))
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"schema": "tendu-2"}, "frame 0: schema is 'tendu-2', expected 'tendu-1'."),
        ({"width": None}, "frame 0: width is empty."),
        ({"frame": None}, "frame None: frame is empty."),
    ],
)
def test_a_frame_that_is_not_ours_is_refused(changes, sentence):
    table = table_of(made_film()[:1])
    table[0] |= changes
    with pytest.raises(DataError) as caught:
        list(poses_from(table))
    assert str(caught.value) == sentence


def test_numbers_are_short_and_the_same_float32():
    numbers = np.array([0.1, 1 / 3, 412.3, -0.0, 16777217, 1e-45, 3.4028235e38], np.float32)
    assert [repr(number) for number in short(numbers)] == [
        *("0.1", "0.33333334", "412.3", "-0.0", "16777216.0", "1e-45", "3.4028235e+38"),
    ]
    np.testing.assert_array_equal(np.array(short(numbers), np.float32), numbers)


def test_a_picture_is_not_taken_for_poses():
    with pytest.raises(DataError, match=r"^This output takes poses, .* not Frame; pictures go into \.mp4, "):
        unwrap(check_storable)(Frame.of(np.zeros((4, 6, 3), np.uint8)))
