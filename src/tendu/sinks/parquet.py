"""Poses as .parquet: the table of `tendu.sinks.table` in columns, for millions of frames."""

import json
from pathlib import Path
from typing import Any

from tendu.extras import require
from tendu.pose import Poses
from tendu.sinks.file_sink import FileSink
from tendu.sinks.table import COLUMNS, NUMBERS, SCHEMA, Row, rows
from tendu.skeleton import COCO17

_ROWS = (
    4096  # held in memory before they go out as a row group; 14 MB of Python numbers, as tracemalloc counts
)


class ParquetTable(FileSink):
    """Poses into a .parquet file, a row group at a time.

    The file's metadata says "tendu" (the schema's version), "keypoints" and "bones" (the skeleton, as JSON). Source
    names that are not UTF-8 are kept with "?" in place of the odd bytes: Parquet holds no others.

    Raises:
        MissingExtraError: pyarrow is not installed; raised when the file is begun.
    """

    _writer: Any = None

    def _start(self, path: Path) -> None:
        parquet = require("pyarrow.parquet", extra="parquet", purpose="Writing .parquet")
        self._waiting: list[Row] = []
        self._schema = parquet_schema()
        self._writer = parquet.ParquetWriter(path, self._schema, compression="zstd")

    def _add(self, poses: Poses) -> None:
        for row in rows(poses):
            source = str(row["source"]).encode(errors="replace").decode()
            self._waiting.append({**row, "source": source})
        if len(self._waiting) >= _ROWS:
            self._send()

    def _end(self) -> None:
        if self._waiting:
            self._send()
        self._writer.close()

    def _drop(self) -> None:
        if self._writer is not None:
            self._writer.close()

    def _send(self) -> None:
        """Writes the waiting rows as a row group."""
        import pyarrow as pa

        waiting, self._waiting = self._waiting, []
        self._writer.write_table(pa.Table.from_pylist(waiting, self._schema))


def parquet_schema() -> Any:
    """The table's columns as a pyarrow schema: float32 numbers, whole numbers of 64 bits, texts."""
    import pyarrow as pa

    kinds = {str: pa.string(), int: pa.int64(), float: pa.float64()}
    columns = [
        pa.field(name, pa.float32() if name in NUMBERS else kinds[kind]) for name, kind in COLUMNS.items()
    ]
    skeleton = {"keypoints": json.dumps(COCO17.names), "bones": json.dumps(COCO17.bones)}
    return pa.schema(columns, metadata={"tendu": SCHEMA, **skeleton})
