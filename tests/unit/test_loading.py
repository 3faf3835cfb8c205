"""load(): options are checked before anything is opened, files are refused with a sentence."""

import numpy as np
import pytest

import tendu
from tiny_models import tiny_model
from tiny_onnx import tiny_movenet, tiny_onnx


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


@pytest.mark.parametrize(
    ("look", "needs"),
    [("mirrored", "maps that lie on their mirror image"), ("tiles", "several people to be told apart")],
)
def test_a_look_that_a_model_cannot_have_is_refused_at_once(shared, look, needs):
    with pytest.raises(
        tendu.DataError,
        match=rf"^The look '{look}' needs {needs}, which this model does not give\. Choose another, or a MoveNet ",
    ):
        tendu.load("movenet-lightning-int8", models=shared / "models", decode="published", look=look)


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


@pytest.mark.parametrize("runtime", ["auto", "onnx", "openvino"])
def test_an_onnx_file_is_run_as_it_is(tmp_path, runtime):
    path = tmp_path / "movenet.onnx"
    path.write_bytes(tiny_movenet())
    with tendu.load(path, runtime=runtime) as model:
        poses = model(np.full((80, 160, 3), 204, np.uint8))
    np.testing.assert_allclose(poses.xy[0], np.tile([80, 40], (17, 1)), atol=0.5)
    assert poses.score[0] == pytest.approx(
        np.full(17, 0.8), abs=0.3
    )  # the last look has black beside the picture
    assert model.name == "movenet"


def test_an_onnx_file_that_is_no_pose_model_or_is_to_be_changed_is_refused(tmp_path):
    path = tmp_path / "tiny.onnx"
    path.write_bytes(tiny_onnx())
    with pytest.raises(
        tendu.ModelError, match=r"^A pose model takes one picture|^This file is no pose model"
    ):
        tendu.load(path)
    with pytest.raises(
        tendu.DataError, match=r"^An \.onnx file is run as it is: leave precision and size out\.$"
    ):
        tendu.load(path, size=192)
    with pytest.raises(tendu.DataError, match="leave precision and size out"):
        tendu.load(path, precision="float")


def test_a_file_that_is_there_and_no_model_is_called_so(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mk.py").write_text("print(1)")
    with pytest.raises(tendu.ModelError, match=r"mk\.py is not a TensorFlow Lite file"):
        tendu.load("mk.py")
