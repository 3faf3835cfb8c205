"""Drawing on a device: the pictures of a batch of plans, in PyTorch, from crops that stay decoded in its memory.

What OpenCV draws on the processor one by one (`tendu.training.augment`), to a grey level or so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, sin

import numpy as np
import torch
from jaxtyping import Float32
from torch import Tensor
from torch.nn import functional

from tendu.training.data import Crops
from tendu.training.plan import Plan, halvings
from tendu.training.views import Views
from tendu.training.worse import worsened
from tendu.window import Window


@dataclass(frozen=True)
class _Drawing:
    """What is drawn: a window of a crop of one of the sets, perhaps mirrored; another crop beyond it, or black."""

    number: int
    index: int
    filling: int | None
    window: Window
    flipped: bool

    def affine(self, side: int) -> Float32[np.ndarray, "2 3"]:
        """From places in the picture to places in the crop, both -1 to 1, for crops of so many pixels."""
        one, turn = self.window, -1 if self.flipped else 1
        c, s = cos(one.angle), sin(one.angle)
        rows = (
            (turn * c * one.width, -s * one.height, 2 * one.centre[0] - side),
            (turn * s * one.width, c * one.height, 2 * one.centre[1] - side),
        )
        return np.array(rows, np.float32) / side


class Pictures:
    """The crops of several sets in a device's memory, and what is drawn of them there.

    Args:
        several: the sets; their crops may differ in size.
        device: where.
    """

    def __init__(self, several: Sequence[Crops], device: torch.device) -> None:
        self._sets = [torch.from_numpy(crops.pictures).to(device) for crops in several]
        self._device = device

    def __call__(self, numbers: Sequence[int], plans: Sequence[Plan], *, size: int, seen: int) -> Views:
        """The pictures of some plans.

        Args:
            numbers: the set of each.
            plans: what is drawn.
            size: the side of the student's pictures, px.
            seen: the side of the teacher's pictures, px.
        """
        rows = list(zip(numbers, plans, strict=True))
        whole = [_Drawing(set_, plan.index, plan.filling, plan.window, plan.flipped) for set_, plan in rows]
        inner = [
            _Drawing(set_, plan.index, None, plan.inner, plan.flipped) for set_, plan in rows if plan.inner
        ]
        clean = self._drawn(whole, seen)
        plain = clean if seen == size else self._drawn(whole, size)
        return Views(plans, worsened(plain, [plan.worse for plan in plans]), clean, self._drawn(inner, seen))

    def _drawn(self, several: Sequence[_Drawing], side: int) -> Tensor:
        made = torch.empty(len(several), 3, side, side, dtype=torch.uint8, device=self._device)
        groups: dict[tuple[int, int], list[int]] = {}
        for row, one in enumerate(several):
            groups.setdefault((one.number, halvings(one.window, side)), []).append(row)
        for (number, times), rows in groups.items():
            drawn = _drawn(self._sets[number], [several[row] for row in rows], times, side)
            made[torch.tensor(rows, device=self._device)] = drawn
        return made


def _drawn(crops: Tensor, several: Sequence[_Drawing], times: int, side: int) -> Tensor:
    """Pictures of crops of one set, halved so many times: uint8 (n, 3, side, side)."""
    device, length = crops.device, crops.shape[1]
    crop = _of(crops, [one.index for one in several])
    for _ in range(times):
        crop = functional.avg_pool2d(crop, 2)
    affine = torch.from_numpy(np.stack([one.affine(length) for one in several])).to(device)
    places = functional.affine_grid(affine, [len(several), 3, side, side], align_corners=False)
    # A channel of ones says how much of each pixel comes from within the crop.
    found = functional.grid_sample(
        functional.pad(crop, (0, 0, 0, 0, 0, 1), value=1.0), places, mode="bicubic", align_corners=False
    )
    drawn, share = found[:, :3], found[:, 3:]
    filled = [(row, one.filling, one.flipped) for row, one in enumerate(several) if one.filling is not None]
    if filled:
        rows, fillings, flipped = zip(*filled, strict=True)
        under = functional.interpolate(_of(crops, fillings), (side, side), mode="bilinear")
        turned = torch.tensor(flipped, device=device)[:, None, None, None]
        at = torch.tensor(rows, device=device)
        drawn[at] += (1 - share[at]) * torch.where(turned, under.flip(-1), under)
    return drawn.round().clamp(0, 255).byte()


def _of(crops: Tensor, indices: Sequence[int]) -> Tensor:
    """Some crops, float32 (n, 3, side, side)."""
    return crops[torch.tensor(indices, device=crops.device)].permute(0, 3, 1, 2).float()
