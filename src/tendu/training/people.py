"""People: the labelled people of several pictures in PyTorch, and which cells of the heads they take."""

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

TALL = 30.0
"""Cells; people smaller than this have narrower peaks, down to `NARROW` times as wide."""

NARROW = 0.6

FEW = 4
"""A person with fewer labelled points than this, or than half of all, is larger than these points tell."""


@dataclass(frozen=True, eq=False)
class People:
    """At most p people in each of n pictures; whoever has no labelled point is not there.

    Attributes:
        xy: float32 (n, p, k, 2), cells.
        labelled: bool (n, p, k), which points count.
    """

    xy: Tensor
    labelled: Tensor

    @classmethod
    def of(cls, points: Tensor) -> "People":
        """Those of (n, p, k, 3): x, y and v, 0 where a point is not labelled."""
        return cls(points[..., :2], points[..., 2] > 0)

    @cached_property
    def count(self) -> Tensor:
        """How many labelled points each has: (n, p)."""
        return self.labelled.sum(dim=-1)

    @property
    def few(self) -> Tensor:
        """Who has so few labelled points that they do not tell how large they are: bool (n, p)."""
        return self.count < min(FEW, (self.labelled.shape[-1] + 1) // 2)

    def among(self, known: Tensor) -> "People":
        """The same, of whom only points count that are known, (n, k); all where none is known in a picture."""
        return People(self.xy, self.labelled & (known | ~known.any(dim=-1, keepdim=True))[:, None])

    @property
    def lacking(self) -> Tensor:
        """Which points somebody who is there has, but not labelled: bool (n, p, k)."""
        return ~self.labelled & (self.count > 0)[..., None]

    @cached_property
    def middle(self) -> Tensor:
        """The mean of each one's labelled points: (n, p, 2)."""
        return (self.xy * self.labelled[..., None]).sum(dim=2) / self.count.clamp_min(1)[..., None]

    @cached_property
    def box(self) -> tuple[Tensor, Tensor]:
        """The lowest and the highest x and y of each one's labelled points: (n, p, 2)."""
        known = self.labelled[..., None]
        low = self.xy.masked_fill(~known, torch.inf).amin(dim=2)
        return low, self.xy.masked_fill(~known, -torch.inf).amax(dim=2)

    @cached_property
    def extent(self) -> Tensor:
        """The longer side of each one's box: (n, p)."""
        low, high = self.box
        return (high - low).amax(dim=-1)

    @cached_property
    def narrow(self) -> Tensor:
        """How wide each one's peaks are, against those of a large person: (n, p)."""
        return (self.extent / TALL).clamp(NARROW, 1.0).masked_fill(self.few, 1.0)

    def inside(self, cells: int) -> Tensor:
        """Which cells are in each one's box, with some room round it: bool (n, p, h, w)."""
        extent = self.extent
        room = torch.where(self.few, 0.5 * extent + 6, 0.1 * extent + 2)[..., None, None]
        low, high = self.box
        at = torch.arange(cells, device=extent.device)
        within = (at >= low[..., None] - room) & (at <= high[..., None] + room)
        return within[:, :, 1, :, None] & within[:, :, 0, None, :]


def bell(xy: Tensor, spread: Tensor, cells: int) -> tuple[Tensor, Tensor]:
    """A Gaussian of each point across the columns and down the rows, whose product is the one in the plane.

    Args:
        xy: (..., 2), cells.
        spread: (...), cells.
        cells: the side of the map.
    """
    middles = torch.arange(cells, device=xy.device) + 0.5
    power = (middles - xy[..., None]).square() / (-2 * spread.square()[..., None, None])
    # e⁻⁴⁰ is nothing, and numbers that are less take a processor thirty times as long.
    high = torch.exp(power.clamp_min(-40))
    return high[..., 0, :], high[..., 1, :]


def near(xy: Tensor, reach: float, cells: int) -> tuple[Tensor, Tensor]:
    """The cells round each point: those of a square that holds all whose middle is no farther away than `reach`.

    Args:
        xy: (..., 2), cells.
        reach: cells.
        cells: the side of the map.

    Returns:
        x and y of m cells each, int64 (..., m, 2), and how far their middles are from the point, squared, (..., m);
        infinitely far where the cell is beyond the map.
    """
    steps = torch.arange(-int(reach), int(reach) + 1, device=xy.device)
    square = torch.cartesian_prod(steps, steps)
    found = xy.floor().long()[..., None, :] + square
    away = (found + 0.5 - xy[..., None, :]).square().sum(dim=-1)
    return found, away.masked_fill(((found < 0) | (found >= cells)).any(dim=-1), torch.inf)
