"""Counts: where targets say something, where neither labels nor a teacher know all keypoints."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True, eq=False)
class Counts:
    """How much each cell of n pictures' targets counts, 0 or 1.

    Attributes:
        centre: float32 (n, h, w).
        heatmap: float32 (n, k, h, w).
        offset: float32 (n, h, w, k).
        regression: float32 (n, h, w, k).
    """

    centre: Tensor
    heatmap: Tensor
    offset: Tensor
    regression: Tensor

    @property
    def four(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """All of them, in the order of heads."""
        return self.centre, self.heatmap, self.offset, self.regression

    @classmethod
    def together(cls, several: Sequence["Counts"]) -> "Counts":
        """Those of several batches as one."""
        return cls(*map(torch.cat, zip(*(one.four for one in several), strict=True)))

    def coarser(self, rows: Tensor, times: int) -> "Counts":
        """Those of some pictures with so many times fewer cells a side, a divisor of these.

        A map's cell counts where all that it covers do; a displacement where one does, as its cell takes the one
        in which the keypoint lies.
        """
        offset, regression = (
            functional.max_pool2d(one[rows].movedim(-1, 1), times).movedim(1, -1)
            for one in (self.offset, self.regression)
        )
        centre, heatmap = (
            -functional.max_pool2d(-one, times) for one in (self.centre[rows][:, None], self.heatmap[rows])
        )
        return Counts(centre[:, 0], heatmap, offset, regression)
