"""Codes: a model's 8-bit numbers with what they mean, made real only where they are read."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float32, Int64, Integer, Shaped


@dataclass(frozen=True)
class Scale:
    """How a quantised tensor's codes are meant: real = step · (code - zero).

    Activations of TFLite files have one step and one zero for the whole tensor
    (ai.google.dev/edge/litert, "8-bit quantization specification").

    Attributes:
        step: real units from one code to the next, above 0.
        zero: the code of 0.0.
    """

    step: float
    zero: int

    def real(self, codes: Integer[np.ndarray, "*shape"]) -> Float32[np.ndarray, "*shape"]:
        """What codes mean, in new memory.

        >>> Scale(step=0.5, zero=10).real(np.array([10, 12], np.int8))
        array([0., 1.], dtype=float32)
        """
        numbers = np.subtract(codes, np.float32(self.zero), dtype=np.float32)
        return np.multiply(numbers, np.float32(self.step), out=numbers)


@dataclass(frozen=True, eq=False)
class Codes:
    """A quantised tensor. What is asked of it as of an array comes as real numbers, float32.

    Attributes:
        codes: as the model gave them.
        scale: what they mean.

    >>> codes = Codes(np.array([[10, 12], [14, 16]], np.int8), Scale(step=0.5, zero=10))
    >>> codes.take(np.array([0, 3])), np.asarray(codes)[1]
    (array([0., 3.], dtype=float32), array([2., 3.], dtype=float32))
    """

    codes: Integer[np.ndarray, "..."]
    scale: Scale

    @property
    def shape(self) -> tuple[int, ...]:
        """As an array's."""
        return self.codes.shape

    def reshape(self, *shape: int) -> "Codes":
        """The same codes in another shape."""
        return Codes(self.codes.reshape(*shape), self.scale)

    def take(self, index: Int64[np.ndarray, "..."], axis: int | None = None) -> Float32[np.ndarray, "..."]:
        """The numbers at some places along an axis, or counted through the whole tensor in C order."""
        return self.scale.real(self.codes.take(index, axis=axis))

    def max(self, *, axis: int) -> Float32[np.ndarray, "..."]:
        """The highest numbers along an axis."""
        return self.scale.real(self.codes.max(axis=axis))

    def __array__(
        self,
        dtype: Any = None,
        copy: bool | None = None,  # noqa: FBT001  NumPy's own signature
    ) -> Shaped[np.ndarray, "..."]:
        """All numbers, in new memory."""
        return self.scale.real(self.codes).astype(dtype or np.float32, copy=False)


Tensor = Shaped[np.ndarray, "..."] | Codes
"""What a model gives: real numbers, or codes with their scale."""
