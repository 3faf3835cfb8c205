"""Recipe: everything that decides how a model is trained, read from a TOML file."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from tendu.errors import DataError, SourceError
from tendu.skeleton import COCO17, Skeleton
from tendu.skeletons import skeleton_of
from tendu.training.naming import names_each_once
from tendu.training.network import BLOCKS, SHAPES
from tendu.training.rows import ROOM, SIDE, SIDES


@dataclass(frozen=True)
class Set:
    """One set of training crops.

    Attributes:
        labels: its file of labels, as `tendu.training.data.read_crops` takes it; relative to the data folder.
        share: how often its crops are drawn, against the other sets' shares; above 0.
        trust: 0 to 1, how far its labels count against the teacher; crowd-labelled sets deserve little.
        held: the part of its photos that is never trained on, and judges instead; 0 to below 1.
        side: of its crops, px: whole photos give more than 256, which a large person needs, shards do not.
        room: the side of its crops over the longer side of the person's box: more shows what is around, as a model needs it
            that knows no person yet; shards have 1.9.
        within: how often its pictures end within the body: photos do, and a large person needs no enlarging for it.
        turned: how often its pictures are turned by any angle: a camera above sees bodies from all sides.
        centred: whether the middle of a person's labelled points is the person's centre; not in a set that labels no
            faces.
        keypoints: the names of the points in the order in which its labels hold them; empty for what the labels say of it
            themselves, or else COCO's 17.
        taught: whether the teacher knows what is in its photos. Where not, everything is learned from the labels alone, so
            everybody in the photos must be labelled, `centred` must be true, and `trust` counts as 1.
    """

    labels: str
    share: float = 1.0
    trust: float = 0.5
    held: float = 0.0
    side: int = SIDE
    room: float = ROOM
    within: float = 0.0
    turned: float = 0.03
    centred: bool = True
    keypoints: tuple[str, ...] = ()
    taught: bool = True

    @property
    def counted(self) -> float:
        """How far its labels count: its trust, or 1 where nobody else teaches."""
        return self.trust if self.taught else 1.0


@dataclass(frozen=True)
class Recipe:
    """How a model is trained.

    Attributes:
        sets: the data.
        network: "lightning" or "thunder"; a start file's own shape comes before it.
        size: the side of the input, px, a multiple of 32; None for the start's own.
        width: factor on the trunk's channels, in quarters; None for the network's or the start's own.
        head: channels within a head; None likewise.
        batch: pictures a step.
        rate: the highest learning rate of AdamW, in the units of `tendu.training.network.Convolution`.
        warm: steps in which the rate rises.
        clip: the largest norm of a step's gradient.
        average: how much of the averaged weights stays in each step.
        small: the share of pictures in which the person is small and the teacher looks closer.
        joined: how many pictures come to each of a batch that show several of it side by side, made smaller; 0 to 4.
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
        skeleton: which keypoints the model finds.
    """

    sets: tuple[Set, ...]
    network: str = "lightning"
    size: int | None = None
    width: float | None = None
    head: int | None = None
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
    skeleton: Skeleton = COCO17


def read_recipe(path: Path) -> Recipe:
    """The recipe in a TOML file; each set is a table `[[sets]]`, other keypoints than COCO's 17 are one `[skeleton]`.

    Raises:
        SourceError: the file cannot be read.
        DataError: it is no recipe, or a value in it cannot be meant.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"Cannot read the recipe {path}: {error}.") from error
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"The recipe {path} is no TOML: {error}.") from error
    given = table.pop("sets", None)
    if not given or not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise DataError(f"The recipe {path} names no data: it needs a table [[sets]] with labels.")
    skeleton = _skeleton(table.pop("skeleton"), path) if "skeleton" in table else COCO17
    sets = tuple(_filled(Set, one, path) for one in given)
    return Recipe(sets, **_checked(Recipe, table, path), skeleton=skeleton)


def _skeleton(given: Any, path: Path) -> Skeleton:
    if not isinstance(given, dict):
        raise DataError(
            f"The recipe {path} has skeleton = {given!r:.60}, which is not a table [skeleton]. Change it."
        )
    try:
        return skeleton_of(given)
    except DataError as error:
        raise DataError(f"The recipe {path} has a [skeleton] that is none. {error}") from error


