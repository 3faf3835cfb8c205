"""The way from film to table against the machine's limit: a ratio within one run, never a time.

Marked slow, so that it runs alone and not beside other tests: `pytest -m slow tests/golden/test_speed_gate.py`.
"""

import re
import subprocess
import sys

import cv2
import numpy as np
import pytest

from messy_files import film

USUAL = 0.40
"""The ratio on two cores, with LiteRT, for the film below: 0.39 and 0.42 were measured, 0.34 on a machine of which
another program took half."""

ROUNDS, FRAMES = 4, 60


def panned(photo, frames):
    """The photo of a person in the middle of a wide picture, seen by a camera that moves 2 px a frame."""
    picture = cv2.cvtColor(cv2.imread(str(photo)), cv2.COLOR_BGR2RGB)
    high = cv2.resize(picture, (720 * picture.shape[1] // picture.shape[0], 720))
    sides = 1280 + 2 * frames - high.shape[1]
    wide = cv2.copyMakeBorder(high, 0, 0, sides // 2, sides - sides // 2, cv2.BORDER_REFLECT)
    return [np.ascontiguousarray(wide[:, 2 * number : 2 * number + 1280]) for number in range(frames)]


@pytest.mark.slow
def test_the_ratio_to_the_limit_has_not_fallen_by_a_third(shared, tmp_path):
    pictures = panned(shared / "images/people/tf_image1.png", FRAMES)
    made = film(tmp_path / "film.mp4", frames=FRAMES, size=(1280, 720), pictures=pictures, group=30)
    command = [
        sys.executable, "-m", "tendu", "bench", "pipeline", "--film", str(made), "--rounds", str(ROUNDS),
        "--model", str(shared / "models/movenet/movenet-lightning-int8.tflite"), "--runtime", "litert",
    ]  # fmt: skip
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    line = next(line for line in said.splitlines() if line.startswith("film.mp4 to .parquet"))
    ratio = float(re.split(r"  +", line)[4]) / 100
    assert ratio >= USUAL * 2 / 3, f"the ratio to the limit fell to {ratio:.2f}, usual is {USUAL}:\n{said}"
