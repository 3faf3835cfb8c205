"""What `tendu bench pipeline` measures, and how it says it."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from tendu.bench.pipeline import STAGES, Passage, Way, bench_pipeline
from tendu.errors import SourceError
from tendu.estimator import Estimator
from tendu.loading import load
from tendu.plain_table import number
from tendu.runtimes.available import versions
from tendu.runtimes.machine import threads_beside_decoder
from tendu.sources.images import is_called_photo
from tendu.sources.open_source import open_source

NO_INPUT = "There is nothing to go through. Give --film FILE, --photos FOLDER or both."

HEADER = (
    "way", "frames", "a second", "limit", "ratio %", "limit at once", "ratio at once %", "inferences", "decode alone",
    "model alone", "decode at once", "model at once", *STAGES,
)  # fmt: skip

LEGEND = (
    "ratio: frames a second in per cent of the limit, the cores divided by (decode alone + inferences × model alone), both in "
    "milliseconds of one core; at once: the same while both run, as cores that share caches or arithmetic let them. The "
    "stages are milliseconds of a frame; read and decode has a thread of its own beside the others, and wait is for it. Of "
    "each the best round."
)

_PHOTOS = 200  # enough for a steady mean


def measured(
    film: Path | None,
    photos: Path | None,
    options: dict[str, Any],
    *,
    rounds: int,
    tell: Callable[[str], None],
) -> list[Passage]:
    """A film to a table and to a drawn film, photos to a table with one look and with the closer looks.

    Args:
        film: a film, or None.
        photos: a folder, or None.
        options: what `tendu.load` takes.
        rounds: how often all is measured.
        tell: told what is measured next.

    Raises:
        TenduError: the model cannot be loaded, or a film or photo cannot be read.
    """
    with ExitStack() as opened:

        def model(**different: Any) -> Estimator:
            return opened.enter_context(load(**{**options, **different}))

        estimator = model()
        filming = model(threads=options.get("threads") or threads_for(film))
        alone = [model(**form) for form in _forms(options.get("runtime", "auto"))]
        ways: list[Way] = []
        if film is not None:
            ways += [
                Way(f"{film.name} to .parquet", film, "film.parquet", filming),
                Way(f"{film.name} to .mp4", film, "film.mp4", filming),
            ]
        if photos is not None:
            files = _files(photos)
            ways += [
                Way(f"photos to .parquet, {look}", files, "photos.parquet", replace(estimator, look=look))
                for look in ("once", "zoom")
            ]
        return bench_pipeline(ways, alone, rounds=rounds, tell=tell)


def _forms(runtime: str) -> list[dict[str, Any]]:
    """The forms of the model that may be the fastest on one core; OpenVINO is slow on the published INT8 decoder."""
    here = [name for name in versions() if name != "onnx"] if runtime == "auto" else [runtime]
    decodes = {name: ("float",) if name == "openvino" else ("float", "published") for name in here}
    return [{"threads": 1, "runtime": name, "decode": decode} for name in here for decode in decodes[name]]


def row(passage: Passage) -> list[str]:
    """A measurement as words for `HEADER`."""
    limit = passage.limit
    return [
        passage.name,
        f"{passage.frames}",
        number(passage.rate),
        number(limit.rate),
        number(passage.ratio * 100, 0),
        number(passage.shared.rate),
        number(passage.shared_ratio * 100, 0),
        number(passage.inferences, 2),
        number(limit.decode, 2),
        number(limit.model, 2),
        number(passage.shared.decode, 2),
        number(passage.shared.model, 2),
        *(number(passage.budget[stage], 2) for stage in STAGES),
    ]


def threads_for(film: Path | None) -> int:
    """The threads that `tendu.run` gives a film's model."""
    if film is None:
        return threads_beside_decoder(None)
    with open_source(film) as source:
        return threads_beside_decoder(source.facts.pixels)


def _files(folder: Path) -> list[Path]:
    photos = sorted(path for path in folder.glob("*") if is_called_photo(path))[:_PHOTOS]
    if not photos:
        raise SourceError(f"The folder {folder} has no photos to measure with.")
    return photos
