"""Cases of google-coral/libcoral, coral/pose_estimation/posenet_decoder_test.cc, asked of our functions.

Its numbers with y before x and 3 parts are laid into our maps of x before y and 17 parts. Its 5 tests of masks and long
offsets have no counterpart: there are no masks here. Its argsort and its adjacency list are seen through what they do.
"""

from dataclasses import replace

import numpy as np
import pytest

from tendu.models.maps import sigmoid
from tendu.models.personlab import CORAL, arrow, between, follow, rescored, roots, same
from tendu.models.posenet_heads import EDGES, PoseNetHeads

HEIGHT, WIDTH = 10, 8
NOSE_TO_RIGHT_EYE = 2


def near(got, expected):
    np.testing.assert_allclose(got, np.asarray(expected, np.float32), atol=1e-5)


def heads(height=HEIGHT, width=WIDTH, *, logits=0.0, short=0.0, mid=0.0):
    """Maps with one value each."""
    return PoseNetHeads(
        np.full((height, width, 17), logits, np.float32),
        np.full((height, width, 17, 2), short, np.float32),
        np.full((height, width, 32, 2), mid, np.float32),
    )


def ramp(channels, height=HEIGHT, width=WIDTH):
    """A map whose value at row y and column x is y + x + channel + 0.1."""
    y, x, c = np.indices((height, width, channels))
    return y + x + c + 0.1


def one_arrow(maps, steps):
    start = np.array([[3.5, 4.1]], np.float32)
    return arrow(maps, start, np.array([NOSE_TO_RIGHT_EYE]), replace(CORAL, steps=steps))[0]


@pytest.mark.parametrize(("logit", "score"), [(0, 0.5), (20, 1.0), (-5, 0.006692851)])
def test_sigmoid(logit, score):
    assert sigmoid(np.array([logit], np.float32))[0] == pytest.approx(score, rel=1e-6)


def test_a_map_is_read_between_its_cells():
    # Row 0.75, column 1.32 of a sloping plane: bilinear reading is exact there.
    plane = (ramp(3, 3, 4) + 0.1).astype(np.float32)[..., None]
    channels = np.array([2, 0, 0, 1])
    places = np.tile(np.array([[1.32, 0.75]], np.float32), (4, 1))
    near(between(plane, places, channels, CORAL)[:, 0], 0.75 + 1.32 + channels + 0.2)


def test_a_map_is_read_at_the_nearest_cell_with_the_other_sampling():
    plane = ramp(3, 3, 4).astype(np.float32)[..., None]
    place = np.array([[1.32, 0.75]], np.float32)
    near(between(plane, place, np.array([0]), replace(CORAL, sampling="nearest")), [[1 + 1 + 0.1]])


@pytest.mark.parametrize("steps", range(4))
def test_an_arrow_through_empty_maps_stays_where_it_starts(steps):
    near(one_arrow(heads(), steps), [3.5, 4.1])


@pytest.mark.parametrize("steps", range(4))
def test_an_arrow_goes_by_the_mid_offset_once_and_by_the_short_offset_at_each_step(steps):
    near(one_arrow(heads(short=1, mid=-1), steps), [3.5 + steps - 1, 4.1 + steps - 1])


@pytest.mark.parametrize(
    ("steps", "y", "x"),
    [(0, 4.161290, 3.819355), (1, 4.639046, 4.439290), (2, 5.168825, 5.111249), (3, 5.755558, 5.840163)],
)
def test_an_arrow_through_sloping_maps(steps, y, x):
    # Short offsets 0 to 1 in 6 channels (part 2 has channels 2 and 5), mid offsets in 16 (edge 1 of 4: 1 and 5).
    maps = heads()
    short = ramp(6) / (HEIGHT - 1 + WIDTH - 1 + 5 + 0.1)
    mid = 2 * ramp(16) / (HEIGHT - 1 + WIDTH - 1 + 15) - 0.5
    maps.short[:, :, 2] = short[..., [5, 2]]
    maps.mid[:, :, NOSE_TO_RIGHT_EYE] = mid[..., [5, 1]]
    near(one_arrow(maps, steps), [x, y])


