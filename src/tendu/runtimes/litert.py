"""LiteRT: TensorFlow Lite's own runtime, the one that is always installed.

The Interpreter is used rather than the newer CompiledModel: on MoveNet Lightning INT8 both take the same time and give
the same numbers, the Interpreter tells which operators its delegate took, and CompiledModel writes twenty lines to
stderr when it starts (ai-edge-litert 2.3.0).
"""

import re
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from jaxtyping import Shaped

from tendu.codes import Scale, Tensor
from tendu.errors import ModelError
from tendu.runtimes.machine import sensible_threads, threads_said
from tendu.runtimes.model_file import EDGE_TPU_OPERATOR, bytes_of, one_line
from tendu.runtimes.quiet import quiet
from tendu.runtimes.runtime import Port
from tendu.runtimes.tensors import fitting, kept, meant, real


@dataclass(frozen=True)
class Share:
    """How much of a model a delegate took.

    Attributes:
        taken: operators that the delegate runs.
        operators: operators of the model, those of the delegate included.
        left: the kinds of operators that LiteRT runs itself because no delegate took them.
    """

    taken: int
    operators: int
    left: tuple[str, ...] = ()


class LiteRT:
    """A .tflite model in LiteRT, with the XNNPACK delegate that LiteRT applies by itself.

    Args:
        model: the file's bytes or its path.
        threads: for one run; None for all cores up to 4.
        delegate: another delegate, as `ai_edge_litert.interpreter.load_delegate` gives it.

    Raises:
        ModelError: LiteRT cannot use the file; the sentence gives its reason.
    """

    def __init__(self, model: bytes | Path, *, threads: int | None = None, delegate: Any = None) -> None:
        number = sensible_threads(threads)
        self._lock = Lock()
        self._interpreter: Any = _open(bytes_of(model), number, delegate)
        given = self._interpreter.get_input_details()
        if len(given) != 1:
            raise ModelError(f"A pose model has one input; this file has {len(given)}. Give another file.")
        self._input: int = given[0]["index"]
        self._shape = tuple(given[0]["shape"].tolist())
        results = self._interpreter.get_output_details()
        self._results: list[tuple[int, Scale | None]] = [(one["index"], _scale(one)) for one in results]
        self.inputs = (_port(given[0]),)
        self.outputs = tuple(_port(one, dtype=meant(one["dtype"], _scale(one))) for one in results)
        share = self.share()
        applied = "" if share.taken == 0 else ", XNNPACK" if delegate is None else ", delegate"
        self.name = f"LiteRT {version('ai-edge-litert')}{applied}, {threads_said(number)}"

    def run(self, tensor: Shaped[np.ndarray, "*input"]) -> tuple[Shaped[np.ndarray, "..."], ...]:
        """The outputs for one input tensor; the arrays belong to the caller.

        Raises:
            DataError: the tensor's shape or dtype is not the input's.
            ModelError: the runtime is closed, or the model fails on this tensor.
        """
        return real(self.raw(tensor))

    def raw(self, tensor: Shaped[np.ndarray, "*input"]) -> tuple[Tensor, ...]:
        """As `run`, but quantised outputs are `Codes`, which are made real where they are read.

        Raises:
            DataError: the tensor's shape or dtype is not the input's.
            ModelError: the runtime is closed, or the model fails on this tensor.
        """
        tensor = fitting(tensor, self.inputs[0])
        with self._lock:
            interpreter = self._opened()
            try:
                if tensor.shape != self._shape:
                    self._resize(interpreter, tensor.shape)
                interpreter.set_tensor(self._input, tensor)
                interpreter.invoke()
            except (RuntimeError, ValueError) as error:
                raise ModelError(f"The model fails on a tensor {tensor.shape}: {one_line(error)}.") from error
            # A view of LiteRT's own memory is read once and let go: a view still held would refuse the next run.
            return tuple(kept(interpreter.tensor(index)(), scale) for index, scale in self._results)

    def close(self) -> None:
        """Frees the model; may be called twice."""
        with self._lock:
            self._interpreter = None

    def share(self) -> Share:
        """How many of the model's operators its delegates run, and which they left, from LiteRT's own graph.

        LiteRT lists the operators of the file and, after them, one node for each part that a delegate took. What a
        part covers is found by walking from its outputs back to its inputs.
        """
        with self._lock:
            nodes: list[dict[str, Any]] = self._opened()._get_ops_details()  # noqa: SLF001  the only door to it
        delegated = [node["op_name"].startswith(("DELEGATE", "EdgeTpuDelegate")) for node in nodes]
        parts = [node for node, yes in zip(nodes, delegated, strict=True) if yes]
        own = [node for node, yes in zip(nodes, delegated, strict=True) if not yes]
        maker = {int(tensor): node["index"] for node in own for tensor in node["outputs"]}
        made_from = {node["index"]: [int(tensor) for tensor in node["inputs"]] for node in own}
        taken: set[int] = set()
        for part in parts:
            known = {int(tensor) for tensor in part["inputs"]}
            asked = [int(tensor) for tensor in part["outputs"]]
            while asked:
                tensor = asked.pop()
                if tensor in maker and tensor not in known:
                    known.add(tensor)
                    taken.add(maker[tensor])
                    asked += made_from[maker[tensor]]
        left = {str(node["op_name"]) for node in own if node["index"] not in taken}
        return Share(len(taken), len(own), tuple(sorted(left)))

    def _opened(self) -> Any:
        if self._interpreter is None:
            raise ModelError("This model is closed. Open it again to run it.")
        return self._interpreter

    def _resize(self, interpreter: Any, shape: tuple[int, ...]) -> None:
        interpreter.resize_tensor_input(self._input, shape, strict=True)
        with quiet():
            interpreter.allocate_tensors()
        self._shape = shape


def scales_of(model: bytes) -> list[Scale | None]:
    """How each output of a .tflite file is quantised, in the file's order; None where it is not."""
    return [_scale(one) for one in _open(model, 1, None).get_output_details()]


def _open(model: bytes, threads: int, delegate: Any) -> Any:
    from ai_edge_litert.interpreter import Interpreter

    try:
        with quiet():
            interpreter = Interpreter(
                model_content=model,
                num_threads=threads,
                experimental_delegates=None if delegate is None else [delegate],
            )
            interpreter.allocate_tensors()
    except (RuntimeError, ValueError) as error:
        raise _refused(error) from error
    return interpreter


def _refused(error: Exception) -> ModelError:
    missing = re.search(r"unresolved custom op: (\S+?)\.?\s", str(error))
    if missing is None:
        return ModelError(f"LiteRT cannot use this model: {one_line(error)}. Give another file.")
    if missing[1] == EDGE_TPU_OPERATOR.decode():
        return ModelError(
            "This model is compiled for the Edge TPU. Open it with runtime='edgetpu', or use its file without -edgetpu."
        )
    return ModelError(
        f"The model needs the operator {missing[1]}, which LiteRT has not. Cut the graph before it."
    )


def _scale(details: dict[str, Any]) -> Scale | None:
    steps, zeros = (details["quantization_parameters"][key] for key in ("scales", "zero_points"))
    return Scale(float(steps[0]), int(zeros[0])) if len(steps) == 1 else None


def _port(details: dict[str, Any], *, dtype: Any = None) -> Port:
    sizes = details["shape_signature"] if len(details["shape_signature"]) else details["shape"]
    return Port(details["name"], tuple(int(size) for size in sizes), np.dtype(dtype or details["dtype"]))
