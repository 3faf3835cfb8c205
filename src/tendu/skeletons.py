"""Skeletons of one's own: from a table that people write and files hold, to a `Skeleton` and back.

    keypoints = ["snout", "left_ear", "right_ear", "tail_base"]
    bones = [["snout", "left_ear"], ["snout", "right_ear"], ["snout", "tail_base"]]

Only the names are needed. Points are left and right of one another by their names; each falls off as COCO's point of its
name does, and others as COCO's do in the mean.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tendu.errors import DataError
from tendu.skeleton import COCO17, Skeleton

MEAN_SIGMA = round(sum(COCO17.sigmas) / len(COCO17), 3)
"""The OKS fall-off of a point whose own nobody has measured."""

_LEFT = (
    *(("left", "right"), ("Left", "Right"), ("LEFT", "RIGHT")),
    *(
        (r"^l(?=[_.\- ])", "r"),
        (r"^L(?=[_.\- A-Z])", "R"),
        (r"(?<=[_.\- ])l$", "r"),
        (r"(?<=[_.\- a-z])L$", "R"),
    ),
)

MOST = 200
"""Keypoints; MediaPipe's and COCO-WholeBody's bodies with hands and faces have 33 and 133."""


def skeleton_of(table: Any) -> Skeleton:
    """The skeleton that a table describes.

    Args:
        table: `keypoints`, the names in index order, at least two; and, where they are given, `bones`, pairs of names
            that a drawing connects; `mirrors`, pairs of names that change places when a picture is flipped; `sigmas`,
            the OKS fall-off of each point; `korean`, the Korean names.

    Raises:
        DataError: it describes none; the sentence says why.

    >>> mouse = skeleton_of({"keypoints": ["snout", "left_ear", "right_ear"], "bones": [["snout", "left_ear"]]})
    >>> mouse.mirrors, mouse.bones, mouse.sigmas
    (((1, 2),), ((0, 1),), (0.067, 0.035, 0.035))
    """
    if not isinstance(table, Mapping):
        raise DataError(f"A skeleton is a table with keypoints, not {table!r:.60}.")
    known = ("keypoints", "bones", "mirrors", "sigmas", "korean")
    strange = sorted(set(table) - set(known))
    if strange:
        raise DataError(f"A skeleton has {', '.join(known)}, not {strange[0]!r}. Leave it out.")
    names = _names(table.get("keypoints"), "keypoints")
    korean = _names(table.get("korean") or _korean(names), "korean")
    if len(korean) != len(names):
        raise DataError(
            f"A skeleton of {len(names)} keypoints has {len(korean)} Korean names. Give one for each."
        )
    mirrors = _pairs(table["mirrors"], names, "mirrors") if "mirrors" in table else _sides(names)
    ends = [end for pair in mirrors for end in pair]
    if len(set(ends)) != len(ends):
        raise DataError("A keypoint of a skeleton's mirrors changes places with two others. Give it one.")
    return Skeleton(
        names, korean, _pairs(table.get("bones", ()), names, "bones"), mirrors, _sigmas(table, names)
    )


def table_of(skeleton: Skeleton) -> dict[str, Any]:
    """The table that describes a skeleton in full; `skeleton_of` reads it back."""
    names = skeleton.names
    return {
        "keypoints": list(names),
        "bones": [[names[one], names[other]] for one, other in skeleton.bones],
        "mirrors": [[names[one], names[other]] for one, other in skeleton.mirrors],
        "sigmas": list(skeleton.sigmas),
        "korean": list(skeleton.korean),
    }


def _names(given: Any, field: str) -> tuple[str, ...]:
    if not isinstance(given, list | tuple) or not all(map(_is_name, given)):
        raise DataError(f"A skeleton's {field} are a list of names, not {given!r:.60}.")
    names: tuple[str, ...] = tuple(given)
    if not 2 <= len(names) <= MOST:
        raise DataError(f"A skeleton has 2 to {MOST} keypoints, not {len(names)}.")
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise DataError(f"A skeleton has two {field} called {twice[0]!r}. Give each a name of its own.")
    return names


def _is_name(given: Any) -> bool:
    # JSON can say half of a surrogate pair, which no file can hold.
    return isinstance(given, str) and bool(given.strip()) and given.isprintable()


def _korean(names: tuple[str, ...]) -> tuple[str, ...]:
    known = dict(zip(COCO17.names, COCO17.korean, strict=True))
    return tuple(known.get(name, name) for name in names)


def _sides(names: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """Pairs of names that differ in "left" and "right" alone, or in l and r at an end: `l_ear`, `ear_L`, `earL`."""
    places = {name: place for place, name in enumerate(names)}
    pairs: dict[int, int] = {}
    for left, name in enumerate(names):
        others = (re.sub(pattern, right, name) for pattern, right in _LEFT)
        there = [places[other] for other in others if other != name and other in places]
        if there and not {left, there[0]} & {*pairs, *pairs.values()}:
            pairs[left] = there[0]
    return tuple(pairs.items())


def _pairs(given: Any, names: Sequence[str], field: str) -> tuple[tuple[int, int], ...]:
    if not isinstance(given, list | tuple):
        raise DataError(f"A skeleton's {field} are a list of pairs of names, not {given!r:.60}.")
    found: list[tuple[int, int]] = []
    for pair in given:
        fits = isinstance(pair, list | tuple) and len(pair) == 2 and pair[0] != pair[1]
        if not fits or not all(end in names for end in pair):
            raise DataError(
                f"A skeleton's {field} are pairs of two of its keypoints, not {pair!r:.60}. The names are "
                f"{', '.join(names)}."
            )
        found.append((names.index(pair[0]), names.index(pair[1])))
    return tuple(found)


def _sigmas(table: Mapping[str, Any], names: Sequence[str]) -> tuple[float, ...]:
    given = table.get("sigmas")
    if given is None:
        known = dict(zip(COCO17.names, COCO17.sigmas, strict=True))
        return tuple(known.get(name, MEAN_SIGMA) for name in names)
    numbers = isinstance(given, list | tuple) and all(type(one) in {int, float} for one in given)
    if not numbers or len(given) != len(names) or not all(0 < one < 1 for one in given):
        raise DataError(
            f"A skeleton's sigmas are {len(names)} numbers between 0 and 1, one for each keypoint, not {given!r:.60}."
        )
    return tuple(map(float, given))
