"""Captions: they read, they fit, and Hangul is written as Hangul."""

import numpy as np
import pytest

from tendu.drawing.draw import draw
from tendu.frame import Frame
from tendu.pose import Poses


def captioned(text, width=640, height=480, ground=255):
    frame = Frame.of(np.full((height, width, 3), ground, np.uint8))
    return draw(frame, Poses.empty(frame.stamp), caption=text).image


def plate(image, ground=255):
    """Rows and columns of the plate: first and last of each."""
    rows, columns = np.nonzero((image != ground).any(axis=2))
    return rows.min(), rows.max(), columns.min(), columns.max()


@pytest.mark.parametrize("ground", [0, 128, 255])
def test_white_letters_on_a_dark_plate_at_the_top_left(ground):
    image = captioned("12 reps", ground=ground)
    assert image[:80, :200].max() == 255
    top, bottom, left, right = plate(image, ground)
    assert top < 30
    assert left < 30
    assert bottom < 80
    assert right < 200
    assert image[top + 1, left + 1].max() < 100, "dark enough for white letters"


def test_no_caption_writes_nothing():
    assert (captioned(None) == 255).all()
    assert (captioned("") == 255).all()


def test_letters_are_inside_the_plate_with_room_on_every_side():
    image = captioned("12 reps")
    top, bottom, left, right = plate(image)
    inside = image[top : bottom + 1, left : right + 1]
    rows, columns = np.nonzero((inside > 200).all(axis=2))
    room = (rows.min(), inside.shape[0] - 1 - rows.max(), columns.min(), inside.shape[1] - 1 - columns.max())
    assert min(room) >= 3
    assert abs(room[2] - room[3]) <= 4, "as much on the right as on the left"


def test_two_lines_stand_under_each_other():
    one, two = plate(captioned("12 reps")), plate(captioned("12 reps\n92°"))
    assert two[1] - two[0] > 1.5 * (one[1] - one[0])
    assert two[3] == one[3]


@pytest.mark.parametrize(
    ("text", "width"),
    [("12 reps", 64), ("a caption that is rather long for a small picture", 200), ("12 reps", 2000)],
)
def test_a_caption_fits_into_the_picture(text, width):
    _, bottom, _, right = plate(captioned(text, width, width))
    assert right < width
    assert bottom < width


def test_a_caption_that_nobody_could_read_is_left_out():
    assert (captioned("a caption that is rather long for a small picture", 64, 64) == 255).all()


def test_hangul_is_written_with_a_glyph_for_each_syllable():
    # OpenCV writes the same question mark for every character that its fonts lack.
    squat, walking, unknown = captioned("스쿼트"), captioned("걷는다"), captioned("???")
    assert not np.array_equal(squat, walking)
    assert not np.array_equal(squat, unknown)


@pytest.mark.parametrize(("width", "height"), [(1, 1), (3, 200), (200, 3)])
def test_a_picture_too_small_for_letters_stays_whole(width, height):
    assert captioned("12 reps", width, height).shape == (height, width, 3)
