"""Poses as JSON: .jsonl with a line for each frame, .json with all frames in one document, lines into a pipe.

    .jsonl  {"schema": "tendu-1", "source": "walk.mp4", "frame": 0, ...}     on every line
    .json   {"schema": "tendu-1", "made_by": {"model": ...}, "keypoints": ["nose", ...],
             "frames": [{"source": "walk.mp4", "frame": 0, ...}, ...]}

Points other than COCO's 17 are named by "keypoints" in every line too, so that lines can be cut and joined; the first
line, and the document, have a "skeleton" besides, the whole table of `tendu.skeletons`.

The fields of a frame stand in `tendu.sinks.frame_json`. Everything outside ASCII is escaped, so any source name
survives; numbers are the shortest decimals that give back the same float32.
"""

import json
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Literal, Protocol, runtime_checkable

from tendu.errors import SinkError
from tendu.pose import Poses
from tendu.sinks.file_sink import TextSink
from tendu.sinks.frame_json import frame_object
from tendu.sinks.partial import unwritable
from tendu.sinks.table import SCHEMA, check_storable
from tendu.skeleton import COCO17, Skeleton
from tendu.skeletons import table_of


def json_line(poses: Poses, *, first: bool) -> str:
    """A frame of storable poses as one line of JSON, with its line end.

    Args:
        poses: of a frame.
        first: whether no line came before.
    """
    skeleton = poses.skeleton
    own = {} if skeleton == COCO17 else {"keypoints": skeleton.names, **(_whole(skeleton) if first else {})}
    return json.dumps({"schema": SCHEMA, **own, **frame_object(poses)}) + "\n"


def _whole(skeleton: Skeleton) -> dict[str, Any]:
    """What a file says of a skeleton once."""
    return {} if skeleton == COCO17 else {"skeleton": table_of(skeleton)}


class JsonLines(TextSink):
    """Poses into a .jsonl file: one line of JSON a frame."""

    def _frame(self, poses: Poses) -> str:
        return json_line(poses, first=not self._frames)


class JsonDocument(TextSink):
    """Poses into a .json file: one document with all frames, written as they come."""

    def _first(self, skeleton: Skeleton) -> str:
        made_by = {"made_by": dict(self.made_by)} if self.made_by else {}
        head = json.dumps({"schema": SCHEMA, **made_by, "keypoints": skeleton.names, **_whole(skeleton)})
        return f'{head[:-1]}, "frames": ['

    def _frame(self, poses: Poses) -> str:
        return f"{',' if self._frames else ''}\n{json.dumps(frame_object(poses))}"

    def _last(self) -> str:
        return "\n]}\n"


@runtime_checkable
class TextStream(Protocol):
    """What takes text: standard output, a pipe, a notebook's stand-in for them."""

    def write(self, text: str, /) -> object:
        """Takes text."""
        ...

    def flush(self) -> None:
        """Sends what it has taken."""
        ...


class JsonStream:
    """Poses into an open stream, for instance standard output: the lines of `JsonLines`, each sent at once.

    The stream belongs to the caller: it is flushed, not closed.
    """

    takes: ClassVar[Literal["poses"]] = "poses"

    def __init__(self, stream: TextStream) -> None:
        self._stream = stream
        self._closed = False
        self._skeleton: Skeleton | None = None

    def __enter__(self) -> "JsonStream":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def write(self, poses: Poses, /) -> None:
        """Sends one frame's poses; a frame with nobody counts.

        Raises:
            SinkError: the other end of the pipe is gone, or this sink is closed.
            DataError: a number is not finite, or the frames before had other points.
        """
        if self._closed:
            raise SinkError("This stream is closed. Open a new sink to write more.")
        check_storable(poses, skeleton=self._skeleton)
        line = json_line(poses, first=self._skeleton is None)
        try:
            self._stream.write(line)
            self._stream.flush()
        except OSError as error:
            self._closed = True
            raise unwritable(Path(str(getattr(self._stream, "name", "the stream"))), error) from error
        self._skeleton = poses.skeleton

    def close(self) -> None:
        """Ends the writing; may be called twice."""
        self._closed = True
