"""The published table made again: size, mAP and latency of every model of it that is here, theirs beside ours."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tendu.bench.models import bench_models
from tendu.bench.published import MARGINS, PUBLISHED, Published
from tendu.errors import TenduError
from tendu.evaluation import evaluate
from tendu.loading import load
from tendu.metrics.coco import Truth
from tendu.models.opened import Decode
from tendu.models.weights import locate
from tendu.plain_table import number

THREADS = (1, 2, 4)

HEADER = (
    "model", "MB theirs", "MB ours", "mAP theirs", *(f"AP ours, margin {margin:g}" for margin in MARGINS),
    "AP float decode", *(f"ms, {n} thread{'s'[: n - 1]}" for n in THREADS), "ms Pixel 5", "ms Pi 4", "",
)  # fmt: skip

LEGEND = (
    "AP ours: pycocotools, the protocol cropped, one look, the file's own output (decode published). AP float decode: the "
    "same with margin 1 and the heads read in float. ms: the median inference, as in bench model; theirs with four threads."
)


def bench_table(
    truth: Truth, *, models: Path | None, runtime: Any, tell: Callable[[str], None], **timing: Any
) -> list[list[str]]:
    """A row for each published model; one that is not here keeps the published numbers and says what to do.

    Args:
        truth: photos to measure AP on.
        models: a folder to search for models besides the usual ones.
        runtime: what runs them.
        tell: told what is measured next.
        timing: see `tendu.bench.one_model.one_model`.
    """
    rows: list[list[str]] = []
    for published in PUBLISHED:
        try:
            rows.append(_ours(published, truth, models, runtime, tell, timing))
        except TenduError as error:
            unknown = ["-"] * (len(MARGINS) + 1 + len(THREADS))
            rows.append(_row(published, "-", unknown, str(error).partition(" To place")[0]))
    return rows


def _ours(
    published: Published,
    truth: Truth,
    models: Path | None,
    runtime: Any,
    tell: Callable[[str], None],
    timing: dict[str, Any],
) -> list[str]:
    path, _ = locate(published.name, models=models, fetch=False)
    numbers: list[str] = []
    for margin in MARGINS:
        tell(f"{published.name}, margin {margin:g}")
        numbers.append(_ap(path, truth, runtime, "published", margin))
    tell(f"{published.name}, float decode")
    numbers.append(_ap(path, truth, runtime, "float", 1.0))
    timed = bench_models([str(path)], [runtime], THREADS, tell=tell, decode="published", **timing)
    numbers += ["-" if "problem" in each else number(each["median_ms"], 2) for each in timed]
    return _row(published, number(path.stat().st_size / 1e6), numbers, "")


def _ap(path: Path, truth: Truth, runtime: Any, decode: Decode, margin: float) -> str:
    """AP on cropped photos with one look, as words."""
    with load(path, decode=decode, runtime=runtime, look="once") as model:
        ap = evaluate(model, truth, protocol="cropped", margin=margin).scores.ap
    return number(None if ap is None else ap * 100)


def _row(published: Published, size: str, numbers: list[str], remark: str) -> list[str]:
    ap, times = numbers[: len(MARGINS) + 1], numbers[len(MARGINS) + 1 :]
    theirs = [number(published.megabytes), size, number(published.map)]
    return [published.name, *theirs, *ap, *times, f"{published.pixel5}", f"{published.pi4}", remark]
