"""tendu and others on the same photos, the same film and the same machine, in turns; each peer in its own environment."""

import json
import subprocess
import sys
import venv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np

from tendu.cache import cache_folder
from tendu.errors import MissingExtraError, SourceError, TenduError
from tendu.estimator import Estimator
from tendu.metrics.coco import Truth
from tendu.metrics.scoring import judge
from tendu.pipeline import run

LARGE = (4000, 3000)
"""The width and height of a photo of 12 megapixels, as phones take them."""


@dataclass(frozen=True)
class Peer:
    """Another way to find poses.

    Attributes:
        name: what people read.
        script: the file beside this one that runs it.
        packages: what pip installs for it.
    """

    name: str
    script: str
    packages: tuple[str, ...]


PEERS = (
    Peer("MediaPipe 0.10.21, complexity 1", "peer_mediapipe.py", ("mediapipe==0.10.21",)),
    Peer(
        "plain loop: OpenCV, resize, LiteRT",
        "peer_plain.py",
        ("ai-edge-litert", "opencv-python-headless", "numpy"),
    ),
)

# What a peer may take for its job, s.
_PATIENCE = 1200


@dataclass(frozen=True)
class Job:
    """What everybody does.

    Attributes:
        sets: photos by the name of their set, each with its COCO number.
        film: a film, or None.
        model: the file that the plain loop runs.
        threads: for the plain loop's model.
    """

    sets: dict[str, list[tuple[int, Path]]]
    film: Path | None
    model: Path
    threads: int

    def to_json(self) -> str:
        """As the peers' scripts read it."""
        sets = {name: [(number, str(path)) for number, path in photos] for name, photos in self.sets.items()}
        film = None if self.film is None else str(self.film)
        return json.dumps({"sets": sets, "film": film, "model": str(self.model), "threads": self.threads})


def large_photos(photos: Sequence[tuple[int, Path]], folder: Path) -> list[tuple[int, Path]]:
    """The photos enlarged to 12 megapixels, as JPEGs in a folder.

    Raises:
        SourceError: a photo cannot be read.
    """
    import cv2

    made: list[tuple[int, Path]] = []
    for number, path in photos:
        picture = cv2.imread(str(path))
        if picture is None:
            raise SourceError(f"Cannot read {path}: OpenCV knows no such photo.")
        target = folder / f"{number:012}.jpg"
        cv2.imwrite(str(target), cv2.resize(picture, LARGE, interpolation=cv2.INTER_CUBIC))
        made.append((number, target))
    return made


def environment(peer: Peer, *, tell: Callable[[str], None]) -> Path:
    """The Python of a peer's own environment, in the user's cache folder; it is made on first use.

    Raises:
        MissingExtraError: its packages cannot be installed.
    """
    key = sha256(" ".join([sys.version, *peer.packages]).encode()).hexdigest()[:8]
    folder = cache_folder() / "peers" / f"{Path(peer.script).stem}-{key}"
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not (folder / "ready").is_file():
        tell(f"installing {', '.join(peer.packages)}")
        venv.create(folder, with_pip=True, clear=True)
        try:
            _run(
                [str(python), "-m", "pip", "install", "--quiet", *peer.packages],
                f"{peer.name} cannot be installed",
            )
        except TenduError as error:
            raise MissingExtraError(str(error)) from error
        (folder / "ready").touch()
    return python


def run_peer(peer: Peer, job: Job, *, tell: Callable[[str], None]) -> dict[str, Any]:
    """What a peer measured and found.

    Raises:
        MissingExtraError: it cannot be installed.
        TenduError: it does not run.
    """
    python = environment(peer, tell=tell)
    tell(peer.name)
    script = Path(__file__).with_name(peer.script)
    return json.loads(_run([str(python), str(script), job.to_json()], f"{peer.name} does not run"))


def run_tendu(estimator: Estimator, job: Job, *, filming: Estimator) -> dict[str, Any]:
    """The same work by tendu: photos to COCO's results, the film to Parquet.

    Args:
        estimator: with min_score 0, as the peers report every guess.
        filming: the same with as many threads as a film leaves it.
        job: what is done.
    """
    seconds: dict[str, float] = {}
    results: dict[str, Any] = {}
    with TemporaryDirectory() as folder:
        found, table = Path(folder, "found.coco.json"), Path(folder, "film.parquet")
        for name, photos in job.sets.items():
            begun = perf_counter()
            run([path for _, path in photos], to=found, model=estimator, overwrite=True)
            seconds[name] = perf_counter() - begun
            results[name] = json.loads(found.read_text())
        frames, begun = 0, perf_counter()
        if job.film is not None:
            frames = run(job.film, to=table, model=filming).frames
        film_seconds = perf_counter() - begun
    return {"seconds": seconds, "results": results, "frames": frames, "film_seconds": film_seconds}


def ap(truth: Truth, results: list[dict[str, Any]], photos: list[tuple[int, Path]]) -> float | None:
    """AP of results on those photos, by pycocotools."""
    return judge(truth, results, [number for number, _ in photos]).scores.ap


def best(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """Of everything the shortest time of all rounds; what was found is that of the first.

    >>> best([{"seconds": {"a": 2.0}, "film_seconds": 1.0}, {"seconds": {"a": 1.5}, "film_seconds": 3.0}])
    {'seconds': {'a': 1.5}, 'film_seconds': 1.0}
    """
    sets = rounds[0]["seconds"]
    shortest = {name: float(np.min([each["seconds"][name] for each in rounds])) for name in sets}
    film = min(each["film_seconds"] for each in rounds)
    return {**rounds[0], "seconds": shortest, "film_seconds": film}


def _run(command: list[str], failure: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603  our own interpreters and scripts
            command, capture_output=True, text=True, check=False, timeout=_PATIENCE
        )
    except subprocess.TimeoutExpired as error:
        raise TenduError(f"{failure}: it took longer than {_PATIENCE} s.") from error
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise TenduError(f"{failure} here: {last}")
    return done.stdout
