"""Soundness: every offset that is read from a .tflite file stays inside it, and every index names something.

A file that was cut short or damaged can end the process inside a runtime, where no exception helps. What is walked
here is what a runtime walks first: subgraphs, tensors, operators, buffers. Field numbers are those of TensorFlow
Lite's schema.fbs; the layout of tables and vectors is that of the FlatBuffers internals page.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np
from jaxtyping import Shaped

from tendu.errors import ModelError

_BITS = {
    0: 32,
    1: 16,
    2: 32,
    3: 8,
    4: 64,
    6: 8,
    7: 16,
    8: 64,
    9: 8,
    10: 64,
    11: 128,
    12: 64,
    15: 32,
    16: 16,
    17: 4,
}
"""Bits of one element by TensorType; strings, resources and variants have no fixed size."""

_LARGEST_SCALE = 1e3


def check_tflite(path_or_bytes: Path | bytes) -> None:
    """Nothing, where a runtime can walk the file; it says nothing of what the model is good for.

    Raises:
        ModelError: the file is no TensorFlow Lite file, was cut short or is damaged; or it cannot be read.

    >>> check_tflite(b"<!DOCTYPE html><title>Not found</title>")
    Traceback (most recent call last):
    tendu.errors.ModelError: The model is not a TensorFlow Lite file: bytes 4 to 8 are b'CTYP', not b'TFL3'. Load it again.
    """
    name = "The model" if isinstance(path_or_bytes, bytes) else path_or_bytes.name
    try:
        data = path_or_bytes if isinstance(path_or_bytes, bytes) else path_or_bytes.read_bytes()
    except OSError as error:
        raise ModelError(f"Cannot read {path_or_bytes}: {error.strerror or error}.") from error
    if data[4:8] != b"TFL3":
        raise ModelError(
            f"{name} is not a TensorFlow Lite file: bytes 4 to 8 are {data[4:8]!r}, not b'TFL3'. Load it again."
        )
    try:
        _walk(_File(data))
    except _DamageError as damage:
        raise ModelError(f"{name} is damaged or cut short: {damage}. Load it again.") from damage


class _DamageError(Exception):
    """What points outside the file."""


class _File:
    """The bytes, and how many more of them may be read: no honest file makes its reader go over it twice."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.left = len(data) + 10_000

    def numbers(self, form: str, place: int, count: int, what: str) -> tuple[int, ...]:
        """Numbers of one struct format in a row."""
        size = struct.calcsize(form) * count
        self.left -= size
        if place < 0 or place + size > len(self.data):
            raise _DamageError(f"{what} lies outside the file")
        if self.left < 0:
            raise _DamageError("its tables overlap")
        return struct.unpack_from(f"<{count}{form}", self.data, place)

    def number(self, form: str, place: int, what: str) -> int:
        """One number."""
        return self.numbers(form, place, 1, what)[0]

    def table(self, place: int, what: str) -> "_Table":
        """The table at a place, its own list of fields checked."""
        fields = place - self.number("i", place, what)
        fields_size, size = self.numbers("H", fields, 2, what)
        if fields_size < 4 or size < 4 or place + size > len(self.data):
            raise _DamageError(f"{what} lies outside the file")
        offsets = self.numbers("H", fields + 4, (fields_size - 4) // 2, what)
        return _Table(self, place, size, offsets, what)


@dataclass(frozen=True)
class _Table:
    file: _File
    place: int
    size: int
    offsets: tuple[int, ...]
    what: str

    def number(self, field: int, form: str, *, default: int = 0) -> int:
        """A field that is a number."""
        place = self._place(field, struct.calcsize(form))
        return default if place is None else self.file.number(form, place, self.what)

    def vector(self, field: int, width: int) -> tuple[int, int]:
        """(place, length) of a field that is a vector or a string; (0, 0) where it is absent."""
        place = self._place(field, 4)
        if place is None:
            return 0, 0
        start = place + self.file.number("I", place, self.what)
        length = self.file.number("I", start, self.what)
        if start + 4 + length * width > len(self.file.data):
            raise _DamageError(f"a list of {self.what} lies outside the file")
        return start + 4, length

    def numbers(self, field: int, form: str) -> tuple[int, ...]:
        """A field that is a vector of numbers, read whole."""
        start, length = self.vector(field, struct.calcsize(form))
        return self.file.numbers(form, start, length, self.what)

    def array(self, field: int, dtype: str) -> Shaped[np.ndarray, "n"]:
        """The same for long ones."""
        start, length = self.vector(field, np.dtype(dtype).itemsize)
        self.file.left -= length
        return np.frombuffer(self.file.data, dtype, length, start)

    def tables(self, field: int, what: str) -> Iterator["_Table"]:
        """A field that is a vector of tables."""
        start, length = self.vector(field, 4)
        for i, offset in enumerate(self.file.numbers("I", start, length, self.what)):
            yield self.file.table(start + 4 * i + offset, f"{what} {i}")

    def table(self, field: int, what: str) -> "_Table | None":
        """A field that is a table; None where it is absent."""
        place = self._place(field, 4)
        if place is None:
            return None
        return self.file.table(place + self.file.number("I", place, self.what), what)

    def _place(self, field: int, size: int) -> int | None:
        offset = self.offsets[field] if field < len(self.offsets) else 0
        if offset and offset + size > self.size:
            raise _DamageError(f"{self.what} ends before its field {field}")
        return self.place + offset if offset else None


def _walk(file: _File) -> None:
    model = file.table(file.number("I", 0, "the root"), "the root")
    codes = 0
    for code in model.tables(1, "operator code"):
        code.vector(1, 1)
        codes += 1
    buffers = [_buffer(buffer) for buffer in model.tables(4, "buffer")]
    graphs = 0
    for graph in model.tables(2, "subgraph"):
        tensors = 0
        for tensor in graph.tables(0, "tensor"):
            _tensor(tensor, buffers)
            tensors += 1
        for operator in graph.tables(3, "operator"):
            _index(operator.number(0, "I"), codes, f"{operator.what}'s code")
            operator.table(4, f"the options of {operator.what}")
            operator.vector(5, 1)
            for tensor in (*operator.numbers(1, "i"), *operator.numbers(2, "i")):
                if tensor != -1:  # stands for an optional tensor that was left out
                    _index(tensor, tensors, f"a tensor of {operator.what}")
        for tensor in (*graph.numbers(1, "i"), *graph.numbers(2, "i")):
            _index(tensor, tensors, f"an input or output of {graph.what}")
        graphs += 1
    if not graphs:
        raise _DamageError("it has no subgraph")


def _buffer(buffer: _Table) -> int:
    """The length of a buffer's data, which may lie behind the tables in very large files."""
    _, length = buffer.vector(0, 1)
    start, size = buffer.number(1, "Q"), buffer.number(2, "Q")
    if start > 1 and start + size > len(buffer.file.data):
        raise _DamageError(f"{buffer.what} lies outside the file")
    return size if start > 1 else length


def _tensor(tensor: _Table, buffers: list[int]) -> None:
    shape = tensor.numbers(0, "i")
    tensor.numbers(7, "i")
    tensor.vector(3, 1)
    bits = _BITS.get(tensor.number(1, "b"), 0)
    _quantization(tensor, bits)
    index = tensor.number(2, "I")
    _index(index, len(buffers), f"the buffer of {tensor.what}")
    if any(side < 0 for side in shape):
        raise _DamageError(f"{tensor.what} has the shape {shape}")
    sparse = tensor.table(6, f"the sparsity of {tensor.what}") is not None
    if buffers[index] and bits and not sparse and buffers[index] != (prod(shape) * bits + 7) // 8:
        raise _DamageError(f"{tensor.what} of shape {shape} has {buffers[index]} bytes")


def _quantization(tensor: _Table, bits: int) -> None:
    """Scales and zero points that can be meant: LiteRT 2.3.0 frees memory twice over a scale of 1e18."""
    quantization = tensor.table(4, f"the quantization of {tensor.what}")
    if quantization is None:
        return
    quantization.vector(0, 4)
    quantization.vector(1, 4)
    scales, zeros = quantization.array(2, "<f4"), quantization.array(3, "<i8")
    if len(zeros) and len(zeros) != len(scales):
        raise _DamageError(f"{tensor.what} has {len(zeros)} zero points for {len(scales)} scales")
    if not np.all((scales >= 0) & (scales <= _LARGEST_SCALE)):
        raise _DamageError(f"a scale of {tensor.what} is not from 0 to {_LARGEST_SCALE:g}")
    if 0 < bits < 64 and np.any(np.abs(zeros) >> bits):
        raise _DamageError(f"a zero point of {tensor.what} does not fit {bits} bits")


def _index(index: int, count: int, what: str) -> None:
    if not 0 <= index < count:
        raise _DamageError(f"{what} is number {index} of {count}")
