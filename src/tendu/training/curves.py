"""Curves: a run's loss and AP over its steps, as a picture."""

import json
from pathlib import Path
from typing import Any

from tendu.errors import SinkError
from tendu.extras import require


def draw_curves(folder: Path) -> Path:
    """The picture `curves.png` of a run's `progress.jsonl` and, where there is one, `judged.jsonl`.

    Args:
        folder: of the run.

    Raises:
        SinkError: it cannot be written.
        MissingExtraError: matplotlib is not installed.
    """
    require("matplotlib", extra="plots", purpose="Drawing curves")
    from matplotlib.figure import Figure

    steps, marks = _lines(folder / "progress.jsonl"), _lines(folder / "judged.jsonl")
    figure = Figure(figsize=(8, 7), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True)
    for part in ("loss", "centre", "heatmap", "offset", "regression"):
        upper.plot([row["step"] for row in steps], [row[part] for row in steps], label=part, linewidth=1)
    upper.set_yscale("log")
    upper.set_ylabel("loss")
    upper.legend(loc="upper right")
    for title in dict.fromkeys(row["title"] for row in marks):
        mine = [row for row in marks if row["title"] == title]
        lower.plot(
            [row["step"] for row in mine],
            [row.get("ap", row.get("oks")) for row in mine],
            marker="o",
            label=title,
        )
    lower.set_xlabel("step")
    lower.set_ylabel("AP, or mean OKS of held people")
    if marks:
        lower.legend(loc="center right")
    path = folder / "curves.png"
    try:
        figure.savefig(path, dpi=120)
    except OSError as error:
        raise SinkError(f"Cannot write {path}: {error.strerror or error}.") from error
    return path


def _lines(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
