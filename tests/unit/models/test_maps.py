"""Reading only the cells that are needed gives what reading every cell gives."""

import numpy as np
import pytest

from tendu.codes import Codes, Scale
from tendu.models.maps import Maps, Reading, centres, read, sigmoid


def heads(rows, columns, *, guess_apart, seed=0):
    """Logits of noise with one high peak a keypoint, the guesses so many cells from the peaks on average."""
    rng = np.random.default_rng(seed)
    heatmap = rng.normal(-4, 1, (1, rows, columns, 17)).astype(np.float32)
    peaks = np.stack([rng.integers(0, rows, 17), rng.integers(0, columns, 17)], axis=1)
    heatmap[0, peaks[:, 0], peaks[:, 1], np.arange(17)] = rng.normal(1, 2, 17)
    regression = np.zeros((1, rows, columns, 17, 2), np.float32)
    regression[0] = peaks - [rows // 2, columns // 2] + rng.normal(0, guess_apart, (17, 2))
    return (
        rng.normal(-2, 1, (1, rows, columns, 1)).astype(np.float32),
        heatmap,
        rng.uniform(0, 1, (1, rows, columns, 34)).astype(np.float32),
        regression.reshape(1, rows, columns, 34),
    )


def every_cell(outputs, cell, reading):
    """Place (x, y) in the window and score of each keypoint of the person at a cell (x, y), by one loop a keypoint."""
    _, heatmap, offset, regression = (np.asarray(output)[0] for output in outputs)
    rows, columns = heatmap.shape[:2]
    y, x = np.mgrid[:rows, :columns]
    found = []
    for point in range(17):
        down, across = regression[cell[1], cell[0], 2 * point : 2 * point + 2]
        score = sigmoid(np.ascontiguousarray(heatmap[:, :, point])).astype(np.float64)
        weight = score / (np.hypot(y - (cell[1] + down), x - (cell[0] + across)) + reading.guess_bias)
        j, i = np.divmod(int(weight.argmax()), columns)
        near = (np.abs(y - j) <= reading.reach) & (np.abs(x - i) <= reading.reach)
        place = [(x + offset[:, :, 2 * point + 1])[near], (y + offset[:, :, 2 * point])[near]]
        found.append([*np.average(place, axis=1, weights=score[near] ** 2) / [columns, rows], score[j, i]])
    return np.array(found)


@pytest.mark.parametrize(
    "guess_apart", [1, 8, 60]
)  # near the peaks, beside the cells searched first, off the map
@pytest.mark.parametrize(
    ("rows", "columns"), [(48, 48), (24, 40), (7, 30)]
)  # the last lower than those cells
@pytest.mark.parametrize("reach", [0, 2])
def test_what_is_read_is_what_every_cell_says(rows, columns, guess_apart, reach):
    reading = Reading(reach=reach)
    cell = [columns // 2, rows // 2]
    for seed in range(5):
        outputs = heads(rows, columns, guess_apart=guess_apart, seed=seed)
        seen = read(Maps.of(outputs), np.array([cell]), reading)
        expected = every_cell(outputs, cell, reading)
        assert np.allclose(seen.xy[0], expected[:, :2], atol=1e-5)
        assert np.allclose(seen.score[0], expected[:, 2], atol=1e-5)


def test_codes_are_read_as_the_numbers_that_they_mean():
    scale = Scale(0.25, -20)
    codes = tuple(
        Codes(np.clip(np.rint(head / 0.25) - 20, -128, 127).astype(np.int8), scale)
        for head in heads(48, 48, guess_apart=4)
    )
    cells = np.array([[24, 24], [3, 40]])
    one = read(Maps.of(codes), cells, Reading())
    other = read(Maps.of(tuple(np.asarray(head) for head in codes)), cells, Reading())
    assert np.array_equal(one.xy, other.xy)
    assert np.array_equal(one.score, other.score)


def test_a_broken_model_that_gives_no_numbers_gives_nobody_a_score():
    outputs = tuple(np.full_like(head, np.nan) for head in heads(48, 48, guess_apart=1))
    assert np.isnan(read(Maps.of(outputs), np.array([[24, 24]]), Reading()).score).all()


def test_equal_centres_beside_each_other_are_one_person():
    centre = np.full((1, 12, 12, 1), -9, np.float32)
    centre[0, 3, 3:6] = centre[0, 4, 2:5] = 1.0  # a plateau, as 8 bits make of a peak
    centre[0, 8, 8] = centre[0, 8, 10] = 0.5  # two peaks with a cell between them
    maps = Maps.of((centre, *heads(12, 12, guess_apart=1)[1:]))
    assert centres(maps, Reading(), 20).tolist() == [[3, 3], [8, 8], [10, 8]]


def couple(apart, wrist, *, own):
    """Logits of two people so many cells apart whose right wrists are both guessed near one high peak.

    `wrist` is that peak's cell (x, y), where the first's wrist is guessed; the second's is three cells to its right.
    `own` is the cell of a lower peak.
    """
    heatmap = np.full((1, 48, 48, 17), -9, np.float32)
    regression = np.zeros((1, 48, 48, 17, 2), np.float32)
    centre = np.full((1, 48, 48, 1), -9, np.float32)
    for x in (12, 12 + apart):
        centre[0, 24, x] = 2
        for point in range(17):
            heatmap[0, 10 + point, x, point] = 3
            regression[0, 24, x, point] = point - 14, 0
    heatmap[0, :, :, 10] = -9
    heatmap[0, wrist[1], wrist[0], 10], heatmap[0, own[1], own[0], 10] = 3, -1
    for x, guess in ((12, wrist[0]), (12 + apart, wrist[0] + 3)):
        regression[0, 24, x, 10] = wrist[1] - 24, guess - x
    offset = np.full((1, 48, 48, 34), 0.5, np.float32)
    return (centre, heatmap, offset, regression.reshape(1, 48, 48, 34)), np.array(
        [[12, 24], [12 + apart, 24]]
    )


def test_a_peak_is_one_person_s_whose_guess_is_nearer_and_the_other_takes_the_next_best():
    outputs, cells = couple(16, wrist=(20, 30), own=(25, 30))
    alone = read(Maps.of(outputs), cells[1:], Reading(reach=0))
    assert alone.xy[0, 10] * 48 == pytest.approx([20.5, 30.5])
    seen = read(Maps.of(outputs), cells, Reading(reach=0))
    first, second = sorted(range(2), key=lambda row: seen.xy[row, 0, 0])
    assert seen.xy[first, 10] * 48 == pytest.approx([20.5, 30.5])
    assert seen.xy[second, 10] * 48 == pytest.approx([25.5, 30.5])
    assert seen.score[second, 10] == pytest.approx(1 / (1 + np.e))


def test_a_person_who_is_found_twice_keeps_the_same_points():
    outputs, cells = couple(1, wrist=(20, 30), own=(25, 30))
    seen = read(Maps.of(outputs), cells, Reading(reach=0))
    assert seen.xy[:, 10] * 48 == pytest.approx(np.array([[20.5, 30.5]] * 2))
