"""The cases of tfjs-models, shared/calculators/remove_landmark_letterbox_test.ts, for `Window.to_image`.

Their padding is a share of the padded square; ours is a window of 1000 px that overhangs the picture.
"""

import numpy as np
import pytest

from tendu.window import Window

POINTS = np.array([[0.5, 0.5], [0.2, 0.2], [0.7, 0.7]])


@pytest.mark.parametrize(
    ("window", "size", "expected"),
    [
        # 200 px of padding on the left, 300 on the right: the picture is 500 wide.
        (Window(-200, 0, 1000, 1000), (500, 1000), [[0.6, 0.5], [0.0, 0.2], [1.0, 0.7]]),
        # 200 px of padding above, 300 below: the picture is 500 high.
        (Window(0, -200, 1000, 1000), (1000, 500), [[0.5, 0.6], [0.2, 0.0], [0.7, 1.0]]),
    ],
    ids=["padded left and right", "padded above and below"],
)
def test_points_of_a_padded_square_are_points_of_the_picture(window, size, expected):
    np.testing.assert_allclose(window.to_image(POINTS) / size, expected, atol=1e-5)


def test_the_way_back_is_the_padding_again():
    window = Window.letterbox(640, 480)
    np.testing.assert_allclose(window.to_unit(window.to_image(POINTS)), POINTS, atol=1e-6)
    # The picture's top left corner lies below an eighth of padding: 80 of 640 px.
    np.testing.assert_allclose(window.to_unit(np.array([[0.0, 0.0]])), [[0, 0.125]], atol=1e-6)
