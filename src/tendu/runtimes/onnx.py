"""ONNX Runtime: runs .onnx files (extra `onnx`)."""

from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from jaxtyping import Shaped

from tendu.codes import Tensor
from tendu.errors import ModelError
from tendu.extras import require
from tendu.runtimes.machine import sensible_threads, threads_said
from tendu.runtimes.model_file import bytes_of, kind_of, one_line
from tendu.runtimes.runtime import Port
from tendu.runtimes.tensors import fitting, kept, meant, real

DTYPES = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
    "tensor(uint8)": np.uint8,
    "tensor(int8)": np.int8,
    "tensor(int32)": np.int32,
    "tensor(int64)": np.int64,
}
"""What ONNX Runtime calls the types that pose models use (onnxruntime.ai, Python API, NodeArg.type)."""


class OnnxRuntime:
    """An .onnx model in ONNX Runtime, on the processor.

    Args:
        model: the file's bytes or its path.
        threads: for one run; None for all cores up to 4.

    Raises:
        MissingExtraError: onnxruntime is not installed.
        ModelError: the file is no .onnx file, or ONNX Runtime cannot use it.
    """

    def __init__(self, model: bytes | Path, *, threads: int | None = None) -> None:
        content = bytes_of(model)
        if kind_of(content) != "onnx":
            raise ModelError(
                "ONNX Runtime needs an .onnx file; this is a TensorFlow Lite file, as all of tendu's models are. "
                "Use runtime='litert' or 'openvino', or give an .onnx export of it."
            )
        onnxruntime = require("onnxruntime", extra="onnx", purpose="The runtime 'onnx'")
        number = sensible_threads(threads)
        self._lock = Lock()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = number
        options.log_severity_level = 3  # errors only
        try:
            session: Any = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # its errors share no other parent
            raise ModelError(f"ONNX Runtime cannot use this model: {one_line(error)}.") from error
        if len(session.get_inputs()) != 1:
            raise ModelError(f"A pose model has one input; this file has {len(session.get_inputs())}.")
        self._session: Any = session
        self.inputs = tuple(_port(one, _dtype(one)) for one in session.get_inputs())
        self.outputs = tuple(_port(one, meant(_dtype(one), None)) for one in session.get_outputs())
        self.name = f"ONNX Runtime {onnxruntime.__version__}, CPU, {threads_said(number)}"

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
            if self._session is None:
                raise ModelError("This model is closed. Open it again to run it.")
            try:
                results = self._session.run(None, {self.inputs[0].name: tensor})
            except Exception as error:  # its errors share no other parent
                raise ModelError(f"The model fails on a tensor {tensor.shape}: {one_line(error)}.") from error
            return tuple(kept(result, None) for result in results)

    def close(self) -> None:
        """Frees the model; may be called twice."""
        with self._lock:
            self._session = None


def _dtype(side: Any) -> Any:
    if side.type not in DTYPES:
        raise ModelError(f"{side.name!r} of this model is {side.type}; tendu reads {', '.join(DTYPES)}.")
    return DTYPES[side.type]


def _port(side: Any, dtype: Any) -> Port:
    shape = tuple(size if isinstance(size, int) else -1 for size in side.shape)
    return Port(side.name, shape, np.dtype(dtype))
