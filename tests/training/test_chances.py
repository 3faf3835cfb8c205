"""Guesses at held-out people are right where they are like somebody who is labelled."""

import numpy as np

from painted_movenet import CELLS, painted, standing
from tendu.estimator import Estimator
from tendu.models.movenet import HeadsDecoder
from tendu.runtimes.fake import FakeRuntime
from tendu.training.chances import guesses, is_right
from tendu.training.data import Crops
from tendu.training.rows import SIDE

BODY = standing(7, SIDE / 2, SIDE / 2)


def labelled(xy, count=17):
    """A person with the first points labelled."""
    return np.column_stack([xy, np.where(np.arange(17) < count, 2, 0)]).astype(np.float32)


def crops_of(*people):
    return Crops(np.zeros((1, SIDE, SIDE, 3), np.uint8), (np.stack(people),), ("a photo",))


def seer():
    """It sees the same body in the middle of every picture, as high as in the crop."""
    heads = painted([BODY * np.float32(CELLS / SIDE)])
    return Estimator("fixed", FakeRuntime(list(heads)), HeadsDecoder(), 192, 192, look="once", min_score=0.0)


def test_near_and_far_pictures_of_a_crop_are_looked_at():
    """In the picture twice as large the body that is always seen is twice the person: that guess is wrong."""
    sure, right = guesses(seer(), [crops_of(labelled(BODY))])
    assert right.tolist() == [True, False]
    assert sure.dtype == np.float32
    assert (sure > 0.9).all()


def test_a_crop_whose_person_is_hardly_labelled_is_left_out():
    assert len(guesses(seer(), [crops_of(labelled(BODY, count=4))])[0]) == 0
    assert len(guesses(seer(), [crops_of(labelled(BODY, count=5)), crops_of(labelled(BODY))])[0]) == 4


def test_every_guess_is_wrong_where_nobody_is():
    nobody = Crops(np.zeros((1, SIDE, SIDE, 3), np.uint8), (np.zeros((0, 17, 3), np.float32),), ("a photo",))
    sure, right = guesses(seer(), [nobody])
    assert len(sure) == 2
    assert not right.any()


def test_a_guess_may_be_of_anybody_in_the_crop():
    beside = BODY + np.float32(60)
    assert is_right(beside, np.stack([labelled(BODY), labelled(beside)]))
    assert not is_right(beside, labelled(BODY)[None])


def test_only_labelled_points_count_and_nobody_labelled_is_nobody():
    half = BODY.copy()
    half[8:] += 100
    assert is_right(half, labelled(BODY, count=8)[None])
    assert not is_right(half, labelled(BODY)[None])
    assert not is_right(BODY, labelled(BODY, count=0)[None])
