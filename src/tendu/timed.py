"""A runtime and a decoder that count their calls and add up the time these take; nothing else changes."""

from collections.abc import Callable
from dataclasses import replace
from time import perf_counter
from typing import TypeVar

import numpy as np
from jaxtyping import Shaped

from tendu.codes import Tensor
from tendu.estimator import Estimator
from tendu.models.seen import Decoder, Seen
from tendu.runtimes.runtime import Runtime

Outputs = TypeVar("Outputs")


class TimedRuntime:
    """Another runtime, with a count and a stopwatch.

    Args:
        runtime: what really runs.
        clock: seconds.

    Attributes:
        runs: inferences so far.
        seconds: what they took.
    """

    def __init__(self, runtime: Runtime, *, clock: Callable[[], float] = perf_counter) -> None:
        self._runtime, self._clock = runtime, clock
        self.name, self.inputs, self.outputs = runtime.name, runtime.inputs, runtime.outputs
        self.runs, self.seconds = 0, 0.0

    def run(self, tensor: Shaped[np.ndarray, "*input"]) -> tuple[Shaped[np.ndarray, "..."], ...]:
        """The outputs for one input tensor."""
        return self._timed(self._runtime.run, tensor)

    def raw(self, tensor: Shaped[np.ndarray, "*input"]) -> tuple[Tensor, ...]:
        """The outputs for one input tensor, quantised ones as codes."""
        return self._timed(self._runtime.raw, tensor)

    def close(self) -> None:
        """Frees the model."""
        self._runtime.close()

    def _timed(self, run: Callable[[np.ndarray], Outputs], tensor: np.ndarray) -> Outputs:
        begun = self._clock()
        outputs = run(tensor)
        self.seconds += self._clock() - begun
        self.runs += 1
        return outputs


class TimedDecoder:
    """Another decoder, with a stopwatch.

    Args:
        decoder: what really decodes.
        clock: seconds.

    Attributes:
        seconds: what its calls took.
    """

    def __init__(self, decoder: Decoder, *, clock: Callable[[], float] = perf_counter) -> None:
        self._decoder, self._clock = decoder, clock
        self.seconds = 0.0

    def __call__(
        self,
        outputs: tuple[Tensor, ...],
        *,
        people: int,
        mirrored: tuple[Tensor, ...] | None = None,
    ) -> Seen:
        """At most `people` people, the most confident first."""
        begun = self._clock()
        seen = self._decoder(outputs, people=people, mirrored=mirrored)
        self.seconds += self._clock() - begun
        return seen


def timed(estimator: Estimator) -> tuple[Estimator, TimedRuntime, TimedDecoder]:
    """The same estimator on a timed runtime and decoder, and these two."""
    runtime, decoder = TimedRuntime(estimator.runtime), TimedDecoder(estimator.decoder)
    return replace(estimator, runtime=runtime, decoder=decoder), runtime, decoder