def _filled(kind: type[Set], table: dict[str, Any], path: Path) -> Set:
    if "labels" not in table:
        raise DataError(f"A set of the recipe {path} has no labels. Name its file of labels.")
    made = kind(**_checked(kind, table, path))
    if not (made.taught or made.centred):
        raise DataError(
            f"The recipe {path} has a set {made.labels} with taught = false and centred = false, and then nothing says where "
            "a person's centre is. Leave out one of them."
        )
    return made


def _checked(kind: type[Any], table: dict[str, Any], path: Path) -> dict[str, Any]:
    """The values of a table, each of which can be meant; whole numbers are floats where these are expected."""
    types = {field.name: field.type for field in fields(kind)}
    for name, value in table.items():
        if name not in types:
            raise DataError(f"The recipe {path} has {name!r}, which is none of {', '.join(types)}.")
        words, fits = _EXPECTED[name]
        if not fits(value):
            raise DataError(f"The recipe {path} has {name} = {value!r}, which is not {words}. Change it.")
    kinds: dict[Any, Callable[[Any], Any]] = {float: float, float | None: float, tuple[str, ...]: tuple}
    return {
        name: kinds[types[name]](value) if types[name] in kinds else value for name, value in table.items()
    }


Expected = tuple[str, Callable[[Any], bool]]
"""What a value is to be, in words, and whether one is."""


LARGEST = 1e9
"""No number of a recipe is larger; TOML has whole numbers that no float can be."""


def _whole(least: int, most: int | None = None, *, step: int = 1) -> Expected:
    words = "a whole number" if step == 1 else f"a multiple of {step}"
    words += f" of {least} or more" if most is None else f" from {least} to {most}"
    return (
        words,
        lambda value: type(value) is int and least <= value <= (most or value) and (value % step == 0),
    )


def _number(least: float, most: float | None = None, *, above: bool = False, below: bool = False) -> Expected:
    low = f"above {least:g}" if above else f"from {least:g}" if most is not None else f"of {least:g} or more"
    high = "" if most is None else f" to {'below ' if below else ''}{most:g}"

    def fits(value: Any) -> bool:
        # A switch is a whole number to Python, and not to whoever writes a recipe.
        if type(value) not in {int, float} or not -LARGEST <= value <= LARGEST:
            return False
        return least <= value <= (value if most is None else most) and not (
            (above and value == least) or (below and value == most)
        )

    return f"a number {low}{high}", fits


_SWITCH: Expected = ("true or false", lambda value: isinstance(value, bool))

_PART = _number(0, 1)

_EXPECTED: dict[str, Expected] = {
    "labels": ("the name of a file, in quotes", lambda value: isinstance(value, str) and value != ""),
    "share": _number(0, above=True),
    "trust": _PART,
    "held": _number(0, 1, below=True),
    "side": _whole(*SIDES),
    "within": _PART,
    "room": _number(1.2, 20),
    "turned": _PART,
    "centred": _SWITCH,
    "keypoints": ("a list of names, each once", names_each_once),
    "taught": _SWITCH,
    "network": (f"one of {', '.join(SHAPES)}", lambda value: isinstance(value, str) and value in SHAPES),
    "size": _whole(32, step=32),
    # A file's width is read off its stem, whose channels are 8 or a multiple: other widths could not be read again.
    "width": (
        "a multiple of 0.25 from 0.25 to 4",
        lambda value: type(value) in {int, float} and 0.25 <= value <= 4 and value * 4 % 1 == 0,
    ),
    "head": _whole(8, 1024),
    "batch": _whole(1),
    "rate": _number(0, above=True),
    "warm": _whole(0),
    "clip": _number(0, above=True),
    "average": _number(0, 1, below=True),
    "small": _PART,
    "joined": _number(0, 4),
    "frozen": _whole(0, BLOCKS),
    "mirrored": _SWITCH,
    "alike": _SWITCH,
    "offset": _number(0),
    "half": _SWITCH,
    "sharp": _SWITCH,
    "rounded": _PART,
    "seed": _whole(0, 2**32 - 1),  # PyTorch takes no more than 64 bits
}
"""What each field of a recipe and of its sets may be."""
