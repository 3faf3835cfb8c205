"""Choosing windows and joining looks, on a scene of painted people."""

from dataclasses import replace

import numpy as np
import pytest

from painted_movenet import Scene, standing
from tendu.errors import DataError
from tendu.frame import Stamp
from tendu.looking import (
    agreed,
    check_look,
    closer,
    distinct,
    foremost,
    gathered,
    most_alike,
    person_box,
    settled,
    tiles,
    views,
)
from tendu.models.seen import Seen
from tendu.pose import Poses
from tendu.skeleton import COCO17

TALL, SMALL = standing(8, 120, 130), standing(3, 200, 60)


def poses(*people, score=0.8, confidence=None, size=(256, 256)):
    xy = np.asarray(people, np.float32)
    scores = np.full(xy.shape[:2], score, np.float32)
    sure = np.full(len(xy), score, np.float32) if confidence is None else np.asarray(confidence, np.float32)
    return Poses(xy, scores, person_box(xy, scores), sure, Stamp(0, 0.0, "", *size))


def test_the_foremost_are_the_sure_and_large_in_their_order():
    sizes = (standing(3, 200, 60), standing(8, 60, 130), standing(6, 180, 150))
    several = poses(*sizes, confidence=[0.97, 0.96, 0.5])
    assert np.array_equal(foremost(several, 2).confidence, several.confidence[[1, 2]])
    assert np.array_equal(foremost(several, 1).confidence, several.confidence[[1]])
    assert foremost(several, 3) is several
    alike = poses(*sizes, confidence=[0.97, 0.96, 0.1])
    assert np.array_equal(foremost(alike, 2).confidence, alike.confidence[[0, 1]])


@pytest.mark.parametrize(("look", "cost"), [("once", 1), ("zoom", 3), ("auto", 3), ("mirrored", 4)], ids=str)
def test_a_look_finds_one_person_at_its_stated_cost(look, cost):
    scene = Scene([TALL])
    found = scene.estimator(look=look)(scene.picture)
    assert scene.looks == cost
    assert np.abs(found.xy[0] - TALL).max() < 1


def test_closer_looks_find_several_people_at_one_inference_each():
    scene = Scene([standing(5, 60, 130), standing(5, 190, 130)])
    found = scene.estimator(look="zoom", people=6)(scene.picture)
    assert len(found) == 2
    assert scene.looks == 1 + 2


def test_tiles_find_people_too_small_for_the_whole_picture():
    scene = Scene([SMALL], least=0.3)
    assert len(scene.estimator(look="zoom", people=6)(scene.picture)) == 0
    found = scene.estimator(look="tiles", people=6)(scene.picture)
    assert len(found) == 1
    assert np.abs(found.xy[0] - SMALL).max() < 1


def test_nobody_comes_with_the_reason():
    scene = Scene([])
    found = scene.estimator(look="zoom", min_score=0.25)(scene.picture)
    assert len(found) == 0
    assert found.reason == "the best guess has confidence 0.00, below 0.25"
    assert scene.estimator(look="zoom", people=3)(scene.picture).reason == "no person's centre shows"


def test_tiles_cover_the_picture_and_overlap():
    for width, height in ((640, 480), (480, 640), (2000, 300), (64, 64)):
        windows = tiles(width, height)
        covered = np.zeros((height, width), bool)
        for window in windows:
            left, top = max(int(np.floor(window.left)), 0), max(int(np.floor(window.top)), 0)
            covered[
                top : int(np.ceil(window.top + window.height)),
                left : int(np.ceil(window.left + window.width)),
            ] = True
        assert covered.all()
        assert all(window.width == window.height for window in windows)


def test_the_closer_window_is_a_quarter_wider_than_what_is_likely():
    seen = poses(TALL)
    window = closer(seen[0])
    assert window.height == pytest.approx(np.ptp(TALL[:, 1]) * 1.25, rel=1e-5)
    assert window.centre == pytest.approx(((TALL.min(0) + TALL.max(0)) / 2).tolist(), rel=1e-5)


def test_a_point_that_is_unlikely_does_not_widen_the_closer_window():
    far = TALL.copy()
    far[9] = [0, 0]
    seen = poses(far)
    seen.score[0, 9] = 0.05
    assert closer(seen[0]).width < 200


def test_the_last_look_stays_unless_it_is_much_worse():
    first, second = poses(TALL, confidence=[0.9]), poses(TALL + 5, confidence=[0.6])
    assert settled([first, second]).xy[0, 0, 0] == pytest.approx(TALL[0, 0] + 5)
    assert settled([first]).xy[0, 0, 0] == pytest.approx(TALL[0, 0])
    lost = poses(TALL + 50, confidence=[0.4])
    assert settled([first, lost]).xy[0, 0, 0] == pytest.approx(TALL[0, 0])
    assert settled([first, lost]).confidence[0] == pytest.approx(0.65)


