"""A model file before any runtime has it: its bytes and its kind."""

from pathlib import Path
from typing import Literal

from tendu.errors import ModelError

Kind = Literal["tflite", "edgetpu", "onnx"]

EDGE_TPU_OPERATOR = b"edgetpu-custom-op"
"""The custom operator that Edge TPU's compiler puts in place of what it took (google-coral/libedgetpu)."""


def bytes_of(model: bytes | Path) -> bytes:
    """What is in the file.

    Raises:
        ModelError: there is no such file or it cannot be read.
    """
    if isinstance(model, bytes):
        return model
    try:
        return model.read_bytes()
    except OSError as error:
        raise ModelError(f"Cannot read the model {model}: {error.strerror}. Check its path.") from error


def kind_of(model: bytes) -> Kind:
    """What the bytes are.

    TFLite files carry the mark TFL3 at byte 4 (tensorflow/lite/schema/schema.fbs); ONNX files are protobufs that
    start with field 1, ir_version (onnx/onnx.proto).

    Raises:
        ModelError: neither.

    >>> kind_of(b"?no model")
    Traceback (most recent call last):
    tendu.errors.ModelError: This is no model file: it starts with b'?no mode'. Give a .tflite or .onnx file.
    """
    if model[4:8] == b"TFL3":
        return "edgetpu" if EDGE_TPU_OPERATOR in model else "tflite"
    if model[:1] == b"\x08":
        return "onnx"
    raise ModelError(f"This is no model file: it starts with {model[:8]!r}. Give a .tflite or .onnx file.")


def one_line(error: Exception) -> str:
    """The last sentence that a library says about its own failure, without line breaks and full stops."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[-1] if lines else type(error).__name__).rstrip(".")
