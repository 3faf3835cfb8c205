"""Rounding weights to 8 or 4 bits so that layers say with them what they said before.

Each weight at its nearest step moves the points of MoveNet Lightning by 1.4 px of 192. Here layers are rounded one after
the other. A layer is first fitted to say, of maps that come from rounded layers, what it was meant to say of those that
do not, and where its output is added to its block's input, to make up for that too. Then its weights are rounded one
input after the other, and those still to come make up for what was lost, weighed by how the inputs go together on real
pictures (Frantar et al., "GPTQ", arXiv 2210.17323, algorithm 1); at last the bias brings the mean back (Nagel et al.,
arXiv 1906.04721, section 4.2).
"""

from collections.abc import Callable, Iterable
from copy import deepcopy
from itertools import count

import numpy as np
import torch
from jaxtyping import Float64, UInt8
from torch import Tensor, nn
from torch.nn import functional

from tendu.training.convolution import Convolution
from tendu.training.network import Block, Network

EARLY_PICTURES = 96
"""Pictures on which inputs of the early layers are seen: their maps are large, and 180 move points no less."""

PICTURES = 800
"""Pictures for the others: a layer of 1,500 channels sees 36 cells of each. Fewer round 4-bit weights worse (90, 270 and
1,080 pictures: points of a narrowed Thunder 1.10, 0.98 and 0.94 px of 192 away)."""

DEPTHWISE = 40
"""Pictures for depthwise layers: a channel has nine inputs, and every cell of a map shows them."""

LARGE = 50_000
"""Weights of a layer over channels that may have 4 bits each. Smaller layers come early, where rounding does most."""

DAMP = 0.01
"""What is added to the inputs' moments, in parts of their mean (GPTQ, section 3.3)."""

SHARES = [number / 50 for number in range(25, 51)]
"""Of a channel's largest weight, tried as the last of its 4-bit steps."""

CHUNK = 8
"""Pictures that go through the early layers at once."""

CELLS = 20_000
"""Cells whose patches are in memory at once."""


RIDGE = 0.1
"""How far a fitted layer is held to its weights, in parts of its inputs' mean variance."""


@torch.no_grad()
def rounded(
    network: Network,
    pictures: list[UInt8[np.ndarray, "s s 3"]],
    *,
    bits: int = 8,
    tell: Callable[[int, int], None] | None = None,
) -> Network:
    """The network with weights on the steps that an 8-bit file has, and biases to match.

    A network that learned with rounded weights has them there already and is only copied.

    Args:
        network: it stays as it is.
        pictures: real ones of the network's size, at least one; the first `PICTURES` are used.
        bits: of the weights of layers over channels that have `LARGE` or more; all others have 8.
        tell: told how many layers are rounded, of how many.
    """
    made = deepcopy(network).eval()
    convolutions = list(made.convolutions())
    turns = count(1)

    def done() -> None:
        if tell is not None:
            tell(next(turns), len(convolutions))

    layers = [(place(made, layer), _Rounding(layer, bits, done)) for layer in convolutions]
    for (parent, name), layer in layers:
        setattr(parent, name, layer)
    for block in made.blocks:
        block.register_forward_pre_hook(_owe)
    given = torch.from_numpy(np.stack(pictures[:PICTURES])).permute(0, 3, 1, 2).float()
    made.begun(given[:EARLY_PICTURES].repeat(2, 1, 1, 1))
    parts = [made.begun(some.repeat(2, 1, 1, 1)) for some in given.split(CHUNK)]
    maps, beside = zip(*parts, strict=True)
    made.ended(_halves(maps), [_halves(several) for several in zip(*beside, strict=True)])
    found = deepcopy(network).eval()
    for layer, (_, one) in zip(found.convolutions(), layers, strict=True):
        layer.set(one.made.weight, one.made.bias)
    return found


def _halves(parts: Iterable[Tensor]) -> Tensor:
    """Batches of two halves as one, all first halves before all second ones."""
    return torch.cat(
        [half for halves in zip(*(part.chunk(2) for part in parts), strict=True) for half in halves]
    )


class _Rounding(nn.Module):
    """A layer that is rounded when maps first reach it: a first half as meant, a second from layers already rounded."""

    def __init__(self, layer: Convolution, bits: int, done: Callable[[], None]) -> None:
        super().__init__()
        self.meant, self.made, self.done = layer, deepcopy(layer), done
        self.bits = bits_of(layer, bits)
        self.owed, self.due = torch.zeros(()), self.bits < 8 or not layer.rounded

    def forward(self, maps: Tensor) -> Tensor:
        meant, said = maps.chunk(2)
        if self.due:
            self.due = False
            _round(self.made, said, self.meant.linear(meant) + self.owed, self.bits)
            self.done()
        return torch.cat([self.meant(meant), self.made(said)])


def bits_of(layer: Convolution, bits: int) -> int:
    """The bits of a layer's weights in a file whose large layers have so many; all others have 8."""
    return bits if layer.groups == 1 and layer.unit.numel() >= LARGE else 8


def _owe(block: nn.Module, inputs: tuple[Tensor]) -> None:
    """Tells a block's last layer what its input lacks, where that is added to its output."""
    assert isinstance(block, Block)
    if block.added:
        meant, said = inputs[0].chunk(2)
        block.project.owed = meant - said


def place(network: Network, layer: Convolution) -> tuple[nn.Module, str]:
    """Where a layer is in a network: what has it, and by which name."""
    name = next(name for name, module in network.named_modules() if module is layer)
    parent, _, last = name.rpartition(".")
    return network.get_submodule(parent), last


