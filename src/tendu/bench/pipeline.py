"""The whole way from files to keypoints: frames a second, where the time goes, and how near to the machine's limit.

What is compared is measured in turns, round after round, and of everything the best round counts: another program
that takes the machine for a while then takes it from one round of all, not from one side.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from types import TracebackType

from tendu.bench.limit import Limit, film_decoding, model_alone, photo_decoding, together
from tendu.errors import SourceError
from tendu.estimator import Estimator
from tendu.frame import Frame
from tendu.pipeline import run
from tendu.runtimes.machine import this_machine
from tendu.sources.open_source import open_source
from tendu.sources.source import Facts, Source
from tendu.timed import timed

STAGES = ("read and decode", "wait", "prepare", "run", "decode heads", "track", "draw", "write")
"""Where the time of a frame goes. "read and decode" has a thread of its own, beside all others; "wait" is for it."""


@dataclass(frozen=True)
class Passage:
    """One way from files to keypoints.

    Attributes:
        name: what was read and written.
        frames: how many.
        rate: frames a second, the best round.
        limit: the machine's, of decoding and model each alone.
        shared: the same of both at once.
        budget: milliseconds a frame for each of `STAGES`, in that round.
        inferences: runs of the model a frame.
    """

    name: str
    frames: int
    rate: float
    limit: Limit
    shared: Limit
    budget: dict[str, float]
    inferences: float

    @property
    def ratio(self) -> float:
        """The share of the limit that is reached: the headline."""
        return self.rate / self.limit.rate

    @property
    def shared_ratio(self) -> float:
        """The share that is reached of what decoding and model do at once."""
        return self.rate / self.shared.rate


@dataclass(frozen=True, eq=False)
class Way:
    """What is to be measured.

    Attributes:
        name: what people read.
        source: a film or photos.
        target: what is written, a name with a suffix: "out.parquet".
        estimator: what looks.
    """

    name: str
    source: Path | list[Path]
    target: str
    estimator: Estimator


def bench_pipeline(
    ways: Sequence[Way],
    alone: list[Estimator],
    *,
    rounds: int = 3,
    frames: int = 200,
    tell: Callable[[str], None] = lambda _: None,
) -> list[Passage]:
    """Every way and its limit, measured in turns.

    Args:
        ways: films and photos.
        alone: the model on one thread, in every form that may be the fastest.
        rounds: how often all is measured.
        frames: of the film, for its decoding alone.
        tell: told what is measured next.

    Raises:
        SourceError: a film or photo cannot be read.
    """
    model: list[float] = []
    decoding: dict[str, list[float]] = {way.name: [] for way in ways}
    both: dict[str, list[tuple[float, float]]] = {way.name: [] for way in ways}
    passed: dict[str, list[Passage]] = {way.name: [] for way in ways}
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(rounds):
            tell(f"round {turn + 1} of {rounds}")
            spent, fastest = model_alone(alone, runs=40)
            model.append(spent)
            for way in ways:
                passed[way.name].append(_passage(way, Path(folder)))
                decode = _decoding(way, frames)
                decoding[way.name].append(decode())
                both[way.name].append(together(decode, fastest))
    cores = this_machine().cores
    best = [max(passed[way.name], key=lambda passage: passage.rate) for way in ways]
    return [
        Passage(
            each.name,
            each.frames,
            each.rate,
            Limit(min(decoding[each.name]), min(model), each.inferences, cores),
            Limit(*min(both[each.name], key=sum), each.inferences, cores),
            each.budget,
            each.inferences,
        )
        for each in best
    ]


def _decoding(way: Way, frames: int) -> Callable[[], float]:
    source = way.source
    if isinstance(source, list):
        return lambda: photo_decoding(source)
    return lambda: film_decoding(source, frames=frames)


def _passage(way: Way, folder: Path) -> Passage:
    """One pass, its limits left open."""
    estimator, runtime, decoder = timed(way.estimator)
    source = _Timed(open_source(way.source))
    begun = perf_counter()
    summary = run(source, to=folder / way.target, model=estimator, overwrite=True)
    seconds = perf_counter() - begun
    if summary.frames == 0:
        raise SourceError(f"{way.name} has no frames to measure with.")
    spent = {
        "read and decode": source.seconds,
        "wait": summary.stages["read"],
        "prepare": summary.stages["look"] - runtime.seconds - decoder.seconds,
        "run": runtime.seconds,
        "decode heads": decoder.seconds,
        "track": summary.stages["track"],
        "draw": summary.stages["draw"],
        "write": summary.stages["write"] + summary.stages["open"],
    }
    n = summary.frames
    budget = {stage: value / n * 1e3 for stage, value in spent.items()}
    return Passage(way.name, n, n / seconds, Limit(1, 1, 1, 1), Limit(1, 1, 1, 1), budget, runtime.runs / n)


class _Timed:
    """Another source, with a stopwatch for what giving its frames takes."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.seconds = 0.0

    @property
    def facts(self) -> Facts:
        """What the source says about itself."""
        return self._source.facts

    @property
    def problems(self) -> list[SourceError]:
        """What was skipped so far."""
        return self._source.problems

    def __enter__(self) -> "_Timed":
        self._source.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go."""
        self._source.close()

    def __iter__(self) -> Iterator[Frame]:
        frames = iter(self._source)
        while True:
            begun = perf_counter()
            frame = next(frames, None)
            self.seconds += perf_counter() - begun
            if frame is None:
                return
            yield frame
