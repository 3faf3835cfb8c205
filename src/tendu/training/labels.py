"""Labels: the heads of a teacher with each labelled person's part of them moved towards the labels.

A labelled person is there for sure, whether the teacher saw it or not. What is not labelled stays the teacher's. All
pictures of a batch are moved at once, on whatever device their heads are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float32
from torch import Tensor

from tendu.skeleton import COCO17, HEAD, Skeleton
from tendu.training.head_maps import HeadMaps
from tendu.training.people import People, bell, near
from tendu.training.plan import Plan

SIGMA = 1.1
SIGMAS: dict[str, float] = {**dict.fromkeys(HEAD, 0.8), "left_hip": 1.4, "right_hip": 1.4}
"""Cells; the spread of a keypoint's peak: arms, legs and points of one's own; face and hips, as measured on the published
network's own peaks."""

NEAR = 2.0
"""Cells round a labelled point in which offsets are pulled, and round a centre in which regressions are."""

CENTRE = 0.9
"""How sure a labelled person's centre shall be: somebody is there."""

SPREAD = 1.45
"""Cells; the spread of a centre's peak, as measured on the published network's own peaks."""

ROUND = 3.0
"""Cells round the point of somebody who is not meant."""


@dataclass(frozen=True, eq=False)
class Labels:
    """What the labels say of n pictures.

    Attributes:
        people: float32 (n, p, k, 3), who is meant, x and y in cells, v 0 where a point is not labelled; p, above 0, is
            as many as any picture has, and those that have fewer are filled up with people without labelled points.
        others: float32 (n, q, k, 3), who is not meant: round their points and centres the teacher's word stands.
        nobody: bool (n,), whether the labels say that nobody is there.
        trust: float32 (n,), 0 leaves the teacher's, 1 takes the labels' within the people's boxes.
        centred: bool (n,), whether a person's centre is the middle of the labelled points, as MoveNet's is of all points
            (measured: 0.02 of a person's size beside it). Otherwise it stays where the teacher has it.
        skeleton: whose points they are.
        bare: bool (n,), whether somebody may be in the picture of whom no point is labelled; None for nobody.
    """

    people: Tensor
    others: Tensor
    nobody: Tensor
    trust: Tensor
    centred: Tensor
    skeleton: Skeleton = COCO17
    bare: Tensor | None = None

    @classmethod
    def of(cls, plans: Sequence[Plan], device: torch.device, skeleton: Skeleton = COCO17) -> "Labels":
        """Those of some plans, on a device."""
        return cls(
            _together([plan.people for plan in plans]).to(device),
            _together([plan.others for plan in plans]).to(device),
            torch.tensor([len(plan.people) == 0 for plan in plans], device=device),
            torch.tensor([plan.trust for plan in plans], dtype=torch.float32, device=device),
            torch.tensor([plan.centred for plan in plans], device=device),
            skeleton,
            torch.tensor([_bare(plan) for plan in plans], device=device),
        )


def _bare(plan: Plan) -> bool:
    """Whether somebody may be in a picture of whom no point is labelled, also in what fills it."""
    unlabelled = [not people[..., 2].any(axis=1).all() for people in (plan.people, plan.others)]
    return plan.filling is not None or any(unlabelled)


def _together(several: list[Float32[np.ndarray, "_ k 3"]]) -> Tensor:
    """The people of several pictures in one array, those without labelled points left out."""
    known = [people[(people[..., 2] > 0).any(axis=1)] for people in several]
    made = np.zeros((len(known), max(1, *map(len, known)), *several[0].shape[1:]), np.float32)
    for row, people in zip(made, known, strict=True):
        row[: len(people)] = people
    return torch.from_numpy(made)


def pulled(heads: HeadMaps, labels: Labels, known: Tensor | None = None) -> HeadMaps:
    """The heads with each labelled person's part of them moved towards the labels.

    Where the labels say that nobody is, the centres and keypoints that the teacher sees are taken away.

    Args:
        heads: the teacher's.
        labels: of the same pictures.
        known: bool (n, k), which keypoints the teacher knows; of others the labels' word is taken whole. None for all.
    """
    cells, people, others = heads.cells, People.of(labels.people), People.of(labels.others)
    inside = people.inside(cells)
    centre, placed = centres(heads, people, inside, labels.centred, known)
    truth = peaks(people, cells, labels.skeleton)
    bound = bounds(people, others, inside, truth)
    across, down = bell(centre, SPREAD * people.narrow, cells)
    middle = CENTRE * (down[..., None] * across[..., None, :] * placed[..., None, None]).amax(dim=1)
    seen = discs(centre[:, :, None], placed[..., None], NEAR, cells)[:, 0]
    owned = torch.where(labels.centred[:, None, None], (inside & placed[..., None, None]).any(dim=1), seen)
    owned &= ~beside(others, cells) | (middle > 0.1)
    trust, left = labels.trust[:, None, None], (1 - labels.trust * labels.nobody)[:, None, None]
    each = labels.trust[:, None] if known is None else labels.trust[:, None].where(known, 1.0)
    return HeadMaps(
        left * (heads.centre + trust * owned * (middle - heads.centre)),
        left[:, None] * (heads.heatmap + each[..., None, None] * bound * (truth - heads.heatmap)),
        _offsets(heads.offset, people, each),
        _regressions(heads.regression, people, centre, placed, each),
    )


def bounds(people: People, others: People, inside: Tensor, truth: Tensor) -> Tensor:
    """For each point the cells in the box of anybody of whom it is labelled, but not round others': bool (n, k, h, w)."""
    bound = torch.einsum("npk,npyx->nkyx", people.labelled.float(), inside.float()) > 0
    return bound & (~discs(others.xy, others.labelled, ROUND, truth.shape[-1]) | (truth > 0.1))


