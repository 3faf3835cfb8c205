"""Worsening on a device: pictures as a worse camera would give them, each by its own plan, in PyTorch."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from tendu.training.jpeg import coded
from tendu.training.plan import Worse

REACH = 5
"""Pixels that the widest blur reaches to each side: three times its spread, as OpenCV cuts it off."""


def worsened(pictures: Tensor, several: Sequence[Worse]) -> Tensor:
    """Pictures, uint8 (n, 3, s, s), with done to each what its plan says, in the order in which it names that."""
    device = pictures.device
    made = pictures.clone()

    def rows_of(chosen: Sequence[bool]) -> Tensor:
        return torch.tensor(np.flatnonzero(chosen), dtype=torch.long, device=device)

    tables = [one.table for one in several if one.table is not None]
    if tables:
        rows = rows_of([one.table is not None for one in several])
        made[rows] = _recoloured(made[rows], torch.from_numpy(np.stack(tables)).to(device))
    blurs = [one.blur for one in several if one.blur is not None]
    if blurs:
        rows = rows_of([one.blur is not None for one in several])
        made[rows] = _blurred(made[rows], torch.tensor(blurs, device=device))
    qualities = [one.quality for one in several if one.quality is not None]
    if qualities:
        rows = rows_of([one.quality is not None for one in several])
        made[rows] = coded(made[rows], torch.tensor(qualities, device=device))
    hidden = [(row, one) for row, worse in enumerate(several) for one in worse.cut_outs]
    for row, one in hidden:
        part = made[row, :, one.top : one.top + one.height, one.left : one.left + one.width]
        for channel, level in zip(part, one.colour, strict=True):
            channel.fill_(level)
    return made


def _recoloured(pictures: Tensor, tables: Tensor) -> Tensor:
    """Each level by its new one: (n, 3, s, s) by (n, 256, 3)."""
    return tables.permute(0, 2, 1).gather(2, pictures.flatten(2).long()).view(pictures.shape)


def _blurred(pictures: Tensor, spreads: Tensor) -> Tensor:
    """Each with a Gaussian of its own, across and then down."""
    count, _, side, _ = pictures.shape
    steps = torch.arange(-REACH, REACH + 1, device=pictures.device)
    bells = torch.exp(steps.square() / (-2 * spreads.square()[:, None]))
    bells = (bells / bells.sum(dim=1, keepdim=True)).repeat_interleave(3, dim=0)
    maps = functional.pad(pictures.float().reshape(1, 3 * count, side, side), (REACH,) * 4, mode="reflect")
    maps = functional.conv2d(maps, bells[:, None, None], groups=3 * count)
    maps = functional.conv2d(maps, bells[:, None, :, None], groups=3 * count)
    return maps.view(pictures.shape).round().byte()
