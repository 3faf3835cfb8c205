"""LiteRT and OpenVINO on real models: how far their numbers are apart, and what LiteRT's delegate takes."""

import cv2
import pytest

from tendu.models.bundled import FOLDER
from tendu.models.graph import Graph
from tendu.models.opened import open_model
from tendu.runtimes.litert import LiteRT, Share
from tendu.runtimes.openvino import OpenVINO
from tendu.runtimes.race import TOLERANCE, disagreement, trial_pictures


@pytest.fixture(scope="module")
def heads(shared):
    """MoveNet Lightning INT8, cut at its heads."""
    graph = Graph((shared / "models/movenet/movenet-lightning-int8.tflite").read_bytes())
    return graph.cut(graph.heads())


@pytest.fixture(scope="module")
def squat(shared):
    photo = cv2.cvtColor(cv2.imread(str(shared / "images/people/squat.bmp")), cv2.COLOR_BGR2RGB)
    return cv2.resize(photo, (192, 192))[None]


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.getbasetemp() / "cache"
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: folder / name)


def test_quantised_heads_agree_within_the_rounding_of_8_bits(heads, squat):
    litert, openvino = LiteRT(heads, threads=1), OpenVINO(heads, threads=1)
    mean, largest = disagreement(litert.raw(squat), openvino.raw(squat))
    assert mean < 0.015  # measured 0.010
    assert largest < 0.1  # measured 0.067
    for picture in trial_pictures(litert.inputs[0]):
        assert disagreement(litert.raw(picture), openvino.raw(picture))[0] < TOLERANCE


@pytest.mark.parametrize("name", ["tendu-lightning", "tendu-lightning-fp16", "tendu-thunder"])
def test_bundled_models_agree(name):
    ready = open_model((FOLDER / f"{name}.tflite").read_bytes()).content
    litert, openvino = LiteRT(ready, threads=1), OpenVINO(ready, threads=1)
    for picture in trial_pictures(litert.inputs[0]):
        assert disagreement(litert.raw(picture), openvino.raw(picture))[0] < TOLERANCE  # measured 0.028


def test_both_are_equally_near_to_the_same_graph_in_float(heads, squat):
    exact = LiteRT(Graph(heads).floated(), threads=1).run(squat)
    litert = disagreement(exact, LiteRT(heads, threads=1).run(squat))[0]
    openvino = disagreement(exact, OpenVINO(heads, threads=1).run(squat))[0]
    assert openvino < 1.25 * litert
    assert litert < 1.25 * openvino


def test_float_heads_agree_to_five_digits(heads, squat):
    graph = Graph(heads).floated()
    assert disagreement(LiteRT(graph).run(squat), OpenVINO(graph).run(squat))[1] < 1e-5


def test_the_uncut_file_disagrees_beyond_the_tolerance(shared):
    whole = (shared / "models/movenet/movenet-lightning-int8.tflite").read_bytes()
    litert, openvino = LiteRT(whole, threads=1), OpenVINO(whole, threads=1)
    _, smooth = trial_pictures(litert.inputs[0])
    assert disagreement(litert.run(smooth), openvino.run(smooth))[0] > TOLERANCE


def test_outputs_of_the_uncut_file_are_points_and_scores(shared, squat):
    (points,) = LiteRT(shared / "models/movenet/movenet-lightning-int8.tflite").run(squat)
    assert points.shape == (1, 1, 17, 3)
    assert (points >= 0).all()
    assert (points <= 1).all()


def test_xnnpack_takes_all_of_the_heads_but_the_input_conversion(heads):
    share = LiteRT(heads).share()
    assert share == Share(taken=93, operators=95, left=("CAST", "SUB"))
