"""Which points a truth marks: named by the category of its file, and measured with a model's own sigmas."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tendu.errors import DataError
from tendu.skeleton import COCO17, Skeleton
from tendu.skeletons import skeleton_of

PERSON = 1
"""COCO's category_id of people (cocodataset/cocoapi)."""


def marked_category(content: dict[str, Any]) -> tuple[int, Skeleton]:
    """The category of a COCO file whose annotations count, and the names and bones that it gives its points.

    It is the one with keypoints, of several the one that is annotated, and people before all others; COCO's people with their 17 where none has any.
    Bones that are no two of the points, counted from 1, are left out.

    Args:
        content: the file.

    Raises:
        DataError: several categories with keypoints are annotated, or the keypoints are no names.
        KeyError: a category or an annotation lacks what COCO's have.
        TypeError: one of them is no object.

    >>> marked_category({"categories": [{"id": 7, "keypoints": ["snout", "tail"], "skeleton": [[1, 2]]}]})[0]
    7
    """
    named = [one for one in content["categories"] if one.get("keypoints")]
    if len(named) > 1:
        annotated = {one["category_id"] for one in content["annotations"]}
        named = [one for one in named if one["id"] in annotated] or named[:1]
        # Whoever has labelled people and others beside them means the people.
        named = [one for one in named if one["id"] == PERSON] or named
    if not named:
        return PERSON, COCO17
    if len(named) > 1:
        raise DataError(
            f"the categories {', '.join(str(one.get('name', one['id'])) for one in named)} all have keypoints and "
            "annotations. Give a file of one of them."
        )
    names, number = named[0]["keypoints"], named[0]["id"]
    if names == list(COCO17.names):
        return number, COCO17
    skeleton = skeleton_of({"keypoints": names})
    return number, replace(skeleton, bones=_bones(named[0].get("skeleton") or (), len(names)))


def measuring(marked: Skeleton, model: Skeleton, *, data: str) -> Skeleton:
    """The marked points with a model's sigmas; COCO's 17 keep COCO's, as every AP on them is measured with those.

    Args:
        marked: the points of a truth.
        model: those that a model finds.
        data: what the truth is called.

    Raises:
        DataError: the model does not find one of the marked points.
    """
    lacking = [name for name in marked.names if name not in model.names]
    if lacking:
        raise DataError(
            f"{data} marks {lacking[0]!r}, and the model finds {', '.join(model.names)}. Measure a model that finds all of "
            f"{', '.join(marked.names)}."
        )
    if marked == COCO17:
        return marked
    return replace(marked, sigmas=tuple(model.sigmas[model.names.index(name)] for name in marked.names))


def _bones(given: Sequence[Any], k: int) -> tuple[tuple[int, int], ...]:
    ends = set(range(1, k + 1))
    return tuple(
        (int(pair[0]) - 1, int(pair[1]) - 1)
        for pair in given
        if len(pair) == 2 and len(set(pair) & ends) == 2
    )
