"""load(): options are checked before anything is opened, files are refused with a sentence."""

import numpy as np
import pytest

import tendu
from tiny_models import tiny_model


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"people": 0}, "people is 1 or more, not 0"),
        ({"min_score": 1.5}, "min_score lies between 0 and 1, not 1.5"),
        ({"model": "tendu-lightning", "size": 100}, "size is a multiple of 32, not 100"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(options, sentence):
    with pytest.raises(tendu.DataError, match=sentence):
        tendu.load(**({"model": "movenet-lightning-int8"} | options))


@pytest.mark.parametrize(
    ("options", "side"), [({}, 192), ({"size": 96}, 96), ({"model": "tendu-thunder"}, 256)]
)
def test_a_model_is_read_at_the_size_asked_for_or_its_card_s_or_its_file_s(options, side):
    with tendu.load(**options, runtime="litert") as model:
        assert (model.height, model.width) == (side, side)
        assert model.runtime.inputs[0].shape == (1, side, side, 3)


def test_an_unknown_name_is_refused_with_the_nearest_one():
    with pytest.raises(tendu.UnknownModelError, match="Unknown model 'movenet-lightening'"):
        tendu.load("movenet-lightening")


def test_a_damaged_file_is_refused_before_a_runtime_sees_it(tmp_path):
    path = tmp_path / "half.tflite"
    path.write_bytes(tiny_model()[:200])
    with pytest.raises(tendu.ModelError, match=r"half\.tflite"):
        tendu.load(path)


def test_more_people_than_a_model_can_tell_apart_are_refused(shared):
    with pytest.raises(tendu.DataError, match="This model tells at most 1 apart; 3 people were asked for"):
        tendu.load("movenet-lightning-int8", models=shared / "models", decode="published", people=3)


@pytest.mark.parametrize("name", ["posenet/posenet-075-353_481-decoder", "movenet/movenet-lightning-int8"])
def test_every_model_that_is_here_finds_the_couple(shared, name):
    path = shared / f"models/{name}.tflite"
    with tendu.load(path, runtime="litert", people=2, look="zoom", min_score=0.2) as model:
        poses = model(tendu.read(shared / "images/people/test_couple.jpg"))
    assert len(poses) == 2
    assert poses.xy.dtype == np.float32
    assert (np.diff(poses.confidence) <= 0).all()
