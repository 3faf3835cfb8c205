"""Head maps: what the four heads say of several pictures, in PyTorch, on whatever device they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

from tendu.skeleton import COCO17, Skeleton


@dataclass(frozen=True, eq=False)
class HeadMaps:
    """The heads of n pictures, h × w cells, as `tendu.models.movenet.Heads` has them of one: x before y, in cells.

    Attributes:
        centre: float32 (n, h, w), how much a cell is a person's centre, 0 to 1.
        heatmap: float32 (n, k, h, w), how much a cell holds a keypoint, 0 to 1.
        offset: float32 (n, h, w, k, 2), from a cell's corner to the keypoint in it.
        regression: float32 (n, h, w, k, 2), from a centre's cell to each of its keypoints.
    """

    centre: Tensor
    heatmap: Tensor
    offset: Tensor
    regression: Tensor

    @classmethod
    def of(cls, outputs: list[Tensor]) -> "HeadMaps":
        """Those of a network's outputs: logits, (n, 1 | k | 2 k | 2 k, h, w), y before x."""
        centre, heatmap, offset, regression = outputs
        return cls(
            _sigmoid(centre[:, 0]),
            _sigmoid(heatmap).contiguous(),
            # Of two numbers, rolling is flipping, at a third of its time.
            *(yx.permute(0, 2, 3, 1).unflatten(-1, (-1, 2)).roll(1, -1) for yx in (offset, regression)),
        )

    def __len__(self) -> int:
        return len(self.centre)

    @property
    def cells(self) -> int:
        """The side."""
        return self.centre.shape[-1]

    @property
    def points(self) -> int:
        """How many keypoints a person has."""
        return self.heatmap.shape[1]

    @property
    def four(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """All of them, in the order in which they are always passed on."""
        return self.centre, self.heatmap, self.offset, self.regression

    def part(self, rows: slice | Tensor) -> "HeadMaps":
        """Those of some of the pictures."""
        return HeadMaps(*(one[rows] for one in self.four))

    def replaced(self, rows: Tensor, other: "HeadMaps") -> "HeadMaps":
        """These, those of some pictures replaced by others."""
        return HeadMaps(
            *(one.index_copy(0, rows, new) for one, new in zip(self.four, other.four, strict=True))
        )

    def flipped(self, skeleton: Skeleton = COCO17) -> "HeadMaps":
        """Those of the pictures flipped left to right, with the sides of their skeleton exchanged.

        A keypoint at offset o in its cell lies at 1 - o in the flipped cell.
        """
        points = torch.tensor(skeleton.flip, device=self.centre.device)
        return HeadMaps(
            self.centre.flip(-1),
            self.heatmap.index_select(1, points).flip(-1),
            _mirrored(self.offset, skeleton),
            _mirrored(self.regression, skeleton),
        )

    @classmethod
    def nothing(cls, count: int, points: int, cells: int, device: torch.device) -> "HeadMaps":
        """Those of pictures in which nobody is seen: keypoints would lie in the middle of their cells."""
        displacement = torch.zeros(count, cells, cells, points, 2, device=device)
        centre, heatmap = (torch.zeros(count, *some, cells, cells, device=device) for some in ((), (points,)))
        return cls(centre, heatmap, displacement + 0.5, displacement)

    def arranged(self, order: Sequence[int]) -> "HeadMaps":
        """Those with other keypoints: for each the place that it has here, or -1 where it has none and is not seen."""
        made = HeadMaps.nothing(len(self), len(order), self.cells, self.centre.device)
        there = [place for place, here in enumerate(order) if here >= 0]
        here = [place for place in order if place >= 0]
        made.heatmap[:, there] = self.heatmap[:, here]
        made.offset[..., there, :] = self.offset[..., here, :]
        made.regression[..., there, :] = self.regression[..., here, :]
        return HeadMaps(self.centre, made.heatmap, made.offset, made.regression)

    def mean(self, other: "HeadMaps") -> "HeadMaps":
        """The mean of two readings of the same pictures."""
        return HeadMaps(*((one + another) / 2 for one, another in zip(self.four, other.four, strict=True)))

    def coarser(self, times: int) -> "HeadMaps":
        """Those that have so many times fewer cells a side, a divisor of these.

        Each cell takes the keypoint's, or the centre's, highest cell among those it covers, with that one's
        displacement in its own, larger cells.
        """
        device, cells = self.centre.device, self.cells // times
        blocks = self._maps.unflatten(3, (cells, times)).unflatten(2, (cells, times))
        # The cells of a block first: over them as the last, smallest axis it takes twice as long.
        highest, best = blocks.permute(3, 5, 0, 2, 4, 1).flatten(0, 1).max(dim=0)  # (n, cells, cells, 1 + k)
        inside = torch.stack([best % times, best // times], dim=-1)
        at = torch.arange(cells, device=device) * times
        x, y = inside[..., 0] + at[:, None], inside[..., 1] + at[:, None, None]
        picture = torch.arange(len(self), device=device)[:, None, None]
        points = torch.arange(self.points, device=device)
        offset = self.offset[picture[..., None], y[..., 1:], x[..., 1:], points] + inside[..., 1:, :]
        regression = self.regression[picture, y[..., 0], x[..., 0]] + inside[..., :1, :]
        maps = highest.permute(0, 3, 1, 2)
        return HeadMaps(maps[:, 0], maps[:, 1:], offset / times, regression / times)

    def resized(self, cells: int) -> "HeadMaps":
        """Those that pictures of another size would have that show the same.

        Maps are interpolated, then their peaks made as high and as narrow in cells again as they were; a displacement
        is that of the nearest cell.
        """
        if cells == self.cells:
            return self
        times = cells / self.cells
        maps = self._maps
        height, maps = _stretched(highest(maps), cells, "nearest"), _stretched(maps, cells, "linear")
        part = maps.clamp_min(1e-9) / highest(maps).clamp_min(1e-9)
        maps = height * part ** (times * times)
        new = torch.arange(cells, device=maps.device)
        old = ((new + 0.5) / times).long()
        row = (
            torch.arange(len(self), device=maps.device)[:, None, None] * self.cells + old[:, None]
        ) * self.cells + old
        # What a cell's corner moves by, in cells of the new size.
        shift = old * times - new
        corner = torch.stack(torch.meshgrid(shift, shift, indexing="xy"), dim=-1).repeat(1, 1, self.points)

        def moved(displacement: Tensor) -> Tensor:
            nearest = displacement.reshape(-1, 2 * self.points).index_select(0, row.flatten())
            return torch.add(corner, nearest.view(*row.shape, -1), alpha=times).unflatten(3, (-1, 2))

        return HeadMaps(maps[:, 0], maps[:, 1:], moved(self.offset), moved(self.regression))

    @property
    def _maps(self) -> Tensor:
        return torch.cat([self.centre[:, None], self.heatmap], dim=1)


def _sigmoid(logits: Tensor) -> Tensor:
    """As `tendu.models.maps.sigmoid` has it: what is next to nothing is nothing."""
    return 0.5 * (1 + torch.tanh(0.5 * logits))


def _mirrored(displacement: Tensor, skeleton: Skeleton) -> Tensor:
    # Sides change places, and x becomes 1 - x: as a matrix, which takes half an index's time.
    sides = torch.eye(len(skeleton))[list(skeleton.flip)]
    turn = torch.kron(sides, torch.diag(torch.tensor([-1.0, 1.0]))).to(displacement.device)
    shift = torch.tensor([1.0, 0.0] * len(skeleton), device=displacement.device)
    return functional.linear(displacement.flatten(3), turn, shift).flip(2).unflatten(3, (-1, 2))


def highest(maps: Tensor) -> Tensor:
    """The highest of the 5 × 5 cells round each, in a tenth of max_pool2d's time."""
    for axis in (-1, -2):
        made, side = maps.clone(), maps.shape[axis]
        for step in (1, 2):
            ends = (0, side - step), (step, side - step)
            for (here, count), (there, _) in (ends, ends[::-1]):
                part = made.narrow(axis, here, count)
                torch.maximum(part, maps.narrow(axis, there, count), out=part)
        maps = made
    return maps


def _stretched(maps: Tensor, cells: int, mode: Literal["nearest", "linear"]) -> Tensor:
    """Maps with another side: as a product with a matrix, in half of interpolate's time."""
    one = functional.interpolate(torch.eye(maps.shape[-1], device=maps.device)[None], cells, mode=mode)[0]
    return one.T @ maps @ one
