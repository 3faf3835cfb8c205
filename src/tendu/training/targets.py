"""Targets: what a student's four heads should say of a picture, from its teacher and its labels.

The teacher is a trained network, usually the one that the student starts from; the mean of its heads and those of the
mirrored picture is two AP better than either (measured on COCO val2017, one person, cropped). Where a person is small
it looks at that part at full size, and its maps are brought down to the student's. Labels then pull the targets of the
people they belong to; what is not labelled stays the teacher's.
"""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float32
from torch import Tensor

from tendu.models.movenet import Heads
from tendu.training.augment import CELL, Close, Sample
from tendu.training.network import Network

SIGMAS = np.array([0.8] * 5 + [1.1] * 6 + [1.4] * 2 + [1.1] * 4, np.float32)
"""Cells; the spread of a keypoint's peak: face, arms, hips, legs, as measured on the published network's own peaks."""

NEAR = 2.0
"""Cells round a labelled point in which offsets are pulled, and round a centre in which regressions are."""

CENTRE = 0.9
"""How sure a labelled person's centre shall be: somebody is there."""

FAINT = 0.01
"""A centre below this is none."""

ROUND = 3.0
"""Cells round the point of somebody who is not meant."""

LARGE = 0.75
"""A box above this part of the teacher's own input is a large person."""


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


class Teacher:
    """A network that is not trained any more and says what another should learn.

    Args:
        network: it. Where its own input is smaller than the student's, it sees large people at its own size.
    """

    def __init__(self, network: Network) -> None:
        self._network = network.eval().requires_grad_(False).to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]

    def __call__(self, samples: list[Sample]) -> Batch:
        """The pictures of some samples with their targets."""
        large = [sample.clean for sample in samples if sample.closely is None]
        near = [sample.closely for sample in samples if sample.closely is not None]
        far = [sample.clean for sample in samples if sample.closely is not None]
        boxes = [sample.box for sample in samples if sample.closely is None] + [1.0] * len(near)
        mirrored = iter(self._mean(large + near, boxes))
        direct = [next(mirrored) for _ in large]
        closer = list(mirrored)
        single = self._heads(far)
        done: list[Heads] = []
        for sample in samples:
            if sample.close is None:
                heads = direct.pop(0)
            else:
                heads = brought_down(single.pop(0), closer.pop(0), sample.close)
            done.append(pulled(heads, sample.people, sample.trust, others=sample.others))
        return Batch(
            _tensor([sample.worsened.transpose(2, 0, 1) for sample in samples]),
            *(
                _tensor([getattr(h, part) for h in done])
                for part in ("centre", "heatmap", "offset", "regression")
            ),
        )

    def _mean(self, pictures: list[np.ndarray], boxes: list[float]) -> list[Heads]:
        """The mean heads of pictures and their mirror images, each at the size at which the teacher sees best."""
        made: dict[int, Heads] = {}
        own = self._network.shape.size
        for reduced in (False, True):
            rows = [
                row
                for row, (picture, box) in enumerate(zip(pictures, boxes, strict=True))
                if reduced == (len(picture) > own and box * len(picture) > LARGE * own)
            ]
            seen = [_reduced(pictures[row], own) if reduced else pictures[row] for row in rows]
            turned = self._heads([picture[:, ::-1] for picture in seen])
            for row, one, other in zip(rows, self._heads(seen), turned, strict=True):
                mean = one.mean(other.flipped())
                made[row] = enlarged(mean, len(pictures[row]) // CELL) if reduced else mean
        return [made[row] for row in range(len(pictures))]

    def _heads(self, pictures: list[np.ndarray]) -> list[Heads]:
        if not pictures:
            return []
        given = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float()
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            outputs = [head.float().permute(0, 2, 3, 1).numpy() for head in self._network(given)]
        return [Heads.of(tuple(head[i : i + 1] for head in outputs)) for i in range(len(pictures))]


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


def _reduced(picture: np.ndarray, size: int) -> np.ndarray:
    import cv2

    return cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA)


