"""Targets: what a student's four heads should say of a picture, from its teacher and, where there are any, its labels.

The teacher is a trained network: the one that the student starts from, or a larger one. The mean of its heads and those
of the mirrored picture is two AP better than either (measured on COCO val2017, one person, cropped). Where a person is small
it looks at that part at full size, and its maps are brought down to the student's.
"""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from tendu.runtimes.litert import LiteRT
from tendu.skeleton import COCO17, Skeleton
from tendu.training.counts import Counts
from tendu.training.head_maps import HeadMaps
from tendu.training.labels import Labels, pulled
from tendu.training.network import Network
from tendu.training.plan import TIMES, Close
from tendu.training.tflite import written
from tendu.training.told import told
from tendu.training.views import Views


@dataclass(frozen=True, eq=False)
class Batch:
    """Pictures, uint8 (n, 3, s, s), and what the student's heads should say of them, where that counts; None: everywhere."""

    pictures: Tensor
    wanted: HeadMaps
    counts: Counts | None = None


TOGETHER, FEW = 128, 32
"""Pictures that are looked at together on a device; those that are left are filled up to a multiple of `FEW`. For each
number of them cuDNN prepares all convolutions anew: a batch of 256 took an H200 1.75 s where its number was new, 0.09 s
where it was not."""

Looking = Callable[[Tensor], HeadMaps]
"""Pictures, uint8 (n, 3, t, t), to a network's heads."""


def in_litert(network: Network, *, threads: int = 1) -> Looking:
    """A network that looks as a .tflite file in LiteRT: a quarter of PyTorch's time for a picture (measured, one core)."""
    runtime = LiteRT(written(network), threads=threads)

    def look(pictures: Tensor) -> HeadMaps:
        seen = [runtime.run(np.ascontiguousarray(one)[None]) for one in pictures.permute(0, 2, 3, 1).numpy()]
        heads = (torch.from_numpy(np.concatenate(head)) for head in zip(*seen, strict=True))
        return HeadMaps.of([head.permute(0, 3, 1, 2) for head in heads])

    return look


def in_torch(network: Network, device: torch.device) -> Looking:
    """A copy of a network that looks in PyTorch on a device, at all pictures at once; on a GPU in float16."""
    placed: Network = deepcopy(network).to(device, memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]

    @torch.no_grad()
    def look(pictures: Tensor) -> HeadMaps:
        count = len(pictures)
        laid = pictures.new_zeros(count + -count % FEW, *pictures.shape[1:])
        laid[:count] = pictures
        with torch.autocast(device.type, torch.float16, enabled=device.type == "cuda"):
            seen: list[list[Tensor]] = [
                placed(some.to(memory_format=torch.channels_last).float()) for some in laid.split(TOGETHER)
            ]
        return HeadMaps.of([torch.cat(heads)[:count].float() for heads in zip(*seen, strict=True)])

    return look


class Teacher:
    """A network that is not trained any more and says what another should learn.

    Args:
        look: it. It looks at pictures of its own size, whatever the student's.
        cells: the side of the student's heads.
        mirrored: whether it looks at the mirrored picture too and says the mean.
        skeleton: the keypoints that it finds.
        student: those that the student shall find.
    """

    def __init__(
        self,
        look: Looking,
        *,
        cells: int,
        mirrored: bool = True,
        skeleton: Skeleton = COCO17,
        student: Skeleton = COCO17,
    ) -> None:
        self._look, self._cells, self._mirrored = look, cells, mirrored
        self._skeleton, self._student = skeleton, student
        names = skeleton.names
        self._order = [names.index(name) if name in names else -1 for name in student.names]

    def __call__(self, views: Views) -> Batch:
        """The student's pictures with their targets."""
        device, plans = views.clean.device, views.plans
        labels = Labels.of(plans, device, self._student)
        if all(plan.taught for plan in plans):
            seen = self._looked(views)
            if self._student.names == self._skeleton.names:
                return Batch(views.worsened, pulled(seen, labels))
        else:
            seen = self._taught(views)
        heads, sees = seen.arranged(self._order), seen.heatmap.amax(dim=1)
        taught = torch.tensor([plan.taught for plan in plans], device=device)
        known = torch.tensor([place >= 0 for place in self._order], device=device) & taught[:, None]
        return Batch(views.worsened, pulled(heads, labels, known), told(heads, sees, labels, known, taught))

    def _taught(self, views: Views) -> HeadMaps:
        """What it says of pictures that it knows; nothing of the others."""
        device, rows = views.clean.device, [not plan.taught for plan in views.plans]
        nothing = HeadMaps.nothing(len(rows), len(self._skeleton), self._cells, device)
        if all(rows):
            return nothing
        unknown = torch.tensor(rows, device=device).nonzero()[:, 0]
        return self._looked(views).replaced(unknown, nothing.part(unknown))

    def _looked(self, views: Views) -> HeadMaps:
        count, closes = len(views.plans), [plan.close for plan in views.plans]
        rows = torch.tensor([row for row, close in enumerate(closes) if close], dtype=torch.long).to(
            views.clean.device
        )
        # What counts is the closer look where there is one; the whole is then looked at once beside it.
        counts = views.clean.index_copy(0, rows, views.closely)
        mirrored = [counts.flip(-1)] if self._mirrored else []
        heads = self._look(torch.cat([views.clean[rows], counts, *mirrored])).resized(self._cells)
        far, surest = heads.part(slice(len(rows))), heads.part(slice(len(rows), len(rows) + count))
        if self._mirrored:
            surest = surest.mean(heads.part(slice(-count, None)).flipped(self._skeleton))
        brought = brought_down(far, surest.part(rows), [close for close in closes if close])
        return surest.replaced(rows, brought)


def brought_down(far: HeadMaps, near: HeadMaps, closes: Sequence[Close]) -> HeadMaps:
    """The heads of pictures, replaced where the teacher looked closer by what it saw there.

    Args:
        far: of the whole pictures.
        near: of the closer looks.
        closes: where these lie.
    """
    made, device = HeadMaps(*(heads.clone() for heads in far.four)), far.centre.device
    for times in TIMES:
        chosen = [row for row, close in enumerate(closes) if close.times == times]
        if not chosen:
            continue
        picture = torch.tensor(chosen, device=device)
        corner = torch.tensor([(closes[row].top, closes[row].left) for row in chosen], device=device)
        coarse = near.part(picture).coarser(times)
        cell = torch.arange(coarse.cells, device=device)
        at = picture[:, None, None], corner[:, :1, None] + cell[:, None], corner[:, 1:, None] + cell
        made.centre[at] = coarse.centre
        made.heatmap.permute(0, 2, 3, 1)[at] = coarse.heatmap.permute(0, 2, 3, 1)
        made.offset[at] = coarse.offset
        made.regression[at] = coarse.regression
    return made
