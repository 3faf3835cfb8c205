"""Joined pictures: several of a batch made smaller and put side by side, so that many small people are in one.

What the teacher said of each at full size is made as many times coarser, so that the student learns to find small and
many people in one look, without another look of the teacher's.
"""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from tendu.training.counts import Counts
from tendu.training.head_maps import HeadMaps
from tendu.training.plan import TIMES
from tendu.training.targets import Batch


def with_joined(batch: Batch, share: float, rng: np.random.Generator) -> Batch:
    """A batch with joined pictures added.

    Args:
        batch: what they are joined of.
        share: how many joined pictures come to each picture of the batch.
        rng: the chance that chooses which are joined, and how many times smaller.
    """
    count, cells = len(batch.pictures), batch.wanted.cells
    possible = [times for times in TIMES if cells % times == 0]
    chosen = rng.choice(possible, round(share * count)).tolist()
    if not chosen:
        return batch
    made = [batch]
    for times in possible:
        several, each = chosen.count(times), times * times
        if several:
            rows = [rng.choice(count, each, replace=count < each) for _ in range(several)]
            made.append(_joined(batch, torch.from_numpy(np.concatenate(rows)), times))
    heads = zip(*(one.wanted.four for one in made), strict=True)
    counts = [one.counts for one in made if one.counts is not None]
    return Batch(
        torch.cat([one.pictures for one in made]),
        HeadMaps(*map(torch.cat, heads)),
        Counts.together(counts) if counts else None,
    )


def _joined(batch: Batch, rows: Tensor, times: int) -> Batch:
    rows = rows.to(batch.pictures.device)
    small = functional.avg_pool2d(batch.pictures[rows].float(), times).round().byte()
    coarse = batch.wanted.part(rows).coarser(times)
    counts = None if batch.counts is None else batch.counts.coarser(rows, times)
    return Batch(
        _side_by_side(small, times, 2),
        HeadMaps(*_all_side_by_side(coarse.four, times)),
        None if counts is None else Counts(*_all_side_by_side(counts.four, times)),
    )


def _all_side_by_side(four: tuple[Tensor, ...], times: int) -> list[Tensor]:
    return [_side_by_side(one, times, 2 if number == 1 else 1) for number, one in enumerate(four)]


def _side_by_side(several: Tensor, times: int, axis: int) -> Tensor:
    """Each `times` × `times` pictures or maps as one; the axis is that of their rows, that of their columns follows."""
    parts = several.unflatten(0, (-1, times, times)).movedim(1, axis + 1).movedim(1, axis + 2)
    return parts.flatten(axis + 2, axis + 3).flatten(axis, axis + 1)
