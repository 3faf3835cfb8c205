"""Settling: a rounded network learns, on the steps of its file, to say what a network in floats says.

Rounding makes each layer say what it was meant to, one after the other, and leaves its maps to the 8 bits of the file.
Here all layers behind the early ones learn together, rounded as the file rounds them, weights and maps. What they are to
say is what the network that was rounded says of the same pictures: no label, and no larger teacher, both of which
teach what is in these pictures alone at the cost of what the weights know from elsewhere.
"""

from collections.abc import Callable, Sequence
from contextlib import closing
from hashlib import sha256
from math import cos, pi
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from tendu.errors import ModelError
from tendu.training.augment import draw
from tendu.training.batches import ahead, planned_batch
from tendu.training.checkpoint import read, write
from tendu.training.convolution import LEVELS_OF_HALVES
from tendu.training.data import Crops, read_set, read_sets
from tendu.training.export import Settle
from tendu.training.head_maps import HeadMaps
from tendu.training.losses import losses
from tendu.training.network import Network
from tendu.training.recipe import Recipe, read_recipe
from tendu.training.stepped import OnSteps, Stepped
from tendu.training.targets import in_litert

RATE, RATE_OF_HALVES = 0.01, 0.006
"""Adam's largest step in weights' steps, of 127 and of 7 levels; a bias's is the first, in steps of its map."""

WARM = 30
"""Steps in which the rate rises."""

EVERY = 100
"""Steps between two checkpoints."""

OFFSET, REGRESSION = 6.0, 0.3
"""How much offsets and regressions count beside the maps: 8 bits cost offsets most."""


def settled(
    network: Network,
    model: bytes,
    teacher: Network,
    recipe: Recipe,
    several: list[Crops],
    *,
    steps: int,
    bits: int = 8,
    sizes: Sequence[int] = (),
    threads: int = 1,
    kept: Path | None = None,
    tell: Callable[[int, int], None] = lambda _step, _steps: None,
) -> Network:
    """The network with weights on the same steps that say together nearly what the teacher says.

    Args:
        network: rounded; it stays as it is.
        model: its 8-bit file.
        teacher: what it should say, as a rule the network before it was narrowed and rounded.
        recipe: which pictures, how many at once, whether in bfloat16, and the seed.
        several: the recipe's sets.
        steps: how many; the rate falls to nothing at their end.
        bits: of the file's large layers.
        sizes: of the pictures, px, in turn; the network's own alone when empty.
        threads: of PyTorch, beside the one that draws pictures and lets LiteRT look at them ahead.
        kept: the checkpoint, written now and then, from which it goes on if it is there, and which goes at the end. A mark of
            what is settled and how is added to its name. None keeps nothing.
        tell: told after each step which it was, and of how many.

    Raises:
        SinkError: the checkpoint cannot be written.
        ModelError: it is damaged.
    """
    torch.set_num_threads(threads)
    sizes = sizes or [network.shape.size]
    stepped = Stepped(network, model, bits=bits)
    looks = {size: in_litert(teacher.sized(size), threads=1) for size in sizes}

    def made(step: int) -> tuple[list[Tensor], HeadMaps]:
        size = sizes[step % len(sizes)]
        numbers, plans = planned_batch(recipe, several, step, size=size)
        pairs = zip(numbers, plans, strict=True)
        pictures = np.stack([draw(several[number], plan, size=size).clean for number, plan in pairs])
        return stepped.begun(pictures), looks[size](torch.from_numpy(pictures).permute(0, 3, 1, 2))

    optimizer = torch.optim.Adam(_rates(stepped), betas=(0.9, 0.99))
    learned = (recipe, [len(crops) for crops in several], steps, bits, sizes)
    path = kept and kept.with_name(f"{kept.name}-{sha256(model + repr(learned).encode()).hexdigest()[:8]}.pt")
    done = _gone_on(path, stepped, optimizer)
    with closing(ahead(made, done, threads)) as following:
        for step, (maps, wanted) in zip(range(done, steps), following, strict=False):
            share = min((step + 1) / WARM, 1.0) * (0.5 + 0.5 * cos(pi * step / steps))
            for group in optimizer.param_groups:
                group["lr"] = share * group["highest"]
            with torch.autocast("cpu", torch.bfloat16, enabled=recipe.half):
                heads: list[Tensor] = stepped(*maps)
            loss = losses(heads, wanted).total(offset=OFFSET, regression=REGRESSION)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            if path and (step + 1) % EVERY == 0:
                state = {
                    "step": step + 1,
                    "network": stepped.state_dict(),
                    "optimizer": optimizer.state_dict(),
                }
                write(state, path)
            tell(step + 1, steps)
    if path:
        path.unlink(missing_ok=True)
    return stepped.settled()


def _gone_on(path: Path | None, stepped: Stepped, optimizer: torch.optim.Optimizer) -> int:
    """How many steps a checkpoint has done, whose state both have now; 0 where there is none."""
    if path is None or not path.is_file():
        return 0
    try:
        state = read(path)
        stepped.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        return int(state["step"])
    except (ModelError, KeyError, TypeError, ValueError, RuntimeError) as error:
        # PyTorch raises the last where weights do not fit.
        raise ModelError(f"{path} is damaged. Delete it to settle from the beginning.") from error


def _rates(stepped: Stepped) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = []
    for layer in stepped.network.convolutions():
        if isinstance(layer, OnSteps):
            rate = RATE_OF_HALVES if layer.levels == LEVELS_OF_HALVES else RATE
            groups += [{"params": [layer.unit], "highest": rate}, {"params": [layer.shift], "highest": RATE}]
    return groups


def settler(
    teacher: Network,
    recipe: Path,
    folder: Path,
    steps: int,
    *,
    sizes: Sequence[int] = (),
    threads: int = 1,
    kept: Path | None = None,
    tell: Callable[[int, int], None] = lambda _step, _steps: None,
) -> Settle:
    """`settled` for whatever is exported: by a recipe's file, without the photos that the recipe holds out.

    Args:
        teacher: as `settled` has it, with the next three.
        recipe: its file.
        folder: where its label files are.
        steps: how many.
        sizes: as `settled` has them.
        threads: of PyTorch.
        kept: as `settled` has it.
        tell: see `settled`.

    Raises:
        DataError: the recipe is none, or a size no multiple of 32.
        SourceError: the recipe or its data cannot be read.
    """
    given = read_recipe(recipe)
    for one in given.sets:
        read_set(given, one, folder, limit=1)
    for size in sizes:
        teacher.sized(size)

    def settle(network: Network, model: bytes, bits: int) -> Network:
        # Read whole only now: rounding needs the memory before.
        several = read_sets(given, folder)[0]
        return settled(
            network,
            model,
            teacher,
            given,
            several,
            steps=steps,
            bits=bits,
            sizes=sizes,
            threads=threads,
            kept=kept,
            tell=tell,
        )

    return settle
