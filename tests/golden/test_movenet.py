"""MoveNet Lightning INT8 against Coral's published reference."""

import csv

import numpy as np
import pytest

import tendu
from tendu.estimator import Estimator
from tendu.frame import Frame
from tendu.models.movenet import SinglePoseDecoder
from tendu.runtimes.fake import FakeRuntime
from tendu.window import Window


def bilinear(picture, side):
    """A picture stretched to a square as libcoral does: half-pixel centres, fractions cut off (coral/test_utils.cc)."""

    def axis(size):
        place = np.clip((np.arange(side) + 0.5) * size / side - 0.5, 0, size - 1)
        low = np.floor(place).astype(int)
        return low, np.minimum(low + 1, size - 1), place - low

    up, down, y = axis(picture.shape[0])
    left, right, x = axis(picture.shape[1])
    y, x, image = y[:, None, None], x[None, :, None], picture.astype(np.float64)
    upper = image[up][:, left] * (1 - x) + image[up][:, right] * x
    lower = image[down][:, left] * (1 - x) + image[down][:, right] * x
    return (upper * (1 - y) + lower * y).astype(np.uint8)


@pytest.fixture(scope="module")
def squat(shared):
    return Frame.of(bilinear(tendu.read(shared / "images/people/squat.bmp").image, 192))


def reference(shared):
    """Coral's keypoints for squat.bmp: (x, y) normalised to the picture, and scores."""
    path = shared / "models/movenet/movenet-lightning-int8.squat.reference.csv"
    with path.open() as file:
        rows = sorted(csv.DictReader(file), key=lambda row: int(row["keypoint_id"]))
    xy = np.array([[float(row["keypoint_x"]), float(row["keypoint_y"])] for row in rows])
    return xy, np.array([float(row["keypoint_score"]) for row in rows])


def apart(seen, shared):
    """The largest distance from the reference, normalised, of keypoints over 0.4 in both; libcoral allows 0.04."""
    xy, score = reference(shared)
    both = (score > 0.4) & (seen.score[0] > 0.4)
    assert both.sum() >= 8, "libcoral compares at least 8 keypoints"
    return np.abs(seen.xy[0] / 192 - xy)[both].max()


def test_squat_agrees_with_corals_reference(shared, squat):
    """The reference comes from TensorFlow Lite's own kernels, so they are asked here."""
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    interpreter = Interpreter(
        str(shared / "models/movenet/movenet-lightning-int8.tflite"),
        experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
    )
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], squat.image[None])
    interpreter.invoke()
    output = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    kernels = FakeRuntime([output])
    model = Estimator("published", kernels, SinglePoseDecoder(), 192, 192, look="once")
    assert apart(model.see(squat, Window.stretched(192, 192)), shared) <= 0.02


@pytest.mark.parametrize(("decode", "most"), [("published", 0.025), ("float", 0.03)])
def test_squat_agrees_with_corals_reference_on_fast_kernels(shared, squat, decode, most):
    """XNNPACK rounds 8-bit numbers elsewhere; one grey level more in the picture moves a point as far (0.024)."""
    model = tendu.load(
        "movenet-lightning-int8", models=shared / "models", decode=decode, runtime="litert", look="once"
    )
    assert apart(model.see(squat, Window.stretched(192, 192)), shared) <= most


def test_published_is_the_files_own_output_bit_for_bit(shared, squat):
    from ai_edge_litert.interpreter import Interpreter

    path = shared / "models/movenet/movenet-lightning-int8.tflite"
    interpreter = Interpreter(str(path), num_threads=1)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], squat.image[None])
    interpreter.invoke()
    output = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])[0, 0]
    model = tendu.load(path, decode="published", runtime="litert", threads=1)
    window = Window.stretched(192, 192)
    seen = model.see(squat, window)
    assert np.array_equal(seen.score[0], output[:, 2])
    assert np.array_equal(seen.xy[0], window.to_image(output[:, 1::-1]))
