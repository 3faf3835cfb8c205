"""Seen: what a model saw in one window, and the protocol of everything that reads it from a model's numbers."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float32

from tendu.codes import Tensor


@dataclass(frozen=True, eq=False)
class Seen:
    """People seen in one window, in its unit space, the most confident first.

    Attributes:
        xy: float32 (n, k, 2), x before y, 0 to 1 across the window; guesses may lie outside it.
        score: float32 (n, k), 0 to 1.
        confidence: float32 (n,), 0 to 1.
    """

    xy: Float32[np.ndarray, "n k 2"]
    score: Float32[np.ndarray, "n k"]
    confidence: Float32[np.ndarray, "n"]


@runtime_checkable
class Decoder(Protocol):
    """Reads a model's outputs."""

    def __call__(
        self,
        outputs: tuple[Tensor, ...],
        *,
        people: int,
        mirrored: tuple[Tensor, ...] | None = None,
    ) -> Seen:
        """At most `people` people, the most confident first.

        Args:
            outputs: what `Runtime.run` or `Runtime.raw` gave.
            people: how many to report at most.
            mirrored: what it gave for the same window flipped left to right, to be averaged in.
        """
        ...
