"""Told: where labels, and a teacher that does not know every keypoint or every picture, say something."""

import torch
from torch import Tensor

from tendu.training.counts import Counts
from tendu.training.head_maps import HeadMaps, highest
from tendu.training.labels import Labels, beside, bounds, centres, offset_places, peaks, regression_places
from tendu.training.people import People

QUIET, SEEN = 0.05, 0.3
"""Where the teacher's keypoints all score less than the first, nobody is; where one scores more than the second, somebody."""


def told(heads: HeadMaps, sees: Tensor, labels: Labels, known: Tensor, taught: Tensor) -> Counts:
    """Which cells of the targets count: all of keypoints that the teacher knows; of others what labels say.

    Where somebody's box is, the labels tell of those points alone that they have. Outside all boxes they tell that none is
    there of a point that they have of everybody, unless the teacher sees somebody there. So whoever is in the picture and not
    labelled teaches nothing wrong, but where the teacher does not know such pictures at all: then everybody must be labelled.

    Args:
        heads: the teacher's, before labels; nothing where it does not know.
        sees: float32 (n, h, w), the highest that any of its own keypoints scores, whether the student has them or not.
        labels: of the same pictures.
        known: bool (n, k), which keypoints the teacher knows.
        taught: bool (n,), in which pictures it knows where people are.
    """
    cells, people, others = heads.cells, People.of(labels.people), People.of(labels.others)
    inside, beyond = people.inside(cells), others.inside(cells)
    anybody = inside.any(dim=1) | beyond.any(dim=1)
    quiet = (highest(sees[:, None]) < QUIET)[:, 0]
    strangers = ((sees > SEEN) & ~anybody).flatten(1).any(dim=1)
    if labels.bare is not None:
        strangers = strangers | labels.bare
    # Where somebody's tail is not labelled, it may be anywhere.
    incomplete = (people.lacking.any(dim=1) | others.lacking.any(dim=1)) | strangers[:, None]
    nobody = (labels.nobody & (labels.trust > 0))[:, None, None]
    free = (~incomplete[..., None, None] & (quiet & ~anybody)[:, None]) | nobody[:, None]
    truth = peaks(people, cells, labels.skeleton)
    bound = bounds(people, others, inside, truth)
    bound &= ~(_boxes(people.lacking, inside) | _boxes(others.lacking, beyond)) | (truth > 0.1)
    heatmap = known[..., None, None] | bound | free
    placed = centres(heads, people, inside, labels.centred, known)
    displaced = _near_points(people, cells), _near_centres(people, *placed, cells)
    offset, regression = (known[:, None, None] | one for one in displaced)
    centre = taught[:, None, None] | ~beside(others, cells)
    return Counts(*(one.float() for one in (centre, heatmap, offset, regression)))


def _boxes(which: Tensor, inside: Tensor) -> Tensor:
    """For each point the boxes of those who are meant, (n, p, k): bool (n, k, h, w)."""
    return torch.einsum("npk,npyx->nkyx", which.float(), inside.float()) > 0


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
