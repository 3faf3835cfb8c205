"""Device: what PyTorch computes on."""

import torch

from tendu.errors import DataError

PROCESSOR = torch.device("cpu")


def device_of(name: str | None) -> torch.device:
    """What PyTorch computes on.

    Args:
        name: as PyTorch calls it: "cpu", "cuda", "cuda:1", "mps"; None for a GPU of CUDA's where there is one.

    Raises:
        DataError: it cannot compute there.
    """
    if name is None:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.zeros(1, device=device).cpu()
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        why = str(error).splitlines()[0]
        raise DataError(f"PyTorch cannot compute on {name!r} here ({why}). Choose cpu.") from error
    return device
