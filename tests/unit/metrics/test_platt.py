"""A confidence becomes a chance: known numbers come back, order stays, and what cannot be fitted is refused."""

import numpy as np
import pytest

from tendu.errors import DataError
from tendu.metrics.calibration import calibration
from tendu.metrics.platt import Platt, fitted


def drawn(platt, count=20_000):
    """Confidences of every size, and right or wrong by the chance that goes with each."""
    rng = np.random.default_rng(2)
    confidence = rng.uniform(0.05, 0.95, count).astype(np.float32)
    return confidence, rng.random(count) < platt(confidence)


@pytest.mark.parametrize("known", [Platt(3.0, 2.0), Platt(0.5, -1.0), Platt(1.0, 0.0)], ids=str)
def test_the_numbers_by_which_right_and_wrong_were_drawn_come_back(known):
    confidence, right = drawn(known)
    found = fitted(confidence, right)
    assert found.slope == pytest.approx(known.slope, rel=0.06)
    assert found.shift == pytest.approx(known.shift, abs=0.06)
    assert calibration(found(confidence), right).error < 0.02


def test_a_fit_is_the_most_likely_one():
    """Seen from the numbers that were found, every step aside makes what happened less likely."""
    confidence, right = drawn(Platt(2.0, 1.0), count=400)
    found = fitted(confidence, right)
    count = right.sum()
    wanted = np.where(right, (count + 1) / (count + 2), 1 / (400 - count + 2))

    def loss(slope, shift):
        chance = Platt(slope, shift)(confidence).astype(np.float64)
        return -(wanted * np.log(chance) + (1 - wanted) * np.log1p(-chance)).sum()

    best = loss(found.slope, found.shift)
    for aside in ((0.05, 0), (-0.05, 0), (0, 0.05), (0, -0.05)):
        assert loss(found.slope + aside[0], found.shift + aside[1]) > best


def test_guesses_that_a_threshold_parts_cleanly_get_no_certainty():
    confidence = np.linspace(0.1, 0.9, 40, dtype=np.float32)
    found = fitted(confidence, confidence > 0.5)
    assert 0.9 < found(np.array([0.9], np.float32))[0] < 1


def test_the_order_stays_and_the_ends_have_chances():
    confidence = np.array([0, 1e-20, 0.001, 0.3, 0.30001, 0.7, 1], np.float32)
    chance = Platt(3.0, 2.0)(confidence)
    assert chance.dtype == np.float32
    assert (np.diff(chance) >= 0).all()
    assert (np.diff(chance[2:]) > 0).all()
    assert (chance[0], chance[-1]) == (pytest.approx(0), pytest.approx(1))
    assert len(Platt(1.0, 0.0)(np.zeros(0, np.float32))) == 0


@pytest.mark.parametrize(
    ("slope", "shift", "said"),
    [(0.0, 1.0, "0.0 and 1.0"), (-2.0, 0.5, "-2.0 and 0.5"), (1.0, np.inf, "1.0 and inf")],
)
def test_numbers_that_would_turn_the_order_round_are_refused(slope, shift, said):
    with pytest.raises(DataError) as error:
        Platt(slope, shift)
    assert str(error.value) == f"A calibration is a slope above 0 and a shift, not {said}. Fit it again."


def test_too_few_wrong_guesses_are_refused():
    with pytest.raises(DataError) as error:
        fitted(np.linspace(0.1, 0.9, 30, dtype=np.float32), np.arange(30) >= 3)
    assert str(error.value) == (
        "A calibration needs at least 10 right and 10 wrong guesses; here 27 of 30 are right. Hold more people out."
    )


@pytest.mark.parametrize(
    "confidence", [np.linspace(0.9, 0.1, 40), np.full(40, 0.5)], ids=["reversed", "all alike"]
)
def test_a_confidence_that_says_nothing_is_refused(confidence):
    with pytest.raises(
        DataError, match=r"^The surer guesses are not oftener right, so the confidence cannot"
    ):
        fitted(confidence.astype(np.float32), np.arange(40) >= 20)
