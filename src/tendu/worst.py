"""The photos that went worst on one picture: on the left of each pair the truth, on the right what was found."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from tendu.drawing.draw import draw
from tendu.evaluation import Outcome, Report
from tendu.frame import Frame
from tendu.looking import CONFIDENT
from tendu.pose import Poses
from tendu.similarity import extent
from tendu.sources.images import read_photo
from tendu.window import Window

_CELL = 320  # the side of a picture on the sheet, px
_ACROSS = 3  # pairs of pictures in a row


def worst_sheet(report: Report, *, most: int = 12) -> Frame:
    """The photos with the lowest OKS, the worst first, with their names and OKS.

    Guesses below the report's `min_score` are left out where several people are looked for, as there are many.

    Args:
        report: an evaluation.
        most: how many photos are shown at most.

    Raises:
        SourceError: a photo cannot be read any more.
    """
    shown = sorted(report.outcomes, key=lambda outcome: outcome.oks)[:most]
    least = report.reported.min_score if report.protocol == "people" else 0.0
    pairs = [_pair(outcome, least) for outcome in shown]
    blank = np.zeros((_CELL, 2 * _CELL, 3), np.uint8)
    pairs += [blank] * (-len(pairs) % _ACROSS)
    rows = [np.concatenate(pairs[start : start + _ACROSS], axis=1) for start in range(0, len(pairs), _ACROSS)]
    return Frame.of(np.concatenate(rows), source=f"{report.data}, worst")


def _pair(outcome: Outcome, least: float) -> UInt8[np.ndarray, "cell two_cells 3"]:
    """Truth and guesses of one photo."""
    frame = read_photo(outcome.photo.path)
    window = _window(outcome, least, frame)
    cell = Frame.of(frame.sample(window, _CELL, _CELL), source=Path(frame.stamp.source).name)
    sides = (
        (_true_poses(outcome, cell), f"{cell.stamp.source} truth"),
        (outcome.poses[outcome.poses.confidence >= least], f"OKS {outcome.oks:.2f}"),
    )
    return np.concatenate(
        [draw(cell, _scaled(poses, window, cell), caption=caption).image for poses, caption in sides], axis=1
    )


def _window(outcome: Outcome, least: float, frame: Frame) -> Window:
    """The square around everyone, true or guessed; the whole photo where that is smaller."""
    whole = Window.letterbox(frame.stamp.width, frame.stamp.height)
    guesses = outcome.poses[outcome.poses.confidence >= least]
    points = np.concatenate(
        [guesses.xy[guesses.score > CONFIDENT], *(one.xy[one.labelled] for one in outcome.photo.people)]
    )
    close = Window.around(points, margin=1.6, least=64.0) if len(points) else whole
    return min(whole, close, key=lambda window: window.width)


def _true_poses(outcome: Outcome, cell: Frame) -> Poses:
    """The truth as poses: labelled points score 1, others 0."""
    people = [person for person in outcome.photo.people if person.counts]
    if not people:
        return Poses.empty(cell.stamp, skeleton=outcome.poses.skeleton)
    xy = np.stack([person.xy for person in people])
    labelled = np.stack([person.labelled for person in people])
    score = labelled.astype(np.float32)
    return Poses(
        xy,
        score,
        extent(xy, labelled),
        np.ones(len(people), np.float32),
        cell.stamp,
        skeleton=outcome.poses.skeleton,
    )


def _scaled(poses: Poses, window: Window, cell: Frame) -> Poses:
    """Poses of the photo as poses of its small picture."""
    box = window.to_unit(poses.box.reshape(-1, 2, 2)).reshape(-1, 4) * np.float32(_CELL)
    return replace(poses, xy=window.to_unit(poses.xy) * np.float32(_CELL), box=box, stamp=cell.stamp)
