"""Which runtimes are here, in which version, and how to get the others."""

import importlib.util
from importlib.metadata import PackageNotFoundError, version
from typing import Literal, get_args

from tendu.runtimes.edgetpu import missing_library

RuntimeName = Literal["litert", "openvino", "onnx", "edgetpu"]

NAMES: tuple[RuntimeName, ...] = get_args(RuntimeName)
"""The runtimes that tendu knows, the one that is always installed first."""

_MODULES = {"litert": "ai_edge_litert", "openvino": "openvino", "onnx": "onnxruntime"}
_PACKAGES = {"litert": "ai-edge-litert", "openvino": "openvino", "onnx": "onnxruntime"}


def version_of(package: str) -> str:
    """The version of an installed package, or that it is unknown, as of files that were only copied."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown version"


def versions() -> dict[str, str]:
    """The runtimes whose library is installed, with its version; nothing is imported.

    >>> "litert" in versions()
    True
    """
    return {
        name: version_of(package)
        for name, package in _PACKAGES.items()
        if importlib.util.find_spec(_MODULES[name]) is not None
    }


def remedies() -> dict[str, str]:
    """The runtimes that are not here, with a sentence on how to get each."""
    installed = versions()
    missing = {
        name: f'Run: pip install "tendu[{name}]"'
        for name in _MODULES
        if name not in installed and name != "litert"
    }
    if "litert" not in installed:
        missing["litert"] = "Run: pip install ai-edge-litert"
    library = missing_library()
    return missing if library is None else {**missing, "edgetpu": library}
