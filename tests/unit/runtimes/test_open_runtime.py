"""open_runtime: the one that is asked for, or the one that fits the file and is fastest."""

import subprocess
import sys
from hashlib import sha256

import numpy as np
import pytest

from tendu.errors import DataError, MissingExtraError, ModelError
from tendu.runtimes import memory
from tendu.runtimes import open_runtime as room
from tendu.runtimes.litert import LiteRT
from tendu.runtimes.memory import Verdict, memory_file, recall, remember
from tendu.runtimes.onnx import OnnxRuntime
from tendu.runtimes.open_runtime import fastest, measure, open_runtime
from tendu.runtimes.openvino import OpenVINO
from tiny_models import SHAPE, tiny_model
from tiny_onnx import tiny_onnx

OPENVINO = Verdict("openvino", "It is faster.", {}, 0.5)


@pytest.fixture
def no_race(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("it was measured")

    monkeypatch.setattr("tendu.runtimes.race.race", refuse)


def test_an_unknown_name_is_refused_with_the_names_there_are():
    with pytest.raises(DataError) as caught:
        open_runtime.__wrapped__(tiny_model(), runtime="tensorrt")  # past the tests' own type checks
    assert (
        str(caught.value)
        == "No runtime is called 'tensorrt'. The names are auto, litert, openvino, onnx, edgetpu."
    )


@pytest.mark.parametrize(
    ("name", "model", "kind"),
    [
        ("litert", tiny_model(), LiteRT),
        ("openvino", tiny_model(), OpenVINO),
        ("onnx", tiny_onnx(), OnnxRuntime),
    ],
)
def test_the_one_that_is_asked_for_is_opened_and_nothing_is_measured(no_race, name, model, kind):
    runtime = open_runtime(model, runtime=name, threads=1)
    assert type(runtime) is kind
    np.testing.assert_array_equal(runtime.run(np.ones(SHAPE, np.float32))[0], np.full(SHAPE, 2.5, np.float32))


def test_alone_litert_is_taken_unmeasured(monkeypatch, no_race):
    monkeypatch.setattr(room, "versions", lambda: {"litert": "2.3.0"})
    assert fastest(tiny_model(), threads=1) == "litert"
    assert not memory_file().exists()


def test_what_is_remembered_is_taken_unmeasured(no_race):
    remember(tiny_model(), OPENVINO, threads=1)
    assert type(open_runtime(tiny_model(), threads=1)) is OpenVINO


def test_the_first_time_is_measured_for_real_and_remembered(monkeypatch):
    first = open_runtime(tiny_model(), threads=1)
    known = recall(tiny_model(), threads=1)
    assert known is not None
    assert set(known.milliseconds) == {"litert", "openvino"}
    assert known.mean_difference == 0
    assert known.runtime == ("openvino" if isinstance(first, OpenVINO) else "litert")
    monkeypatch.setattr("tendu.runtimes.race.race", None)
    assert type(open_runtime(tiny_model(), threads=1)) is type(first)


def test_measuring_again_replaces_what_is_remembered(monkeypatch):
    remember(tiny_model(), OPENVINO, threads=1)
    slower = Verdict("litert", "OpenVINO is not a tenth faster.", {}, 0.5)
    monkeypatch.setattr("tendu.runtimes.race.race", lambda *_, **__: slower)
    assert measure(tiny_model(), threads=1) == slower
    assert recall(tiny_model(), threads=1) == slower


@pytest.mark.parametrize(
    ("model", "name"),
    [(tiny_onnx(), "onnx"), (tiny_model(custom=b"edgetpu-custom-op"), "edgetpu")],
)
def test_a_file_for_one_runtime_is_given_to_that_one(no_race, model, name):
    assert fastest(model, threads=1) == name


def test_a_tflite_file_for_onnx_runtime_is_refused_with_what_it_needs():
    with pytest.raises(ModelError) as caught:
        open_runtime(tiny_model(), runtime="onnx")
    assert str(caught.value) == (
        "ONNX Runtime needs an .onnx file; this is a TensorFlow Lite file, as all of tendu's models are. "
        "Use runtime='litert' or 'openvino', or give an .onnx export of it."
    )


def test_a_runtime_that_is_not_installed_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "openvino", None)
    with pytest.raises(MissingExtraError) as caught:
        open_runtime(tiny_model(), runtime="openvino")
    assert str(caught.value) == "The runtime 'openvino' needs openvino. Run: pip install \"tendu[openvino]\""


@pytest.mark.parametrize(
    ("model", "name", "sentence"),
    [
        (
            tiny_model(custom=b"Foo"),
            "openvino",
            "OpenVINO cannot use this model: No translator found for Foo node.",
        ),
        (b"\x08broken", "onnx", "ONNX Runtime cannot use this model: "),
        (
            b"GIF89a..",
            "auto",
            "This is no model file: it starts with b'GIF89a..'. Give a .tflite or .onnx file.",
        ),
    ],
)
def test_a_file_that_cannot_be_used_says_why(model, name, sentence):
    with pytest.raises(ModelError) as caught:
        open_runtime(model, runtime=name)
    assert str(caught.value).startswith(sentence)


def test_openvino_runs_where_nothing_can_be_kept(cache):
    cache.parent.mkdir()
    cache.write_text("a file where the folder should be")
    runtime = OpenVINO(tiny_model(), threads=1)
    np.testing.assert_array_equal(runtime.run(np.ones(SHAPE, np.float32))[1], np.full(SHAPE, 2, np.float32))


@pytest.mark.parametrize(
    "damaged", [lambda whole: whole[:40], lambda whole: whole[:-1] + b"?", lambda _: b""]
)
def test_a_kept_model_that_was_damaged_is_written_again(cache, damaged):
    OpenVINO(tiny_model(), threads=1).close()
    (kept,) = (cache / "openvino").iterdir()
    kept.write_bytes(damaged(kept.read_bytes()))
    runtime = OpenVINO(tiny_model(), threads=1)
    again = kept.read_bytes()
    assert again[:32] == sha256(again[32:]).digest()
    assert list((cache / "openvino").iterdir()) == [kept]
    np.testing.assert_array_equal(runtime.run(np.ones(SHAPE, np.float32))[1], np.full(SHAPE, 2, np.float32))


def test_memory_lies_in_the_cache_folder(cache):
    assert memory.memory_file() == cache / "runtimes.json"


def test_nobody_is_told_that_openvino_is_used():
    pytest.importorskip("openvino")
    program = (
        "import socket, sys; socket.getaddrinfo = lambda *a, **k: print('asked', a[0]);"
        "import tendu; tendu.load('tendu-lightning', runtime='openvino').close();"
        "print([name for name in sys.modules if name.startswith('openvino_telemetry')])"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert said == "[]\n"
