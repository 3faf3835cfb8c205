"""Targets: what a student's four heads should say of a picture, from its teacher and, where there are any, its labels.

The teacher is a trained network: the one that the student starts from, or a larger one. The mean of its heads and those
of the mirrored picture is two AP better than either (measured on COCO val2017, one person, cropped). Where a person is small
it looks at that part at full size, and its maps are brought down to the student's.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import UInt8
from torch import Tensor

from tendu.models.movenet import Heads
from tendu.runtimes.litert import LiteRT
from tendu.training.augment import Close, Sample
from tendu.training.labels import emptied, pulled
from tendu.training.network import Network
from tendu.training.tflite import written


@dataclass(frozen=True, eq=False)
class Batch:
    """Pictures and what the student's heads should say of them.

    Attributes:
        pictures: uint8 (n, 3, s, s).
        centre: float32 (n, h, w), 0 to 1.
        heatmap: float32 (n, 17, h, w), 0 to 1.
        offset: float32 (n, h, w, 17, 2), x before y, cells.
        regression: the same.
    """

    pictures: Tensor
    centre: Tensor
    heatmap: Tensor
    offset: Tensor
    regression: Tensor

    def to(self, device: torch.device) -> "Batch":
        """The same on a device."""
        return Batch(**{name: tensor.to(device) for name, tensor in vars(self).items()})


Picture = UInt8[np.ndarray, "s s 3"]

Looking = Callable[[list[Picture]], list[Heads]]
"""Pictures to a network's heads."""


def in_litert(network: Network, *, threads: int = 1) -> Looking:
    """A network that looks as a .tflite file in LiteRT: a quarter of PyTorch's time for a picture (measured, one core)."""
    runtime = LiteRT(written(network), threads=threads)
    return lambda pictures: [Heads.of(runtime.run(np.ascontiguousarray(one)[None])) for one in pictures]


def in_torch(network: Network, device: torch.device) -> Looking:
    """A copy of a network that looks in PyTorch on a device, at all pictures at once."""
    placed = deepcopy(network).to(device).eval()

    @torch.no_grad()
    def look(pictures: list[Picture]) -> list[Heads]:
        given = _tensor([one.transpose(2, 0, 1) for one in pictures]).to(device)
        heads = [head.permute(0, 2, 3, 1).cpu().numpy() for head in placed(given.float())]
        return [Heads.of(tuple(head[row : row + 1] for head in heads)) for row in range(len(pictures))]

    return look


class Teacher:
    """A network that is not trained any more and says what another should learn.

    Args:
        look: it. It looks at pictures of its own size, whatever the student's.
        cells: the side of the student's heads.
        mirrored: whether it looks at the mirrored picture too and says the mean.
    """

    def __init__(self, look: Looking, *, cells: int, mirrored: bool = True) -> None:
        self._look, self._cells, self._mirrored = look, cells, mirrored

    def __call__(self, samples: list[Sample]) -> Batch:
        """The pictures of some samples with their targets."""
        asked = [picture for sample in samples for picture in self._pictures(sample)]
        seen = (resized(heads, self._cells) for heads in self._look(asked))
        done = [self._wanted(sample, seen) for sample in samples]
        return Batch(
            _tensor([sample.worsened.transpose(2, 0, 1) for sample in samples]),
            *(
                _tensor([getattr(h, part) for h in done])
                for part in ("centre", "heatmap", "offset", "regression")
            ),
        )

    def _pictures(self, sample: Sample) -> list[Picture]:
        """What is looked at: the whole where a part is looked at closer, then what counts, then that mirrored."""
        counts = sample.clean if sample.closely is None else sample.closely
        whole = [] if sample.closely is None else [sample.clean]
        return [*whole, counts, *([counts[:, ::-1]] if self._mirrored else [])]

    def _wanted(self, sample: Sample, seen: Iterator[Heads]) -> Heads:
        """What the student's heads should say of one picture; `seen` are the heads of `_pictures`."""
        if sample.close is None:
            heads = self._surest(seen)
        else:
            heads = brought_down(next(seen), self._surest(seen), sample.close)
        if len(sample.people) == 0:
            return emptied(heads, sample.trust)
        return pulled(heads, sample.people, sample.trust, others=sample.others, centred=sample.centred)

    def _surest(self, seen: Iterator[Heads]) -> Heads:
        """The next heads, the mean with those of the mirrored picture where it was looked at."""
        heads = next(seen)
        return heads.mean(next(seen).flipped()) if self._mirrored else heads


