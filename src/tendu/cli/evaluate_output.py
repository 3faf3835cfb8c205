"""What `tendu evaluate` says and writes: tables, JSON, Markdown, the worst photos, reliability plots."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tendu import __version__
from tendu.bench.report import command
from tendu.evaluation import Protocol, Report
from tendu.evaluation import evaluate as evaluate_estimator
from tendu.loading import load
from tendu.metrics.calibration import plot_reliability
from tendu.metrics.coco import Truth
from tendu.models.catalog import default_model
from tendu.models.weights import locate
from tendu.plain_table import aligned, markdown, number
from tendu.runtimes.machine import this_machine
from tendu.sinks.open_sink import open_sink
from tendu.sinks.partial import PartialFile
from tendu.worst import worst_sheet


@dataclass(frozen=True, eq=False)
class Row:
    """One combination of options and what was measured with it.

    Attributes:
        decode, precision: what `tendu.load` was told.
        size: the model's input, px: a square's side, or height × width.
        bytes: the model file's size on disk.
        report: the measurement.
    """

    decode: str
    precision: str
    size: str
    bytes: int
    report: Report

    @classmethod
    def measured(
        cls,
        options: dict[str, Any],
        truth: Truth,
        protocol: Protocol,
        *,
        margin: float,
        nobody: Path | None,
        progress: Callable[[int, int | None], None],
    ) -> "Row":
        """Loads the model and measures it.

        Raises:
            TenduError: whatever loading or measuring raises.
        """
        path, _ = locate(options.get("model") or default_model(), models=options.get("models"))
        with load(**options) as estimator:
            report = evaluate_estimator(
                estimator, truth, protocol=protocol, margin=margin, nobody=nobody, progress=progress
            )
            height, width = estimator.height, estimator.width
            size = f"{width}" if height == width else f"{height} × {width}"
        decode, precision = options.get("decode", "float"), options.get("precision", "file")
        return cls(decode, precision, size, path.stat().st_size, report)

    @property
    def choices(self) -> dict[str, str]:
        """What tells rows apart."""
        report = self.report
        margin = "" if report.margin is None else f" {report.margin:g}"
        return {
            "model": report.model,
            "protocol": report.protocol + margin,
            "look": report.look,
            "decode": self.decode,
            "precision": self.precision,
            "size": self.size,
            "runtime": report.runtime,
        }

    @property
    def numbers(self) -> dict[str, str]:
        """What was measured, as words."""
        report, scores = self.report, self.report.scores
        found, ghosts = report.reported, report.ghosts
        return {
            "AP": number(_percent(scores.ap)),
            "AP50": number(_percent(scores.ap50)),
            "AP75": number(_percent(scores.ap75)),
            "AR": number(_percent(scores.ar)),
            "reported": f"{found.people}",
            "right": f"{found.right}/{found.true}",
            **({} if ghosts is None else {"ghosts": f"{len(ghosts.seen)}/{ghosts.photos}"}),
            "calibration": number(report.people_calibration.error, 3),
            "runs": number(report.inferences),
            "ms": number(report.milliseconds),
            "photos/s": number(report.photos / report.seconds),
            "MB": number(self.bytes / 1e6),
        }


LEGEND = (
    "AP and AR in per cent, by pycocotools, of every guess however unsure. reported: people whose confidence is at least "
    "{least:g}; right: those of them that match one of the true people at OKS .5. calibration: expected error of the "
    "confidence. runs: inferences per photo. ms: median per photo, reading left out; photos/s: with reading."
)
ERRORS = (
    "Error of each keypoint: the median distance in per cent of the square root of the person's area, and in brackets the "
    "share nearer than OKS's half-way distance."
)


def as_text(rows: list[Row]) -> str:
    """The tables for a terminal."""
    return "\n\n".join(_parts(rows, aligned))


def as_markdown(rows: list[Row]) -> str:
    """The tables as Markdown, under the command that made them."""
    machine = this_machine()
    facts = f"{machine.processor}, {machine.cores} cores, {machine.system}, tendu {__version__}"
    return "\n\n".join([f"    {command()}", facts, *_parts(rows, markdown)]) + "\n"


def to_json(rows: list[Row]) -> str:
    """Everything measured."""
    content = {
        "command": command(),
        "tendu": __version__,
        "machine": asdict(this_machine()),
        "rows": [_row_json(row) for row in rows],
    }
    return json.dumps(content, indent=1, ensure_ascii=False)


def check_free(folder: Path, *, overwrite: bool) -> None:
    """Refuses a folder that has a report, before time is spent on measuring.

    Raises:
        SinkError: a report is there and may not be replaced, or the folder cannot be made.
    """
    PartialFile(folder / "report.json", overwrite=overwrite)


def save(rows: list[Row], folder: Path, *, overwrite: bool) -> list[str]:
    """Writes all of it into a folder and gives the names.

    Raises:
        SinkError: a file is there already or cannot be written.
        MissingExtraError: matplotlib is not installed.
    """
    written = [folder / "report.json", folder / "report.md"]
    for path, text in zip(written, (to_json(rows), as_markdown(rows)), strict=True):
        with PartialFile(path, overwrite=overwrite).writing() as temporary:
            temporary.write_text(text, encoding="utf-8")
    for place, row in enumerate(rows, 1):
        mark = f"-{place}" if len(rows) > 1 else ""
        sheet, plot = folder / f"worst{mark}.jpg", folder / f"reliability{mark}.png"
        with open_sink(sheet, overwrite=overwrite) as sink:
            if sink.takes == "pictures":
                sink.write(worst_sheet(row.report))
        curves = {"people": row.report.people_calibration, "keypoints": row.report.keypoint_calibration}
        with PartialFile(plot, overwrite=overwrite).writing() as temporary:
            plot_reliability(temporary, curves, title=f"{row.report.model} {row.report.protocol}")
        written += [sheet, plot]
    return [str(path) for path in written]


def _parts(rows: list[Row], table: Callable[[list[str], list[list[str]]], str]) -> list[str]:
    """What all rows share, the table, what its columns mean, the errors by keypoint, and notes."""
    same = {name: row for name, row in rows[0].choices.items() if len({r.choices[name] for r in rows}) == 1}
    if len(rows) == 1:
        same.pop("model")
    shared = f"{rows[0].report.data}: " + ", ".join(f"{name} {value}" for name, value in same.items())
    differing = [name for name in rows[0].choices if name not in same]
    lines = [
        [
            f"{place}",
            *(row.choices[name] for name in differing),
            f"{row.report.photos}",
            *row.numbers.values(),
        ]
        for place, row in enumerate(rows, 1)
    ]
    header = ["", *differing, "photos", *rows[0].numbers]
    points = [
        [each[0].name, f"{each[0].points}", *(_error(one.median, one.hit) for one in each)]
        for each in zip(*(row.report.keypoints for row in rows), strict=True)
    ]
    titles = ["keypoint", "points", *(f"{place}" for place in range(1, len(rows) + 1))]
    notes = {row.report.note: None for row in rows if row.report.note}
    return [
        shared,
        table(header, lines),
        LEGEND.format(least=rows[0].report.reported.min_score),
        *notes,
        ERRORS,
        table(titles, points),
    ]


def _error(median: float | None, hit: float | None) -> str:
    return f"{number(_percent(median))} ({number(_percent(hit), 0)})"


def _percent(share: float | None) -> float | None:
    return None if share is None else share * 100


def _row_json(row: Row) -> dict[str, Any]:
    report = row.report
    plain = ("photos", "inferences", "milliseconds", "seconds", "margin", "note", "data")
    parts = ("scores", "reported", "people_calibration", "keypoint_calibration")
    return {
        **row.choices,
        "protocol": report.protocol,
        "bytes": row.bytes,
        **{name: getattr(report, name) for name in plain},
        **{name: asdict(getattr(report, name)) for name in parts},
        "keypoints": [asdict(one) for one in report.keypoints],
        "ghosts": None if report.ghosts is None else asdict(report.ghosts),
        "problems": [str(problem) for problem in report.problems],
        "outcomes": [
            {"image_id": one.photo.number, "oks": round(one.oks, 4), "guesses": len(one.poses)}
            for one in report.outcomes
        ],
    }
