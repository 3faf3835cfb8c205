"""What `tendu bench peers` measures, and how it says it."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tendu.bench.passages import threads_for
from tendu.bench.peers import PEERS, Job, ap, best, large_photos, run_peer, run_tendu
from tendu.errors import DataError, TenduError
from tendu.loading import load, open_file
from tendu.metrics.coco import Truth, read_truth
from tendu.models.catalog import default_model
from tendu.models.weights import locate
from tendu.plain_table import number
from tendu.runtimes.machine import sensible_threads

LEGEND = (
    "Photos and frames a second from file to keypoints, the model loaded before. AP by pycocotools over every guess, whole photos of one "
    "person. MediaPipe in static mode on photos and in video mode on the film. The plain loop runs the same model file. tendu "
    "writes what it finds, photos to COCO's results and the film to Parquet; the others only keep it. 12 MP: photos "
    "enlarged to 4000 × 3000. Of each the best round, all measured in turns."
)

_LARGE = 24  # photos of 12 megapixels: a second or two of work for each


def header(film: Path | None) -> list[str]:
    """The columns."""
    return ["", "photos/s", "AP", "12 MP photos/s", *([] if film is None else [f"{film.name} frames/s"])]


def side_by_side(
    folder: Path,
    film: Path | None,
    options: dict[str, Any],
    *,
    rounds: int,
    tell: Callable[[str], None],
) -> tuple[list[list[str]], list[str]]:
    """A row for tendu with each look and for each peer, and sentences about those that could not be measured.

    Args:
        folder: photos with COCO's person_keypoints annotations.
        film: a film, or None.
        options: what `tendu.load` takes.
        rounds: how often everybody does everything.
        tell: told who is measured.

    Raises:
        TenduError: the photos or the model cannot be read.
    """
    truth = read_truth(folder)
    photos = [(photo.number, photo.path) for photo in truth.photos if photo.lone and photo.path.is_file()]
    if not photos:
        raise DataError(f"{folder} has no photo of exactly one person to measure with.")
    file, card = locate(options.get("model") or default_model(), models=options.get("models"))
    done: dict[str, list[dict[str, Any]]] = {}
    problems: dict[str, str] = {}
    with TemporaryDirectory() as scratch, ExitStack() as opened:
        large = large_photos(photos[:_LARGE], Path(scratch))
        if card is not None and card.read_at is not None:
            resized = open_file(file, card).content
            file = Path(scratch) / f"{card.name}.tflite"
            file.write_bytes(resized)
        job = Job({"photos": photos, "large": large}, film, file, sensible_threads(options.get("threads")))
        model = opened.enter_context(load(**options, min_score=0.0))
        beside = options.get("threads") or threads_for(film)
        leaving: dict[str, Any] = {**options, "threads": beside}
        filming = opened.enter_context(load(**leaving, min_score=0.0))
        looks = {f"tendu, {look}": replace(model, look=look) for look in ("once", "zoom")}
        for turn in range(rounds):
            for name, estimator in looks.items():
                tell(f"round {turn + 1} of {rounds}: {name}")
                done.setdefault(name, []).append(
                    run_tendu(estimator, job, filming=replace(filming, look=estimator.look))
                )
            for peer in PEERS:
                if peer.name in problems:
                    continue
                try:
                    done.setdefault(peer.name, []).append(
                        run_peer(
                            peer,
                            job,
                            tell=lambda what, turn=turn: tell(f"round {turn + 1} of {rounds}: {what}"),
                        )
                    )
                except TenduError as error:
                    problems[peer.name] = str(error)
    return [_row(name, best(each), truth, job) for name, each in done.items() if each], list(
        problems.values()
    )


def _row(name: str, told: dict[str, Any], truth: Truth, job: Job) -> list[str]:
    rates = {of: len(photos) / told["seconds"][of] for of, photos in job.sets.items()}
    score = ap(truth, told["results"]["photos"], job.sets["photos"])
    film = [] if job.film is None else [number(told["frames"] / told["film_seconds"])]
    percent = None if score is None else score * 100
    return [name, number(rates["photos"]), number(percent), number(rates["large"]), *film]
