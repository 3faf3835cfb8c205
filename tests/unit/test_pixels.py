"""Windows and sampling: scale, offset and the picture's edges."""

import math
from inspect import unwrap

import numpy as np
import pytest

from tendu.errors import DataError
from tendu.frame import Frame
from tendu.pixels import warp
from tendu.window import Window


def ramp(width, height):
    """A picture whose red is x and green is y at each pixel's centre, rounded down; blue is 255."""
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    return np.stack([x, y, np.full_like(x, 255)], axis=-1).astype(np.uint8)


@pytest.mark.parametrize("angle", [0.0, 0.3, -2.0])
def test_unit_and_image_are_inverse(angle):
    window = Window(-20.0, 35.5, 120.0, 80.0, angle)
    unit = np.random.default_rng(1).uniform(-0.5, 1.5, (40, 2))
    assert np.allclose(window.to_unit(window.to_image(unit)), unit, atol=1e-5)


def test_a_window_turned_clockwise_has_its_top_to_the_right():
    """A quarter turn clockwise: what is up in the window is right in the picture (y runs down)."""
    window = Window(0.0, 0.0, 100.0, 100.0, math.pi / 2)
    assert np.allclose(window.to_image(np.array([[0.5, 0.0]])), [[100, 50]], atol=1e-3)


@pytest.mark.parametrize(
    "window",
    [
        Window(10.0, 20.0, 64.0, 64.0),
        Window(10.3, 20.7, 50.0, 50.0),
        Window(0.0, 0.0, 200.0, 200.0),
        Window(5.0, 5.0, 180.0, 180.0, 0.4),
    ],
    ids=["as large", "between pixels", "smaller by three", "turned"],
)
def test_a_sample_shows_each_place_where_the_window_says(window):
    """The ramp's colours are coordinates: pixel (u, v) of the sample must hold the image place of its centre."""
    sample = Frame.of(ramp(200, 200)).sample(window, 64, 64).astype(float)
    u, v = np.meshgrid(np.arange(64), np.arange(64))
    place = window.to_image(np.stack([u + 0.5, v + 0.5], axis=-1).reshape(-1, 2) / 64) - 0.5
    inside = ((place > 4) & (place < 195)).all(axis=1)
    apart = np.abs(sample.reshape(-1, 3)[:, :2] - place)[inside]
    assert apart.max() <= 1.05


def test_outside_the_picture_is_black():
    white = np.full((40, 60, 3), 255, np.uint8)
    sample = Frame.of(white).sample(Window.letterbox(60, 40), 60, 60)
    assert (sample[:10] == 0).all()
    assert (sample[10:50] == 255).all()
    assert (sample[50:] == 0).all()


@pytest.mark.parametrize(("width", "height"), [(480, 480), (481, 481), (487, 483), (1000, 999)])
def test_the_last_row_and_column_are_seen_when_blocks_are_averaged(width, height):
    """A white picture stays white to its edge, whatever is left over when it is cut into blocks."""
    white = np.full((height, width, 3), 255, np.uint8)
    sample = Frame.of(white).sample(Window.stretched(width, height), 100, 100)
    assert sample.min() >= 120, "the edge lies between the last sample and black, never farther in"
    assert (sample[1:-1, 1:-1] == 255).all()


def test_nine_pixels_become_their_rounded_mean_whatever_their_sum():
    """One block of 3 × 3 for each sum from 0 to 9 · 255, side by side, at a third of their size."""
    sums = np.arange(9 * 255 + 1)
    blocks = sums[:, None] // 9 + (np.arange(9) < sums[:, None] % 9)
    row = blocks.reshape(-1, 3, 3).transpose(1, 0, 2).reshape(3, -1).astype(np.uint8)
    window = np.array([[3, 0, 1], [0, 3, 1]], np.float64)
    assert np.array_equal(warp(row, window, len(sums), 1)[0], np.rint(sums / 9))


def test_averaging_leaves_no_moire():
    """Stripes of one pixel become grey when seen three times smaller, as an eye sees them."""
    stripes = np.zeros((600, 600, 3), np.uint8)
    stripes[:, ::2] = 255
    sample = Frame.of(stripes).sample(Window.stretched(600, 600), 150, 150)
    assert np.ptp(sample[5:-5, 5:-5].astype(int)) <= 2


@pytest.mark.parametrize("side", [0.0, -3.0, float("nan"), float("inf")])
def test_a_window_without_an_area_is_refused(side):
    with pytest.raises(DataError, match="A window needs finite numbers and positive sides"):
        Window(0.0, 0.0, side, 10.0)


def test_one_point_still_gives_a_window():
    assert Window.around(np.array([[30.0, 40.0]]), least=16).height == 16


def test_an_array_that_runs_backwards_is_copied_once_and_others_not_at_all():
    bgr = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)
    backwards = Frame.of(bgr[:, :, ::-1]).image
    np.testing.assert_array_equal(backwards, bgr[:, :, ::-1])
    assert backwards.flags.c_contiguous
    for given in (bgr, bgr[1:3, 2:5]):
        assert Frame.of(given).image is given
    for odd in (bgr[::-1], bgr[:, ::-1], np.asfortranarray(bgr)):
        np.testing.assert_array_equal(Frame.of(odd).image, odd)


@pytest.mark.parametrize("what", ["squat.jpg", None, 3])
def test_what_is_no_picture_is_named(what):
    # In tests words are also checked by type: unwrap takes that check off.
    with pytest.raises(
        DataError, match=rf"^A picture is an RGB array, .* not {type(what).__name__}\. tendu\.read"
    ):
        unwrap(Frame.of.__func__)(Frame, what)
