"""Told: where labels, and a teacher that does not know every keypoint or every picture, say something."""

import torch
from torch import Tensor

from tendu.training.counts import Counts
from tendu.training.head_maps import HeadMaps, highest
from tendu.training.labels import Labels, beside, bounds, centres, offset_places, peaks, regression_places
from tendu.training.people import People

QUIET = 0.05
"""Where the teacher's keypoints all score less, nobody is."""


def told(heads: HeadMaps, labels: Labels, known: Tensor, taught: Tensor) -> Counts:
    """Which cells of the targets count: all of keypoints that the teacher knows; of others what labels say.

    Where somebody's box is, the labels tell of those points alone that they have; and outside all boxes that none is there
    of a point that they have of everybody, if the teacher sees nothing either. So whoever is in the picture and not labelled teaches nothing wrong,
    unless the teacher does not know such pictures at all: then everybody must be labelled.

    Args:
        heads: the teacher's, before labels; nothing where it does not know.
        labels: of the same pictures.
        known: bool (n, k), which keypoints the teacher knows.
        taught: bool (n,), in which pictures it knows where people are.
    """
    cells, people, others = heads.cells, People.of(labels.people), People.of(labels.others)
    inside = people.inside(cells)
    anybody = inside.any(dim=1) | others.inside(cells).any(dim=1)
    quiet = highest(heads.heatmap).amax(dim=1) < QUIET
    # Where somebody's tail is not labelled, it may be anywhere.
    complete = people.complete & others.complete
    nobody = (labels.nobody & (labels.trust > 0))[:, None, None]
    free = complete[..., None, None] & ((quiet & ~anybody) | nobody)[:, None]
    truth = peaks(people, cells, labels.skeleton)
    heatmap = known[..., None, None] | bounds(people, others, inside, truth) | free
    placed = centres(heads, people, inside, labels.centred, known)
    displaced = _near_points(people, cells), _near_centres(people, *placed, cells)
    offset, regression = (known[:, None, None] | one for one in displaced)
    centre = taught[:, None, None] | ~beside(others, cells)
    return Counts(*(one.float() for one in (centre, heatmap, offset, regression)))


def _near_points(people: People, cells: int) -> Tensor:
    """Where offsets are those of labelled points: bool (n, h, w, k)."""
    index, _ = offset_places(people, cells)
    count, _, points = people.labelled.shape
    made = torch.zeros(count * cells * cells * points + 1, dtype=torch.bool, device=index.device)
    return made.index_fill_(0, index.flatten(), True)[:-1].view(count, cells, cells, points)


def _near_centres(people: People, centre: Tensor, placed: Tensor, cells: int) -> Tensor:
    """Where regressions are those to labelled points: bool (n, h, w, k)."""
    index, _ = regression_places(centre, placed, cells)
    count, several, points = people.labelled.shape
    made = torch.zeros(count * cells * cells + 1, points, dtype=torch.bool, device=index.device)
    for one in range(several):
        at = index[:, one]
        made[at] = made[at] | people.labelled[:, one, None]
    return made[:-1].view(count, cells, cells, points)
