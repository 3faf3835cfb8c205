"""Repaired times always increase and stay as near to the stated ones as they can."""

import numpy as np
import pytest

from tendu.sources.times import Clock


@pytest.mark.parametrize(
    ("what", "stated", "repaired"),
    [
        ("a steady film", [0, 1, 2, 3], [0, 1, 2, 3]),
        ("a variable rate", [0, 0.1, 5, 5.2], [0, 0.1, 5, 5.2]),
        ("a repeated time", [0, 1, 1, 2], [0, 1, 1.5, 2]),
        ("a time a little back", [0, 1, 0.9, 2], [0, 1, 1.5, 2]),
        ("one missing", [0, 1, None, 3], [0, 1, 2, 3]),
        ("all missing", [None, None, None], [0, 1, 2]),
        ("a clock set anew", [0, 1, 2, 0, 1, 2], [0, 1, 2, 3, 4, 5]),
        ("a first picture before the start", [-0.5, 0, 1], [0, 0.5, 1]),
        ("a start in the middle", [100, 101, 101], [100, 101, 101.5]),
    ],
)
def test_times_are_repaired_as_the_rule_says(what, stated, repaired):
    clock = Clock(step=1.0)
    assert [clock.tick(time) for time in stated] == pytest.approx(repaired), what


def test_any_times_at_all_come_out_strictly_increasing():
    for stated in np.random.default_rng(1).integers(0, 6, (200, 30)):
        clock = Clock(step=0.7)
        times = [clock.tick(float(time) if time else None) for time in stated]
        assert (np.diff(times) > 0).all(), stated
