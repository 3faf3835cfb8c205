"""FakeRuntime: a runtime for tests that gives what it is told and keeps what it was given."""

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Shaped

from tendu.codes import Tensor
from tendu.errors import ModelError
from tendu.runtimes.runtime import Port
from tendu.runtimes.tensors import fitting

Answer = Callable[[Shaped[np.ndarray, "*input"]], Sequence[Shaped[np.ndarray, "..."]]]
"""From an input tensor to output tensors."""

ANY_PICTURE = Port("image", (1, -1, -1, 3), np.dtype(np.uint8))


class FakeRuntime:
    """A runtime without a model, to test what stands on one.

    Args:
        answer: the outputs of every run, or a function from the input tensor to them.
        inputs: what it takes; one uint8 picture of any size when not given.
        outputs: what it says it gives; described from `answer` where that is arrays, else empty.

    Attributes:
        given: the tensors that it was run with, in order.

    >>> runtime = FakeRuntime([np.zeros((1, 1, 17, 3), np.float32)])
    >>> runtime.run(np.full((1, 8, 8, 3), 7, np.uint8))[0].shape
    (1, 1, 17, 3)
    >>> len(runtime.given), int(runtime.given[0].max())
    (1, 7)
    """

    def __init__(
        self,
        answer: Sequence[Shaped[np.ndarray, "..."]] | Answer,
        *,
        inputs: tuple[Port, ...] = (ANY_PICTURE,),
        outputs: tuple[Port, ...] | None = None,
    ) -> None:
        self._answer = answer
        self._closed = False
        self.name = "fake"
        self.inputs = inputs
        self.outputs = outputs or (() if callable(answer) else _described(answer))
        self.given: list[np.ndarray] = []

    def run(self, tensor: Shaped[np.ndarray, "*input"]) -> tuple[Shaped[np.ndarray, "..."], ...]:
        """Copies of what it was told to give.

        Raises:
            DataError: the tensor's shape or dtype is not the input's.
            ModelError: it is closed.
        """
        tensor = fitting(tensor, self.inputs[0])
        if self._closed:
            raise ModelError("This model is closed. Open it again to run it.")
        self.given.append(tensor.copy())
        results = self._answer(tensor) if callable(self._answer) else self._answer
        return tuple(result.copy() for result in results)

    def raw(self, tensor: Shaped[np.ndarray, "*input"]) -> tuple[Tensor, ...]:
        """The same: what it was told to give are numbers."""
        return self.run(tensor)

    def close(self) -> None:
        """Refuses further runs; may be called twice."""
        self._closed = True


def _described(outputs: Sequence[Shaped[np.ndarray, "..."]]) -> tuple[Port, ...]:
    return tuple(Port(f"output {i}", one.shape, one.dtype) for i, one in enumerate(outputs))
