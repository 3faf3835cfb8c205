"""How exact Google's smallest model is in our hands, on COCO photos and photos without people; LiteRT throughout.

Measured when these floors were set: AP .554 with the default look, where the published behaviour of the same file has
.283; .353 for everyone in all 80 photos and .332 in the half of them that is taken here for time's sake. The floors
leave room for another processor's rounding.
"""

from dataclasses import replace

import pytest

import tendu
from tendu.evaluation import evaluate
from tendu.metrics.coco import read_truth

MODEL = "models/movenet/movenet-lightning-int8.tflite"


@pytest.fixture(scope="module")
def single(shared):
    with tendu.load(shared / MODEL, runtime="litert") as model:
        truth = read_truth(shared / "data/coco-single-dev")
        return evaluate(model, truth, nobody=shared / "images/nobody")


def test_the_default_look_finds_one_person_in_whole_photos(single):
    assert single.photos == 220
    assert single.scores.ap >= 0.53
    assert single.inferences <= 3


def test_nobody_is_reported_in_nine_of_ten_photos_without_people(single):
    assert single.ghosts.photos == 10
    assert len(single.ghosts.seen) <= 1, f"somebody is reported in {single.ghosts.seen}"


def test_tiles_find_everyone_in_every_second_photo_of_several_people(shared):
    truth = read_truth(shared / "data/coco-multi-dev")
    with tendu.load(shared / MODEL, runtime="litert", look="tiles", people=20) as model:
        report = evaluate(model, replace(truth, photos=truth.photos[::2]), protocol="people")
    assert report.photos == 40
    assert report.scores.ap >= 0.36
    assert "approximations" in report.note


def test_no_photo_of_people_is_missed(shared):
    with (
        tendu.load(shared / MODEL, runtime="litert") as model,
        tendu.open(shared / "images/people") as photos,
    ):
        missed = [frame.stamp.source for frame in photos if len(model(frame)) == 0]
    assert missed == []
