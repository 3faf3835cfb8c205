"""Pictures drawn in PyTorch on a device are those that OpenCV draws on the processor, to a grey level or so."""

import numpy as np
import pytest
import torch

from one_picture import DEVICE, picture_of, sampled
from tendu.training import augment, worse
from tendu.training.data import Crops
from tendu.training.on_device import Pictures
from tendu.training.plan import CutOut, Worse, planned
from tendu.training.rows import SIDE


def smooth(count: int, side: int = SIDE) -> Crops:
    """Crops like photos: coarse blotches of colour with some grain, somebody in the middle."""
    import cv2

    rng = np.random.default_rng(4)
    pictures = [
        cv2.resize(rng.uniform(0, 255, (8, 8, 3)), (side, side)) + rng.normal(0, 6, (side, side, 3))
        for _ in range(count)
    ]
    people = np.full((1, 17, 3), side / 2, np.float32)
    return Crops(np.clip(pictures, 0, 255).astype(np.uint8), (people,) * count, ("made",) * count)


def apart(one, other):
    """The mean difference of two pictures, grey levels."""
    return np.abs(one.astype(float) - other).mean()


@pytest.mark.parametrize("side", [SIDE, 384])
def test_pictures_are_opencv_s_to_a_grey_level(side):
    crops = smooth(6, side)
    for seed in range(12):
        options = {"size": 96, "seen": 128, "small": 0.4}
        one, other = (sampled(crops, seed % 6, seed, on=on, **options) for on in ("processor", "device"))
        assert apart(one.clean, other.clean) < 1.5
        assert (one.closely is None) == (other.closely is None)
        if one.closely is not None:
            assert apart(one.closely, other.closely) < 0.3


def test_pictures_of_sets_of_different_sizes_keep_their_places_in_a_batch():
    several = [smooth(5), smooth(5, 384)]
    rngs = [np.random.default_rng(seed) for seed in range(10)]
    numbers = [0, 1, 1, 0, 1, 0, 0, 1, 0, 1]
    plans = [
        planned(several[number], row % 5, rng, size=96, small=0.4, trust=1.0)
        for row, (number, rng) in enumerate(zip(numbers, rngs, strict=True))
    ]
    pictures = Pictures(several, DEVICE)
    together = pictures(numbers, plans, size=96, seen=64)
    assert len(together.closely) == sum(plan.close is not None for plan in plans) > 1
    closely = iter(together.closely)
    for row, (number, plan) in enumerate(zip(numbers, plans, strict=True)):
        alone = pictures([number], [plan], size=96, seen=64)
        assert torch.equal(together.worsened[row], alone.worsened[0])
        assert torch.equal(together.clean[row], alone.clean[0])
        if plan.close is not None:
            assert torch.equal(next(closely), alone.closely[0])


def test_every_way_of_worsening_is_opencv_s_and_touches_its_own_picture_alone():
    given = smooth(6, 128).pictures
    table = np.stack([np.arange(256)[::-1], np.arange(256) // 2, np.full(256, 9)], axis=-1).astype(np.uint8)
    cut = (CutOut(10, 20, 30, 8, (1, 2, 3)), CutOut(30, 22, 5, 40, (250, 0, 9)))
    several = [Worse(), Worse(table=table), Worse(blur=0.5), Worse(blur=1.5), Worse(cut_outs=cut), Worse()]
    made = worse.worsened(torch.from_numpy(given).permute(0, 3, 1, 2), several)
    for row, (one, most) in enumerate(zip(several, (0, 0, 0.1, 0.1, 0, 0), strict=True)):
        right = augment.worsened(given[row], one)
        assert apart(picture_of(made, row), right) <= most
        assert row in {0, 5} or apart(right, given[row]) > 1


@pytest.mark.parametrize("quality", [25, 50, 89])
def test_jpeg_leaves_of_a_picture_what_opencv_s_leaves(quality):
    given = smooth(3, 128).pictures
    made = worse.worsened(torch.from_numpy(given).permute(0, 3, 1, 2), [Worse(quality=quality)] * 3)
    for row, picture in enumerate(given):
        right = augment.worsened(picture, Worse(quality=quality))
        lost = apart(right, picture)
        assert apart(picture_of(made, row), right) < 0.3 * lost
