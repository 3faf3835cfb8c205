"""run(): everyone in a source found, followed, drawn and written, with a summary of it. A plain loop.

Only sources and sinks own threads: the next frames are decoded and the last ones encoded beside the loop.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter

from tendu.course import Completing, Laps, Stage, Tally
from tendu.drawing.draw import draw
from tendu.errors import DataError, SinkError, SourceError
from tendu.estimator import Estimator
from tendu.follower import Follower
from tendu.frame import Frame
from tendu.loading import load
from tendu.motion.smooth import Smoother
from tendu.motion.track import Lock, Tracker
from tendu.pose import Poses
from tendu.runtimes.available import version_of
from tendu.runtimes.machine import threads_beside_decoder
from tendu.showing import Showing
from tendu.sinks.file_sink import FileSink
from tendu.sinks.images import PictureFile
from tendu.sinks.open_sink import open_sink
from tendu.sinks.sink import Sink
from tendu.sources.ahead import ReadAhead
from tendu.sources.given import Given
from tendu.sources.open_source import Spec, open_source
from tendu.sources.source import Facts, Source

Progress = Callable[[int, int | None], None]
"""Told how many frames are done and how many there are in all, None where the source does not say."""

Target = str | Path | Sink

_PHOTO_RATE = 1.0
"""Frames a second of a film made of photos, which have no times of their own."""


@dataclass(frozen=True)
class Summary:
    """What a run did.

    Attributes:
        frames: how many were looked at.
        people: in a film, the most in one frame; in photos, how many were found in all.
        stages: seconds for each of `STAGES`; together they are the whole run.
        problems: what of the source was skipped, a sentence each; empty where all could be read.
        outputs: where the results are, as they were named.
        model: the model's name; empty where none was loaded.
        runtime: what ran it, with its version; empty likewise.
        interrupted: it was ended by Ctrl-C; the outputs hold what was done until then.

    >>> summary = Summary(30, 1, {"open": 0.5, "look": 1.5}, (), ("out.mp4",), interrupted=False)
    >>> summary.seconds, summary.rate
    (2.0, 20.0)
    """

    frames: int
    people: int
    stages: dict[Stage, float]
    problems: tuple[SourceError, ...]
    outputs: tuple[str, ...]
    interrupted: bool
    model: str = ""
    runtime: str = ""

    @property
    def seconds(self) -> float:
        """The whole run, the model's loading included."""
        return sum(self.stages.values())

    @property
    def rate(self) -> float:
        """Frames a second, opening not counted; 0.0 where nothing was done."""
        working = self.seconds - self.stages["open"]
        return self.frames / working if working > 0 else 0.0


def run(
    source: Spec,
    *,
    to: Target | Sequence[Target] = (),
    model: str | Path | Estimator | Callable[[], Estimator] | None = None,
    every: int = 1,
    start: float | None = None,
    end: float | None = None,
    rate: float | None = None,
    overwrite: bool = False,
    track: bool = True,
    smooth: bool = True,
    lock: Lock = None,
    drawing: Callable[[Frame, Poses], Frame] | None = None,
    show: bool = False,
    progress: Progress | None = None,
    clock: Callable[[], float] = perf_counter,
) -> Summary:
    """Finds everyone in a source and writes what was found. Ctrl-C ends it with the outputs complete so far.

    People in a film are followed, told apart and smoothed; photos are looked at one by one.

    Args:
        source: whatever `tendu.open` takes.
        to: an output or several: names that `tendu.save` takes, or sinks. With none, only the summary remains.
        model: a model's name or file; an estimator, to choose more than that: `tendu.load(people=2)`; a function that
            gives one, called when source and outputs are known to be good; None for the default model. A model named for
            a film of more than a megapixel leaves one core to the decoder.
        every: which frames are looked at: 2 takes every second one.
        start: seconds into a film; earlier frames are left out.
        end: seconds into a film; frames from there on are left out.
        rate: photos a second of a film made of photos; one, when None. A film keeps its source's times.
        overwrite: whether outputs that are there already may be replaced.
        track: whether people in a film are numbered.
        smooth: whether their movement is smoothed; for several people this needs `track`.
        lock: report one person of a film only: "largest", "centre" or their number, see `Tracker.lock`; this needs a model
            that looks for several, and `track`.
        drawing: draws poses on a frame for outputs of pictures; None for `tendu.draw` with sides in colours, or people where
            several are looked for.
        show: whether a window shows the drawn frames; closing it ends the run.
        progress: called after each frame.
        clock: seconds; for tests.

    Raises:
        SourceError: the source cannot be read; the outputs hold what was done until then.
        SinkError: an output cannot be written, or is named twice; the others are completed.
        DataError: a cut is asked of a source that is open or has no length, a rate of a film, a lock of photos or of a
            model that looks for one person, or several people of a film are to be smoothed without tracks.
        TenduError: whatever loading the model raises.
    """
    laps = Laps(clock)
    tally = Tally()
    opened: Source | None = None
    targets = list(to) if isinstance(to, Sequence) and not isinstance(to, str) else [to]
    interrupted = False
    estimator: Estimator | None = None
    try:
        with ExitStack() as inputs, Completing(always=not show) as completing, ExitStack() as outputs:
            opened = open_source(source, every=every, start=start, end=end)
            facts = opened.facts
            frames = inputs.enter_context(_ahead(opened))
            if lock is not None and not (facts.moving and track):
                raise DataError(
                    "A lock follows one person through a film, by tracks: leave it out for photos, or leave track on."
                )
            if rate is not None and facts.moving:
                raise DataError(
                    f"rate is for photos: {facts.name} has times of its own. Leave it out, or thin by every."
                )
            filmed = None if facts.moving else _PHOTO_RATE if rate is None else rate
            _refuse_twins(targets)
            sinks = [_sink(target, facts, overwrite=overwrite, rate=filmed) for target in targets]
            estimator = _estimator(model, facts, inputs)
            _refuse_too_few_or_many(estimator, facts, lock=lock, track=track, smooth=smooth)
            if show:
                sinks.append(Showing(paced=facts.moving and not facts.live, held=not facts.moving))
            made_by = _made_by(estimator, tracked=track and facts.moving, smoothed=smooth and facts.moving)
            for sink in sinks:
                if isinstance(sink, FileSink):
                    sink.made_by = made_by
                outputs.enter_context(sink)
            outputs.push(completing.begin)
            look = Follower(estimator).update if facts.moving else estimator
            tracker = Tracker(lock=lock) if track and facts.moving else None
            paint = drawing or usual_drawing(several=estimator.people > 1)
            smoother = Smoother() if smooth and facts.moving else None
            laps.end("open")
            for frame in frames:
                laps.end("read")
                poses = look(frame)
                laps.end("look")
                poses = poses if tracker is None else tracker.update(poses)
                poses = poses if smoother is None else smoother.update(poses)
                laps.end("track")
                _give(frame, poses, sinks, laps, paint)
                laps.end("write")
                tally.add(poses)
                if progress is not None:
                    progress(tally.frames, facts.frames)
                if any(isinstance(sink, Showing) and sink.closed for sink in sinks):
                    break
            laps.end("read")
    except KeyboardInterrupt:
        interrupted = True
    laps.end("write")
    return Summary(
        frames=tally.frames,
        people=tally.people(moving=opened is not None and opened.facts.moving),
        stages=laps.seconds,
        problems=() if opened is None else tuple(opened.problems),
        outputs=tuple(str(target) for target in targets if isinstance(target, str | Path)),
        interrupted=interrupted,
        model="" if estimator is None else estimator.name,
        runtime="" if estimator is None else estimator.runtime.name,
    )


