"""Platt scaling: a confidence becomes the chance of being right, by two numbers fitted to what was right and what was not.

It is logistic regression on the confidence's logit: Platt, "Probabilistic Outputs for Support Vector Machines" (1999);
Guo et al. 2017 (arXiv 1706.04599), section 4. It keeps the order of any two poses.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Float64

from tendu.errors import DataError

LEAST = 10
"""How many right and how many wrong guesses two numbers need at least."""


@dataclass(frozen=True)
class Platt:
    """The chance of being right: 1 / (1 + exp(-(slope · logit(confidence) + shift))).

    Attributes:
        slope: above 0; 1 leaves the odds' spread as it is, more parts sure and unsure further.
        shift: how much surer the confidence should have been, as a logit; below 0 where it was too sure.

    Raises:
        DataError: the slope would turn the order round, or a number is not finite.

    >>> Platt(1.0, 0.0)(np.array([0.2, 0.9], np.float32)).round(6)
    array([0.2, 0.9], dtype=float32)
    """

    slope: float
    shift: float

    def __post_init__(self) -> None:
        if not (np.isfinite([self.slope, self.shift]).all() and self.slope > 0):
            raise DataError(
                f"A calibration is a slope above 0 and a shift, not {self.slope} and {self.shift}. Fit it again."
            )

    def __call__(self, confidence: Float32[np.ndarray, "n"]) -> Float32[np.ndarray, "n"]:
        """The chances that go with some confidences, 0 to 1, in the same order."""
        return np.exp(-np.logaddexp(0, -(self.slope * logit(confidence) + self.shift))).astype(np.float32)


def logit(confidence: Float32[np.ndarray, "n"]) -> Float64[np.ndarray, "n"]:
    """log(c / (1 - c)); 0 and 1 count as the nearest numbers that have one."""
    # Half a step of float32 below 1, so that nothing else is moved.
    between = np.clip(confidence.astype(np.float64), 1e-45, 1 - 2.0**-25)
    return np.log(between) - np.log1p(-between)


def fitted(confidence: Float32[np.ndarray, "n"], right: Bool[np.ndarray, "n"]) -> Platt:
    """The most likely slope and shift, by Newton's method.

    As in Platt's paper, right and wrong count as (r + 1) / (r + 2) and 1 / (w + 2) of r right and w wrong guesses
    rather than as 1 and 0, so that no chance becomes a certainty.

    Args:
        confidence: of each guess, 0 to 1.
        right: which of them are right.

    Raises:
        DataError: fewer than `LEAST` are right or wrong, or the surer ones are not oftener right.
    """
    count = int(right.sum())
    if min(count, len(right) - count) < LEAST:
        raise DataError(
            f"A calibration needs at least {LEAST} right and {LEAST} wrong guesses; here {count} of {len(right)} are "
            "right. Hold more people out."
        )
    wanted = np.where(right, (count + 1) / (count + 2), 1 / (len(right) - count + 2))
    terms = np.stack([logit(confidence), np.ones(len(right))], axis=1)
    numbers = np.array([0.0, np.log((count + 1) / (len(right) - count + 1))])
    for _ in range(100):
        chance = _chance(terms, numbers)
        # The small addition is Lin, Lin and Weng's (2007): confidences that are all alike have no slope.
        bend = terms.T @ (terms * (chance * (1 - chance))[:, None]) + 1e-12 * np.eye(2)
        step = np.linalg.solve(bend, terms.T @ (wanted - chance))
        while _loss(terms, wanted, numbers + step) > _loss(terms, wanted, numbers) + 1e-9:
            step /= 2
        numbers = numbers + step
        if np.abs(step).max() < 1e-9:
            break
    slope, shift = numbers.tolist()
    if slope < 1e-6:
        raise DataError("The surer guesses are not oftener right, so the confidence cannot become a chance.")
    return Platt(slope, shift)


def _chance(terms: Float64[np.ndarray, "n 2"], numbers: Float64[np.ndarray, "2"]) -> Float64[np.ndarray, "n"]:
    return np.exp(-np.logaddexp(0, -(terms @ numbers)))


def _loss(
    terms: Float64[np.ndarray, "n 2"], wanted: Float64[np.ndarray, "n"], numbers: Float64[np.ndarray, "2"]
) -> float:
    z = terms @ numbers
    return float((np.logaddexp(0, z) - wanted * z).sum())