def _tensor(arrays: list[np.ndarray]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(np.stack(arrays)))


def brought_down(far: Heads, near: Heads, close: Close) -> Heads:
    """The heads of a picture, replaced where the teacher looked closer by what it saw there.

    Each cell takes the keypoint's, or the centre's, highest cell among those it covers, with that one's displacement
    in its own, larger cells.
    """
    times = close.times
    cells = near.centre.shape[0] // times
    rows, columns = slice(close.top, close.top + cells), slice(close.left, close.left + cells)
    maps = np.concatenate([near.centre[None], near.heatmap])
    blocks = (
        maps.reshape(18, cells, times, cells, times).transpose(0, 1, 3, 2, 4).reshape(18, cells, cells, -1)
    )
    best = blocks.argmax(axis=-1)
    down, across = np.divmod(best, times)
    y, x = np.arange(cells)[:, None] * times + down, np.arange(cells) * times + across
    point = np.arange(17)[None, None]
    points_y, points_x = y[1:].transpose(1, 2, 0), x[1:].transpose(1, 2, 0)
    inside = np.stack([across[1:], down[1:]], axis=-1).transpose(1, 2, 0, 3)
    offset = (near.offset[points_y, points_x, point] + inside) / times
    inside = np.stack([across[0], down[0]], axis=-1)[:, :, None]
    regression = (near.regression[y[0], x[0]] + inside) / times
    highest = blocks.max(axis=-1)
    made = Heads(far.centre.copy(), far.heatmap.copy(), far.offset.copy(), far.regression.copy())
    made.centre[rows, columns] = highest[0]
    made.heatmap[:, rows, columns] = highest[1:]
    made.offset[rows, columns] = offset
    made.regression[rows, columns] = regression
    return made


def resized(heads: Heads, cells: int) -> Heads:
    """The heads as a picture of another size would have them that shows the same.

    Maps are interpolated, then their peaks made as high and as narrow in cells again as they were; a displacement is
    that of the nearest cell.
    """
    import cv2

    if cells == len(heads.centre):
        return heads
    times = cells / len(heads.centre)
    maps = np.ascontiguousarray(np.concatenate([heads.centre[None], heads.heatmap]).transpose(1, 2, 0))
    square = np.ones((5, 5), np.uint8)
    height = cv2.resize(cv2.dilate(maps, square), (cells, cells), interpolation=cv2.INTER_NEAREST)
    maps = cv2.resize(maps, (cells, cells), interpolation=cv2.INTER_LINEAR)
    part = np.maximum(maps, 1e-9) / np.maximum(cv2.dilate(maps, square), 1e-9)
    maps = (height * part ** (times * times)).transpose(2, 0, 1).astype(np.float32)
    new = np.arange(cells)
    old = ((new + 0.5) / times).astype(int)
    grid = np.stack(np.meshgrid(old, old), axis=-1)[:, :, None]
    cell = np.stack(np.meshgrid(new, new), axis=-1)[:, :, None]

    def moved(displacement: np.ndarray) -> np.ndarray:
        return ((displacement[old[:, None], old] + grid) * times - cell).astype(np.float32)

    offset, regression = moved(heads.offset), moved(heads.regression)
    return Heads(np.ascontiguousarray(maps[0]), np.ascontiguousarray(maps[1:]), offset, regression)
