"""Coral's PoseNet files on its own photos against its published results.

libcoral stretches the photo to the input by bilinear interpolation with pixel centres at .5 (coral/test_utils.cc,
ResizeImage); project-posenet takes the nearest pixel (pose_engine.py). Both are stretched bilinearly here. Its places
are counted from the centre of the first pixel, ours from its corner.
"""

import csv

import numpy as np
import pytest

from tendu.frame import Frame
from tendu.models.graph import Graph
from tendu.models.personlab import CORAL
from tendu.models.posenet import PoseNetDecoder, stored_grouping
from tendu.models.prepare import prepare
from tendu.runtimes.litert import LiteRT
from tendu.window import Window

# Largest differences allowed: of a place (in widths and heights), of a person's confidence, of a part's score. Coral's
# own test allows 0.04 of a place and 0.1 of a confidence; project-posenet 4 px, and 0.1 of a score for its own pixels.
CASES = {
    "353_481-decoder": (0.008, 0.008, 0.05),
    "481_641-decoder": (0.004, 0.004, 0.05),
    "721_1281-decoder": (0.004, 0.004, 0.07),
    "353_481-network": (0.012, 0.006, 0.25),
    "481_641-network": (0.006, 0.006, 0.1),
}


def look(model, photo):
    """A stretched photo through a model file; returns who is seen and the input's (width, height)."""
    import cv2

    graph = Graph(model.read_bytes())
    runtime = LiteRT(graph.cut(graph.before("PosenetDecoderOp") or graph.outputs), threads=2)
    port = runtime.inputs[0]
    _, height, width, _ = port.shape
    frame = Frame.of(cv2.cvtColor(cv2.imread(str(photo)), cv2.COLOR_BGR2RGB))
    window = Window.stretched(frame.stamp.width, frame.stamp.height)
    outputs = runtime.run(prepare(frame, window, width, height, port.dtype))
    runtime.close()
    seen = PoseNetDecoder(stride=16, height=height, width=width)(outputs, people=20)
    return seen, np.array([width, height], np.float32)


@pytest.mark.parametrize("name", CASES)
def test_a_file_gives_what_coral_published(shared, name):
    place, confidence, score = CASES[name]
    model = shared / f"models/posenet/posenet-075-{name}.tflite"
    whole = name.endswith("decoder")
    seen, size = look(model, shared / "images/people" / ("test_image.bmp" if whole else "test_couple.jpg"))
    with next(model.parent.glob(f"{model.stem}.*.reference.csv")).open() as file:
        rows = list(csv.DictReader(file))
    theirs = np.array([[float(row[f"keypoint_{key}"]) for key in ("x", "y", "score")] for row in rows])
    theirs = theirs.reshape(-1, 17, 3)
    xy = theirs[..., :2] if whole else theirs[..., :2] / size
    poses = np.array([float(row["pose_score"]) for row in rows])[::17]
    assert len(seen.xy) == len(xy) == 2
    both = (theirs[..., 2] > 0.4) & (seen.score > 0.4)
    assert (both.sum(axis=1) >= 8).all()
    assert np.abs(seen.xy - 0.5 / size - xy)[both].max() < place
    assert np.abs(seen.confidence - poses).max() < confidence
    assert np.abs(seen.score - theirs[..., 2])[both].max() < score


def test_the_files_store_corals_settings(shared):
    folder = shared / "models/posenet"
    for model in sorted(folder.glob("*-decoder.tflite")):
        assert stored_grouping(model.read_bytes()) == CORAL, model.name
    network = folder / "posenet-075-353_481-network.tflite"
    assert stored_grouping(network.read_bytes()) is None
