"""open_runtime(): a model file in the runtime that is asked for, or in the fastest one here."""

from pathlib import Path
from typing import Literal

from tendu.errors import DataError
from tendu.runtimes.available import NAMES, RuntimeName, versions
from tendu.runtimes.edgetpu import EdgeTPU
from tendu.runtimes.litert import LiteRT
from tendu.runtimes.machine import sensible_threads
from tendu.runtimes.memory import Verdict, recall, remember
from tendu.runtimes.model_file import bytes_of, kind_of
from tendu.runtimes.onnx import OnnxRuntime
from tendu.runtimes.openvino import OpenVINO
from tendu.runtimes.runtime import Runtime


def open_runtime(
    model: bytes | Path,
    *,
    runtime: RuntimeName | Literal["auto"] = "auto",
    threads: int | None = None,
) -> Runtime:
    """A model ready to run.

    Args:
        model: the bytes or path of a .tflite or .onnx file.
        runtime: "litert", "openvino", "onnx" or "edgetpu"; "auto" for the only one that runs this kind of file, or,
            where both LiteRT and OpenVINO do and are installed, the faster one. They are measured once for each
            machine, model and number of threads, which takes about a second, and the verdict is remembered in the
            user's cache folder. OpenVINO is chosen only where it gives LiteRT's numbers, see
            `tendu.runtimes.race.TOLERANCE`.
        threads: for one run, at least 1; None for all cores up to 4.

    Raises:
        DataError: the runtime's name or the number of threads cannot be meant.
        MissingExtraError: the runtime is not installed; the sentence says how to install it.
        ModelError: the file cannot be read, or the runtime cannot use it.
    """
    if runtime not in {"auto", *NAMES}:
        raise DataError(f"No runtime is called {runtime!r}. The names are auto, {', '.join(NAMES)}.")
    content = bytes_of(model)
    number = sensible_threads(threads)
    match fastest(content, threads=number) if runtime == "auto" else runtime:
        case "openvino":
            return OpenVINO(content, threads=number)
        case "onnx":
            return OnnxRuntime(content, threads=number)
        case "edgetpu":
            return EdgeTPU(content, threads=number)
        case _:
            return LiteRT(content, threads=number)


def fastest(model: bytes, *, threads: int) -> RuntimeName:
    """The runtime that "auto" takes: from memory, or measured now and remembered.

    Raises:
        ModelError: the bytes are no model file, or LiteRT cannot use it.
    """
    kind = kind_of(model)
    if kind != "tflite":
        return kind
    if "openvino" not in versions():
        return "litert"
    known = recall(model, threads=threads) or measure(model, threads=threads)
    return "openvino" if known.runtime == "openvino" else "litert"


def measure(model: bytes, *, threads: int) -> Verdict:
    """LiteRT and OpenVINO measured now, whatever is remembered; the verdict is remembered.

    Args:
        model: the bytes of a .tflite file.
        threads: for one run.

    Raises:
        ModelError: LiteRT cannot use the file.
        MissingExtraError: openvino is not installed.
    """
    from tendu.runtimes.race import race

    verdict = race(model, threads=threads)
    remember(model, verdict, threads=threads)
    return verdict
