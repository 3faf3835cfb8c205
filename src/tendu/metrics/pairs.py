"""True people side by side with the guesses most similar to them."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32

from tendu.metrics.coco import Truth
from tendu.metrics.scoring import Judged


@dataclass(frozen=True, eq=False)
class Pairs:
    """The m people of the truth who count, each with the guess that pycocotools finds most similar.

    Attributes:
        distance: float32 (m, k), px from the true point to the guessed; infinite where there is no guess, meaningless
            where the truth has no point.
        area: float32 (m,), px².
        labelled: bool (m, k), which points the truth has.
        score: float32 (m, k), of the guessed points; 0 where there is no guess.
        guessed: bool (m,), who has a guess.
    """

    distance: Float32[np.ndarray, "m k"]
    area: Float32[np.ndarray, "m"]
    labelled: Bool[np.ndarray, "m k"]
    score: Float32[np.ndarray, "m k"]
    guessed: Bool[np.ndarray, "m"]


def paired(
    truth: Truth, judged: Judged, xy: Float32[np.ndarray, "n k 2"], score: Float32[np.ndarray, "n k"]
) -> Pairs:
    """The pairs that a judgement names.

    Args:
        truth: the annotations that were judged by.
        judged: what was said of n results.
        xy: their points in image pixels, in their order.
        score: their points' scores.
    """
    photos = {photo.number: photo for photo in truth.photos}
    m, k, guessed = len(judged.photo), len(truth.skeleton), judged.nearest >= 0
    distance, scores = np.full((m, k), np.inf, np.float32), np.zeros((m, k), np.float32)
    area, labelled = np.zeros(m, np.float32), np.zeros((m, k), np.bool_)
    for row, (number, place) in enumerate(zip(judged.photo.tolist(), judged.person.tolist(), strict=True)):
        person = photos[number].people[place]
        area[row], labelled[row] = person.area, person.labelled
        if guessed[row]:
            guess = judged.nearest[row]
            distance[row] = np.linalg.norm(xy[guess] - person.xy, axis=1)
            scores[row] = score[guess]
    return Pairs(distance, area, labelled, scores, guessed)
