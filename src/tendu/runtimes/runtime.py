"""What every runtime is: a model file opened, a tensor in, tensors out."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Shaped

from tendu.codes import Tensor


@dataclass(frozen=True)
class Port:
    """An input or output of a model.

    Attributes:
        name: as in the file.
        shape: fixed sizes; -1 where the file leaves one open.
        dtype: what goes through it.
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]


@runtime_checkable
class Runtime(Protocol):
    """A model ready to run. One runtime may be called by several threads; calls wait for each other.

    Outputs are float32 in real units (quantised outputs are dequantised) or the file's integers where it has no scale.
    """

    @property
    def name(self) -> str:
        """What runs, for people: "LiteRT 2.3.0, XNNPACK, 2 threads"."""
        ...

    @property
    def inputs(self) -> tuple[Port, ...]:
        """What goes in."""
        ...

    @property
    def outputs(self) -> tuple[Port, ...]:
        """What comes out, in the order of `run`'s result."""
        ...

    def run(self, tensor: Shaped[np.ndarray, "*input"]) -> tuple[Shaped[np.ndarray, "..."], ...]:
        """The outputs for one input tensor; the arrays belong to the caller.

        Raises:
            DataError: the tensor's shape or dtype is not the input's.
        """
        ...

    def raw(self, tensor: Shaped[np.ndarray, "*input"]) -> tuple[Tensor, ...]:
        """As `run`, but quantised outputs are `Codes`: quicker where only a part of them is read."""
        ...

    def close(self) -> None:
        """Frees the model; may be called twice."""
        ...
