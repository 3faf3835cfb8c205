"""One picture at a time, as NumPy arrays: what training does with whole batches of tensors."""

import numpy as np
import torch

from tendu.models.movenet import Heads
from tendu.training import labels
from tendu.training.augment import Sample, draw
from tendu.training.head_maps import HeadMaps
from tendu.training.on_device import Pictures
from tendu.training.plan import planned

DEVICE = torch.device("cpu:0")
"""The processor by a name of its own: it stands for a GPU."""


def sampled(crops, index, seed, *, size, small=0.0, trust=1.0, seen=None, on="processor", **options):
    """A sample by chance of a seed, drawn by OpenCV on the processor or by PyTorch on a device."""
    plan = planned(crops, index, np.random.default_rng(seed), size=size, small=small, trust=trust, **options)
    if on == "processor":
        return draw(crops, plan, size=size, seen=seen)
    views = Pictures([crops], DEVICE)([0], [plan], size=size, seen=seen or size)
    closely = picture_of(views.closely) if len(views.closely) else None
    return Sample(plan, picture_of(views.worsened), picture_of(views.clean), closely)


def picture_of(pictures, row=0):
    """One of some pictures, uint8 (s, s, 3)."""
    return np.ascontiguousarray(pictures[row].permute(1, 2, 0).numpy())


def maps_of(*several):
    """The heads of some pictures as tensors."""
    parts = ("centre", "heatmap", "offset", "regression")
    return HeadMaps(
        *(torch.from_numpy(np.stack([getattr(heads, part) for heads in several])) for part in parts)
    )


def heads_of(maps, row=0):
    """Those of one of them."""
    return Heads(*(tensor[row].numpy() for tensor in maps.four))


def labels_of(people, trust, *, others=(), centred=True):
    """The labels of one picture; no people: nobody is in it."""
    people, others = (
        torch.from_numpy(np.array(one, np.float32).reshape(1, -1, 17, 3)) for one in (people, others)
    )
    nobody = people.shape[1] == 0
    padded = people if not nobody else torch.zeros(1, 1, 17, 3)
    flags = torch.tensor([nobody]), torch.tensor([trust]), torch.tensor([centred])
    return labels.Labels(padded, others, *flags)


def pulled(heads, people, trust, **options):
    """The heads of one picture, moved towards its labels."""
    return heads_of(labels.pulled(maps_of(heads), labels_of(people, trust, **options)))
