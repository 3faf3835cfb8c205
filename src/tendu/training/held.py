"""Held-out crops: how well a network sees people whom it was not trained on, in float, in seconds.

It is a mean over every person and moves less by chance than the AP of a few hundred photos, so runs are compared by it;
the photos of an evaluation set then only judge.
"""

import numpy as np
import torch
from jaxtyping import Float32

from tendu.models.movenet import HeadsDecoder
from tendu.similarity import oks
from tendu.skeleton import Skeleton
from tendu.training.augment import crop_of
from tendu.training.data import Crops
from tendu.training.network import Network

VIEWS = {"held, close": 1.0, "held, far": 0.53}
"""The part of the picture's side that a person's box takes."""

LEAST = 5 / 17
"""The part of all points that is labelled of a person who counts."""

BATCH = 32

OTHERS = 5
"""How many others may be in a picture from afar."""


def held_figures(network: Network, crops: Crops) -> dict[str, float]:
    """The mean object keypoint similarity of held-out people, 0 to 100, by view; empty where nobody is in the crops.

    Close up the one person whom the network would report counts; from afar, of all it finds, the one most like.

    Args:
        network: it looks where it is, and is not trained meanwhile.
        crops: people it has not seen, of its own points.
    """
    device = network.stem.unit.device
    found: dict[str, float] = {}
    peopled = [index for index in range(len(crops)) if len(crops.people[index])]
    for title, box in VIEWS.items() if peopled else ():
        pairs = [crop_of(crops, index, size=network.shape.size, box=box) for index in peopled]
        people = 1 + (OTHERS if box < 1 else 0)
        alike: list[float] = []
        for first in range(0, len(pairs), BATCH):
            several = pairs[first : first + BATCH]
            given = torch.from_numpy(np.stack([picture for picture, _ in several])).permute(0, 3, 1, 2)
            with torch.no_grad():  # in float32: bfloat16 moves these figures by more than runs differ
                outputs: list[torch.Tensor] = network(given.to(device).float())
            heads = [head.permute(0, 2, 3, 1).cpu().numpy() for head in outputs]
            for row, (_, truth) in enumerate(several):
                if (truth[:, 2] > 0).sum() >= least(crops.skeleton):
                    alike.append(
                        _alike(tuple(head[row : row + 1] for head in heads), truth, people, crops.skeleton)
                    )
        if alike:
            found[title] = 100 * float(np.mean(alike))
    return found


def least(skeleton: Skeleton) -> int:
    """How many labelled points a person has who counts: 5 of COCO's 17, and two or more of any."""
    return max(2, round(LEAST * len(skeleton)))


def area_of(truth: Float32[np.ndarray, "k 3"]) -> float:
    """About the area of a person's outline, from the labelled points, in their units, squared; above 0.

    Args:
        truth: x, y and v (0 not labelled) of a person with a labelled point.
    """
    width, height = np.ptp(truth[truth[:, 2] > 0, :2], axis=0).tolist()
    return max(0.66 * width * height, 0.04 * max(width, height) ** 2, 1e-3)


def _alike(
    heads: tuple[np.ndarray, ...], truth: Float32[np.ndarray, "k 3"], people: int, skeleton: Skeleton
) -> float:
    labelled = truth[:, 2] > 0
    area = np.array([area_of(truth)], np.float32)
    seen = HeadsDecoder(skeleton=skeleton)(heads, people=people)
    cells = np.array(heads[0].shape[2:0:-1], np.float32)
    counted = np.tile(labelled, (len(seen.xy), 1, 1))
    likeness = oks(seen.xy * cells, truth[None, :, :2], area, counted=counted, skeleton=skeleton)
    return float(likeness.max(initial=0.0))
