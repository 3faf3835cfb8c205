"""One model in one runtime, timed alone in a process of its own, so that its memory is its own.

    python -m tendu.bench.one_model '{"model": "movenet-lightning-int8", "runtime": "litert", "threads": 1}'

It prints one JSON object: what was measured, or the sentence why nothing could be.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import Any

from tendu.bench.limit import noise_for
from tendu.bench.measure import measure, peak_memory
from tendu.errors import TenduError
from tendu.loading import load
from tendu.runtimes.litert import LiteRT


def one_model(
    *, runs: int, seconds: float, warm_up_runs: int, warm_up_seconds: float, **options: Any
) -> dict[str, Any]:
    """What a model takes: loading, the first inference, many inferences on noise, memory.

    Args:
        runs: see `tendu.bench.measure.measure`, as the next three.
        seconds: timed inferences take so long, at least.
        warm_up_runs: inferences before timing, at least.
        warm_up_seconds: their time together, at least.
        options: what `tendu.load` takes.

    Raises:
        TenduError: whatever loading raises.
    """
    begun = perf_counter()
    with load(**options) as model:
        loaded = perf_counter() - begun
        noise = noise_for(model)
        timing = measure(
            lambda: model.runtime.raw(noise),
            runs=runs,
            seconds=seconds,
            warm_up_runs=warm_up_runs,
            warm_up_seconds=warm_up_seconds,
        )
        share = model.runtime.share() if isinstance(model.runtime, LiteRT) else None
        return {
            "model": f"{model.name}, {model.width} px" if options.get("size") else model.name,
            "ran": model.runtime.name,
            "share": None if share is None else asdict(share),
            "load_ms": loaded * 1e3,
            **{f"{name}_ms" if name != "runs" else name: value for name, value in asdict(timing).items()},
            "peak_mb": peak_memory(),
        }


def main(text: str) -> dict[str, Any]:
    """The same from JSON, with an error as a sentence."""
    options = json.loads(text)
    if "models" in options:
        options["models"] = Path(options["models"])
    try:
        return one_model(**options)
    except TenduError as error:
        return {"problem": str(error)}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1])))
