"""Packing: the tables of a TFLite model as the bytes of a file."""

from typing import Any

from flatbuffers import Builder
from jaxtyping import Shaped
from numpy import frombuffer, ndarray, uint8


def packed(tables: Any) -> bytes:
    """The file of a `ModelT` (TensorFlow Lite's schema, as ai-edge-litert ships it)."""
    builder = _Sharing(1 << 20)
    builder.Finish(tables.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def noted(model: bytes, name: str, content: bytes) -> bytes:
    """The file that says this of itself under that name (TensorFlow Lite's metadata), in all else as it was."""
    from ai_edge_litert import schema_py_generated as schema

    tables: Any = schema.ModelT.InitFromPackedBuf(model, 0)
    entry: Any = schema.MetadataT()
    buffer: Any = schema.BufferT()
    entry.name, entry.buffer = name, len(tables.buffers)
    buffer.data = frombuffer(content, uint8)
    tables.buffers.append(buffer)
    others: list[Any] = [one for one in tables.metadata or () if one.name != name.encode()]
    tables.metadata = [*others, entry]
    return packed(tables)


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
