"""What a measurement was made on: the machine, its load, and the versions of everything that does the work."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from tendu import __version__
from tendu.runtimes.machine import this_machine

LIBRARIES = ("numpy", "opencv-python-headless", "av", "ai-edge-litert", "openvino", "onnxruntime")
"""The packages whose versions change speed."""


def facts() -> dict[str, Any]:
    """The processor, its cores and governor, how busy it was in the last minute, and all versions."""
    machine = this_machine()
    return {
        "processor": machine.processor,
        "cores": machine.cores,
        "governor": machine.governor or "not told",
        "system": machine.system,
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
        "tendu": __version__,
        **{name: release for name in LIBRARIES if (release := _release(name))},
    }


def sentence(told: dict[str, Any]) -> str:
    """The facts in one line.

    >>> sentence({"processor": "Z80", "cores": 1, "governor": "not told", "system": "CP/M", "load": 0.0, "numpy": "2"})
    'Z80, cores: 1, governor: not told, CP/M, load: 0.0, numpy 2.'
    """
    plain = {"processor", "system"}
    marked = {"cores", "governor", "load"}
    words = [
        f"{value}" if name in plain else f"{name}: {value}" if name in marked else f"{name} {value}"
        for name, value in told.items()
    ]
    return ", ".join(words) + "."


def _release(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
