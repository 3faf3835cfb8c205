"""Rounding weights to 8 bits so that layers say with them what they said before.

Each weight at its nearest step moves the points of MoveNet Lightning by 1.4 px of 192. Here the weights of a layer are
rounded one input after the other, and those still to come make up for what was lost, weighed by how the inputs go
together on real pictures (Frantar et al., "GPTQ", arXiv 2210.17323, algorithm 1); then the bias brings the mean back
(Nagel et al., arXiv 1906.04721, section 4.2). That moves them by 0.35 px.
"""

from copy import deepcopy

import numpy as np
import torch
from jaxtyping import Float64, UInt8
from torch import Tensor, nn
from torch.nn import functional

from tendu.training.network import LEVELS, Convolution, Network

PICTURES = 96
"""Pictures on which inputs are seen; 180 move points by the same 0.35 px."""

DEPTHWISE = 40
"""Pictures for depthwise layers: a channel has nine inputs, and every cell of a map shows them."""

DAMP = 0.01
"""What is added to the inputs' moments, in parts of their mean (GPTQ, section 3.3)."""

CHUNK = 8
"""Pictures whose patches are in memory at once."""


@torch.no_grad()
def rounded(network: Network, pictures: list[UInt8[np.ndarray, "s s 3"]]) -> Network:
    """The network with weights on the steps that an 8-bit file has, and biases to match.

    A network that learned with rounded weights has them there already and is only copied.

    Args:
        network: it stays as it is.
        pictures: real ones of the network's size, at least one.
    """
    made = deepcopy(network).eval()
    given = torch.from_numpy(np.stack(pictures[:PICTURES])).permute(0, 3, 1, 2).float()
    wanted: dict[nn.Module, Tensor] = {}

    def seen(layer: nn.Module, inputs: tuple[Tensor]) -> None:
        assert isinstance(layer, Convolution)
        wanted[layer] = layer.linear(inputs[0]).mean(dim=(0, 2, 3))

    def replaced(layer: nn.Module, inputs: tuple[Tensor]) -> None:
        assert isinstance(layer, Convolution)
        bias = layer.bias.clone()
        layer.set(on_steps(layer.weight, _moments(layer, inputs[0])), bias)
        lost = wanted[layer] - layer.linear(inputs[0]).mean(dim=(0, 2, 3))
        # What the layer keeps is a last bit beside what it was given, and `lost` was measured with that.
        layer.set(layer.weight.clone(), bias + lost)

    # A layer is rounded when the maps reach it, which then come from layers that are rounded already.
    for hook in (seen, replaced):
        hooks = [layer.register_forward_pre_hook(hook) for layer in made.convolutions()]
        made(given)
        for one in hooks:
            one.remove()
    return made


def on_steps(weight: Tensor, moments: Float64[Tensor, "groups inputs inputs"]) -> Tensor:
    """Weights on their channels' steps, each error made up for by the weights that come after it.

    A channel's largest weight is the last step and stays.

    Args:
        weight: (outputs, inputs, kernel, kernel).
        moments: of the inputs that an output sees; one group, or one for each output.
    """
    groups, inputs, _ = moments.shape
    left = weight.double().reshape(groups, -1, inputs)
    largest = left.abs().amax(dim=-1)
    step = (largest / LEVELS).clamp_min(1e-14)
    # Inputs that vary most come first: their errors are the largest, and most can still make up for them.
    order = torch.diagonal(moments, dim1=1, dim2=2).argsort(dim=-1, descending=True)
    left = left.gather(2, order[:, None].expand_as(left))
    moments = moments.gather(1, order[..., None].expand_as(moments))
    moments = moments.gather(2, order[:, None].expand_as(moments))
    ordinary = torch.diagonal(moments, dim1=1, dim2=2).mean(dim=-1)
    moments = moments + torch.diag_embed((DAMP * ordinary + 1e-9)[:, None].expand(groups, inputs))
    spread = torch.linalg.cholesky(torch.linalg.inv(moments), upper=True)
    kept = left.abs() == largest[..., None]
    signs = left.sign()
    made = torch.zeros_like(left)
    for turn in range(inputs):
        now = left[..., turn]
        count = (now / step).round().clamp(-LEVELS, LEVELS)
        made[..., turn] = step * torch.where(kept[..., turn], LEVELS * signs[..., turn], count)
        error = (now - made[..., turn]) / spread[:, turn, turn, None]
        left[..., turn:] -= error[..., None] * spread[:, None, turn, turn:]
    back = order.argsort(dim=-1)
    return made.gather(2, back[:, None].expand_as(made)).reshape(weight.shape).to(weight.dtype)


def _moments(layer: Convolution, maps: Tensor) -> Float64[Tensor, "groups inputs inputs"]:
    deep = layer.groups > 1
    sums: list[Tensor] = []
    for some in maps[: DEPTHWISE if deep else None].split(CHUNK):
        padded, padding = layer.padded(some)
        if layer.kernel == 1:
            patches = padded.flatten(2).transpose(0, 1).flatten(1)[None]
        else:
            alone = padded.reshape(-1, 1, *padded.shape[2:]) if deep else padded
            patches = functional.unfold(alone, layer.kernel, padding=padding, stride=layer.stride)
            patches = patches.reshape(len(some), layer.groups, -1, patches.shape[-1])
            patches = patches.permute(1, 2, 0, 3).flatten(2)
        sums.append((patches @ patches.transpose(1, 2)).double())
    return torch.stack(sums).sum(dim=0)
