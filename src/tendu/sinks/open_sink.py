"""open_sink: the sink for an output's name, chosen by its suffix."""

import os
import sys
from pathlib import Path

from tendu.errors import SinkError
from tendu.sinks.coco_json import CocoResults
from tendu.sinks.csv_rows import CsvRows
from tendu.sinks.json_lines import JsonDocument, JsonLines, JsonStream
from tendu.sinks.openpose import OpenPoseFolder
from tendu.sinks.parquet import ParquetTable
from tendu.sinks.sink import Sink

_POSES = {
    ".jsonl": JsonLines,
    ".json": JsonDocument,
    ".csv": CsvRows,
    ".parquet": ParquetTable,
    ".coco.json": CocoResults,
    ".openpose": OpenPoseFolder,
}
_PICTURES = (".mp4", ".gif", ".png", ".jpg", ".jpeg", ".webp")


def open_sink(target: str | Path, *, overwrite: bool = False, rate: float | None = None) -> Sink:
    """The sink for an output; use it in a `with` block.

    Args:
        target: where to. "-" is JSON lines on standard output; .jsonl, .json, .csv and .parquet hold poses and can be
            read again; .coco.json is COCO's results, a folder .openpose OpenPose's files; .mp4 and .gif are films;
            .png, .jpg and .webp one picture; any other folder (it is one already, ends in "/", or has no suffix)
            a picture per frame.
        overwrite: whether what is there already may be replaced.
        rate: frames a second of a film; where it is not known, the film sink decides.

    Raises:
        SinkError: no sink goes by that suffix, or the output is there already and may not be replaced.

    >>> open_sink("poses.xls")
    Traceback (most recent call last):
    tendu.errors.SinkError: Cannot write poses.xls: no output ends in '.xls'. Give one of .jsonl, .json, .csv, ...
    """
    name = str(target)
    if not name.strip():
        raise SinkError("An output has a name; an empty one was given.")
    if name == "-":
        if sys.stdout is None:  # pyright: ignore[reportUnnecessaryComparison]  so it is where a shell closed it
            raise SinkError("Cannot write to standard output: it is closed.")
        return JsonStream(sys.stdout)
    path = Path(target)
    suffix = ".coco.json" if path.name.lower().endswith(".coco.json") else path.suffix.lower()
    if suffix == ".openpose":
        return OpenPoseFolder(path, overwrite=overwrite)
    if not suffix or path.is_dir() or name.endswith(("/", os.sep)):
        from tendu.sinks.images import PictureFolder

        return PictureFolder(path, overwrite=overwrite)
    match suffix:
        case ".mp4" | ".gif":
            from tendu.sinks.video_file import FilmSink

            return FilmSink(path, overwrite=overwrite, rate=rate)
        case ".png" | ".jpg" | ".jpeg" | ".webp":
            from tendu.sinks.images import PictureFile

            return PictureFile(path, overwrite=overwrite)
        case _ if suffix in _POSES:
            return _POSES[suffix](path, overwrite=overwrite)
        case _:
            raise SinkError(
                f"Cannot write {name}: no output ends in {suffix!r}. "
                f'Give one of {", ".join((*_POSES, *_PICTURES))}, a folder, or "-".'
            )
