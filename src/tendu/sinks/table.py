"""The one table behind .csv and .parquet: "tendu-1", one row per person and frame.

A frame in which nobody was found is a row too: its person, track and numbers are empty and `reason` says why.
Coordinates are image pixels with pixel centres at .5; scores are the model's own, never zeroed.

    schema                             "tendu-1" in every row
    source                             what was read: a path, an address, "camera 0"
    frame, time                        position in the source from 0, seconds from its start
    width, height                      the picture's size, px
    reason                             why nobody is here; empty where somebody is
    person                             0 for the most confident of the frame; empty for nobody
    track                              the person's number over frames; empty before tracking
    confidence                         how sure it is that there is this person, 0 to 1
    box_x0, box_y0, box_x1, box_y1     left, top, right, bottom of the person
    nose_x, nose_y, nose_score, ...    17 points in COCO's order, or those of a model of one's own in its order
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain
from typing import Any

import numpy as np
from jaxtyping import Float32

from tendu.errors import DataError
from tendu.frame import Stamp
from tendu.pose import Poses
from tendu.skeleton import COCO17, Skeleton

Row = dict[str, str | int | float | None]

SCHEMA = "tendu-1"
FRAME_COLUMNS: dict[str, type[str | int | float]] = {
    "schema": str,
    "source": str,
    "frame": int,
    "time": float,
    "width": int,
    "height": int,
    "reason": str,
}


def point_columns(name: str) -> tuple[str, str, str]:
    """The columns of a point."""
    return f"{name}_x", f"{name}_y", f"{name}_score"


@lru_cache
def number_columns(skeleton: Skeleton) -> tuple[str, ...]:
    """The columns of a person's numbers, in order."""
    points = chain.from_iterable(map(point_columns, skeleton.names))
    return ("confidence", "box_x0", "box_y0", "box_x1", "box_y1", *points)


@lru_cache
def columns_of(skeleton: Skeleton) -> dict[str, type[str | int | float]]:
    """All columns in order, and what a cell of each holds; those of a person are None where nobody is."""
    return {**FRAME_COLUMNS, "person": int, "track": int, **dict.fromkeys(number_columns(skeleton), float)}


def rows(poses: Poses) -> list[Row]:
    """One row per storable person, the most confident first; one row without a person where there is nobody.

    >>> nobody = Poses.empty(Stamp(4, 0.5, "walk.mp4", 640, 480), reason="no person above 0.2")
    >>> [(row["frame"], row["person"], row["reason"], row["nose_x"]) for row in rows(nobody)]
    [(4, None, 'no person above 0.2', None)]
    """
    stamp, columns = poses.stamp, columns_of(poses.skeleton)
    frame = (SCHEMA, stamp.source, stamp.number, stamp.time, stamp.width, stamp.height, poses.reason)
    numbers = short(numbers_of(poses))
    if not numbers:
        return [dict.fromkeys(columns) | dict(zip(FRAME_COLUMNS, frame, strict=True))]
    tracks = [None] * len(poses) if poses.track is None else poses.track.tolist()
    return [
        dict(zip(columns, (*frame, person, track, *row), strict=True))
        for person, (track, row) in enumerate(zip(tracks, numbers, strict=True))
    ]


def numbers_of(poses: Poses) -> Float32[np.ndarray, "n numbers"]:
    """The numbers of `number_columns`, a row for each person."""
    points = np.concatenate([poses.xy, poses.score[..., None]], axis=2)
    points = points.reshape(len(poses), 3 * len(poses.skeleton))
    return np.column_stack([poses.confidence, poses.box, points])


def poses_from(table: Iterable[Row], skeleton: Skeleton = COCO17) -> Iterator[Poses]:
    """Everyone of each frame, from rows in the order in which they were written.

    Rows may have been left out: the people of a frame are the neighbouring rows of one source, frame and time whose
    `person` rises. Frames with nobody have no tracks.

    Raises:
        DataError: a cell is empty that must not be, a number is not finite, or some people of a frame have a track
            and others have none.
    """
    gathered: list[Row] = []
    for row in table:
        if gathered and not _continues(gathered[-1], row):
            yield _one_frame(gathered, skeleton)
            gathered = []
        gathered.append(row)
    if gathered:
        yield _one_frame(gathered, skeleton)