def _ahead(source: Source) -> Source | ReadAhead:
    """What reads a source beside the loop, where it waits for that and nobody else writes into its pictures."""
    return source if source.facts.live or isinstance(source, Given) else ReadAhead(source)


def _refuse_too_few_or_many(
    estimator: Estimator, facts: Facts, *, lock: Lock, track: bool, smooth: bool
) -> None:
    """Refuses before the first frame what would end a film at the first one with two people, or mean nothing."""
    if lock is not None and estimator.people == 1:
        raise DataError("A lock chooses among several people: look for them, as tendu.load(people=5) does.")
    if facts.moving and smooth and not track and estimator.people > 1:
        raise DataError("Smoothing several people needs to know who is who: leave track on, or smooth off.")


def _refuse_twins(targets: list[Target]) -> None:
    """Refuses a file that would be written by two sinks at once."""
    paths = [Path(target).resolve() for target in targets if isinstance(target, str | Path)]
    for path in paths:
        if paths.count(path) > 1:
            raise SinkError(f"{path.name} is named twice as an output: name it once.")


def _sink(target: Target, facts: Facts, *, overwrite: bool, rate: float | None) -> Sink:
    """The open sink for a target that is not the source itself, and that can hold it."""
    if not isinstance(target, str | Path):
        return target
    path = Path(target)
    if path.exists() and Path(facts.name).exists() and path.samefile(facts.name):
        raise SinkError(f"{target} is what is read: name another output.")
    sink = open_sink(target, overwrite=overwrite, rate=rate)
    if isinstance(sink, PictureFile) and (facts.frames or 1) > 1:
        raise sink.too_many()
    return sink


def _estimator(
    model: str | Path | Estimator | Callable[[], Estimator] | None, facts: Facts, inputs: ExitStack
) -> Estimator:
    """The model; one that is loaded here is freed with the inputs."""
    match model:
        case Estimator():
            return model
        case None | str() | Path():
            threads = threads_beside_decoder(facts.pixels) if facts.moving else None
            return inputs.enter_context(load(model, threads=threads))
        case _:
            return model()


def _made_by(estimator: Estimator, *, tracked: bool, smoothed: bool) -> dict[str, str | int | float | bool]:
    """What files of poses say of how they were made."""
    return {
        "tendu": version_of("tendu"),
        "model": estimator.name,
        "size": f"{estimator.width}x{estimator.height}",
        "runtime": estimator.runtime.name,
        "look": estimator.look,
        "people": estimator.people,
        "min_score": estimator.min_score,
        "calibrated": estimator.calibration is not None,
        "tracked": tracked,
        "smoothed": smoothed,
    }


def usual_drawing(*, several: bool) -> Callable[..., Frame]:
    """`draw` as it is used where nobody says otherwise; its options can still be given."""
    return partial(draw, colour_by="person", labels="track") if several else draw


def _give(
    frame: Frame, poses: Poses, sinks: list[Sink], laps: Laps, paint: Callable[[Frame, Poses], Frame]
) -> None:
    """Hands a frame to every sink: its poses, or the frame with them drawn on it."""
    if any(sink.takes == "pictures" for sink in sinks):
        frame = paint(frame, poses)
    laps.end("draw")
    for sink in sinks:
        if sink.takes == "poses":
            sink.write(poses)
        else:
            sink.write(frame)
