"""`tendu bench`: how fast the model is, how fast the whole way is, and how others do on the same machine."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from tendu.cli.run import RUNTIMES
from tendu.cli.values import one_of, whole

_FOLDER = click.Path(path_type=Path)

_model = click.option(
    "--model", metavar="NAME|FILE", help='A model\'s name, see "tendu models", or a .tflite or .onnx file.'
)
_shelf = click.option(
    "--models", type=_FOLDER, metavar="FOLDER", help="Look for model files in this folder too."
)
_runtime = click.option(
    "--runtime",
    type=one_of(RUNTIMES),
    default="auto",
    metavar=f"[{'|'.join(RUNTIMES)}]",
    help="What runs the model.",
)
_threads = click.option("--threads", type=whole, metavar="N", help="Processor threads for the model.")
_film = click.option("--film", type=_FOLDER, metavar="FILE", help="A film to go through.")
_rounds = click.option(
    "--rounds",
    type=whole,
    default="3",
    metavar="N",
    help="How often everything is measured; the best counts; 3 when not given.",
)
_output = click.option(
    "-o",
    "--output",
    type=_FOLDER,
    metavar="FILE",
    help="Put the result into this Markdown file, in a section of its own.",
)


@click.group()
def bench() -> None:
    """Measure speed on this machine.

    Other programs that run meanwhile spoil times; ratios within one run suffer less.
    """


@bench.command("model")
@click.option(
    "--model",
    "names",
    multiple=True,
    metavar="NAME|FILE",
    help="A model; may be given several times, as may the next two.",
)
@click.option(
    "--runtime",
    "runtimes",
    type=one_of(RUNTIMES),
    multiple=True,
    metavar=f"[{'|'.join(RUNTIMES)}]",
    help="What runs the model; all that are installed when not given.",
)
@click.option(
    "--threads", type=whole, multiple=True, metavar="N", help="Threads; 1, 2 and all cores when not given."
)
@_shelf
@click.option(
    "--decode",
    type=one_of(("float", "published")),
    default="float",
    metavar="[float|published]",
    help="How the model's numbers are read.",
)
@click.option(
    "--precision",
    type=one_of(("file", "float")),
    default="file",
    metavar="[file|float]",
    help="How the model is computed.",
)
@click.option(
    "--size",
    type=whole,
    metavar="PX",
    help="The side of a MoveNet's input, a multiple of 32; the file's own when not given.",
)
@click.option(
    "--runs",
    type=whole,
    default="50",
    metavar="N",
    help="Inferences that are timed, at least; 50 when not given.",
)
@click.option(
    "--seconds",
    type=float,
    default=1.0,
    metavar="SECONDS",
    help="Their time together, at least; 1 when not given.",
)
@click.option(
    "--warm-up-runs",
    type=whole,
    default="1",
    metavar="N",
    help="Inferences before timing, at least; 1 when not given.",
)
@click.option(
    "--warm-up-seconds",
    type=float,
    default=0.5,
    metavar="SECONDS",
    help="Their time together, at least; 0.5 when not given.",
)
@_output
def bench_model(
    names: tuple[str, ...],
    runtimes: tuple[str, ...],
    threads: tuple[int, ...],
    *,
    models: Path | None,
    output: Path | None,
    **timing: Any,
) -> int:
    """The model alone: its latency in each runtime with each number of threads."""
    from tendu.bench.models import HEADER, LEGEND, bench_models, row, usual_threads
    from tendu.models.catalog import default_model
    from tendu.runtimes.available import versions

    if models is not None:
        timing["models"] = str(models)
    here = [name for name in versions() if name != "onnx"]  # which does not run .tflite files
    with _telling() as tell:
        told = bench_models(
            names or (default_model(),), runtimes or here, threads or usual_threads(), tell=tell, **timing
        )
    for each in told:
        if "problem" in each:
            click.echo(
                f"tendu: {each['model']} {each['runtime']} {each['threads']}: {each['problem']}", err=True
            )
    good = [each for each in told if "problem" not in each]
    if good:
        _give("Models", HEADER, [row(each) for each in good], output, LEGEND)
    return 0 if len(good) == len(told) else 1


@bench.command("pipeline")
@_film
@click.option("--photos", type=_FOLDER, metavar="FOLDER", help="A folder of photos to go through.")
@_model
@_shelf
@_runtime
@_threads
@_rounds
@_output
def bench_pipeline(
    *, film: Path | None, photos: Path | None, rounds: int, output: Path | None, **options: Any
) -> int:
    """The whole way, from files to keypoints, beside the machine's limit.

    The limit is the number of cores divided by the core time that decoding and the model need for a frame, each
    measured alone in the same run.
    """
    from tendu.bench.passages import HEADER, LEGEND, NO_INPUT, measured, row

    if film is None and photos is None:
        raise click.UsageError(NO_INPUT)
    with _telling() as tell:
        passages = measured(film, photos, options, rounds=rounds, tell=tell)
    _give(f"Pipeline, {_named(options)}", HEADER, [row(each) for each in passages], output, LEGEND)
    return 0


@bench.command("table")
@click.argument("folder", type=_FOLDER)
@_shelf
@_runtime
@_output
def bench_table(folder: Path, *, models: Path | None, runtime: str, output: Path | None) -> int:
    """The published table made again, on a folder with COCO's person_keypoints annotations."""
    from tendu.bench.published import REASONS
    from tendu.bench.table import HEADER, LEGEND, bench_table
    from tendu.metrics.coco import read_truth

    truth = read_truth(folder)
    timing = {"runs": 50, "seconds": 1.0, "warm_up_runs": 1, "warm_up_seconds": 0.5}
    with _telling() as tell:
        rows = bench_table(truth, models=models, runtime=runtime, tell=tell, **timing)
    photos = f"Photos: {truth.name}, {sum(photo.lone for photo in truth.photos)} of one person. {truth.note}".rstrip()
    reasons = "Why they differ, as far as we know:\n\n" + "\n".join(f"- {reason}" for reason in REASONS)
    _give("The published table", HEADER, rows, output, LEGEND, photos, reasons)
    return 1 if any(row[-1] for row in rows) else 0


