"""Pairs: no column twice, none below the least, and together the best there is."""

from itertools import permutations

import numpy as np
import pytest

from tendu.motion.match import in_order, together

RULES = pytest.mark.parametrize("rule", [in_order, together])


def total(similarity, chosen):
    return sum(similarity[row, column] for row, column in enumerate(chosen) if column >= 0)


@RULES
@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
def test_nobody_on_one_side_makes_no_pairs(rule, shape):
    np.testing.assert_array_equal(rule(np.zeros(shape), least=0.2), np.full(shape[0], -1))


@RULES
@pytest.mark.parametrize("shape", [(1, 4), (4, 2), (6, 6), (9, 18)])
def test_a_person_is_given_to_one_pose_at_most_and_never_below_the_least(rule, shape):
    similarity = np.random.default_rng(1).random(shape)
    chosen = rule(similarity, least=0.6)
    taken = chosen[chosen >= 0]
    assert len(set(taken)) == len(taken) > 0
    assert all(similarity[row, chosen[row]] >= 0.6 for row in np.flatnonzero(chosen >= 0))


@RULES
def test_a_pair_exactly_at_the_least_is_made(rule):
    np.testing.assert_array_equal(rule(np.array([[0.2], [0.1]]), least=0.2), [0, -1])


@pytest.mark.parametrize("seed", range(20))
def test_together_finds_what_trying_everything_finds(seed):
    random = np.random.default_rng(seed)
    similarity = random.random((random.integers(1, 5), random.integers(1, 5)))
    n, m = similarity.shape
    padded = np.hstack([np.where(similarity >= 0.3, similarity, 0), np.zeros((n, n))])
    best = max(
        sum(padded[row, column] for row, column in enumerate(way)) for way in permutations(range(m + n), n)
    )
    assert total(similarity, together(similarity, least=0.3)) == pytest.approx(best)


def test_in_order_the_first_pose_takes_its_best_though_the_second_needs_it_more():
    similarity = np.array([[0.8, 0.7], [0.9, 0.1]])
    np.testing.assert_array_equal(in_order(similarity, least=0.2), [0, -1])
    np.testing.assert_array_equal(together(similarity, least=0.2), [1, 0])
