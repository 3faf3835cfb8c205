"""measure(): one call timed again and again, as TensorFlow Lite's benchmark_model does it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np


@dataclass(frozen=True)
class Timing:
    """How long a call takes, milliseconds.

    Attributes:
        first: the very first call, with all that is set up in it.
        minimum, median, p95: of the timed calls; 95 of 100 are at most `p95`.
        runs: how many calls were timed.
    """

    first: float
    minimum: float
    median: float
    p95: float
    runs: int


def measure(
    call: Callable[[], object],
    *,
    warm_up_runs: int = 1,
    warm_up_seconds: float = 0.5,
    runs: int = 50,
    seconds: float = 1.0,
    most_seconds: float = 150.0,
    clock: Callable[[], float] = perf_counter,
) -> Timing:
    """The times of a call: a first one, a warm-up, and then enough of them.

    It ends when both `runs` and `seconds` are reached, or after `most_seconds`. Names and values are those of
    benchmark_model's warmup_runs, warmup_min_secs, num_runs, min_secs and max_secs
    (tensorflow/tensorflow, tensorflow/lite/tools/benchmark/README.md).

    Args:
        call: what is timed.
        warm_up_runs: calls before timing, at least.
        warm_up_seconds: their time together, at least.
        runs: timed calls, at least.
        seconds: their time together, at least.
        most_seconds: after so many seconds no further call is timed.
        clock: seconds; for tests.
    """
    first = _times(call, 1, 0.0, most_seconds, clock)[0]
    _times(call, warm_up_runs, warm_up_seconds, most_seconds, clock)
    taken = np.array(_times(call, runs, seconds, most_seconds, clock)) * 1e3
    minimum, median, p95 = np.percentile(taken, [0, 50, 95]).tolist()
    return Timing(first * 1e3, minimum, median, p95, len(taken))


def peak_memory() -> float | None:
    """The most memory that this process has held, MB; None where the system does not tell."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return None
    peak = next((line for line in status.splitlines() if line.startswith("VmHWM:")), None)
    return None if peak is None else int(peak.split()[1]) * 1024 / 1e6


def _times(
    call: Callable[[], object], runs: int, least: float, most: float, clock: Callable[[], float]
) -> list[float]:
    """The seconds of each call."""
    begun = clock()
    taken: list[float] = []
    while (len(taken) < runs or clock() - begun < least) and (not taken or clock() - begun < most):
        start = clock()
        call()
        taken.append(clock() - start)
    return taken
