"""Losses: how far the student's heads are from their targets."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from tendu.training.counts import Counts
from tendu.training.head_maps import HeadMaps

REGRESSION = 0.1
"""The weight of regressions, as CenterNet weighs sizes (arXiv 1904.07850, section 4)."""


@dataclass(frozen=True, eq=False)
class Losses:
    """One batch's loss and its parts; maps per picture in nats, displacements in cells."""

    centre: Tensor
    heatmap: Tensor
    offset: Tensor
    regression: Tensor

    def total(self, *, offset: float, regression: float = REGRESSION) -> Tensor:
        """What is made small, where offsets and regressions count so much beside the maps."""
        return self.centre + self.heatmap + offset * self.offset + regression * self.regression


def losses(outputs: list[Tensor], wanted: HeadMaps, counts: Counts | None = None) -> Losses:
    """The student's losses: 0 where it says just what the targets say.

    Displacements count where the targets see a keypoint, or a centre.

    Args:
        outputs: the network's.
        wanted: the targets.
        counts: where they say something; None for everywhere.
    """
    centre, heatmap, offset, regression = (head.float() for head in outputs)
    weight = wanted.heatmap.square().permute(0, 2, 3, 1)
    middle = wanted.centre.square()[..., None]
    if counts is not None:
        weight, middle = weight * counts.offset, middle * counts.regression
    return Losses(
        divergence(centre[:, 0], wanted.centre, counts and counts.centre),
        divergence(heatmap, wanted.heatmap, counts and counts.heatmap) / wanted.points,
        _displaced(offset, wanted.offset, weight),
        _displaced(regression, wanted.regression, middle.expand_as(weight)),
    )


SURE = 6.0
"""Logits beyond this count a tenth: published weights say -60 where they see nothing, and a label that differs there
would pull harder than all that agrees."""


def divergence(logits: Tensor, wanted: Tensor, counts: Tensor | None = None) -> Tensor:
    """The divergence of yes-or-no maps from wanted ones where they count, summed over a picture, its mean over the batch."""
    beyond = logits.clamp(-SURE, SURE)
    logits = beyond + 0.1 * (logits - beyond)
    crossed = functional.binary_cross_entropy_with_logits(logits, wanted, weight=counts, reduction="sum")
    certain = torch.xlogy(wanted, wanted) + torch.xlogy(1 - wanted, 1 - wanted)
    entropy = -(certain if counts is None else certain * counts).sum()
    return (crossed - entropy) / len(wanted)


def _displaced(head: Tensor, wanted: Tensor, weight: Tensor) -> Tensor:
    """The weighted mean distance along x and along y; heads have y before x in their channels."""
    count, _, rows, columns = head.shape
    found = head.permute(0, 2, 3, 1).reshape(count, rows, columns, -1, 2).flip(-1)
    distance = functional.smooth_l1_loss(found, wanted, reduction="none", beta=0.25).sum(dim=-1)
    return (distance * weight).sum() / weight.sum().clamp_min(1e-3)
