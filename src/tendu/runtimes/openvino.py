"""OpenVINO: Intel's runtime, which reads .tflite and .onnx files as they are (extra `openvino`)."""

import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from jaxtyping import Shaped

from tendu.cache import cache_folder, store, stored
from tendu.codes import Scale, Tensor
from tendu.errors import ModelError
from tendu.extras import require
from tendu.runtimes.depthwise import in_eight_bits
from tendu.runtimes.litert import scales_of
from tendu.runtimes.machine import sensible_threads, threads_said
from tendu.runtimes.memory import circumstances
from tendu.runtimes.model_file import bytes_of, kind_of, one_line
from tendu.runtimes.runtime import Port
from tendu.runtimes.tensors import fitting, kept, meant, real


@contextmanager
def _unreported() -> Generator[None]:
    """OpenVINO tells its makers, over the network, that it is imported, unless its reporter is not there."""
    reporter = "openvino_telemetry"
    absent = reporter not in sys.modules
    if absent:
        sys.modules[reporter] = None  # pyright: ignore[reportArgumentType]  so Python notes what cannot be imported
    try:
        yield
    finally:
        if absent:
            sys.modules.pop(reporter, None)


class OpenVINO:
    """A .tflite or .onnx model in OpenVINO, on the processor, set up for the shortest time of one run.

    It computes in float32 where the file does: OpenVINO's own choice on processors with bfloat16 would move MoveNet's
    float heads by up to 3 % of their range on a photo, 7 % on noise. Quantised outputs leave OpenVINO as codes, since
    it drops their scale; the scale is read from the file. Depthwise layers are computed in 8 bits where their weights
    are (`tendu.runtimes.depthwise`). What OpenVINO compiled is kept in the user's cache folder.

    Args:
        model: the file's bytes or its path.
        threads: for one run; None for all cores up to 4.

    Raises:
        MissingExtraError: openvino is not installed.
        ModelError: OpenVINO cannot use the file; the sentence gives its reason.
    """

    def __init__(self, model: bytes | Path, *, threads: int | None = None) -> None:
        with _unreported():
            openvino = require("openvino", extra="openvino", purpose="The runtime 'openvino'")
        self._lock = Lock()
        content = bytes_of(model)
        compiled = _compile(openvino, content, sensible_threads(threads))
        if len(compiled.inputs) != 1:
            raise ModelError(
                f"A pose model has one input; this file has {len(compiled.inputs)}. Give another file."
            )
        count = len(compiled.outputs)
        scales: list[Scale | None] = scales_of(content) if kind_of(content) == "tflite" else [None] * count
        self._scales = scales
        self._request: Any = compiled.create_infer_request()
        fixed = compiled.inputs[0].partial_shape.is_static
        # OpenVINO's own memory, written by ourselves: its ways of passing arrays in and out take a twentieth of a run.
        self._given: Shaped[np.ndarray, "*input"] | None = (
            self._request.get_input_tensor().data if fixed else None
        )
        self.inputs = (_port(compiled.inputs[0]),)
        self.outputs = tuple(_port(one, scale) for one, scale in zip(compiled.outputs, scales, strict=True))
        really = int(compiled.get_property("INFERENCE_NUM_THREADS"))
        release = openvino.__version__.partition("-")[0]
        self.name = f"OpenVINO {release}, CPU, {threads_said(really)}"

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
            request = self._request
            if request is None:
                raise ModelError("This model is closed. Open it again to run it.")
            try:
                if self._given is None:
                    request.infer([tensor], share_inputs=True, share_outputs=True)
                else:
                    self._given[...] = tensor
                    request.infer(share_outputs=True)
            except RuntimeError as error:
                raise ModelError(f"The model fails on a tensor {tensor.shape}: {one_line(error)}.") from error
            return tuple(
                kept(request.get_output_tensor(i).data, scale) for i, scale in enumerate(self._scales)
            )

    def close(self) -> None:
        """Frees the model; may be called twice."""
        with self._lock:
            self._request = self._given = None


def _compile(openvino: Any, model: bytes, threads: int) -> Any:
    settings = {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_NUM_THREADS": threads,
        "INFERENCE_PRECISION_HINT": "f32",
    }
    core = openvino.Core()
    known = sha256(circumstances(model, threads=threads).encode()).hexdigest()[:16]
    path = cache_folder() / "openvino" / f"{known}.blob"
    # What is kept starts in a third of the time. What is damaged is made again.
    if (blob := stored(path)) is not None:
        with suppress(RuntimeError):
            return core.import_model(BytesIO(blob), "CPU", settings)
    try:
        compiled = core.compile_model(_read(core, model), "CPU", settings)
    except RuntimeError as error:
        raise ModelError(
            f"OpenVINO cannot use this model: {one_line(error)}. Try runtime='litert'."
        ) from error
    with suppress(RuntimeError):  # a model that OpenVINO cannot give away is compiled each time
        stream = BytesIO()
        compiled.export_model(stream)
        store(path, stream.getvalue())
    return compiled


def _read(core: Any, model: bytes) -> Any:
    """The model in OpenVINO's own form. It reads .tflite files from disk only."""
    with tempfile.TemporaryDirectory() as brief:
        path = Path(brief) / f"model.{kind_of(model)}"
        path.write_bytes(model)
        made = core.read_model(path)
    in_eight_bits(made)
    return made


def _port(side: Any, scale: Scale | None = None) -> Port:
    shape = tuple(int(size.get_length()) if size.is_static else -1 for size in side.partial_shape)
    dtype = side.element_type.to_dtype()
    dtype = meant(dtype, scale) if scale else dtype
    return Port(side.any_name if side.names else "", shape, np.dtype(dtype))
