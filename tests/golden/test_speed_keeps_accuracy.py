"""The quick way to sample pictures gives the accuracy of the slow one, to 0.2 AP.

The slow way decodes every photo in full, averages blocks of any size with NumPy, and samples what is left.
"""

from dataclasses import replace

import cv2
import numpy as np
import pytest

import tendu
from tendu import pixels
from tendu.evaluation import evaluate
from tendu.metrics.coco import read_truth
from tendu.sources import decoding
from tendu.window import Window


def slow_warp(plane, affine, width, height, border=0):
    """Whole blocks averaged, then bilinear sampling."""
    block = int(min(np.hypot(*affine[:, 0]), np.hypot(*affine[:, 1])))
    if block >= 2:
        down, right = -plane.shape[0] % block, -plane.shape[1] % block
        whole = np.pad(plane, ((0, down), (0, right), (0, 0)), mode="edge").astype(np.uint32)
        rows, columns = whole.shape[0] // block, whole.shape[1] // block
        total = whole.reshape(rows, block, columns, block, 3).sum(axis=(1, 3))
        plane = ((2 * total + block * block) // (2 * block * block)).astype(np.uint8)
        affine = np.column_stack([affine[:, :2], affine[:, 2] + 0.5]) / block
        affine[:, 2] -= 0.5
    return cv2.warpAffine(
        plane, affine, (width, height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT, borderValue=(border, border, border),
    )  # fmt: skip


@pytest.fixture
def slowly(monkeypatch):
    """Switches to the slow way."""

    def switch():
        monkeypatch.setattr(pixels, "warp", slow_warp)
        monkeypatch.setattr(decoding, "warp", slow_warp)
        monkeypatch.setattr(decoding, "_QUICK", 10**9)

    return switch


@pytest.mark.parametrize(
    ("side", "grey_levels"), [(200.0, 0.01), (420.0, 0.01), (600.0, 0.01), (1000.0, 4), (2100.0, 4)]
)
def test_a_sample_is_the_slow_ones(shared, slowly, side, grey_levels):
    # Windows of 1 to 11 px a sample pixel around the middle of a photo enlarged to 1920 px; the last overhangs it.
    # Blocks of up to 3 px are the same but for rounding; of 5 and 10 px the quick way takes 4 and 8, which is a little sharper.
    small = tendu.read(shared / "images/people/tf_image3.jpeg").image
    frame = tendu.Frame.of(cv2.resize(small, (1280, 1920), interpolation=cv2.INTER_CUBIC))
    window = Window.centred(640.3, 960.7, side, side)
    quick = frame.sample(window, 192, 192).astype(int)
    slowly()
    assert np.abs(quick - frame.sample(window, 192, 192)).mean() <= grey_levels


@pytest.mark.slow
@pytest.mark.parametrize("look", ["once", "zoom"])
def test_ap_is_the_slow_ways_within_a_fifth_of_a_point(shared, slowly, look):
    truth = read_truth(shared / "data/coco-single-dev")
    truth = replace(truth, photos=truth.photos[::2])
    with tendu.load(
        shared / "models/movenet/movenet-lightning-int8.tflite", runtime="litert", look=look
    ) as model:
        quick = evaluate(model, truth).scores.ap
        slowly()
        slow = evaluate(model, truth).scores.ap
    assert quick == pytest.approx(slow, abs=0.002)
