"""Beginning: the student and the teacher of a run, of files or of the checkpoint of a run that goes on as what it was."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from tendu.errors import DataError
from tendu.training.checkpoint import Checkpoint
from tendu.training.data import Crops
from tendu.training.network import Network, Shape, fresh
from tendu.training.recipe import Recipe
from tendu.training.start import arranged, network_from


def begun(recipe: Recipe, start: Path | None, teacher: Path | None) -> tuple[Network, Network]:
    """The student and the teacher of a new run.

    Args:
        recipe: how large the student is; a start's own width and head channels come before it.
        start: the file of the student's weights; new ones when None.
        teacher: the teacher's; the start itself when None.

    Raises:
        DataError: there is neither, or the recipe's shape is not the start's.
        ModelError: a file cannot be read.
    """
    source = teacher or start
    if source is None:
        raise DataError("A run needs weights to learn from: give --start FILE, --teacher FILE or both.")
    if start is None:
        student = fresh(
            recipe.network,
            seed=recipe.seed,
            width=recipe.width,
            head=recipe.head,
            skeleton=recipe.skeleton,
        )
    else:
        student = arranged(network_from(start), recipe.skeleton)
        for name in ("width", "head"):
            wanted, has = getattr(recipe, name), getattr(student.shape, name)
            if wanted not in {None, has}:
                raise DataError(f"The recipe has {name} = {wanted:g}, and {start} has {has:g}. Leave it out.")
    if recipe.size is not None:
        student.shape = replace(student.shape, size=recipe.size)
    return student, network_from(source)


def gone_on(
    found: Checkpoint, recipe: Recipe, start: Path | None, teacher: Path | None
) -> tuple[Network, Network]:
    """The student and the teacher of a run that goes on; their weights are the checkpoint's, whatever files are named.

    Args:
        found: the checkpoint.
        recipe: the run's.
        start: the file that the run began with; need not be named again.
        teacher: likewise.

    Raises:
        DataError: one of them is another than the run began with.
        ModelError: a file cannot be read.
    """
    refuse_another(found, recipe)
    student, taught = Network(found.shape), Network(Shape.of(found.teacher["shape"]))
    taught.load_state_dict(found.teacher["weights"])
    if start is not None:
        given = arranged(network_from(start), recipe.skeleton)
        other = replace(given.shape, size=found.shape.size) != found.shape
        if other or (found.start and mark(given) != found.start):
            raise DataError(
                f"The run did not begin with {start}. Leave out --start, or choose another folder."
            )
    if teacher is not None:
        given = network_from(teacher)
        if given.shape != taught.shape or mark(given) != mark(taught):
            raise DataError(
                f"The run's teacher is not {teacher}. Leave out --teacher, or choose another folder."
            )
    return student, taught


def refuse_another(found: Checkpoint, recipe: Recipe, counts: Sequence[int] | None = None) -> None:
    """Nothing, where a recipe and its data are those that a checkpoint's run began with.

    Args:
        found: the checkpoint. An older one that does not say what its run began with fits all.
        recipe: what is given now.
        counts: how many crops each of its sets has to learn from; None where they are not read yet.

    Raises:
        DataError: they are others; the sentence says in what.
    """
    before, now = dict(_flat(found.recipe)), dict(_flat(asdict(recipe)))
    for name, value in now.items():
        # A field that only one of them has is one of another version of tendu.
        if name in before and before[name] != value:
            raise DataError(
                f"The recipe has {name} = {value!r}, and the run was begun with {before[name]!r}. "
                "Give the recipe that it was begun with, or choose another folder."
            )
    if found.shape.skeleton != recipe.skeleton:
        raise DataError(
            f"The recipe's model finds {', '.join(recipe.skeleton.names)}, and the run's {', '.join(found.shape.skeleton.names)}. "
            "Give the recipe that it was begun with, or choose another folder."
        )
    for one, had, has in zip(recipe.sets, found.crops, counts or found.crops, strict=False):
        if had != has:
            raise DataError(
                f"{one.labels} has {has} crops to learn from, and the run was begun with {had}. "
                "Give the same data and --limit, or choose another folder."
            )


def refuse_unlearned(recipe: Recipe, crops: Sequence[Crops], teacher: Network) -> None:
    """Nothing, where a label or the teacher says where each of the model's keypoints is.

    Args:
        recipe: the run's.
        crops: what it learns from, one for each of its sets.
        teacher: its teacher.

    Raises:
        DataError: nothing says it of one; a name in the recipe or in the labels is misspelt, as a rule.
    """
    said = set[str](teacher.shape.skeleton.names if any(one.taught for one in recipe.sets) else ())
    for one in crops:
        everybody = np.concatenate(one.people)
        said |= {name for name, v in zip(one.skeleton.names, everybody[..., 2].T, strict=True) if v.any()}
    unsaid = [name for name in recipe.skeleton.names if name not in said]
    if unsaid:
        raise DataError(
            f"Nothing says where {unsaid[0]!r} is: no set labels it, and the teacher does not know it. Correct the name, or "
            "label it."
        )


def mark(network: Network) -> str:
    """What tells a network's weights from all others."""
    digest = sha256()
    for name, weights in network.state_dict().items():
        digest.update(name.encode() + weights.cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


def _flat(recipe: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The fields of a recipe and of its sets, each with a name of its own."""
    for name, value in recipe.items():
        if name == "sets":
            yield "the number of sets", len(value)
            for number, one in enumerate(value, 1):
                yield from ((f"{field} of set {number}", had) for field, had in one.items())
        elif name == "skeleton":
            yield from ((f"the skeleton's {field}", had) for field, had in value.items())
        else:
            yield name, value
