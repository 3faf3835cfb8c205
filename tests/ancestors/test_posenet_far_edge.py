"""A trap of tensorflow/examples, lite/examples/pose_estimation/raspberry_pi/ml/posenet.py, line 131.

It places a part at int(cell / 8 · 257) + offset: whole pixels, and the last cell lies one pixel beyond the last one.
"""

import numpy as np
import pytest

from painted_posenet import STANDING, painted
from tendu.models.posenet import PoseNetDecoder


@pytest.mark.parametrize("cell", [3, 5, 8])
def test_a_cell_is_a_whole_number_of_strides_from_the_first(cell):
    # The nose is 1 px left of and above a cell's centre, in the 257 px square of that example's model.
    body = STANDING.copy()
    body[0] = 32 * cell - 1
    outputs = painted([body], height=257, width=257, stride=32, split=True)
    decoder = PoseNetDecoder(stride=32, height=257, width=257, grouping=None)
    nose = decoder(outputs, people=1).xy[0, 0] * 257 - 0.5
    np.testing.assert_allclose(nose, 32 * cell - 1, atol=1e-3)
    theirs = int(cell / 8 * 257) - 1
    assert (theirs == 32 * cell - 1) == (cell < 8)
