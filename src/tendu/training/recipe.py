"""Recipe: everything that decides how a model is trained, read from a TOML file."""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from tendu.errors import DataError, SourceError
from tendu.training.rows import SIDE


@dataclass(frozen=True)
class Set:
    """One set of training crops.

    Attributes:
        labels: its file of labels, as `tendu.training.data.read_crops` takes it; relative to the data folder.
        share: how often its crops are drawn, against the other sets' shares.
        trust: 0 to 1, how far its labels count against the teacher; crowd-labelled sets deserve little.
        held: the part of its photos that is never trained on, and judges instead; 0 to 1.
        side: of its crops, px: whole photos give more than 256, which a large person needs, shards do not.
        within: how often its pictures end within the body: photos do, and a large person needs no enlarging for it.
        centred: whether the middle of a person's labelled points is the person's centre; not in a set that labels no
            faces.
    """

    labels: str
    share: float = 1.0
    trust: float = 0.5
    held: float = 0.0
    side: int = SIDE
    within: float = 0.0
    centred: bool = True


@dataclass(frozen=True)
class Recipe:
    """How a model is trained.

    Attributes:
        sets: the data.
        network: "lightning" or "thunder"; a start file's own shape comes before it.
        size: the side of the input, px, a multiple of 32; None for the start's own.
        batch: pictures a step.
        rate: the highest learning rate of AdamW, in the units of `tendu.training.network.Convolution`.
        warm: steps in which the rate rises.
        clip: the largest norm of a step's gradient.
        average: how much of the averaged weights stays in each step.
        small: the share of pictures in which the person is small and the teacher looks closer.
        joined: how many pictures come to each of a batch that show several of it side by side, made smaller.
        frozen: how many of the trunk's blocks stay as they are, the stem with them: the largest maps cost the most time.
        mirrored: whether the teacher looks at the mirrored picture too, for twice the time: better, above all where the
            teacher is the start itself.
        alike: whether the teacher looks at the very pictures that the student sees, worsened and no larger. What it sees
            beyond them is learned for these pictures alone.
        offset: how much offsets count in the loss, against 1 for each kind of map.
        half: whether the network learns in bfloat16. It saves time on processors with AMX, and none without.
        sharp: whether crops are never enlarged for the student. Enlarged ones are blurred, and photos are not.
        rounded: the last part of a run in which weights are rounded to 8 bits as they are used, so that they can be
            in a file; 0 to 1.
        seed: of everything that is drawn by chance.
    """

    sets: tuple[Set, ...]
    network: str = "lightning"
    size: int | None = None
    batch: int = 32
    rate: float = 1e-4
    warm: int = 50
    clip: float = 5.0
    average: float = 0.995
    small: float = 0.3
    joined: float = 0.0
    frozen: int = 0
    mirrored: bool = True
    alike: bool = False
    offset: float = 1.0
    half: bool = True
    sharp: bool = False
    rounded: float = 0.3
    seed: int = 1


def read_recipe(path: Path) -> Recipe:
    """The recipe in a TOML file; each set is a table `[[sets]]`.

    Raises:
        SourceError: the file cannot be read.
        DataError: it is no recipe.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"Cannot read the recipe {path}: {error}.") from error
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"The recipe {path} is no TOML: {error}.") from error
    sets = tuple(_filled(Set, one, path) for one in table.pop("sets", []))
    if not sets:
        raise DataError(f"The recipe {path} names no data: it needs a table [[sets]] with labels.")
    recipe: Recipe = _filled(Recipe, {**table, "sets": sets}, path)
    if recipe.size is not None and (recipe.size < 32 or recipe.size % 32):
        raise DataError(f"The recipe {path} has size {recipe.size}: the input's side is a multiple of 32.")
    return recipe


def _filled(kind: type[Any], table: dict[str, Any], path: Path) -> Any:
    unknown = sorted(set(table) - {field.name for field in fields(kind)})
    if unknown:
        raise DataError(
            f"The recipe {path} has {unknown[0]!r}, which is none of "
            f"{', '.join(field.name for field in fields(kind))}."
        )
    try:
        return kind(**table)
    except TypeError as error:
        raise DataError(f"The recipe {path} lacks something: {error}.") from error
