"""Pictures that nobody photographed, and what a network says of them."""

import numpy as np
import torch

from tendu.training.network import Network


def smooth_pictures(count: int, size: int = 64) -> list[np.ndarray]:
    """Smooth ones, whose neighbouring pixels are alike as a photo's are."""
    rng = np.random.default_rng(3)
    coarse = rng.uniform(0, 255, (count, 4, 4, 3))
    fine = coarse.repeat(size // 4, axis=1).repeat(size // 4, axis=2) + rng.normal(
        0, 6, (count, size, size, 3)
    )
    return list(np.clip(fine, 0, 255).astype(np.uint8))


def heads_of(network: Network, several: list[np.ndarray]) -> torch.Tensor:
    """All heads of each picture in a row."""
    given = torch.from_numpy(np.stack(several)).permute(0, 3, 1, 2).float()
    with torch.no_grad():
        return torch.cat([head.flatten(1) for head in network.eval()(given)], dim=1)
