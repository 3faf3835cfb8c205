"""read_poses: gives back what the sinks wrote into .jsonl, .json, .csv and .parquet."""

import csv
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tendu.errors import DataError, SourceError
from tendu.extras import require
from tendu.pose import Poses
from tendu.sinks.frame_json import field, frame_poses
from tendu.sinks.skeleton_said import skeleton_of_columns, skeleton_said
from tendu.sinks.table import SCHEMA, Row, columns_of, poses_from
from tendu.skeleton import COCO17, Skeleton


def read_poses(path: str | Path) -> Iterator[Poses]:
    """Everyone of each frame, frame after frame, as it was written; frames with nobody as well.

    Numbers come back as the same float32, and points under the names that they were written by. A frame with nobody has no tracks, whether it was tracked or not.

    Args:
        path: a .jsonl, .json, .csv or .parquet file that tendu wrote. All but .json are read a piece at a time.

    Raises:
        DataError: the file is of another kind, or something in it is not as tendu writes it; the sentence says where.
            Raised when the reading comes to it.
        SourceError: the file cannot be read.
        MissingExtraError: the file is .parquet and pyarrow is not installed.
    """
    path = Path(path)
    readers = {".jsonl": _lines, ".json": _document, ".csv": _cells, ".parquet": _columns}
    reader = readers.get(path.suffix.lower())
    if reader is None or path.name.lower().endswith(".coco.json"):
        raise DataError(f"Cannot read poses from {path}: expected one of {', '.join(readers)}.")
    if not path.is_file():
        raise SourceError(f"Cannot read {path}: there is no such file.")
    return _addressed(reader(path), path)


def _addressed(poses: Iterator[Poses], path: Path) -> Iterator[Poses]:
    """The same, with the file's name before whatever is wrong in it."""
    try:
        yield from poses
    except DataError as error:
        raise DataError(f"{path.name}, {error}") from error
    except OSError as error:
        raise SourceError(f"Cannot read {path}: {error.strerror or error}.") from error


def _lines(path: Path) -> Iterator[Poses]:
    skeleton = COCO17
    with path.open(encoding="utf-8-sig", errors="surrogateescape") as text:
        for number, line in enumerate(text, 1):
            where = f"line {number}: "
            frame = _parsed(line, where)
            skeleton = skeleton_said(frame, where, before=skeleton)
            yield frame_poses(frame, where, skeleton)


def _document(path: Path) -> Iterator[Poses]:
    document = _parsed(path.read_text(encoding="utf-8-sig", errors="surrogateescape"), "")
    frames: list[Any] = field(document, "frames", list, "")
    skeleton = skeleton_said(document, "")
    for number, frame in enumerate(frames):
        yield frame_poses(frame, f"frames[{number}].", skeleton)


def _parsed(text: str, where: str) -> Any:
    """The JSON of a text that is of our schema."""
    thing = _json(text, where)
    schema = field(thing, "schema", str, where)
    if schema != SCHEMA:
        raise DataError(f"{where}schema is {schema!r}, expected {SCHEMA!r}.")
    return thing


def _json(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise DataError(f"{where}not JSON at character {error.pos}, expected an object.") from error
    except (ValueError, RecursionError) as error:
        # A number of thousands of digits; lists within lists without end.
        raise DataError(f"{where}not JSON that Python reads: {error}.") from error


def _cells(path: Path) -> Iterator[Poses]:
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
        reader = csv.DictReader(text)
        try:
            names = reader.fieldnames or ()
            skeleton = skeleton_of_columns(names)
            _all_columns(names, skeleton)
            table = (_row(cells, f"line {reader.line_num}: ", skeleton) for cells in reader)
            yield from poses_from(table, skeleton)
        except csv.Error as error:
            raise DataError(f"line {reader.line_num}: not CSV: {error}.") from error


def _columns(path: Path) -> Iterator[Poses]:
    parquet = require("pyarrow.parquet", extra="parquet", purpose="Reading .parquet")
    import pyarrow as pa

    try:
        file = parquet.ParquetFile(path)
    except pa.ArrowInvalid as error:
        raise DataError(f"not a whole Parquet file: {error}") from error
    with file:
        names = file.schema_arrow.names
        said = (file.schema_arrow.metadata or {}).get(b"skeleton")
        where = "metadata: "
        skeleton = (
            skeleton_of_columns(names)
            if said is None
            else skeleton_said({"skeleton": _json(said.decode(errors="replace"), where)}, where)
        )
        _all_columns(names, skeleton)
        batches = file.iter_batches(batch_size=1024, columns=list(columns_of(skeleton)))
        table = (cells for batch in batches for cells in batch.to_pylist())
        yield from poses_from(
            (_row(cells, f"row {number}: ", skeleton) for number, cells in enumerate(table)), skeleton
        )


def _all_columns(names: Iterable[str], skeleton: Skeleton) -> None:
    """Columns that are not ours may be there as well."""
    columns = columns_of(skeleton)
    missing = [name for name in columns if name not in set(names)]
    if missing:
        raise DataError(f"column {missing[0]} is missing, expected the {len(columns)} columns of {SCHEMA}.")


def _row(cells: dict[str, Any], where: str, skeleton: Skeleton) -> Row:
    """A row of the table from the cells of a file."""
    row: Row = {}
    for name, kind in columns_of(skeleton).items():
        value = cells[name]
        try:
            row[name] = None if value is None or (value == "" and kind is not str) else _READ[kind](value)
        except (TypeError, ValueError, OverflowError) as error:
            word = "a number" if kind is float else "a whole number"
            raise DataError(f"{where}{name} is {value!r}, expected {word}.") from error
    return row


def _whole(value: Any) -> int:
    """A whole number; pandas writes those of a column with empty cells as 1.0."""
    if isinstance(value, str) and value.lstrip("-").isdecimal():
        return int(value)
    number = float(value) if not isinstance(value, int) else value
    if number != int(number):
        raise ValueError(value)
    return int(number)


_READ = {str: str, int: _whole, float: float}
