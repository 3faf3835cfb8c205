"""Whether a confidence means what it says: of the poses with 70 %, are 70 % right? Numbers, and a reliability plot."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float32

from tendu.extras import require


@dataclass(frozen=True)
class Bin:
    """The predictions within a range of confidence.

    Attributes:
        low, high: the range.
        count: how many there are, at least 1.
        confidence: their mean confidence.
        right: the share of them that is right.
    """

    low: float
    high: float
    count: int
    confidence: float
    right: float


@dataclass(frozen=True)
class Calibration:
    """How confidence and truth go together.

    Attributes:
        bins: ranges that hold predictions, the least confident first.
        error: the expected calibration error: the mean distance between confidence and share right, each bin weighted
            by its count (Guo et al. 2017, arXiv 1706.04599, equation 3); None where nothing was predicted.
    """

    bins: tuple[Bin, ...]
    error: float | None


def calibration(
    confidence: Float32[np.ndarray, "n"], right: Bool[np.ndarray, "n"], *, bins: int = 10
) -> Calibration:
    """Predictions in bins of equal width.

    Args:
        confidence: 0 to 1.
        right: which predictions are right.
        bins: how many ranges 0 to 1 is parted into.

    >>> calibration(np.array([0.62, 0.68], np.float32), np.array([True, False])).bins
    (Bin(low=0.6, high=0.7, count=2, confidence=0.65, right=0.5),)
    """
    place = np.clip((confidence * bins).astype(int), 0, bins - 1)
    held: list[Bin] = []
    for number in np.unique(place).tolist():
        inside = place == number
        mean, share = float(confidence[inside].mean()), float(right[inside].mean())
        held.append(Bin(number / bins, (number + 1) / bins, int(inside.sum()), round(mean, 4), share))
    if not held:
        return Calibration((), None)
    error = sum(each.count * abs(each.confidence - each.right) for each in held) / len(confidence)
    return Calibration(tuple(held), float(error))


def plot_reliability(path: Path, curves: Mapping[str, Calibration], *, title: str) -> None:
    """A reliability plot: confidence across, share right upwards; on the diagonal it means what it says.

    Args:
        path: where the picture goes; its suffix chooses the format.
        curves: what each is called, and its numbers; the area of a dot is its bin's share of all predictions.
        title: what was measured.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    figures = require("matplotlib.figure", extra="plots", purpose="Plotting reliability")
    figure = figures.Figure(figsize=(5, 5), layout="constrained")
    axes = figure.add_subplot(
        xlim=(0, 1), ylim=(0, 1.02), xlabel="confidence", ylabel="share right", title=title, aspect="equal"
    )
    axes.plot([0, 1], [0, 1], color="0.7", linestyle="--", zorder=0)
    for name, curve in curves.items():
        across, up = [each.confidence for each in curve.bins], [each.right for each in curve.bins]
        total = sum(each.count for each in curve.bins)
        label = name if curve.error is None else f"{name}, error {curve.error:.3f}"
        (line,) = axes.plot(across, up, label=label)
        axes.scatter(
            across, up, s=[400 * each.count / total for each in curve.bins], color=line.get_color(), alpha=0.6
        )
    axes.legend(loc="upper left")
    figure.savefig(path, dpi=120)
