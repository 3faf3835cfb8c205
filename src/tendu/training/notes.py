"""Notes: the lines that a run writes down as it goes, in `progress.jsonl` and `judged.jsonl`."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tendu.errors import SinkError, SourceError
from tendu.whole_file import whole_file

PROGRESS, JUDGED = "progress.jsonl", "judged.jsonl"
"""Loss and speed every few steps; how good the network is at each checkpoint."""


def note(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Adds a line for each row.

    Raises:
        SinkError: the file cannot be written.
    """
    try:
        with path.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
    except OSError as error:
        raise SinkError(f"Cannot write {path}: {error.strerror or error}.") from error


def noted(path: Path) -> list[dict[str, Any]]:
    """The rows that are there; none where the file is not. Half a line, as a process that is killed leaves one, is none.

    Raises:
        SourceError: the file cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    except OSError as error:
        raise SourceError(f"Cannot read {path}: {error.strerror or error}.") from error
    rows: list[dict[str, Any]] = []
    for line in text.splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict) and "step" in row:
            rows.append(row)
    return rows


def forget(folder: Path) -> None:
    """Removes what an earlier run has noted in a folder, which would stand among a new one's steps.

    Raises:
        SinkError: it cannot be removed.
    """
    for name in (PROGRESS, JUDGED):
        try:
            (folder / name).unlink(missing_ok=True)
        except OSError as error:
            raise SinkError(f"Cannot remove {folder / name}: {error.strerror or error}.") from error


def cut_back(path: Path, step: int) -> None:
    """Takes away the rows of later steps, which a run that goes on from there writes again.

    Raises:
        SinkError: the file cannot be written.
        SourceError: it cannot be read.
    """
    rows = noted(path)
    if not rows:
        path.unlink(missing_ok=True)
        return
    try:
        with whole_file(path) as temporary:
            temporary.write_text(
                "".join(json.dumps(row) + "\n" for row in rows if row["step"] <= step), encoding="utf-8"
            )
    except OSError as error:
        raise SinkError(f"Cannot write {path}: {error.strerror or error}.") from error
