import numpy as np
import pytest

from tendu.errors import MissingExtraError
from tendu.metrics.by_keypoint import by_keypoint, hits
from tendu.metrics.calibration import calibration, plot_reliability
from tendu.skeleton import COCO17


def test_the_error_is_the_weighted_distance_between_confidence_and_share_right():
    # Three at .9, two of them right; one at .2, wrong: 3/4 · |.9 - 2/3| + 1/4 · |.2 - 0|.
    told = calibration(np.array([0.95, 0.95, 0.95, 0.25], np.float32), np.array([1, 1, 0, 0], np.bool_))
    assert [(one.low, one.count) for one in told.bins] == [(0.2, 1), (0.9, 3)]
    assert told.error == pytest.approx(0.75 * (0.95 - 2 / 3) + 0.25 * 0.25, abs=1e-4)


def test_certainty_falls_into_the_last_bin_and_nothing_into_none():
    assert calibration(np.ones(2, np.float32), np.ones(2, np.bool_)).bins[0].high == 1.0
    empty = calibration(np.zeros(0, np.float32), np.zeros(0, np.bool_))
    assert empty.bins == ()
    assert empty.error is None


def test_a_plot_is_a_picture_even_of_nothing(tmp_path):
    told = calibration(np.array([0.3, 0.8], np.float32), np.array([False, True]))
    empty = calibration(np.zeros(0, np.float32), np.zeros(0, np.bool_))
    for curves in ({"people": told, "keypoints": empty}, {"people": empty}):
        plot_reliability(tmp_path / "plot.png", curves, title="a model")
        assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")


def test_without_matplotlib_the_error_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.figure", None)
    with pytest.raises(MissingExtraError, match=r'needs matplotlib. Run: pip install "tendu\[plots\]"'):
        plot_reliability(tmp_path / "plot.png", {}, title="")


def test_errors_are_medians_in_units_of_the_persons_size():
    # Two people of 10,000 px², so 100 px of size: all points 3 and 5 px off, the second one's nose unlabelled.
    distance = np.array([[3.0] * 17, [5.0] * 17], np.float32)
    labelled = np.ones((2, 17), np.bool_)
    labelled[1, 0] = False
    told = by_keypoint(distance, np.full(2, 1e4, np.float32), labelled)
    assert (told[0].name, told[0].points, told[0].median) == ("nose", 1, pytest.approx(0.03))
    assert (told[9].points, told[9].median) == (2, pytest.approx(0.04))


def test_people_without_a_guess_count_as_misses_and_nobody_as_nothing():
    distance = np.array([[1.0] * 17, [np.inf] * 17, [np.inf] * 17], np.float32)
    told = by_keypoint(distance, np.full(3, 1e4, np.float32), np.ones((3, 17), np.bool_))
    assert told[5].median is None
    assert told[5].hit == pytest.approx(1 / 3)
    none = by_keypoint(distance, np.full(3, 1e4, np.float32), np.zeros((3, 17), np.bool_))
    assert (none[0].points, none[0].median, none[0].hit) == (0, None, None)


def test_a_hit_is_where_a_point_alone_has_an_oks_of_one_half():
    area = np.array([900.0], np.float32)
    half = (2 * COCO17.oks_sigmas * np.sqrt(2 * np.log(2) * 900)).astype(np.float32)
    assert np.exp(-(half**2) / (2 * 900 * (2 * COCO17.oks_sigmas) ** 2)) == pytest.approx(0.5)
    assert hits((half * 0.99)[None], area).all()
    assert not hits((half * 1.01)[None], area).any()
