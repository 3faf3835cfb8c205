"""Latency by model × runtime × threads, each in a process of its own."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from itertools import product
from typing import Any

from tendu.plain_table import number
from tendu.runtimes.machine import this_machine

HEADER = (
    "model", "threads", "min", "median", "p95", "first", "load", "peak MB", "runs", "ran", "operators",
)  # fmt: skip

LEGEND = (
    "Milliseconds of one inference on noise: the model alone, without preparing pictures or reading keypoints. first: the "
    "first inference. load: from file to ready, in a process that has imported the runtime for the first time. peak MB: the "
    "process's largest memory, Python and libraries included. operators: those that the delegate runs of all in the graph, "
    "and the kinds that fell back to LiteRT's own code."
)


def usual_threads() -> list[int]:
    """1, 2 and all cores, each once and none more than there are."""
    cores = this_machine().cores
    return sorted({1, min(2, cores), cores})


def bench_models(
    names: Iterable[str],
    runtimes: Iterable[str],
    threads: Iterable[int],
    *,
    tell: Callable[[str], None],
    **options: Any,
) -> list[dict[str, Any]]:
    """One row for each combination; one that fails has a "problem".

    Args:
        names: models' names or files.
        runtimes: names, or "auto".
        threads: numbers of threads.
        tell: told what is measured next.
        options: what `tendu.bench.one_model.one_model` takes besides.
    """
    rows: list[dict[str, Any]] = []
    for model, runtime, number_of in product(names, runtimes, threads):
        tell(f"{model} {runtime} {number_of}")
        asked = {"model": model, "runtime": runtime, "threads": number_of}
        rows.append({**asked, **_apart({**options, **asked})})
    return rows


def row(told: dict[str, Any]) -> list[str]:
    """A measurement as words for `HEADER`."""
    share = told["share"]
    operators = "-" if share is None else f"{share['taken']}/{share['operators']}"
    if share is not None and share["left"]:
        operators += f", not {' '.join(share['left'])}"
    times = [number(told[f"{name}_ms"], 2) for name in ("minimum", "median", "p95", "first", "load")]
    return [
        told["model"],
        f"{told['threads']}",
        *times,
        number(told["peak_mb"], 0),
        f"{told['runs']}",
        told["ran"],
        operators,
    ]


def _apart(options: dict[str, Any]) -> dict[str, Any]:
    """What the child process says."""
    command = [sys.executable, "-m", "tendu.bench.one_model", json.dumps(options, default=str)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  our own interpreter
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        return {"problem": f"The measuring process ended with {done.returncode}: {last}"}
    return json.loads(done.stdout)