def enlarged(heads: Heads, cells: int) -> Heads:
    """The heads as a larger picture of the same would have them.

    Maps are interpolated, then their peaks made as narrow again as they were, at the same height; a displacement is
    that of the cell below.
    """
    import cv2

    times = cells / len(heads.centre)
    maps = np.concatenate([heads.centre[None], heads.heatmap]).transpose(1, 2, 0)
    maps = cv2.resize(np.ascontiguousarray(maps), (cells, cells), interpolation=cv2.INTER_LINEAR)
    around = np.maximum(cv2.dilate(maps, np.ones((5, 5), np.uint8)), np.float32(1e-6))
    maps = (maps * (maps / around) ** (times * times - 1)).transpose(2, 0, 1).astype(np.float32)
    new = np.arange(cells)
    old = ((new + 0.5) / times).astype(int)
    grid = np.stack(np.meshgrid(old, old), axis=-1)[:, :, None]
    cell = np.stack(np.meshgrid(new, new), axis=-1)[:, :, None]

    def moved(displacement: np.ndarray) -> np.ndarray:
        return ((displacement[old[:, None], old] + grid) * times - cell).astype(np.float32)

    offset, regression = moved(heads.offset), moved(heads.regression)
    return Heads(np.ascontiguousarray(maps[0]), np.ascontiguousarray(maps[1:]), offset, regression)


def pulled(
    heads: Heads,
    people: Float32[np.ndarray, "p 17 3"],
    trust: float,
    *,
    others: Float32[np.ndarray, "q 17 3"] | None = None,
) -> Heads:
    """The heads with each labelled person's part of them moved towards the labels.

    Args:
        heads: the teacher's.
        people: x and y in cells, v 0 where a point is not labelled.
        trust: 0 leaves the teacher's, 1 takes the labels' within the people's boxes.
        others: people who are not meant: round their points the teacher's word stands.
    """
    if trust == 0 or not (people[..., 2] > 0).any():
        return heads
    rows, columns = heads.centre.shape
    across, down = np.arange(columns, dtype=np.float32), np.arange(rows, dtype=np.float32)

    def away2(x: np.float32, y: np.float32) -> np.ndarray:
        """The squared distance of every cell's middle from a point, cells²."""
        return np.square(across + 0.5 - x) + np.square(down + 0.5 - y)[:, None]

    made = Heads(heads.centre.copy(), heads.heatmap.copy(), heads.offset.copy(), heads.regression.copy())
    truth, bound = np.zeros_like(heads.heatmap), np.zeros(heads.heatmap.shape, bool)
    for person in people:
        labelled = np.flatnonzero(person[:, 2] > 0)
        if len(labelled) < 4:
            continue
        xy = person[labelled, :2]
        low, high = xy.min(axis=0), xy.max(axis=0)
        room = 0.1 * float((high - low).max()) + 2
        inside = ((down >= low[1] - room) & (down <= high[1] + room))[:, None] & (
            (across >= low[0] - room) & (across <= high[0] + room)
        )
        for k, (x, y) in zip(labelled, xy, strict=True):
            square = away2(x, y)
            truth[k] = np.maximum(truth[k], np.exp(-square / (2 * SIGMAS[k] ** 2)))
            bound[k] |= inside
            j, i = np.nonzero(square < NEAR**2)
            right = np.stack([x - i, y - j], axis=-1)
            made.offset[j, i, k] += trust * (right - made.offset[j, i, k])
        _pull_centre(made, heads, labelled, xy, inside, trust)
    for person in () if others is None else others:
        for k in np.flatnonzero(person[:, 2] > 0):
            x, y = person[k, :2]
            square = away2(x, y)
            bound[k] &= (square > ROUND**2) | (truth[k] > 0.1)
    made.heatmap[bound] += trust * (truth[bound] - made.heatmap[bound])
    return made


def _pull_centre(
    made: Heads, heads: Heads, labelled: np.ndarray, xy: np.ndarray, inside: np.ndarray, trust: float
) -> None:
    """Raises a person's centre and moves the regression round it, if the teacher has that person's centre there."""
    y, x = np.unravel_index(int((heads.centre * inside).argmax()), heads.centre.shape)
    guess = heads.regression[y, x, labelled] + np.array([x, y])
    if np.abs(guess - xy).mean() > 0.25 * float((xy.max(axis=0) - xy.min(axis=0)).max()):
        return
    rows, columns = heads.centre.shape
    j, i = np.nonzero(np.hypot(np.arange(columns) - x, (np.arange(rows) - y)[:, None]) <= NEAR)
    right = xy[None] - np.stack([i, j], axis=-1)[:, None]
    old = made.regression[j[:, None], i[:, None], labelled]
    made.regression[j[:, None], i[:, None], labelled] = old + trust * (right - old)
    peak = heads.centre[y, x]
    if FAINT < peak < CENTRE:
        # Somebody else's centre beside it may be higher already, or raised already.
        was = heads.centre[j, i]
        raised = np.minimum(was * (CENTRE / peak), np.maximum(was, CENTRE))
        made.centre[j, i] = np.maximum(made.centre[j, i], was + trust * (raised - was))
