"""One frame's poses as a JSON object, and back: the lines of .jsonl and the frames of .json.

    {"source": "walk.mp4", "frame": 4, "time": 0.5, "width": 640, "height": 480, "reason": "",
     "people": [{"track": 1, "confidence": 0.9, "box": [x0, y0, x1, y1],
                 "xy": [[x, y], ... one for each point], "score": [...]}]}

The fields mean what the columns of `tendu.sinks.table` mean. With nobody `people` is empty and `reason` says why;
`track` is null before tracking. The points are COCO's 17 in COCO's order, or those that the file names.
"""

from math import isfinite
from typing import Any

import numpy as np
from jaxtyping import Float32

from tendu.errors import DataError
from tendu.frame import Stamp
from tendu.pose import Poses
from tendu.sinks.table import short
from tendu.skeleton import COCO17, Skeleton

_LARGEST = 2**63  # what a whole number of 64 bits cannot be


def frame_object(poses: Poses) -> dict[str, Any]:
    """A frame's storable poses, ready for `json.dumps`.

    >>> frame_object(Poses.empty(Stamp(4, 0.5, "walk.mp4", 640, 480), reason="no person above 0.2"))
    {'source': 'walk.mp4', 'frame': 4, 'time': 0.5, 'width': 640, 'height': 480,
     'reason': 'no person above 0.2', 'people': []}
    """
    stamp = poses.stamp
    tracks = [None] * len(poses) if poses.track is None else poses.track.tolist()
    xy = short(poses.xy)
    rest = short(np.column_stack([poses.confidence, poses.box, poses.score]))
    return {
        "source": stamp.source,
        "frame": stamp.number,
        "time": stamp.time,
        "width": stamp.width,
        "height": stamp.height,
        "reason": poses.reason,
        "people": [
            {
                "track": track,
                "confidence": numbers[0],
                "box": numbers[1:5],
                "xy": points,
                "score": numbers[5:],
            }
            for track, points, numbers in zip(tracks, xy, rest, strict=True)
        ],
    }


def frame_poses(frame: Any, where: str, skeleton: Skeleton = COCO17) -> Poses:
    """The poses of a frame's object.

    Args:
        frame: what `json.loads` gave.
        where: the address that an error starts with: "line 3: " or "frames[3].".
        skeleton: whose points it has.

    Raises:
        DataError: the object is not what `frame_object` gives; the sentence has the address of what is wrong.

    >>> frame_poses({"source": "walk.mp4", "frame": "4"}, "line 3: ")
    Traceback (most recent call last):
    tendu.errors.DataError: line 3: frame is '4', expected a whole number.
    """
    stamp = Stamp(
        source=field(frame, "source", str, where),
        number=field(frame, "frame", int, where),
        time=field(frame, "time", float, where),
        width=field(frame, "width", int, where),
        height=field(frame, "height", int, where),
    )
    reason = field(frame, "reason", str, where)
    people: list[Any] = field(frame, "people", list, where)
    if not people:
        return Poses.empty(stamp, reason=reason, skeleton=skeleton)
    places = [f"{where}people[{row}]." for row in range(len(people))]
    numbers = [_numbers(person, place, len(skeleton)) for person, place in zip(people, places, strict=True)]
    untracked = [person.get("track") is None for person in people]
    if any(untracked) and not all(untracked):
        raise DataError(f"{where}some people have a track and some have none, expected all or none.")
    xy, score, box, confidence = (np.stack(parts) for parts in zip(*numbers, strict=True))
    tracks = (
        None if any(untracked) else [field(p, "track", int, at) for p, at in zip(people, places, strict=True)]
    )
    track = None if tracks is None else np.array(tracks, np.int64)
    return Poses(xy, score, box, confidence, stamp, track, reason, skeleton)


def field(thing: Any, name: str, kind: type, where: str) -> Any:
    """A field of a JSON object, if it is of the kind that it must be.

    Raises:
        DataError: there is no such field, or it is of another kind.

    >>> field({"time": 1}, "time", float, "line 3: ")
    1.0
    """
    if not isinstance(thing, dict):
        raise DataError(f"{where.rstrip('.: ') or 'the document'} is {_glimpse(thing)}, expected an object.")
    if name not in thing:
        raise DataError(f"{where}{name} is missing.")
    value = thing[name]
    if kind is float and type(value) is int and abs(value) < _LARGEST:
        value = float(value)
    fits = isinstance(value, kind) and (kind is not float or isfinite(value))
    if not fits or (kind is int and abs(value) >= _LARGEST):
        word = {
            str: "a text",
            int: "a whole number",
            float: "a finite number",
            list: "a list",
            dict: "an object",
        }[kind]
        raise DataError(f"{where}{name} is {_glimpse(value)}, expected {word}.")
    return value


def _numbers(person: Any, where: str, k: int) -> tuple[Float32[np.ndarray, "..."], ...]:
    """xy, score, box and confidence of one person."""
    confidence: float = field(person, "confidence", float, where)
    return (
        _array(person, "xy", (k, 2), where),
        _array(person, "score", (k,), where),
        _array(person, "box", (4,), where),
        np.array(confidence, np.float32),
    )


def _array(person: Any, name: str, shape: tuple[int, ...], where: str) -> Float32[np.ndarray, "..."]:
    """A list of numbers, or of points, of one person."""
    values: list[Any] = field(person, name, list, where)
    things = "numbers" if len(shape) == 1 else "points"
    if len(values) != shape[0]:
        raise DataError(f"{where}{name} has {len(values)} {things}, expected {shape[0]}.")
    try:
        with np.errstate(over="ignore"):
            # NumPy reads null as NaN, and what is too large as infinite.
            array = np.array(values, np.float64).astype(np.float32)
    except (TypeError, ValueError, OverflowError):
        array = np.full(shape, np.nan, np.float32)
    if array.shape != shape or not np.isfinite(array).all():
        kind = "finite numbers" if len(shape) == 1 else "points of two finite numbers"
        raise DataError(f"{where}{name} is not {shape[0]} {kind}.")
    return array


def _glimpse(value: Any) -> str:
    """The start of a value, for a sentence."""
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
