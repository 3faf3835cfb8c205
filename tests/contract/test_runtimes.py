"""Every runtime keeps the same promises, on the same small model: the input plus 1.5, and the input times 2."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tendu.codes import Codes
from tendu.errors import DataError, ModelError
from tendu.runtimes.fake import FakeRuntime
from tendu.runtimes.litert import LiteRT
from tendu.runtimes.onnx import OnnxRuntime
from tendu.runtimes.openvino import OpenVINO
from tendu.runtimes.runtime import Port, Runtime
from tiny_models import SHAPE, tiny_model
from tiny_onnx import tiny_onnx

FLOAT_PORT = Port("picture", SHAPE, np.dtype(np.float32))
STEP = 0.5  # of the quantised input: its code 3 is the number 1.5


def fake():
    ports = tuple(Port(name, SHAPE, np.dtype(np.float32)) for name in ("sum", "product"))
    return FakeRuntime(
        lambda x: (x + np.float32(1.5), x * np.float32(2)), inputs=(FLOAT_PORT,), outputs=ports
    )


KINDS = {
    "litert float": (lambda: LiteRT(tiny_model(), threads=1), np.float32),
    "litert uint8": (lambda: LiteRT(tiny_model(np.uint8), threads=2), np.uint8),
    "litert int8": (lambda: LiteRT(tiny_model(np.int8), threads=1), np.int8),
    "openvino float": (lambda: OpenVINO(tiny_model(), threads=1), np.float32),
    "openvino uint8": (lambda: OpenVINO(tiny_model(np.uint8), threads=2), np.uint8),
    "openvino int8": (lambda: OpenVINO(tiny_model(np.int8), threads=1), np.int8),
    "openvino onnx": (lambda: OpenVINO(tiny_onnx(), threads=1), np.float32),
    "onnx float": (lambda: OnnxRuntime(tiny_onnx(), threads=1), np.float32),
    "fake": (fake, np.float32),
}


@pytest.fixture(params=KINDS)
def kind(request, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    if request.param.startswith("openvino"):
        pytest.importorskip("openvino")
    if request.param.startswith("onnx"):
        pytest.importorskip("onnxruntime")
    make, dtype = KINDS[request.param]
    runtime = make()
    yield runtime, dtype
    runtime.close()


def picture(dtype, *, start=0):
    return np.arange(start, start + 48).reshape(SHAPE).astype(dtype)


def numbers(tensor):
    return tensor.astype(np.float32) * (1.0 if tensor.dtype == np.float32 else STEP)


def test_it_is_a_runtime_with_a_name_for_people(kind):
    runtime, _ = kind
    assert isinstance(runtime, Runtime)
    assert runtime.name


def test_it_describes_what_goes_in_and_what_comes_out(kind):
    runtime, dtype = kind
    assert runtime.inputs == (Port("picture", SHAPE, np.dtype(dtype)),)
    assert runtime.outputs == tuple(Port(name, SHAPE, np.dtype(np.float32)) for name in ("sum", "product"))


def test_outputs_are_in_real_units_in_the_described_order(kind):
    runtime, dtype = kind
    x = picture(dtype)
    total, product = runtime.run(x)
    # Quantised outputs step by 1 and 2: half a step, and half a step of what the two roundings may differ in.
    assert np.abs(total - (numbers(x) + 1.5)).max() <= (0 if dtype == np.float32 else 1.0)
    assert np.abs(product - numbers(x) * 2).max() <= (0 if dtype == np.float32 else 2.0)
    assert total.dtype == product.dtype == np.float32


@pytest.mark.parametrize(
    "wrong",
    [
        lambda x: x[0],  # no batch axis
        lambda x: np.concatenate([x, x], axis=2),  # twice as wide
        lambda x: x.astype(np.float64),  # another type
    ],
)
def test_a_tensor_that_does_not_fit_is_refused_with_what_was_expected_and_what_came(kind, wrong):
    runtime, dtype = kind
    tensor = wrong(picture(dtype))
    with pytest.raises(DataError) as caught:
        runtime.run(tensor)
    assert str(caught.value) == (
        f"The model's input is {np.dtype(dtype)} {SHAPE}; got {tensor.dtype} {tensor.shape}. "
        "Give it a tensor of that type and shape."
    )


def test_raw_outputs_mean_the_same_numbers_and_codes_come_from_8_bits_only(kind):
    runtime, dtype = kind
    x = picture(dtype)
    raw = runtime.raw(x)
    runtime.run(picture(dtype, start=40))  # raw outputs are the caller's too
    assert [isinstance(one, Codes) for one in raw] == [dtype != np.float32] * 2
    for one, other in zip(raw, runtime.run(x), strict=True):
        np.testing.assert_array_equal(np.asarray(one), other)


def test_a_tensor_in_any_memory_order_gives_the_same(kind):
    runtime, dtype = kind
    x = picture(dtype)
    flipped = x[:, :, ::-1]
    for one, other in zip(runtime.run(flipped), runtime.run(flipped.copy()), strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(runtime.run(flipped)[0], runtime.run(x)[0][:, :, ::-1])


def test_outputs_belong_to_the_caller_and_inputs_are_left_alone(kind):
    runtime, dtype = kind
    x = picture(dtype)
    first = runtime.run(x)
    kept = [one.copy() for one in first]
    runtime.run(picture(dtype, start=40))
    for one, copy in zip(first, kept, strict=True):
        np.testing.assert_array_equal(one, copy)
        one[:] = 0  # may be written into
    np.testing.assert_array_equal(x, picture(dtype))
    np.testing.assert_array_equal(runtime.run(x)[0], kept[0])


def test_four_threads_at_once_give_what_one_gives(kind):
    runtime, dtype = kind
    tensors = [picture(dtype, start=i) for i in range(40)]
    alone = [runtime.run(x)[1] for x in tensors]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda x: runtime.run(x)[1], tensors))
    np.testing.assert_array_equal(alone, together)


def test_closing_twice_is_fine_and_running_after_it_says_so(kind):
    runtime, dtype = kind
    runtime.close()
    runtime.close()
    with pytest.raises(ModelError, match=r"^This model is closed\. Open it again to run it\.$"):
        runtime.run(picture(dtype))


@pytest.mark.parametrize("make", [LiteRT, OpenVINO])
def test_sizes_that_the_file_leaves_open_take_any_and_follow_from_run_to_run(make, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    runtime = make(tiny_model(signature=(1, -1, -1, 3)), threads=1)
    assert runtime.inputs[0].shape == runtime.outputs[0].shape == (1, -1, -1, 3)
    for height, width in ((4, 4), (6, 5), (2, 9), (4, 4)):
        x = np.arange(height * width * 3, dtype=np.float32).reshape(1, height, width, 3)
        np.testing.assert_array_equal(runtime.run(x)[1], x * 2)
    with pytest.raises(DataError, match=r"float32 \(1, -1, -1, 3\); got float32 \(1, 4, 4, 4\)"):
        runtime.run(np.zeros((1, 4, 4, 4), np.float32))
