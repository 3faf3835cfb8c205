"""A race between the runtimes that can run a model, and the guard that the fast one gives the same numbers."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from time import perf_counter

import numpy as np
from jaxtyping import Shaped

from tendu.codes import Codes, Tensor
from tendu.errors import ModelError
from tendu.runtimes.litert import LiteRT
from tendu.runtimes.memory import Verdict
from tendu.runtimes.openvino import OpenVINO
from tendu.runtimes.runtime import Port

ROUNDS, RUNS, SETTLING, BUDGET = 6, 5, 2, 1.0
"""Rounds; runs of each in a round, of which the first, `SETTLING`, do not count: the other's threads still spin then,
and would slow OpenVINO down by a tenth; and the seconds after which no further round starts."""

GAIN = 0.9
"""How much faster OpenVINO must be: it starts later than LiteRT and rounds differently, which a tie does not pay."""

TOLERANCE = 0.04
"""How far OpenVINO's outputs may be from LiteRT's on average, as a share of an output's range.

Measured with ai-edge-litert 2.3.0 and openvino 2026.4.1. Float graphs: 0.000001. 8-bit files cut at their heads, on the
trial pictures: MoveNet Lightning INT8 0.012, tendu-lightning 0.021, tendu-thunder 0.028; on photos both runtimes are
then equally far from the same graph in float, two right ways to round in 8 bits. MoveNet Lightning INT8 uncut, whose
8-bit decoder looks in other cells because of it: 0.11.
"""


def race(model: bytes, *, threads: int) -> Verdict:
    """LiteRT against OpenVINO on this machine: the fastest that gives LiteRT's numbers.

    Args:
        model: the bytes of a .tflite file.
        threads: for one run.

    Raises:
        ModelError: LiteRT cannot use the file.
        MissingExtraError: openvino is not installed.
    """
    start = perf_counter()
    with ExitStack() as runtimes:
        litert = runtimes.enter_context(closing(LiteRT(model, threads=threads)))
        try:
            openvino = runtimes.enter_context(closing(OpenVINO(model, threads=threads)))
        except ModelError as error:
            return Verdict("litert", str(error), {}, perf_counter() - start)
        pictures = trial_pictures(litert.inputs[0])
        apart = [disagreement(litert.raw(x), openvino.raw(x)) for x in pictures]
        times = medians({"litert": litert.raw, "openvino": openvino.raw}, pictures[0], start=start)
    mean, largest = np.max(apart, axis=0).tolist()
    if not mean <= TOLERANCE:  # not a number is no agreement either
        runtime, reason = "litert", f"OpenVINO's numbers differ from LiteRT's by {mean:.1%} of their range."
    elif times["openvino"] > GAIN * times["litert"]:
        runtime, reason = "litert", "OpenVINO is not a tenth faster."
    else:
        runtime, reason = (
            "openvino",
            f"It is faster, and its numbers are LiteRT's within {mean:.1%} of their range.",
        )
    return Verdict(runtime, reason, times, perf_counter() - start, mean, largest)


def medians(
    runs: Mapping[str, Callable[[Shaped[np.ndarray, "*input"]], object]],
    picture: Shaped[np.ndarray, "*input"],
    *,
    start: float,
) -> dict[str, float]:
    """Milliseconds of one run of each, the median of rounds in which they take turns."""
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(ROUNDS):
        if turn and perf_counter() - start > BUDGET:
            break
        for name, run in runs.items():
            for number in range(RUNS):
                begun = perf_counter()
                run(picture)
                if number >= SETTLING:
                    taken[name].append(perf_counter() - begun)
    return {name: float(np.median(times)) * 1e3 for name, times in taken.items()}


def trial_pictures(port: Port) -> tuple[Shaped[np.ndarray, "*input"], Shaped[np.ndarray, "*input"]]:
    """Noise, and a smooth picture: what the runtimes are compared on. Sizes left open are 256 for the two sides."""
    shape = tuple(
        256 if size < 0 and axis in {1, 2} else max(size, 1) for axis, size in enumerate(port.shape)
    )
    noise = np.random.default_rng(0).random(shape)
    smooth = np.indices(shape).sum(axis=0) / max(sum(shape) - len(shape), 1)
    return _as_input(noise, port), _as_input(smooth, port)


def disagreement(one: tuple[Tensor, ...], other: tuple[Tensor, ...]) -> tuple[float, float]:
    """The mean and the largest difference between two runtimes' outputs, as shares of each output's range.

    The range of real numbers is what the first spans; that of codes is what these can say: an output that happens to
    say nearly the same everywhere would otherwise make much of a step. The worst output counts.

    >>> disagreement((np.array([0.0, 2.0]),), (np.array([0.0, 1.0]),))
    (0.25, 0.5)
    """
    shares = [
        np.abs(np.asarray(a, np.float64) - np.asarray(b)) / max(_range(a), 1e-9)
        for a, b in zip(one, other, strict=True)
    ]
    return max(float(s.mean()) for s in shares), max(float(s.max()) for s in shares)


def _range(output: Tensor) -> float:
    if not isinstance(output, Codes):
        return float(np.ptp(output))
    limits = np.iinfo(output.codes.dtype)
    return (int(limits.max) - int(limits.min)) * output.scale.step


def _as_input(picture: Shaped[np.ndarray, "*input"], port: Port) -> Shaped[np.ndarray, "*input"]:
    """Numbers of 0 to 1 spread over the values that a picture takes in the port's type."""
    if np.issubdtype(port.dtype, np.floating):
        return picture.astype(port.dtype)
    low, high = (-128, 127) if port.dtype == np.int8 else (0, 255)
    return np.round(low + picture * (high - low)).astype(port.dtype)
