"""Chances: what the confidence of a model file is worth, learned from people whom training held out.

The file looks at each of them as it looks at a photo of one person (`zoom`). A guess is right where its object keypoint
similarity with somebody labelled is at least one half; a guess beside everybody, or in a picture without people, is wrong.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, UInt8

from tendu.estimator import Estimator
from tendu.metrics.calibration import Calibration, calibration
from tendu.metrics.platt import Platt, fitted
from tendu.models.opened import open_model
from tendu.runtimes.litert import LiteRT
from tendu.similarity import oks
from tendu.skeleton import COCO17, Skeleton
from tendu.training.data import Crops
from tendu.training.held import area_of, least

TIMES = (1, 2)
"""How many times as large as the crop the pictures are: people are near and far."""

RIGHT = 0.5
"""The OKS from which on a guess is right: COCO's first threshold."""


@dataclass(frozen=True, eq=False)
class Chances:
    """A calibration, and the curves before and after it.

    Attributes:
        platt: the two numbers.
        before, after: how confidence and truth go together, on the very guesses that it was fitted to.
        guesses: how many those were.
    """

    platt: Platt
    before: Calibration
    after: Calibration
    guesses: int


def chances(confidence: Float32[np.ndarray, "n"], right: Bool[np.ndarray, "n"]) -> Chances:
    """The calibration of some guesses.

    Raises:
        DataError: see `tendu.metrics.platt.fitted`.
    """
    platt = fitted(confidence, right)
    curves = calibration(confidence, right), calibration(platt(confidence), right)
    return Chances(platt, *curves, len(right))


def estimator_of(model: bytes, *, threads: int = 1) -> Estimator:
    """What a photo of one person is looked at with, every guess reported with its confidence as it is.

    Args:
        model: a .tflite file.
        threads: for it.
    """
    opened = open_model(model)
    runtime = LiteRT(opened.content, threads=threads)
    size = opened.height, opened.width
    return Estimator(
        "held", runtime, opened.decoder, *size, look="zoom", min_score=0.0, skeleton=opened.skeleton
    )


def guesses(
    estimator: Estimator, several: list[Crops]
) -> tuple[Float32[np.ndarray, "n"], Bool[np.ndarray, "n"]]:
    """How sure an estimator is of each guess, and which are right.

    Args:
        estimator: it reports every guess.
        several: crops that it was not trained on, of its own points; those whose own person has fewer labelled ones than
            `tendu.training.held.least` says are left out. Where nobody is in a crop every guess is wrong.
    """
    sure: list[float] = []
    right: list[bool] = []
    for crops in several:
        for picture, people in zip(crops.pictures, crops.people, strict=True):
            if len(people) and (people[0, :, 2] > 0).sum() < least(crops.skeleton):
                continue
            for times in TIMES:
                larger, shift = _in_the_middle(picture, times)
                for pose in estimator(larger):
                    sure.append(pose.confidence)
                    right.append(is_right(pose.xy - np.float32(shift), people, crops.skeleton))
    return np.array(sure, np.float32), np.array(right, np.bool_)


def is_right(
    xy: Float32[np.ndarray, "k 2"], people: Float32[np.ndarray, "p k 3"], skeleton: Skeleton = COCO17
) -> bool:
    """Whether a guess is like somebody: OKS at least one half over that person's labelled points.

    Args:
        xy: the guess.
        people: x, y and v (0 not labelled) in the same pixels.
        skeleton: whose points both have.
    """
    labelled = people[..., 2] > 0
    somebody = people[labelled.any(axis=1)]
    area = np.array([area_of(person) for person in somebody], np.float32)
    alike = oks(xy[None], somebody[..., :2], area, counted=somebody[None, ..., 2] > 0, skeleton=skeleton)
    return bool(alike.max(initial=0.0) >= RIGHT)


def _in_the_middle(picture: UInt8[np.ndarray, "s s 3"], times: int) -> tuple[UInt8[np.ndarray, "l l 3"], int]:
    """A picture in the middle of a black one that many times as large, and how far it was shifted, px."""
    side = len(picture)
    shift = side * (times - 1) // 2
    larger = np.zeros((side * times, side * times, 3), np.uint8)
    larger[shift : shift + side, shift : shift + side] = picture
    return larger, shift