def test_each_part_leads_to_the_same_parts_by_the_same_edges():
    children = [
        [1, 2, 5, 6], [3, 0], [4, 0], [1], [2], [7, 11, 0], [8, 12, 0], [9, 5], [10, 6], [7], [8], [13, 5],
        [14, 6], [15, 11], [16, 12], [13], [14],
    ]  # fmt: skip
    edges = [
        [0, 2, 4, 10], [1, 16], [3, 18], [17], [19], [5, 7, 20], [11, 13, 26], [6, 21], [12, 27], [22], [28],
        [8, 23], [14, 29], [9, 24], [15, 30], [25], [31],
    ]  # fmt: skip
    for part in range(17):
        leaving = np.flatnonzero(EDGES[:, 0] == part)
        assert leaving.tolist() == edges[part]
        assert EDGES[leaving, 1].tolist() == children[part]


def test_a_body_is_followed_from_its_root():
    # Each arrow goes 1 cell back and two corrections 1 cell forth each: a part n arrows away is n cells further.
    maps = heads(30, 30, logits=0.8, short=1, mid=-1)
    root = np.array([[5.5, 7.1]], np.float32)
    body = follow(maps, np.array([1]), root, replace(CORAL, steps=2))[0]
    arrows_from_left_eye = [1, 0, 2, 1, 3, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4, 5, 5]
    near(body, root + np.array(arrows_from_left_eye)[:, None])
    near(between(maps.logits[..., None], body, np.arange(17), CORAL)[:, 0], np.full(17, 0.8))


def test_roots_are_the_peaks_above_the_threshold_the_highest_first():
    # Spikes in row 1, column 2 (part 2) and higher in row 3, column 0 (part 1); short offsets move both by (1, 1).
    maps = heads(5, 4, short=1)
    maps.logits[1, 2, 2], maps.logits[3, 0, 1] = 1, 2
    part, place = roots(maps, 0.6)
    assert part.tolist() == [1, 2]
    near(place, [[1, 4], [3, 2]])


def test_a_slope_has_one_root_and_it_stays_in_the_grid():
    # All cells are above the threshold, the last row and column highest; its short offset points out of the grid.
    maps = heads(5, 4, logits=-9, short=1)
    maps.logits[..., 3] = ramp(1, 5, 4)[..., 0]
    part, place = roots(maps, 0.5)
    assert part.tolist() == [3]
    near(place, [[3, 4]])


def test_equal_roots_stay_in_reading_order():
    maps = heads(3, 7, logits=-9)
    maps.logits[0, [1, 3, 5], 4] = 0.5
    near(roots(maps, 0.5)[1], [[1, 0], [3, 0], [5, 0]])


@pytest.mark.parametrize(("radius2", "taken"), [(0.55, True), (0.45, False)])
def test_a_root_near_a_known_part_is_taken(radius2, taken):
    known = np.array([[0, 0], [1, 1]], np.float32)
    assert same(np.array([0.5, 0.5], np.float32), known, radius2**0.5).tolist() == [taken, taken]


@pytest.mark.parametrize(
    ("body", "other", "shared"),
    [
        ([[0, 0], [0, 2]], [[2, 2], [2, 0]], [False, False]),
        ([[0, 0], [0, 1]], [[0, 0], [0, 1]], [True, True]),
        ([[0, 0], [1, 1]], [[0.9, 0], [2, 2]], [True, False]),
        ([[0, 0], [0, 0]], [[1, 0], [1.001, 0]], [True, False]),
    ],
    ids=["far apart", "the same", "one near, one a diagonal away", "just within, just beyond"],
)
def test_which_parts_two_bodies_share(body, other, shared):
    assert same(np.array(body, np.float32), np.array(other, np.float32), 1.0).tolist() == shared


@pytest.mark.parametrize(("radius2", "weaker"), [(0.9, 0.15), (1.5, 0.1), (2.1, 0.0)])
def test_shared_parts_count_for_the_stronger_body_only(radius2, weaker):
    # The first parts are 1 apart, the second parts the square root of 2.
    bodies = np.array([[[1, 0], [2, 2]], [[0, 0], [1, 1]]], np.float32)
    scores = np.array([[0.3, 0.4], [0.1, 0.2]], np.float32)
    near(rescored(bodies, scores, radius2**0.5), [0.35, weaker])
