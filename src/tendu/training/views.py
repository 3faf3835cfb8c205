"""Views: what a student and its teacher see of a batch, whoever drew it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import UInt8
from torch import Tensor

from tendu.training.augment import Sample
from tendu.training.plan import Plan


@dataclass(frozen=True, eq=False)
class Views:
    """The pictures of a batch of plans, uint8 (n, 3, s, s), on the device where they were drawn.

    Attributes:
        plans: what they were drawn by.
        worsened: what the student sees.
        clean: the same before it was worsened, as large as the teacher sees it.
        closely: what the teacher looks at closer, at full size; of those plans alone that have it.
    """

    plans: Sequence[Plan]
    worsened: Tensor
    clean: Tensor
    closely: Tensor

    @classmethod
    def of(cls, samples: Sequence[Sample]) -> "Views":
        """Those that were drawn one by one on the processor."""
        closely = [sample.closely for sample in samples if sample.closely is not None]
        return cls(
            [sample.plan for sample in samples],
            _tensor([sample.worsened for sample in samples]),
            _tensor([sample.clean for sample in samples]),
            # NumPy stacks no nothing: any picture stands for the shape, and is left out.
            _tensor([*closely, samples[0].clean])[:-1],
        )


def _tensor(pictures: list[UInt8[np.ndarray, "s s 3"]]) -> Tensor:
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2)
