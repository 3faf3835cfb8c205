"""Made crops: a figure of sticks before a plain ground, so that training has something to learn without real photos."""

import numpy as np
import pytest

from tendu.skeleton import COCO17
from tendu.training.data import Crops
from tendu.training.network import Network, Shape
from tendu.training.rows import SIDE

STANDING = np.array(
    [
        (0, -60), (4, -64), (-4, -64), (8, -62), (-8, -62), (16, -44), (-16, -44), (24, -20), (-24, -20), (28, 4),
        (-28, 4), (10, 4), (-10, 4), (12, 34), (-12, 34), (12, 64), (-12, 64),
    ],
    np.float32,
)  # fmt: skip


def made(count: int) -> Crops:
    """Crops of one stick figure each, somewhere near the middle, every figure its own colour."""
    import cv2

    rng = np.random.default_rng(3)
    pictures, people = [], []
    for _ in range(count):
        xy = STANDING * rng.uniform(0.8, 1.1) + rng.uniform(-6, 6, 2) + SIDE / 2
        picture = np.full((SIDE, SIDE, 3), rng.integers(0, 120, 3), np.uint8)
        colour = tuple(int(part) for part in rng.integers(140, 256, 3))
        for a, b in COCO17.bones:
            cv2.line(picture, tuple(map(int, xy[a])), tuple(map(int, xy[b])), colour, 5)
        pictures.append(picture)
        people.append(np.column_stack([xy, np.full(17, 2)])[None].astype(np.float32))
    return Crops(np.stack(pictures), tuple(people), ("made",) * count)


@pytest.fixture(scope="session")
def crops() -> Crops:
    return made(12)


@pytest.fixture
def network() -> Network:
    """A tiny one of the family, always with the same weights."""
    import torch

    torch.manual_seed(5)
    return Network(Shape(size=64, width=0.25, head=16))
