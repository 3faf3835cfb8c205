"""What was measured once and is remembered: which runtime is fastest for a model on this machine.

A JSON file in the user's cache folder. A file that is damaged or cannot be written is as good as none: then the
measurement is made again.
"""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from tendu.cache import cache_folder
from tendu.runtimes.available import version_of, versions
from tendu.runtimes.machine import this_machine
from tendu.whole_file import whole_file


@dataclass(frozen=True)
class Verdict:
    """Which runtime a model got on this machine, and why.

    Attributes:
        runtime: the one chosen.
        reason: one sentence.
        milliseconds: median time of one run of each runtime that was measured.
        seconds: what measuring took.
        mean_difference: of OpenVINO's outputs from LiteRT's, as a share of each output's range, the worst output;
            None where they were not compared.
        largest_difference: the same for the single number that differs most.
    """

    runtime: str
    reason: str
    milliseconds: dict[str, float]
    seconds: float
    mean_difference: float | None = None
    largest_difference: float | None = None


def memory_file() -> Path:
    """The file of remembered verdicts."""
    return cache_folder() / "runtimes.json"


def circumstances(model: bytes, *, threads: int) -> str:
    """All that decides how a model runs, as a text: what was measured or made under others does not hold.

    One machine (processor and cores), the versions of tendu, which prepares models for them, and of all runtimes, the
    file, the threads.
    """
    machine = this_machine()
    installed = " ".join(
        f"{name}-{version}" for name, version in [("tendu", version_of("tendu")), *versions().items()]
    )
    checksum = sha256(model).hexdigest()
    return f"{machine.processor} | {machine.cores} cores | {installed} | {checksum} | {threads} threads"


def recall(model: bytes, *, threads: int) -> Verdict | None:
    """What is remembered for a model under the same `circumstances`, or None."""
    known = _all().get(circumstances(model, threads=threads))
    try:
        return Verdict(**known) if isinstance(known, dict) and known["runtime"] in versions() else None
    except (KeyError, TypeError):
        return None


def remember(model: bytes, verdict: Verdict, *, threads: int) -> None:
    """Keeps a verdict; where the cache folder cannot be written, nothing is kept."""
    with suppress(OSError):
        file = memory_file()
        file.parent.mkdir(parents=True, exist_ok=True)
        known = {**_all(), circumstances(model, threads=threads): asdict(verdict)}
        with whole_file(file) as temporary:
            temporary.write_text(json.dumps(known, indent=1))


def _all() -> dict[str, Any]:
    try:
        known = json.loads(memory_file().read_text())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}
