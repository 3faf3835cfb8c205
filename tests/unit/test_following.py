"""Choosing the next window round one person, whole, half hidden or cut off."""

import numpy as np
import pytest

from painted_movenet import standing
from tendu.errors import DataError
from tendu.following import check_rule, crop_rule, cut_off, full_body, steady
from tendu.frame import Stamp
from tendu.looking import closer, person_box
from tendu.pose import Poses
from tendu.window import Window

TALL = standing(8, 120, 130)


def pose(xy, *, score=0.8, size=256):
    xy = np.asarray(xy, np.float32)[None]
    scores = np.full((1, 17), score, np.float32)
    return Poses(xy, scores, person_box(xy, scores), scores[:, 0], Stamp(0, 0.0, "", size, size))[0]


def test_an_unknown_rule_is_refused_with_the_names():
    with pytest.raises(
        DataError, match=r"Unknown rule 'padded' for following\. Choose one of tendu, tutorial, tfjs\."
    ):
        check_rule("padded")


def test_a_whole_body_fills_the_window():
    assert full_body(pose(TALL)) == closer(pose(TALL))


def unlikely(xy, points):
    """One pose of which these points do not show."""
    seen = pose(xy, size=1000)
    seen.poses.score[0, points] = 0.05
    return seen


def test_feet_that_do_not_show_are_expected_a_legs_length_below_the_hips():
    person = standing(8, 500, 500)
    window = full_body(unlikely(person, slice(13, 17)))
    assert window.to_unit(person).max() < 1
    assert window.height == pytest.approx(1.25 * (1.7 * 6.5 * 8 + 9.5 * 8), rel=1e-5)
    lying = (person - 500)[:, ::-1] * [-1, 1] + 500
    assert full_body(unlikely(lying, slice(13, 17))).centre == pytest.approx(
        (500 - (window.centre[1] - 500), 500)
    )


def test_feet_are_expected_in_the_picture():
    person = standing(8, 500, 930)
    assert full_body(unlikely(person, slice(13, 17))).centre[1] == pytest.approx((930 - 9.5 * 8 + 1000) / 2)


def test_where_no_torso_shows_the_window_is_wide_within_the_picture():
    head = np.arange(5, 17)
    person = standing(40, 500, 800)
    extent = np.ptp(person[:5], axis=0).max()
    assert full_body(unlikely(person, head)).height == pytest.approx(2.5 * extent)
    corner = full_body(unlikely(person - person[3], head))
    assert corner.left == pytest.approx(0)
    assert corner.top < 0, "the window is square, so it overhangs where the picture is cut on two sides"
    assert corner.width == pytest.approx(extent / 2 + 2.5 * extent / 2)


def test_a_window_stays_while_the_wanted_one_is_nearly_the_same():
    before = Window.centred(100, 100, 200, 200)
    other = Window.centred(400, 100, 200, 200)
    for wanted in (Window.centred(105, 96, 200, 200), Window.centred(100, 100, 190, 190)):
        assert steady(wanted, [other, before]) is before
    for wanted in (
        Window.centred(107, 100, 200, 200),
        Window.centred(100, 93, 200, 200),
        Window.centred(100, 100, 215, 215),
    ):
        assert steady(wanted, [other, before]) is wanted
    assert steady(before, []) is before


def test_a_person_is_cut_off_at_an_edge_of_the_window_but_not_of_the_picture():
    left, top = (TALL.min(axis=0) + 1).tolist()
    right, bottom = (TALL.max(axis=0) - 1).tolist()
    person = pose(TALL)
    assert not cut_off(person, Window(0, 0, 256, 256))
    assert not cut_off(person, closer(person))
    assert cut_off(person, Window(left, 0, 256, 256))
    assert cut_off(person, Window(0, top, 256, 256))
    assert cut_off(person, Window(0, 0, right, right))
    assert cut_off(person, Window(0, 0, bottom, bottom))
    assert not cut_off(person, Window(-300, -300, 556, 556))
    nobody = pose(TALL, score=0.05)
    assert not cut_off(nobody, Window(left, 0, 256, 256))


def test_the_crop_rule_keeps_hands_above_the_head_in_view():
    """The Raspberry Pi example measures one hip for every point, so limbs never widen its crop (movenet.py:171)."""
    raised = standing(5, 128, 150)
    raised[[9, 10]] = raised[[5, 6]] - [0, 55]
    window = crop_rule(pose(raised))
    assert (window.to_unit(raised) > 0).all()
    assert (window.to_unit(raised) < 1).all()
    middle = raised[[11, 12]].mean(axis=0)
    assert window.height / 2 == pytest.approx(1.2 * np.abs(raised - middle).max(), rel=1e-5)


def test_the_crop_rule_gives_the_whole_picture_where_no_torso_shows_or_the_person_fills_it():
    unseen = pose(TALL)
    unseen.poses.score[0, 11:13] = 0.2
    assert crop_rule(unseen) is None
    assert crop_rule(pose(standing(12, 128, 120))) is None
    assert isinstance(crop_rule(pose(standing(4, 128, 128))), Window)