def beside(others: People, cells: int) -> Tensor:
    """Which cells are round the middle of somebody who is not meant: bool (n, h, w)."""
    return discs(others.middle[:, :, None], others.count[..., None] > 0, ROUND, cells)[:, 0]


def centres(
    heads: HeadMaps, people: People, inside: Tensor, centred: Tensor, known: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Each person's centre, (n, p, 2), and whether there is one.

    In pictures whose labels do not say it, it is where the teacher has it: none where what it says there of the points is
    far from the labels. A teacher's centre is the middle of the points that it knows.
    """
    told = people if known is None else people.among(known)
    highest = (heads.centre[:, None] * inside).flatten(2).argmax(dim=-1)
    cell = torch.stack([highest % heads.cells, highest // heads.cells], dim=-1)
    rows = torch.arange(len(heads), device=cell.device)[:, None]
    guess = heads.regression[rows, cell[..., 1], cell[..., 0]] + cell[:, :, None]
    away = ((guess - people.xy).abs().mean(dim=-1) * told.labelled).sum(dim=-1)
    close = away <= 0.25 * people.extent * told.count
    said = centred[:, None]
    centre = torch.where(said[..., None], told.middle, cell + 0.5)
    return centre, (told.count > 0) & (said | close)


def peaks(people: People, cells: int, skeleton: Skeleton) -> Tensor:
    """The keypoint maps as the labels have them, (n, k, h, w)."""
    spreads = [SIGMAS.get(name, SIGMA) for name in skeleton.names]
    spread = people.narrow[..., None] * torch.tensor(spreads, device=people.xy.device)
    across, down = bell(people.xy, spread, cells)
    down = down * people.labelled[..., None]
    made = down[:, 0, :, :, None] * across[:, 0, :, None]
    for one in range(1, people.xy.shape[1]):
        made = torch.maximum(made, down[:, one, :, :, None] * across[:, one, :, None])
    return made


def discs(xy: Tensor, there: Tensor, radius: float, cells: int) -> Tensor:
    """Which cells are within a radius of any person's point: bool (n, k, h, w), from (n, p, k, 2) and (n, p, k)."""
    count, _, kinds, _ = xy.shape
    cell, away = near(xy, radius, cells)
    plane = torch.arange(count * kinds, device=xy.device).view(count, 1, kinds, 1)
    index = (plane * cells + cell[..., 1]) * cells + cell[..., 0]
    last = count * kinds * cells * cells
    index = index.where((away < radius**2) & there[..., None], last)
    made = torch.zeros(last + 1, dtype=torch.bool, device=xy.device).index_fill_(0, index.flatten(), True)
    return made[:-1].view(count, kinds, cells, cells)


def _offsets(old: Tensor, people: People, trust: Tensor) -> Tensor:
    """Offsets, moved towards each person's points near these; where people overlap, one after the other.

    Args:
        old: (n, h, w, k, 2).
        people: as everywhere.
        trust: (n, k), or (n, 1) for all points alike.
    """
    made = _with_spare(old, 1)
    index, cell = offset_places(people, old.shape[1])
    right = people.xy[..., None, :] - cell
    for one in range(people.xy.shape[1]):
        at = index[:, one]
        made[at] = torch.lerp(made[at], right[:, one], trust[..., None, None])
    return made[:-1].view(old.shape)


def offset_places(people: People, cells: int) -> tuple[Tensor, Tensor]:
    """Where in the rows of offsets the cells near each labelled point are, (n, p, k, m), and these cells' x and y.

    What does not count is one row behind the last.
    """
    count, _, points = people.labelled.shape
    cell, away = near(people.xy, NEAR, cells)
    picture = torch.arange(count, device=cell.device).view(-1, 1, 1, 1)
    point = torch.arange(points, device=cell.device)[:, None]
    index = ((picture * cells + cell[..., 1]) * cells + cell[..., 0]) * points + point
    last = count * cells * cells * points
    return index.where((away < NEAR**2) & people.labelled[..., None], last), cell


def _regressions(old: Tensor, people: People, centre: Tensor, placed: Tensor, trust: Tensor) -> Tensor:
    """Regressions, moved towards each person's points near its centre; where people overlap, one after the other.

    Args:
        old: (n, h, w, k, 2).
        people: as everywhere.
        centre: (n, p, 2), cells.
        placed: bool (n, p), who has one.
        trust: as `_offsets` has it.
    """
    made = _with_spare(old, 2)
    index, cell = regression_places(centre, placed, old.shape[1])
    weight = trust[:, None] * people.labelled
    for one in range(people.xy.shape[1]):
        at = index[:, one]
        right = people.xy[:, one, None] - cell[:, one, :, None]
        made[at] = torch.lerp(made[at], right, weight[:, one, None, :, None])
    return made[:-1].view(old.shape)


def regression_places(centre: Tensor, placed: Tensor, cells: int) -> tuple[Tensor, Tensor]:
    """Where in the rows of regressions the cells near each centre are, (n, p, m), and these cells' x and y.

    What does not count is one row behind the last.
    """
    cell, away = near(centre, NEAR, cells)
    picture = torch.arange(len(centre), device=cell.device).view(-1, 1, 1)
    index = (picture * cells + cell[..., 1]) * cells + cell[..., 0]
    return index.where((away <= NEAR**2) & placed[..., None], len(centre) * cells * cells), cell


def _with_spare(displacement: Tensor, tail: int) -> Tensor:
    """A copy with all but the last `tail` axes as rows, and one row more: cells that do not count are written there."""
    shape = displacement.shape
    rows = shape[:-tail].numel()
    made = displacement.new_zeros(rows + 1, *shape[-tail:])
    made[:-1].view(shape).copy_(displacement)
    return made
