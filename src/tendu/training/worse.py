"""Worsening on a device: pictures as a worse camera would give them, each by its own plan, in PyTorch."""

from collections.abc import Sequence
from itertools import zip_longest

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from tendu.training.jpeg import coded
from tendu.training.plan import CutOut, Worse

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
    for hidden in zip_longest(*(one.cut_outs for one in several)):
        rows = rows_of([one is not None for one in hidden])
        made[rows] = _hidden(made[rows], [one for one in hidden if one is not None])
    return made


def _recoloured(pictures: Tensor, tables: Tensor) -> Tensor:
    """Each level by its new one: (n, 3, s, s) by (n, 256, 3)."""
    return tables.permute(0, 2, 1).gather(2, pictures.flatten(2).long()).view(pictures.shape)


def _hidden(pictures: Tensor, several: Sequence[CutOut]) -> Tensor:
    """Each with a rectangle of its own in one colour."""
    edges = [(one.left, one.left + one.width, one.top, one.top + one.height) for one in several]
    left, right, top, bottom = torch.tensor(edges, device=pictures.device).T[..., None]
    colours = torch.tensor([one.colour for one in several], dtype=torch.uint8, device=pictures.device)
    at = torch.arange(pictures.shape[-1], device=pictures.device)
    inside = ((at >= top) & (at < bottom))[:, :, None] & ((at >= left) & (at < right))[:, None]
    return torch.where(inside[:, None], colours[..., None, None], pictures)


def _blurred(pictures: Tensor, spreads: Tensor) -> Tensor:
    """Each with a Gaussian of its own, across and then down."""
    steps = torch.arange(-REACH, REACH + 1, device=pictures.device)
    bells = torch.exp(steps.square() / (-2 * spreads.square()[:, None]))
    bells = bells / bells.sum(dim=1, keepdim=True)
    made = functional.pad(pictures.float(), (REACH,) * 4, mode="reflect")
    # No convolution: cuDNN would prepare one for each number of pictures.
    for axis in (3, 2):
        made = torch.einsum("ncyxk,nk->ncyx", made.unfold(axis, 2 * REACH + 1, 1), bells)
    return made.round().byte()