def _round(layer: Convolution, maps: Tensor, wanted: Tensor, bits: int) -> None:
    """Gives a layer weights on steps with which it says of the maps nearly what is wanted."""
    spread, together = _moments(layer, maps, wanted)
    weight = layer.weight.double().reshape(len(spread), -1, spread.shape[-1])
    held = RIDGE * torch.diagonal(spread, dim1=1, dim2=2).mean(dim=-1)[:, None, None] + 1e-9
    fitted = torch.linalg.solve(
        spread + held * torch.eye(spread.shape[-1]), (together + held * weight).transpose(1, 2)
    )
    fitted = fitted.transpose(1, 2).reshape(layer.weight.shape)
    layer.set(on_steps(fitted, spread, bits=bits).float(), layer.bias.clone())
    lost = (wanted - layer.linear(maps)).mean(dim=(0, 2, 3))
    # What the layer keeps is a last bit beside what it was given, and `lost` was measured with that.
    layer.set(layer.weight.clone(), layer.bias + lost)


def on_steps(weight: Tensor, moments: Float64[Tensor, "groups inputs inputs"], *, bits: int = 8) -> Tensor:
    """Weights on their channels' steps, each error made up for by the weights that come after it.

    A channel's largest weight is the last step. Of 4 bits it is less than it was where that serves the others.

    Args:
        weight: (outputs, inputs, kernel, kernel).
        moments: of the inputs that an output sees; one group, or one for each output.
        bits: of a weight, 8 or 4.
    """
    groups, inputs, _ = moments.shape
    levels = 2 ** (bits - 1) - 1
    left = weight.double().reshape(groups, -1, inputs)
    largest = left.abs().amax(dim=-1)
    if bits < 8:
        largest = largest * _best_share(left, largest, torch.diagonal(moments, dim1=1, dim2=2), levels)
    step = (largest / levels).clamp_min(1e-14)
    # Inputs that vary most come first: their errors are the largest, and most can still make up for them.
    order = torch.diagonal(moments, dim1=1, dim2=2).argsort(dim=-1, descending=True)
    left = left.gather(2, order[:, None].expand_as(left))
    moments = moments.gather(1, order[..., None].expand_as(moments))
    moments = moments.gather(2, order[:, None].expand_as(moments))
    ordinary = torch.diagonal(moments, dim1=1, dim2=2).mean(dim=-1)
    moments = moments + torch.diag_embed((DAMP * ordinary + 1e-9)[:, None].expand(groups, inputs))
    spread = torch.linalg.cholesky(torch.linalg.inv(moments), upper=True)
    kept = left.abs() >= largest[..., None]
    signs = left.sign()
    made = torch.zeros_like(left)
    for turn in range(inputs):
        now = left[..., turn]
        count = (now / step).round().clamp(-levels, levels)
        made[..., turn] = step * torch.where(kept[..., turn], levels * signs[..., turn], count)
        error = (now - made[..., turn]) / spread[:, turn, turn, None]
        left[..., turn:] -= error[..., None] * spread[:, None, turn, turn:]
    back = order.argsort(dim=-1)
    return made.gather(2, back[:, None].expand_as(made)).reshape(weight.shape).to(weight.dtype)


def _best_share(
    weights: Float64[Tensor, "groups outputs inputs"],
    largest: Float64[Tensor, "groups outputs"],
    squares: Float64[Tensor, "groups inputs"],
    levels: int,
) -> Float64[Tensor, "groups outputs"]:
    """How much of its largest weight each channel's last step is to be, for the least squared error of its output."""
    errors: list[Tensor] = []
    for share in SHARES:
        step = (share * largest / levels).clamp_min(1e-14)[..., None]
        rounded = (weights / step).round().clamp(-levels, levels) * step
        errors.append(((rounded - weights).square() * squares[:, None]).sum(dim=-1))
    return torch.tensor(SHARES, dtype=torch.float64)[torch.stack(errors).argmin(dim=0)]


def _moments(
    layer: Convolution, maps: Tensor, wanted: Tensor
) -> tuple[Float64[Tensor, "groups inputs inputs"], Float64[Tensor, "groups outputs inputs"]]:
    """How what a layer is given varies together, and what is wanted with it."""
    deep = layer.groups > 1
    few = DEPTHWISE if deep else None
    some_at_once = max(CELLS // (wanted.shape[2] * wanted.shape[3]), 1)
    sums, count = None, 0
    for some, aim in zip(maps[:few].split(some_at_once), wanted[:few].split(some_at_once), strict=True):
        padded, padding = layer.padded(some)
        if layer.kernel == 1:
            patches = padded.flatten(2).transpose(0, 1).flatten(1)[None]
        else:
            alone = padded.reshape(-1, 1, *padded.shape[2:]) if deep else padded
            patches = functional.unfold(alone, layer.kernel, padding=padding, stride=layer.stride)
            patches = patches.reshape(len(some), layer.groups, -1, patches.shape[-1])
            patches = patches.permute(1, 2, 0, 3).flatten(2)
        aims = aim.transpose(0, 1).reshape(layer.groups, -1, patches.shape[-1])
        turned = patches.transpose(1, 2)
        parts = [(patches @ turned), (aims @ turned), patches.sum(dim=-1), aims.sum(dim=-1)]
        parts = [part.double() for part in parts]
        sums = parts if sums is None else [one.add_(part) for one, part in zip(sums, parts, strict=True)]
        count += patches.shape[-1]
    assert sums is not None
    squares, products, inputs, outputs = sums
    inputs, outputs = inputs / count, outputs / count
    # A mean is the bias's to bring back; only what varies about it is left to the weights.
    return (
        squares / count - inputs[:, :, None] * inputs[:, None],
        products / count - outputs[:, :, None] * inputs[:, None],
    )
