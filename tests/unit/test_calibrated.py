"""A calibration changes the confidence that is reported, and nothing else: not the points, the order or the looks."""

import json
import shutil
from dataclasses import asdict, replace
from hashlib import sha256

import numpy as np
import pytest

import tendu
from painted_movenet import Scene, standing
from standing import film_frames
from standing import standing as people_side_by_side
from tendu.follower import Follower
from tendu.frame import Frame
from tendu.metrics.platt import Platt
from tendu.models import bundled

SURER = Platt(3.0, 2.0)
HARSH = Platt(8.0, -12.0)
"""A confidence of 0.9 becomes 0.996, one of 0.5 one in 160,000: raw and calibrated numbers never mix unnoticed."""


@pytest.mark.parametrize(("people", "look"), [(1, "zoom"), (1, "once"), (2, "zoom"), (2, "tiles")])
def test_only_the_confidence_changes(people, look):
    scene = Scene([standing(3, 60, 130), standing(4, 170, 130)], sure=1.0)
    raw = scene.estimator(people=people, look=look)(scene.picture)
    looks = scene.looks
    told = scene.estimator(people=people, look=look, calibration=SURER)(scene.picture)
    assert scene.looks == 2 * looks
    assert len(told) == len(raw) == people
    np.testing.assert_array_equal(told.confidence, SURER(raw.confidence))
    assert (told.confidence != raw.confidence).all()
    for part in ("xy", "score", "box"):
        np.testing.assert_array_equal(getattr(told, part), getattr(raw, part))


def test_the_surest_comes_first():
    (frame,) = film_frames(1)
    seen = people_side_by_side(confidence=(0.5, 0.7, 0.6), people=3)
    shown = seen(frame)
    np.testing.assert_array_equal(shown.confidence, np.array([0.7, 0.6, 0.5], np.float32))
    np.testing.assert_array_equal(shown.xy, seen.everyone(frame).xy[[1, 2, 0]])


def test_one_look_keeps_the_confidence_of_the_model():
    scene = Scene([standing(4, 80, 130)], sure=1.0)
    frame = Frame.of(scene.picture)
    raw, told = scene.estimator(), scene.estimator(calibration=HARSH)
    seen = [one.see(frame, one.whole(frame)).confidence for one in (raw, told)]
    np.testing.assert_array_equal(*seen)


def test_the_least_confidence_is_a_chance_too():
    scene = Scene([standing(4, 80, 130)], sure=0.0)
    raw = scene.estimator(min_score=0.0)(scene.picture).confidence
    chance = float(SURER(raw)[0])
    assert chance - raw[0] > 0.1
    between = (chance + float(raw[0])) / 2
    assert len(scene.estimator(min_score=between)(scene.picture)) == 0
    assert len(scene.estimator(min_score=between, calibration=SURER)(scene.picture)) == 1
    nobody = scene.estimator(min_score=chance + 0.01, calibration=SURER)(scene.picture)
    assert nobody.reason == f"the best guess has confidence {chance:.2f}, below {chance + 0.01:.2f}"


@pytest.mark.parametrize("people", [1, 2])
def test_following_sees_the_same_people_as_without(people):
    """Two people walk; with a harsh calibration each of six frames has the same points and the looks are as many."""

    def walked(**options):
        scene = Scene([standing(3, 60, 130), standing(3, 160, 130)], sure=2.5)
        follower = Follower(scene.estimator(people=people, look="zoom", min_score=0.0, **options), search=0.1)
        found = []
        for number in range(6):
            found.append(follower.update(Frame.of(scene.picture, number=number, time=number / 30)))
            scene.people = [person + np.array([3, 0], np.float32) for person in scene.people]
        return found, scene.looks

    (raw, looks), (told, as_many) = walked(), walked(calibration=HARSH)
    assert looks == as_many
    for before, after in zip(raw, told, strict=True):
        assert len(after) == people
        np.testing.assert_array_equal(after.xy, before.xy)
        np.testing.assert_array_equal(after.confidence, HARSH(before.confidence))


def test_a_model_is_opened_with_its_card_s_calibration(tmp_path):
    card = bundled.cards()[0]
    path = tmp_path / "mine.tflite"
    shutil.copy(bundled.FOLDER / card.file, path)
    mine = replace(card, name="mine", file=path.name, calibration=(3.0, 2.0))
    mine = replace(mine, sha256=sha256(path.read_bytes()).hexdigest())
    path.with_suffix(".json").write_text(json.dumps(asdict(mine)))
    with tendu.load(path, runtime="litert", threads=1) as model:
        assert (model.name, model.calibration, model.min_score) == ("mine", Platt(3.0, 2.0), 0.25)
