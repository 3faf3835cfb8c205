"""A frame and a window become the tensor a model expects."""

import numpy as np
from jaxtyping import Shaped

from tendu.errors import ModelError
from tendu.frame import Frame
from tendu.window import Window


def prepare(
    frame: Frame,
    window: Window,
    width: int,
    height: int,
    dtype: np.dtype[np.generic],
    *,
    centred: bool = False,
) -> Shaped[np.ndarray, "1 h w 3"]:
    """The window's pixels as a batch of one, RGB.

    Args:
        frame: the picture.
        window: the part to look at.
        width: the columns of the model's input.
        height: its rows.
        dtype: its type: integers and floats take 0 to 255 as MoveNet's files do.
        centred: floats run from -1 to 1 instead (x / 127.5 - 1), as float PoseNet files want.

    Raises:
        ModelError: the type is none that pose models take.
    """
    sample = frame.sample(window, width, height)[None]
    if dtype == np.uint8:
        return sample
    if dtype == np.int8:
        return (sample.astype(np.int16) - 128).astype(np.int8)
    if dtype.name in {"float32", "int32"}:
        return sample / np.float32(127.5) - np.float32(1) if centred else sample.astype(dtype)
    raise ModelError(f"A pose model takes uint8, int8, int32 or float32; this file takes {dtype}.")
