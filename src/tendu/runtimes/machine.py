"""The machine that models run on: its processor, its cores, and what holds it back."""

import platform
from dataclasses import dataclass
from pathlib import Path

from tendu.cores import cores
from tendu.errors import DataError


@dataclass(frozen=True)
class Machine:
    """A machine as runtimes see it.

    Attributes:
        processor: the model's name as the system tells it.
        cores: logical processors that this process may use, containers' limits counted; at least 1.
        governor: how Linux chooses the clock ("performance", "powersave"); empty where it does not say.
        system: the operating system and its architecture: "Linux x86_64".
    """

    processor: str
    cores: int
    governor: str
    system: str


def this_machine() -> Machine:
    """The machine that this process runs on.

    >>> this_machine().cores >= 1
    True
    """
    return Machine(_processor(), cores(), _read(_GOVERNOR), f"{platform.system()} {platform.machine()}")


def sensible_threads(threads: int | None) -> int:
    """The number of threads asked for, or all cores up to 4 where none is: Google states MoveNet's times for 4.

    Raises:
        DataError: fewer than one is asked for.

    >>> sensible_threads(3)
    3
    >>> sensible_threads(0)
    Traceback (most recent call last):
    tendu.errors.DataError: Threads are 1 or more, not 0. Leave it out for all cores up to 4.
    """
    if threads is not None and threads < 1:
        raise DataError(f"Threads are 1 or more, not {threads}. Leave it out for all cores up to 4.")
    return min(this_machine().cores, 4) if threads is None else threads


def threads_beside_decoder(pixels: int | None) -> int:
    """The number of threads for a film's model: the decoder of large frames keeps a core busy.

    Args:
        pixels: of a frame; None where that is not known.

    >>> 1 <= threads_beside_decoder(1920 * 1080) <= threads_beside_decoder(640 * 480) <= 4
    True
    """
    small = pixels is not None and pixels <= _SMALL
    return max(1, min(this_machine().cores - (not small), 4))


def threads_said(threads: int) -> str:
    """The number with its noun.

    >>> threads_said(1), threads_said(4)
    ('1 thread', '4 threads')
    """
    return f"{threads} thread{'' if threads == 1 else 's'}"


# A film's frame whose decoder needs no core of its own, px: with 720 rows both threads on two cores beat one by 3 to 29 %
# for the default model, with 1080 only in LiteRT and by a tenth (benchmarks/NOTES.md).
_SMALL = 1_000_000

# Where Linux tells these things: kernel.org, Documentation/admin-guide/pm/cpufreq.rst.
_GOVERNOR = Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
_BOARD = Path("/sys/firmware/devicetree/base/model")


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip("\0\n ")
    except OSError:
        return ""


def _processor() -> str:
    lines = (line.partition(":") for line in _read(Path("/proc/cpuinfo")).splitlines())
    named = next((value.strip() for key, _, value in lines if key.strip() == "model name"), "")
    return _read(_BOARD) or named or platform.processor() or platform.machine()
