"""Which skeleton a file of poses has: what its JSON, its metadata or the names of its columns say."""

from collections.abc import Mapping, Sequence
from typing import Any

from tendu.errors import DataError
from tendu.sinks.frame_json import field
from tendu.sinks.table import point_columns
from tendu.skeleton import COCO17, Skeleton
from tendu.skeletons import skeleton_of


def skeleton_said(thing: Mapping[str, Any], where: str, *, before: Skeleton = COCO17) -> Skeleton:
    """The skeleton that a line or a document says: its table, else that of its names, COCO17 where it has neither.

    Args:
        thing: what `json.loads` gave.
        where: the address that an error starts with, see `tendu.sinks.frame_json.frame_poses`.
        before: what a line before said in full; it is meant again where the names are the same.

    Raises:
        DataError: it describes none; the sentence says why.

    >>> skeleton_said({"keypoints": ["snout", "tail_base"]}, "line 3: ").names
    ('snout', 'tail_base')
    >>> skeleton_said({"keypoints": ["snout"]}, "line 3: ")
    Traceback (most recent call last):
    tendu.errors.DataError: line 3: A skeleton has 2 to 200 keypoints, not 1.
    """
    table, names = thing.get("skeleton"), thing.get("keypoints")
    if table is None and names is None:
        return COCO17
    try:
        if table is None:
            return before if names == list(before.names) else _named(names)
        return skeleton_of(field({"skeleton": table}, "skeleton", dict, ""))
    except DataError as error:
        raise DataError(f"{where}{error}") from error


def skeleton_of_columns(columns: Sequence[str]) -> Skeleton:
    """The skeleton whose points have columns in a table, in their order; COCO17 where they are its in whatever order.

    Two of the three columns of a name make a point, so that a lost one is missed; beside all of COCO's they are somebody's
    own columns.

    Raises:
        DataError: they are too few or too many for a skeleton.

    >>> skeleton_of_columns(["frame", "snout_x", "snout_y", "snout_score", "tail_x", "tail_y", "tail_score"]).names
    ('snout', 'tail')
    """
    there = set(columns)
    stems = dict.fromkeys(
        name.rpartition("_")[0] for name in columns if name.endswith(("_x", "_y", "_score"))
    )
    counts = {stem: len(there & set(point_columns(stem))) for stem in stems}
    whole = [stem for stem, count in counts.items() if count == 3]
    if not whole or set(whole) == set(COCO17.names):
        return COCO17
    return _named([stem for stem, count in counts.items() if count > 1])


def _named(names: Any) -> Skeleton:
    """The skeleton of which no more than the names is known."""
    return COCO17 if names == list(COCO17.names) else skeleton_of({"keypoints": names})
