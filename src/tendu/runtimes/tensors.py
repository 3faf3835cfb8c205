"""What every runtime does to tensors: refuse one that does not fit, keep what comes out, make codes real numbers."""

from typing import Any

import numpy as np
from jaxtyping import Shaped

from tendu.codes import Codes, Scale, Tensor
from tendu.errors import DataError
from tendu.runtimes.runtime import Port


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


def kept(tensor: Shaped[np.ndarray, "..."], scale: Scale | None) -> Tensor:
    """A runtime's own tensor in new memory: float32, codes with their scale, or the integers where there is no scale.

    >>> kept(np.array([7], np.int32), None)
    array([7], dtype=int32)
    """
    if scale is not None:
        return Codes(tensor.copy(), scale)
    return tensor.astype(np.float32) if np.issubdtype(tensor.dtype, np.floating) else tensor.copy()


def real(tensors: tuple[Tensor, ...]) -> tuple[Shaped[np.ndarray, "..."], ...]:
    """The tensors with all codes made float32 numbers."""
    return tuple(map(np.asarray, tensors))


def meant(dtype: Any, scale: Scale | None) -> np.dtype[np.generic]:
    """The type of what `real` makes of a tensor that comes as `dtype`."""
    return np.asarray(kept(np.empty(0, dtype), scale)).dtype
