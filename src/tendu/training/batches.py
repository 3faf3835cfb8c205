"""Batches: pictures and targets, step by step, what the processor does for them done ahead in a thread of its own.

A batch depends on the recipe's seed and its step alone. On the processor OpenCV draws it, a teacher in LiteRT looks at it
and it is made ahead as a whole. On a device only its plans are: it is drawn and looked at where the network learns, from
crops that stay decoded there, and never is in the processor's memory.
"""

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from typing import TypeVar

import numpy as np
import torch

from tendu.training.augment import draw
from tendu.training.data import Crops
from tendu.training.device import PROCESSOR
from tendu.training.joined import with_joined
from tendu.training.network import Network
from tendu.training.on_device import Pictures
from tendu.training.plan import CELL, Plan, planned
from tendu.training.recipe import Recipe
from tendu.training.targets import Batch, Teacher, in_litert, in_torch
from tendu.training.views import Views

AHEAD = 3
"""Batches, or their plans, made before they are needed."""

Made = TypeVar("Made")


def batches(
    recipe: Recipe,
    several: Sequence[Crops],
    teacher: Network,
    *,
    size: int,
    first: int,
    threads: int,
    device: torch.device,
) -> Generator[Batch]:
    """The batches from a step on, without end.

    Args:
        recipe: how.
        several: the data, one for each of the recipe's sets.
        teacher: what looks at the pictures, of its own size.
        size: the side of the student's pictures, px.
        first: the step.
        threads: of PyTorch in the thread that makes them ahead, and of LiteRT.
        device: where they are.
    """
    teacher = teacher.sized(size) if recipe.alike else teacher
    seen = teacher.shape.size
    look = in_litert(teacher, threads=threads) if device == PROCESSOR else in_torch(teacher, device)
    wanted = Teacher(
        look,
        cells=size // CELL,
        mirrored=recipe.mirrored,
        skeleton=teacher.shape.skeleton,
        student=recipe.skeleton,
    )

    def plans(step: int) -> tuple[list[int], list[Plan]]:
        numbers, chosen = planned_batch(recipe, several, step, size=size)
        if recipe.alike:
            chosen = [replace(plan, inner=None, close=None) for plan in chosen]
        return numbers, chosen

    def whole(views: Views, step: int) -> Batch:
        if recipe.alike:
            views = replace(views, clean=views.worsened)
        # A stream of its own: the plans' would move with every picture.
        return with_joined(wanted(views), recipe.joined, np.random.default_rng((recipe.seed, step, 1)))

    def drawn(step: int) -> Batch:
        pairs = zip(*plans(step), strict=True)
        views = Views.of([draw(several[number], plan, size=size, seen=seen) for number, plan in pairs])
        return whole(views, step)

    if device == PROCESSOR:
        yield from ahead(drawn, first, threads)
    pictures = Pictures(several, device)
    with closing(ahead(plans, first, threads)) as following:
        for step, (numbers, chosen) in enumerate(following, first):
            yield whole(pictures(numbers, chosen, size=size, seen=seen), step)


def planned_batch(
    recipe: Recipe, several: Sequence[Crops], step: int, *, size: int
) -> tuple[list[int], list[Plan]]:
    """The plans of a step's batch, and the set of each.

    Args:
        recipe: how.
        several: the data, one for each of the recipe's sets.
        step: which.
        size: the side of the student's pictures, px.
    """
    rng = np.random.default_rng((recipe.seed, step))
    shares = np.array([one.share for one in recipe.sets])
    numbers: list[int] = rng.choice(len(shares), recipe.batch, p=shares / shares.sum()).tolist()
    plans = [
        planned(
            several[number],
            int(rng.integers(len(several[number]))),
            rng,
            size=size,
            small=recipe.small,
            trust=recipe.sets[number].counted,
            sharp=recipe.sharp,
            centred=recipe.sets[number].centred,
            within=recipe.sets[number].within,
            turned=recipe.sets[number].turned,
            taught=recipe.sets[number].taught,
        )
        for number in numbers
    ]
    return numbers, plans


def ahead(make: Callable[[int], Made], first: int, threads: int) -> Generator[Made]:
    """What is made of each step from the first on, in a thread of its own, a few before they are asked for."""
    with ThreadPoolExecutor(1, initializer=torch.set_num_threads, initargs=(threads,)) as pool:
        waiting = [pool.submit(make, step) for step in range(first, first + AHEAD)]
        following = first + AHEAD
        try:
            while True:
                yield waiting.pop(0).result()
                waiting.append(pool.submit(make, following))
                following += 1
        finally:
            for one in waiting:
                one.cancel()
