"""Poses as .parquet: the table of `tendu.sinks.table` in columns, for millions of frames."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float32, Int64

from tendu.extras import require
from tendu.frame import Stamp
from tendu.pose import Poses
from tendu.sinks.file_sink import FileSink
from tendu.sinks.table import SCHEMA, columns_of, number_columns, numbers_of
from tendu.skeleton import COCO17, Skeleton
from tendu.skeletons import table_of

_ROWS = 4096  # that wait before they go out as a row group; 2.3 MB of copies, as tracemalloc counts


class _Kept(NamedTuple):
    """What waits of a frame: copies, so that its arrays may be used again."""

    stamp: Stamp
    reason: str
    numbers: Float32[np.ndarray, "n numbers"]
    track: Int64[np.ndarray, "n"] | None

    @classmethod
    def of(cls, poses: Poses) -> "_Kept":
        track = None if poses.track is None else poses.track.copy()
        return cls(poses.stamp, poses.reason, numbers_of(poses), track)


class ParquetTable(FileSink):
    """Poses into a .parquet file, a row group at a time.

    The file's metadata says "tendu" (the schema's version), "keypoints" and "bones", where these are not COCO17's all of the
    "skeleton", and "made_by", as JSON. Source names that are not UTF-8 are kept with "?" in place of the odd bytes: Parquet
    holds no others.

    Raises:
        MissingExtraError: pyarrow is not installed; raised when the file is begun.
    """

    _writer: Any = None

    def _start(self, path: Path) -> None:
        self._parquet = require("pyarrow.parquet", extra="parquet", purpose="Writing .parquet")
        self._path = path
        self._waiting: list[_Kept] = []
        self._rows = 0
        path.open("wb").close()  # a place that refuses says so before the first frame

    def _opened(self, skeleton: Skeleton) -> Any:
        self._names = number_columns(skeleton)
        self._schema = parquet_schema(self.made_by, skeleton=skeleton)
        return self._parquet.ParquetWriter(self._path, self._schema, compression="zstd")

    def _add(self, poses: Poses) -> None:
        if self._writer is None:
            self._writer = self._opened(poses.skeleton)
        self._waiting.append(_Kept.of(poses))
        self._rows += max(1, len(poses))
        if self._rows >= _ROWS:
            self._send()

    def _end(self) -> None:
        if self._writer is None:
            self._writer = self._opened(COCO17)
        if self._waiting:
            self._send()
        self._writer.close()

    def _drop(self) -> None:
        if self._writer is not None:
            self._writer.close()

    def _send(self) -> None:
        """Writes the waiting rows as a row group."""
        waiting, self._waiting, self._rows = self._waiting, [], 0
        self._writer.write_table(_columns(waiting, self._schema, self._names))


def _columns(film: list[_Kept], schema: Any, names: tuple[str, ...]) -> Any:
    """The rows that `tendu.sinks.table.rows` gives for these frames, as a pyarrow table."""
    import pyarrow as pa

    people = np.array([len(frame.numbers) for frame in film])
    lengths = np.maximum(people, 1)
    there = np.repeat(people > 0, lengths)
    numbers = np.zeros((len(there), len(names)), np.float32)
    numbers[there] = np.concatenate([frame.numbers for frame in film])
    tracked = np.repeat([frame.track is not None for frame in film], lengths) & there
    tracks = np.zeros(len(there), np.int64)
    if tracked.any():
        tracks[tracked] = np.concatenate([frame.track for frame in film if frame.track is not None])
    row = pa.array(np.repeat(np.arange(len(film)), lengths))
    stamps = [frame.stamp for frame in film]
    of_frame = {
        "schema": [SCHEMA] * len(film),
        "source": [stamp.source.encode(errors="replace").decode() for stamp in stamps],
        "frame": [stamp.number for stamp in stamps],
        "time": [stamp.time for stamp in stamps],
        "width": [stamp.width for stamp in stamps],
        "height": [stamp.height for stamp in stamps],
        "reason": [frame.reason for frame in film],
    }
    columns = {name: pa.array(values, schema.field(name).type).take(row) for name, values in of_frame.items()}
    columns["person"] = pa.array(np.concatenate([np.arange(n) for n in lengths]), mask=~there)
    columns["track"] = pa.array(tracks, mask=~tracked)
    columns |= {name: pa.array(numbers[:, index], mask=~there) for index, name in enumerate(names)}
    return pa.table(columns, schema=schema)


def parquet_schema(made_by: Mapping[str, str | int | float | bool], *, skeleton: Skeleton) -> Any:
    """The table's columns as a pyarrow schema: float32 numbers, whole numbers of 64 bits, texts; and its metadata."""
    import pyarrow as pa

    kinds = {str: pa.string(), int: pa.int64(), float: pa.float64()}
    columns = [
        pa.field(name, pa.float32() if name in number_columns(skeleton) else kinds[kind])
        for name, kind in columns_of(skeleton).items()
    ]
    own = {} if skeleton == COCO17 else {"skeleton": table_of(skeleton)}
    texts = {"keypoints": skeleton.names, "bones": skeleton.bones, **own, "made_by": dict(made_by)}
    return pa.schema(
        columns, metadata={"tendu": SCHEMA, **{key: json.dumps(value) for key, value in texts.items()}}
    )
