"""LiteRT: silent, honest about its delegate, and clear about files that it cannot use."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tendu.codes import Scale
from tendu.errors import DataError, ModelError
from tendu.runtimes.litert import LiteRT, Share, scales_of
from tiny_models import SHAPE, tiny_model


def test_it_starts_and_runs_without_a_word_on_stderr(tmp_path):
    file = tmp_path / "tiny.tflite"
    file.write_bytes(tiny_model(signature=(1, -1, -1, 3)))
    code = (
        "import sys, numpy as np; from pathlib import Path; from tendu.runtimes.litert import LiteRT;"
        "model = LiteRT(Path(sys.argv[1]));"
        "[model.run(np.ones((1, side, 4, 3), np.float32)) for side in (4, 5)]; print(model.name)"
    )
    ran = subprocess.run([sys.executable, "-c", code, str(file)], capture_output=True, text=True, check=True)
    assert ran.stderr == ""
    assert ran.stdout.startswith("LiteRT 2.")
    assert "XNNPACK" in ran.stdout


def test_both_operators_of_the_tiny_model_are_counted_as_xnnpacks():
    assert LiteRT(tiny_model()).share() == Share(taken=2, operators=2)


@pytest.mark.parametrize(("threads", "said"), [(1, "1 thread"), (2, "2 threads")])
def test_its_name_says_how_many_threads(threads, said):
    assert LiteRT(tiny_model(), threads=threads).name.endswith(f", XNNPACK, {said}")


def test_no_thread_at_all_is_refused():
    with pytest.raises(DataError, match=r"^Threads are 1 or more, not 0\."):
        LiteRT(tiny_model(), threads=0)


def test_a_path_and_its_bytes_are_the_same_model(tmp_path):
    file = tmp_path / "tiny.tflite"
    file.write_bytes(tiny_model())
    x = np.ones(SHAPE, np.float32)
    np.testing.assert_array_equal(LiteRT(file).run(x), LiteRT(tiny_model()).run(x))


def test_scales_are_read_per_output():
    assert scales_of(tiny_model(np.int8)) == [Scale(1.0, 10), Scale(2.0, 3)]
    assert scales_of(tiny_model()) == [None, None]


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        (
            tiny_model(custom=b"PosenetDecoderOp"),
            "The model needs the operator PosenetDecoderOp, which LiteRT has not. Cut the graph before it.",
        ),
        (
            tiny_model(custom=b"edgetpu-custom-op"),
            (
                "This model is compiled for the Edge TPU. Open it with runtime='edgetpu', "
                "or use its file without -edgetpu."
            ),
        ),
        (
            b"no model at all",
            "LiteRT cannot use this model: The model is not a valid Flatbuffer buffer. Give another file.",
        ),
        (
            Path("gone.tflite"),
            "Cannot read the model gone.tflite: No such file or directory. Check its path.",
        ),
    ],
)
def test_a_file_it_cannot_use_is_refused_with_the_reason(model, sentence):
    with pytest.raises(ModelError) as caught:
        LiteRT(model)
    assert str(caught.value) == sentence
