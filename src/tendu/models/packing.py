"""Packing: the tables of a TFLite model as the bytes of a file."""

from typing import Any

from flatbuffers import Builder
from jaxtyping import Shaped
from numpy import ndarray


def packed(tables: Any) -> bytes:
    """The file of a `ModelT` (TensorFlow Lite's schema, as ai-edge-litert ships it)."""
    builder = _Sharing(1 << 20)
    builder.Finish(tables.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


class _Sharing(Builder):
    """A builder that writes equal vectors once: a file has thousands of zero points, eight bytes each, all of them 0."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self._written: dict[tuple[str, bytes], int] = {}

    def CreateNumpyVector(self, x: Shaped[ndarray, "n"]) -> int:  # noqa: N802  the library's name
        """Where the vector lies."""
        key = (x.dtype.str, x.tobytes())
        if key not in self._written:
            self._written[key] = super().CreateNumpyVector(x)
        return self._written[key]
