"""evaluate(): an estimator over photos with COCO's annotations becomes a Report."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Literal, get_args

import numpy as np
from jaxtyping import Float32

from tendu.errors import DataError, SourceError
from tendu.estimator import Estimator
from tendu.extras import require
from tendu.frame import Frame
from tendu.metrics.by_keypoint import KeypointError, by_keypoint, hits
from tendu.metrics.calibration import Calibration, calibration
from tendu.metrics.category import measuring
from tendu.metrics.coco import TruePerson, TruePhoto, Truth, as_results
from tendu.metrics.pairs import paired
from tendu.metrics.scoring import Judged, Scores, judge
from tendu.pixels import RgbPixels
from tendu.pose import Poses
from tendu.sources.ahead import ReadAhead
from tendu.sources.images import Photos
from tendu.timed import timed
from tendu.window import Window

Protocol = Literal["cropped", "whole", "people"]
"""Which photos are taken, and what of them the model may see.

cropped  photos of one person, cut to the square around the true box: nearest to how the published mAP was measured.
whole    photos of one person, all of the photo.
people   all photos, all of each; everyone in them is to be found.
"""

PROTOCOLS: tuple[Protocol, ...] = get_args(Protocol)

Progress = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Reported:
    """Who remains where people need a confidence to be reported, as users see it; AP counts every guess.

    Attributes:
        min_score: the least confidence.
        people: how many are reported.
        right: how many of them match a person of the truth at OKS .5.
        true: how many people the truth has.
    """

    min_score: float
    people: int
    right: int
    true: int


@dataclass(frozen=True)
class Ghosts:
    """People reported where nobody is.

    Attributes:
        photos: how many photos without people were looked at.
        seen: the names of those in which somebody was reported.
    """

    photos: int
    seen: tuple[str, ...]

    @property
    def rate(self) -> float:
        """The share of the photos in which somebody was reported."""
        return len(self.seen) / self.photos


@dataclass(frozen=True, eq=False)
class Outcome:
    """One photo: what was in it and what was found.

    Attributes:
        photo: the truth.
        poses: every guess, with the truth's points.
        oks: the mean similarity of each true person to the nearest guess, by pycocotools; 1 where nobody counts.
    """

    photo: TruePhoto
    poses: Poses
    oks: float


@dataclass(frozen=True, eq=False)
class Report:
    """How good an estimator is on some photos, and how fast.

    Attributes:
        model: its name.
        runtime: what ran it.
        look: how it looked.
        data: the folder's name.
        protocol: see `Protocol`.
        margin: with `cropped`, the side of the square over the longer side of the true box; else None.
        photos: how many were looked at.
        scores: AP and AR of every guess (min_score 0), by pycocotools.
        reported: who remains at the estimator's own min_score.
        keypoints: the error of each of the truth's keypoints, over all true people, each paired with the most similar guess.
        people_calibration: of people's confidence; right is OKS .5.
        keypoint_calibration: of keypoints' scores, in those pairs; right is a hit, see `KeypointError`.
        ghosts: on photos without people; None where none were given.
        inferences: runs of the model per photo.
        milliseconds: the median time of one photo in the estimator, reading left out.
        seconds: all photos from file to poses, reading ahead of looking.
        problems: photos that could not be read and are left out, a sentence each.
        note: what a reader must know of the truth; empty where nothing.
        outcomes: photo by photo.
    """

    model: str
    runtime: str
    look: str
    data: str
    protocol: Protocol
    margin: float | None
    photos: int
    scores: Scores
    reported: Reported
    keypoints: tuple[KeypointError, ...]
    people_calibration: Calibration
    keypoint_calibration: Calibration
    ghosts: Ghosts | None
    inferences: float
    milliseconds: float
    seconds: float
    problems: tuple[SourceError, ...]
    note: str
    outcomes: tuple[Outcome, ...]


def evaluate(
    estimator: Estimator,
    truth: Truth,
    *,
    protocol: Protocol = "whole",
    margin: float = 1.0,
    nobody: Path | None = None,
    progress: Progress | None = None,
) -> Report:
    """How good and how fast an estimator is on annotated photos. Photos are decoded while others are looked at.

    Args:
        estimator: what is measured; its `min_score` matters only to `Report.reported` and `Report.ghosts`.
        truth: the photos, from `tendu.metrics.coco.read_truth`; of the model's points those count that it marks. OKS goes by
            the model's sigmas, on COCO's 17 by COCO's.
        protocol: which photos, and what of them is seen.
        margin: with `cropped`, the side of the square over the longer side of the true box.
        nobody: a folder of photos without people, to count ghosts on.
        progress: told how many photos are done and how many there are.

    Raises:
        DataError: an option cannot be meant, the truth marks a point that the model does not find, or no photo fits the
            protocol.
        SourceError: not one photo can be read.
        MissingExtraError: pycocotools is not installed.
    """
    check_protocol(protocol)
    require("pycocotools.cocoeval", extra="evaluate", purpose="Scoring poses")
    skeleton = measuring(truth.skeleton, estimator.skeleton, data=truth.name)
    truth = replace(truth, skeleton=skeleton)
    photos = _chosen(truth, protocol, margin)
    everything, runtime, _ = timed(replace(estimator, min_score=0.0))
    source = Photos([photo.path for photo in photos], name=truth.name)
    without = None if nobody is None else Photos.of_folder(nobody)
    found: list[tuple[TruePhoto, Poses]] = []
    spent: list[float] = []
    begun = perf_counter()
    with ReadAhead(source) as frames:
        for frame in frames:
            photo = photos[frame.number]
            started = perf_counter()
            person = photo.people[0] if protocol == "cropped" else None
            poses = everything(frame) if person is None else _cropped(everything, frame, person, margin)
            spent.append(perf_counter() - started)
            found.append((photo, poses.arranged(skeleton)))
            if progress is not None:
                progress(len(found) + len(source.problems), len(photos))
    seconds = perf_counter() - begun
    results = [
        entry for photo, poses in found for entry in as_results(photo.number, poses, category=truth.category)
    ]
    judged = judge(truth, results, [photo.number for photo, _ in found])
    confidence, xy, score = (
        np.concatenate([getattr(poses, part) for _, poses in found]) for part in ("confidence", "xy", "score")
    )
    pairs = paired(truth, judged, xy, score)
    shown = pairs.labelled & pairs.guessed[:, None]
    return Report(
        model=estimator.name,
        runtime=estimator.runtime.name,
        look=estimator.look,
        data=truth.name,
        protocol=protocol,
        margin=margin if protocol == "cropped" else None,
        photos=len(found),
        scores=judged.scores,
        reported=_reported(judged, confidence, estimator.min_score),
        keypoints=by_keypoint(pairs.distance, pairs.area, pairs.labelled, skeleton=skeleton),
        people_calibration=calibration(confidence[judged.counted], judged.right[judged.counted]),
        keypoint_calibration=calibration(
            pairs.score[shown], hits(pairs.distance, pairs.area, skeleton=skeleton)[shown]
        ),
        ghosts=None if without is None else _ghosts(estimator, without),
        inferences=runtime.runs / len(found),
        milliseconds=float(np.median(spent)) * 1e3,
        seconds=seconds,
        problems=(*source.problems, *(without.problems if without else ())),
        note=truth.note,
        outcomes=_outcomes(judged, found),
    )


def check_protocol(protocol: str) -> None:
    """Refuses a protocol that is not known.

    Raises:
        DataError: not one of `PROTOCOLS`.
    """
    if protocol not in PROTOCOLS:
        raise DataError(f"Unknown protocol {protocol!r}. Choose one of {', '.join(PROTOCOLS)}.")


def _chosen(truth: Truth, protocol: Protocol, margin: float) -> list[TruePhoto]:
    """The photos that a protocol takes."""
    if not 0 < margin <= 10:
        raise DataError(f"margin is above 0 and at most 10, not {margin}.")
    photos = [photo for photo in truth.photos if protocol == "people" or photo.lone]
    if not photos:
        raise DataError(
            f"{truth.name} has no photo of exactly one person, which the protocol {protocol!r} needs. "
            "Choose the protocol 'people'."
        )
    return photos


def _cropped(estimator: Estimator, frame: Frame, person: TruePerson, margin: float) -> Poses:
    """What the estimator says of the square around a person alone, in pixels of the whole photo."""
    square = Window.around(np.array(person.box).reshape(2, 2), margin=margin, least=1.0)
    corner, side = np.floor([square.left, square.top]).astype(int), int(np.ceil(square.width))
    cut = np.zeros((side, side, 3), np.uint8)
    size = np.array([frame.stamp.width, frame.stamp.height])
    low, high = np.clip(corner, 0, size), np.clip(corner + side, 0, size)
    (x, y), (right, bottom) = low - corner, high - corner
    cut[y:bottom, x:right] = frame.image[low[1] : high[1], low[0] : high[0]]
    poses = estimator(Frame(RgbPixels(cut), replace(frame.stamp, width=side, height=side)))
    shift = corner.astype(np.float32)
    return replace(poses, xy=poses.xy + shift, box=poses.box + np.tile(shift, 2), stamp=frame.stamp)


def _reported(judged: Judged, confidence: Float32[np.ndarray, "n"], least: float) -> Reported:
    sure = judged.counted & (confidence >= least)
    return Reported(least, int(sure.sum()), int((sure & judged.right).sum()), len(judged.photo))


def _ghosts(estimator: Estimator, nobody: Photos) -> Ghosts:
    names: list[str] = []
    photos = 0
    for frame in nobody:
        photos += 1
        if len(estimator(frame)):
            names.append(Path(frame.stamp.source).name)
    return Ghosts(photos, tuple(names))


def _outcomes(judged: Judged, found: list[tuple[TruePhoto, Poses]]) -> tuple[Outcome, ...]:
    outcomes: list[Outcome] = []
    for photo, poses in found:
        here = judged.oks[judged.photo == photo.number]
        outcomes.append(Outcome(photo, poses, float(here.mean()) if len(here) else 1.0))
    return tuple(outcomes)
