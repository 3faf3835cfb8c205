"""JPEG on a device: what coding and decoding leave of pictures, without the bits between (ITU-T T.81).

Colours have half the side that brightness has (4:2:0), as OpenCV writes them.
"""

from math import pi

import torch
from torch import Tensor
from torch.nn import functional

BRIGHTNESS = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)
"""Steps of the coefficients of brightness at quality 50 (T.81, table K.1)."""

COLOUR = (
    (17, 18, 24, 47, 99, 99, 99, 99),
    (18, 21, 26, 66, 99, 99, 99, 99),
    (24, 26, 56, 99, 99, 99, 99, 99),
    (47, 66, 99, 99, 99, 99, 99, 99),
    (99, 99, 99, 99, 99, 99, 99, 99),
    (99, 99, 99, 99, 99, 99, 99, 99),
    (99, 99, 99, 99, 99, 99, 99, 99),
    (99, 99, 99, 99, 99, 99, 99, 99),
)
"""Those of both differences of colour (table K.2)."""

FROM_RGB = ((0.299, 0.587, 0.114), (-0.168736, -0.331264, 0.5), (0.5, -0.418688, -0.081312))
"""Brightness, blue's and red's difference from it (ITU-T T.871)."""


def coded(pictures: Tensor, qualities: Tensor) -> Tensor:
    """Pictures, uint8 (n, 3, s, s), after JPEG of a quality each, 1 to 100; s is a multiple of 16."""
    device, matrix = pictures.device, torch.tensor(FROM_RGB)
    back, matrix = torch.linalg.inv(matrix).to(device), matrix.to(device)
    # What is subtracted from brightness is added again; differences of colour are around 0 as they are.
    planes = torch.einsum("ij,njyx->niyx", matrix, pictures.float() - 128)
    brightness = _rounded(planes[:, :1], torch.tensor(BRIGHTNESS, device=device), qualities)
    small = functional.avg_pool2d(planes[:, 1:], 2)
    colour = _rounded(small, torch.tensor(COLOUR, device=device), qualities)
    colour = functional.interpolate(colour, scale_factor=2, mode="bilinear", align_corners=False)
    decoded = torch.einsum("ij,njyx->niyx", back, torch.cat([brightness, colour], dim=1))
    return (decoded + 128).round().clamp(0, 255).byte()


def _rounded(planes: Tensor, table: Tensor, qualities: Tensor) -> Tensor:
    """Planes (n, k, h, w) with the cosine coefficients of each 8 × 8 block rounded to steps."""
    quality = qualities[:, None, None].float()
    # The scale of the Independent JPEG Group's library (jcparam.c, jpeg_quality_scaling).
    percent = torch.where(quality < 50, (5000 / quality).floor(), 200 - 2 * quality)
    steps = ((table * percent + 50) / 100).floor().clamp(1, 255)[:, None, None, None]
    at = torch.arange(8, device=planes.device)
    cosines = torch.cos((2 * at + 1) * at[:, None] * (pi / 16)) / 2
    cosines[0] /= 2**0.5
    blocks = planes.unflatten(3, (-1, 8)).unflatten(2, (-1, 8)).transpose(3, 4)  # (n, k, h/8, w/8, 8, 8)
    found = cosines @ blocks @ cosines.T
    blocks = cosines.T @ ((found / steps).round() * steps) @ cosines
    return blocks.transpose(3, 4).flatten(4, 5).flatten(2, 3)