def check_storable(poses: Poses, *, skeleton: Skeleton | None = None) -> None:
    """Refuses what no file of poses can hold; every sink asks this first.

    Args:
        poses: of a frame.
        skeleton: that of the frames before; None where there were none.

    Raises:
        DataError: it is no `Poses`, a number is not finite, or the frames before had other points.
    """
    if not isinstance(poses, Poses):  # pyright: ignore[reportUnnecessaryIsInstance]  a picture, or one pose of several
        raise DataError(
            f"This output takes poses, as a model gives them for a picture, not {type(poses).__name__}; pictures go into "
            ".mp4, .gif, .png, .jpg, .webp or a folder."
        )
    if skeleton is not None and poses.skeleton != skeleton:
        raise DataError(
            f"This output has frames with the points {', '.join(skeleton.names)}, and frame {poses.stamp.number} has "
            f"{', '.join(poses.skeleton.names)} of another skeleton. Give each model an output of its own."
        )
    if not all(np.isfinite(part).all() for part in (poses.xy, poses.score, poses.box, poses.confidence)):
        raise DataError(
            f"Frame {poses.stamp.number} has a number that is not finite; files of poses hold none."
        )


def short(numbers: Float32[np.ndarray, "*shape"]) -> list[Any]:
    """An array as nested lists of the shortest decimals that give back the same float32.

    >>> short(np.array([0.1, 412.3], np.float32)), float(np.float32(0.1))
    ([0.1, 412.3], 0.10000000149011612)
    """
    # str gives the shortest decimal that names a float32.
    return np.array([float(str(number)) for number in numbers.ravel()]).reshape(numbers.shape).tolist()


def _continues(before: Row, row: Row) -> bool:
    """Whether a row is about the same frame as the one before it."""
    one, other = before["person"], row["person"]
    return (
        isinstance(one, int)
        and isinstance(other, int)
        and one < other
        and all(before[name] == row[name] for name in ("source", "frame", "time"))
    )


def _one_frame(table: list[Row], skeleton: Skeleton) -> Poses:
    """The poses of a frame's rows."""
    first = table[0]
    where = f"frame {first['frame']}: "
    for name in FRAME_COLUMNS:
        if first[name] is None:
            raise DataError(f"{where}{name} is empty.")
    if first["schema"] != SCHEMA:
        raise DataError(f"{where}schema is {first['schema']!r}, expected {SCHEMA!r}.")
    stamp = Stamp(*(first[name] for name in ("frame", "time", "source", "width", "height")))  # pyright: ignore[reportArgumentType]
    reason = str(first["reason"])
    if first["person"] is None:
        return Poses.empty(stamp, reason=reason, skeleton=skeleton)
    names = number_columns(skeleton)
    with np.errstate(over="ignore"):
        # NumPy reads None as NaN, and what is too large as infinite.
        numbers = np.array([[row[name] for name in names] for row in table], np.float64).astype(np.float32)
    for person, column in np.argwhere(~np.isfinite(numbers)):
        raise DataError(f"{where}{names[column]} of person {table[person]['person']} is not a finite number.")
    tracks = [row["track"] for row in table]
    if None in tracks and any(track is not None for track in tracks):
        raise DataError(f"{where}some people have a track and some have none, expected all or none.")
    points = numbers[:, 5:].reshape(len(table), -1, 3)
    return Poses(
        xy=points[..., :2].copy(),
        score=points[..., 2].copy(),
        box=numbers[:, 1:5].copy(),
        confidence=numbers[:, 0].copy(),
        stamp=stamp,
        track=None if None in tracks else np.array(tracks, np.int64),
        reason=reason,
        skeleton=skeleton,
    )