@bench.command("peers")
@click.argument("folder", type=_FOLDER)
@_film
@_model
@_shelf
@_runtime
@_threads
@_rounds
@_output
def bench_peers(folder: Path, *, film: Path | None, rounds: int, output: Path | None, **options: Any) -> int:
    """Others on the same photos, the same film and this machine: MediaPipe, and the plain OpenCV loop.

    Each gets an environment of its own, which pip fills on first use. FOLDER has photos with COCO's person_keypoints
    annotations.
    """
    from tendu.bench.side_by_side import LEGEND, header, side_by_side

    with _telling() as tell:
        rows, problems = side_by_side(folder, film, options, rounds=rounds, tell=tell)
    for problem in problems:
        click.echo(f"tendu: {problem}", err=True)
    _give(f"Peers, {_named(options)}", header(film), rows, output, LEGEND, *problems)
    return 1 if problems else 0


def _named(options: dict[str, Any]) -> str:
    """The model's name: each has a section of its own."""
    from tendu.models.catalog import default_model

    return Path(options.get("model") or default_model()).name.removesuffix(".tflite")


@contextmanager
def _telling() -> Generator[Callable[[str], None]]:
    """Something to tell what is measured next; it shows on a terminal's standard error and leaves nothing behind."""
    from rich.console import Console

    with Console(stderr=True).status("") as status:
        yield status.update


def _give(title: str, header: Any, rows: list[list[str]], output: Path | None, *remarks: str) -> None:
    """Prints the table and what belongs to it; the same as a section of a Markdown file where one is named."""
    from tendu.bench.report import section, write
    from tendu.plain_table import aligned, markdown

    click.echo("\n\n".join([aligned(header, rows), *remarks]))
    if output is not None:
        write(output, section(title, markdown(header, rows), *remarks))
