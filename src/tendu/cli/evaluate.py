"""`tendu evaluate`: how good models are on annotated photos, how sure, how fast."""

import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import click

from tendu.cli.run import LOOKS, RUNTIMES
from tendu.cli.spoken import say
from tendu.cli.values import one_of, share, whole

PROTOCOLS = ("cropped", "whole", "people")
_PEOPLE = 20  # what COCO's scorer counts of one photo (cocoeval.py, maxDets)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--protocol",
    "protocols",
    type=one_of(PROTOCOLS),
    multiple=True,
    metavar=f"[{'|'.join(PROTOCOLS)}]",
    help="cropped: photos of one person, cut to the square around the true box, as Google's mAP. whole, when not given: "
    "photos of one person, seen as they are. people: everyone in every photo.",
)
@click.option(
    "--margin",
    type=float,
    default=1.0,
    metavar="FACTOR",
    help="With cropped: the side of the square over the longer side of the true box; 1 when not given.",
)
@click.option(
    "--nobody",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Photos without people: how often is somebody reported?",
)
@click.option(
    "--annotations",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="COCO's person_keypoints file, where the folder has several or none.",
)
@click.option(
    "--model",
    "models",
    multiple=True,
    metavar="NAME|FILE",
    help='A model, see "tendu models"; may be given several times, as may the next five.',
)
@click.option(
    "--look",
    "looks",
    type=one_of(LOOKS),
    multiple=True,
    metavar=f"[{'|'.join(LOOKS)}]",
    help="How a photo is looked at.",
)
@click.option(
    "--decode",
    "decodes",
    type=one_of(("float", "published")),
    multiple=True,
    metavar="[float|published]",
    help="How the model's numbers are read.",
)
@click.option(
    "--precision",
    "precisions",
    type=one_of(("file", "float")),
    multiple=True,
    metavar="[file|float]",
    help="How the model is computed.",
)
@click.option(
    "--size",
    "sizes",
    type=whole,
    multiple=True,
    metavar="PX",
    help="The side of a MoveNet's input, a multiple of 32; the file's own when not given.",
)
@click.option(
    "--runtime",
    "runtimes",
    type=one_of(RUNTIMES),
    multiple=True,
    metavar=f"[{'|'.join(RUNTIMES)}]",
    help="What runs the model.",
)
@click.option(
    "--models",
    "shelf",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Look for model files in this folder too.",
)
@click.option("--threads", type=whole, metavar="N", help="Processor threads for the model.")
@click.option(
    "--people",
    type=whole,
    metavar="N",
    help=f"Look for so many people at most; 1, or {_PEOPLE} with the protocol people.",
)
@click.option(
    "--min-score",
    type=share,
    metavar="SCORE",
    help="The confidence at which people count as found and as ghosts; AP counts every guess.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Write report.json, report.md, the worst photos and the reliability plots there.",
)
@click.option("--overwrite", is_flag=True, help="Replace files that are there already.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
def evaluate(
    folder: Path,
    *,
    protocols: tuple[str, ...],
    margin: float,
    nobody: Path | None,
    annotations: Path | None,
    output: Path | None,
    overwrite: bool,
    as_json: bool,
    people: int | None,
    shelf: Path | None,
    threads: int | None,
    min_score: float | None,
    **several: tuple[Any, ...],
) -> int:
    """Measure models on photos with COCO's person_keypoints annotations.

    The annotations' category names the keypoints that count, or they are COCO's 17; a model must find them all.

    AP and AR are computed by pycocotools over every guess, however unsure. Each combination of the options that are
    given several times is a row of the table; one that cannot be measured gets a sentence, and the rest still comes.
    """
    from tendu.cli.evaluate_output import Row, as_text, check_free, save, to_json
    from tendu.cli.progress import Bar
    from tendu.errors import TenduError
    from tendu.metrics.coco import read_truth

    truth = read_truth(folder, annotations=annotations)
    if output is not None:
        check_free(output, overwrite=overwrite)
    fixed = {"models": shelf, "threads": threads, "min_score": min_score}
    rows: list[Row] = []
    failed = False
    for choice, protocol in _choices(several, protocols):
        options = {**choice, **{name: value for name, value in fixed.items() if value is not None}}
        options["people"] = people or (_PEOPLE if protocol == "people" else 1)
        said = " ".join([*map(str, choice.values()), protocol])
        with Bar(shown=sys.stderr.isatty()) as bar:
            try:
                rows.append(
                    Row.measured(
                        options, truth, protocol, margin=margin, nobody=nobody, progress=bar.tell(said)
                    )
                )
            except TenduError as error:
                click.echo(f"tendu: {said}: {error}", err=True)
                failed = True
    if rows:
        click.echo(to_json(rows) if as_json else as_text(rows))
        if output is not None:
            for name in save(rows, output, overwrite=overwrite):
                click.echo(say("Written: {names}", names=name), err=True)
    problems = {str(problem): None for row in rows for problem in row.report.problems}
    for problem in problems:
        click.echo(f"tendu: {problem}", err=True)
    return 1 if failed or problems else 0


def _choices(
    several: dict[str, tuple[Any, ...]], protocols: tuple[str, ...]
) -> Iterator[tuple[dict[str, Any], Any]]:
    """Every combination of the options that were given, with a protocol each."""
    names = {
        "models": "model",
        "looks": "look",
        "decodes": "decode",
        "precisions": "precision",
        "sizes": "size",
        "runtimes": "runtime",
    }
    given = {names[plural]: values for plural, values in several.items() if values}
    for combination in product(*given.values(), protocols or ("whole",)):
        *values, protocol = combination
        yield dict(zip(given, values, strict=True)), protocol
