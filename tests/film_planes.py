"""Pictures as films have them: YuvPixels made of RGB arrays."""

import numpy as np

from tendu.sources.planes import YuvPixels, rgb_matrix
from tendu.sources.upright import Turn

BT709, BT601 = 1, 6


def planes_of(picture, *, turn=None, full_range=False, space=BT709, kind=YuvPixels):
    """YuvPixels of an RGB picture, its colours halved in both directions by averaging."""
    height, width = picture.shape[:2]
    to_rgb = rgb_matrix(space, full_range=full_range, height=height)
    matrix = to_rgb.astype(float)
    yuv = (picture - matrix[:, 3]) @ np.linalg.inv(matrix[:, :3]).T
    padded = np.pad(yuv, [(0, height % 2), (0, width % 2), (0, 0)], mode="edge")
    half = padded.reshape(padded.shape[0] // 2, 2, padded.shape[1] // 2, 2, 3).mean(axis=(1, 3))
    y, u, v = (plane.round().astype(np.uint8) for plane in (yuv[..., 0], half[..., 1], half[..., 2]))
    return kind(y, u, v, to_rgb, 0 if full_range else 16, turn or Turn())


class NeverWhole(YuvPixels):
    """A film's picture that must not become RGB as a whole."""

    def rgb(self):
        raise AssertionError("the whole picture was made RGB")
