"""What every runtime does to tensors: refuse one that does not fit, turn codes of 8 bits into real numbers."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Shaped

from tendu.errors import DataError
from tendu.runtimes.runtime import Port


@dataclass(frozen=True)
class Scale:
    """How a quantised tensor's codes are meant: real = step · (code - zero).

    Activations of TFLite files have one step and one zero for the whole tensor
    (ai.google.dev/edge/litert, "8-bit quantization specification").

    Attributes:
        step: real units from one code to the next.
        zero: the code of 0.0.
    """

    step: float
    zero: int


def fitting(tensor: Shaped[np.ndarray, "*input"], port: Port) -> Shaped[np.ndarray, "*input"]:
    """The tensor, in C order, when it is what the port takes; sizes of -1 take any.

    Raises:
        DataError: its dtype or shape is another; the sentence says both.
    """
    open_or_same = [want in {-1, got} for want, got in zip(port.shape, tensor.shape, strict=False)]
    if tensor.dtype == port.dtype and len(port.shape) == tensor.ndim and all(open_or_same) and tensor.size:
        return np.ascontiguousarray(tensor)
    raise DataError(
        f"The model's input is {port.dtype} {port.shape}; got {tensor.dtype} {tensor.shape}. "
        "Give it a tensor of that type and shape."
    )


def real(tensor: Shaped[np.ndarray, "..."], scale: Scale | None) -> Shaped[np.ndarray, "..."]:
    """A new array that shares no memory: float32 in real units, or the integers themselves where there is no scale.

    >>> real(np.array([10, 12], np.int8), Scale(step=0.5, zero=10))
    array([0., 1.], dtype=float32)
    >>> real(np.array([7], np.int32), None)
    array([7], dtype=int32)
    """
    if scale is not None:
        numbers = np.subtract(tensor, np.float32(scale.zero), dtype=np.float32)
        return np.multiply(numbers, np.float32(scale.step), out=numbers)
    if np.issubdtype(tensor.dtype, np.floating):
        return tensor.astype(np.float32)
    return tensor.copy()