def test_points_that_closer_looks_see_near_are_averaged_and_others_are_the_last_looks():
    """The body is 152 px high, so 10 px apart is near and 40 px is not; the second look is twice as sure."""
    moved = TALL + np.float32(10)
    moved[9] = TALL[9] + [40, 0]
    looks = [poses(SMALL, score=0.9), poses(moved, score=0.8), poses(TALL, score=0.4)]
    looks[2] = replace(looks[2], confidence=np.array([0.8], np.float32))
    found = settled(looks).xy[0]
    assert found[0] == pytest.approx(TALL[0] + 10 * 0.64 / 0.8, abs=1e-3)
    assert found[9] == pytest.approx(TALL[9], abs=1e-3)


def test_a_second_look_elsewhere_is_less_sure():
    here, elsewhere = poses(TALL, confidence=[0.8]), poses(TALL + 40, confidence=[0.8])
    assert agreed(here, here).confidence[0] == pytest.approx(0.8)
    assert agreed(here, elsewhere).confidence[0] == pytest.approx(0.4, abs=0.001)


def test_of_two_that_are_alike_the_surer_stays():
    both = poses(TALL, TALL + 1, SMALL, confidence=[0.5, 0.7, 0.6])
    kept = distinct(both)
    assert kept.confidence.tolist() == pytest.approx([0.7, 0.6])


def test_a_closer_look_is_at_the_whole_body_and_at_its_half_that_is_much_surer():
    both = poses(TALL, TALL, confidence=[0.9, 0.4])
    both.score[0, 11:] = 0.05
    assert distinct(both).confidence.tolist() == pytest.approx([0.9])
    assert views(both, 1).confidence.tolist() == pytest.approx([0.4, 0.9])


def test_two_views_that_a_closer_look_would_show_alike_are_looked_at_once():
    both = poses(TALL, TALL, confidence=[0.9, 0.4])
    both.score[0, :5] = 0.3
    assert views(both, 1).confidence.tolist() == pytest.approx([0.4])


def test_half_a_body_gives_way_to_the_whole_of_it():
    both = poses(TALL, TALL, confidence=[0.7, 0.6])
    both.score[0, 11:] = 0.05
    assert distinct(both).confidence.tolist() == pytest.approx([0.6])


@pytest.mark.parametrize("flip", [slice(None), COCO17.flip])
def test_legs_that_guess_a_body_among_them_are_part_of_the_whole(flip):
    """A window that shows the legs alone finds them, and a head and arms between them that it is not sure of."""
    legs = TALL[flip].copy()
    legs[:11] = TALL[13] + np.arange(11)[:, None]
    both = poses(TALL, legs, confidence=[0.7, 0.6])
    both.score[1, :11] = 0.15
    assert distinct(both).confidence.tolist() == pytest.approx([0.7])


def test_two_of_whom_one_stands_behind_the_other_stay():
    beside = poses(TALL, TALL + np.float32([30, 0]), confidence=[0.7, 0.6])
    beside.score[1, 11:] = 0.15
    assert len(distinct(beside)) == 2


def test_a_surer_half_whose_legs_are_barely_likely_gives_way_to_the_whole():
    half = TALL.copy()
    half[11:] = TALL[11]
    both = poses(half, TALL, confidence=[0.7, 0.6])
    both.score[0, 11:] = 0.12
    assert distinct(both).confidence.tolist() == pytest.approx([0.6])


def test_a_small_person_before_a_large_one_stays():
    inside = poses(TALL, standing(2, *TALL[11:13].mean(axis=0)))
    assert len(distinct(inside)) == 2


def test_looks_come_together_surest_first():
    together = gathered([poses(TALL, confidence=[0.3]), poses(SMALL, confidence=[0.6])])
    assert together.confidence.tolist() == pytest.approx([0.6, 0.3])


def test_an_unknown_look_is_refused_with_the_names():
    with pytest.raises(
        DataError, match=r"Unknown look 'zooom'\. Choose one of auto, once, zoom, mirrored, tiles"
    ):
        check_look("zooom")


def test_a_model_that_sees_nobody_at_all_is_no_error():
    """PoseNet, unlike MoveNet, may report nobody for one wanted person."""
    scene = Scene([])
    estimator = scene.estimator(look="zoom")
    nobody = replace(
        estimator,
        decoder=lambda *_, **__: Seen(
            np.zeros((0, 17, 2), np.float32), np.zeros((0, 17), np.float32), np.zeros(0, np.float32)
        ),
    )
    assert nobody(scene.picture).reason == "no person's centre shows"


def test_of_two_in_a_closer_look_the_one_who_was_meant_is_taken():
    person, others = poses(SMALL), poses(TALL, SMALL + 2, confidence=[0.9, 0.7])
    assert most_alike(person, others).xy[0, 0].tolist() == (SMALL[0] + 2).tolist()
