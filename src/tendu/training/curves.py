"""Curves: a run's loss and AP over its steps, as a picture."""

from pathlib import Path

from tendu.errors import SinkError
from tendu.extras import require
from tendu.training.notes import JUDGED, PROGRESS, noted


def draw_curves(folder: Path) -> Path:
    """The picture `curves.png` of a run's `progress.jsonl` and, where there is one, `judged.jsonl`.

    Args:
        folder: of the run.

    Raises:
        SinkError: it cannot be written.
        SourceError: what the run noted cannot be read.
        MissingExtraError: matplotlib is not installed.
    """
    require("matplotlib", extra="plots", purpose="Drawing curves")
    from matplotlib.figure import Figure

    steps, marks = noted(folder / PROGRESS), noted(folder / JUDGED)
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
