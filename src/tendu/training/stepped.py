"""Stepped: the later part of a network as its 8-bit file computes it, weights and maps on steps, so that it can learn there.

The early blocks stay as the file has them: their maps are the largest and cost the most time, and rounding them costs
hardly any accuracy (docs/training-notes.md).
"""

from copy import deepcopy
from functools import partial
from typing import Any

import numpy as np
import torch
from jaxtyping import UInt8
from torch import Tensor, nn

from tendu.codes import Scale
from tendu.models.graph import Graph
from tendu.runtimes.litert import LiteRT
from tendu.training.convolution import LEVELS, LEVELS_OF_HALVES, Convolution
from tendu.training.network import EARLY, TAPPED, Block, Network
from tendu.training.rounding import bits_of, place


class Stepped(nn.Module):
    """The blocks after the early ones, the pyramid and the heads, on the steps of a file.

    Args:
        network: its weights lie on steps, as `tendu.training.rounding.rounded` leaves them; it stays as it is.
        model: its 8-bit file.
        bits: of the file's large layers.
        threads: of LiteRT, which looks at pictures up to the early blocks' end.
    """

    def __init__(self, network: Network, model: bytes, *, bits: int, threads: int = 1) -> None:
        super().__init__()
        self._shape = network.shape
        self.network = deepcopy(network)
        maps = _maps(self.network, Graph(model))
        ends = [maps[_ending(self.network, number)] for number in (*TAPPED[:2], EARLY - 1)]
        self._begin, self._threads = Graph(model).cut([tensor for tensor, _ in ends]), threads
        self._begun: dict[int, LiteRT] = {}
        early = {id(layer) for block in self.network.blocks[:EARLY] for layer in block.modules()}
        for layer in self.network.convolutions()[1:]:
            if id(layer) not in early:
                levels = LEVELS if bits_of(layer, bits) == 8 else LEVELS_OF_HALVES
                parent, name = place(self.network, layer)
                setattr(parent, name, OnSteps(layer, maps[layer][1], levels))
        for part in (*self.network.blocks[EARLY:], *self.network.smooth):
            if part in maps:
                _round_sum(part, maps[part][1])
        self.network.stem.requires_grad_(False)
        self.network.blocks[:EARLY].requires_grad_(False)

    def begun(self, pictures: UInt8[np.ndarray, "n s s 3"]) -> list[Tensor]:
        """What the file's early blocks say of pictures, of the file's size or another: the maps that `forward` takes."""
        size = pictures.shape[1]
        if size not in self._begun:
            self._begun[size] = LiteRT(Graph(self._begin).resized(size), threads=self._threads)
        seen = [self._begun[size].run(picture[None]) for picture in pictures]
        maps = (torch.from_numpy(np.concatenate(several)) for several in zip(*seen, strict=True))
        return [several.permute(0, 3, 1, 2) for several in maps]

    def forward(self, fine: Tensor, middle: Tensor, coarse: Tensor) -> list[Tensor]:
        """The four heads."""
        fine_lateral, middle_lateral = self.network.laterals[:2]
        return self.network.ended(coarse, [fine_lateral(fine), middle_lateral(middle)])

    def settled(self) -> Network:
        """A network of plain layers with the weights as they are on their steps now."""
        made = Network(self._shape)
        for layer, learned in zip(made.convolutions(), self.network.convolutions(), strict=True):
            layer.set(learned.weight.detach(), learned.bias.detach())
        return made.eval()


class OnSteps(Convolution):
    """A convolution whose weights are whole numbers of steps, and whose output is an 8-bit map.

    What learns is how many steps, as if it were not rounded (straight-through estimation, Bengio et al., arXiv
    1308.3432). The steps stay, so each channel's largest weight stays the last of them, by which the quantiser knows them.

    Args:
        layer: what it begins as.
        scale: of its output.
        levels: steps between nothing and a channel's largest weight.
    """

    ends: Tensor

    def __init__(self, layer: Convolution, scale: Scale, levels: int) -> None:
        outputs, inputs = layer.unit.shape[:2]
        super().__init__(
            inputs * layer.groups,
            outputs,
            kernel=layer.kernel,
            stride=layer.stride,
            depthwise=layer.groups > 1,
            activation=layer.activation,
        )
        self.levels, self.output = levels, scale
        with torch.no_grad():
            weight = layer.weight
            self.scale.copy_(weight.abs().amax(dim=(1, 2, 3)).clamp_min(1e-12) / levels)
            self.unit.copy_(weight / self.scale[:, None, None, None])
            self.shift.copy_(layer.bias / scale.step)
            largest = self.unit.flatten(1).abs().argmax(dim=1, keepdim=True)
            ends = torch.zeros_like(self.unit.flatten(1))
            ends.scatter_(1, largest, levels * self.unit.flatten(1).gather(1, largest).sign())
        self.register_buffer("ends", ends.view_as(self.unit))

    @property
    def weight(self) -> Tensor:
        """What is convolved with: (outputs, inputs, kernel, kernel)."""
        counts = self.unit.clamp(-self.levels, self.levels)
        counts = counts + (counts.round() - counts).detach()
        return torch.where(self.ends != 0, self.ends, counts) * self.scale[:, None, None, None]

    @property
    def bias(self) -> Tensor:
        """What is added: (outputs,)."""
        return self.shift * self.output.step

    def forward(self, maps: Tensor) -> Tensor:
        """Maps to maps, (n, channels, height, width)."""
        return _coded(super().forward(maps), self.output)


class _Coded(torch.autograd.Function):
    """The nearest of 256 codes, as real numbers; what lies beyond them learns nothing."""

    @staticmethod
    def forward(ctx: Any, maps: Tensor, step: float, zero: int) -> Tensor:
        codes = torch.round(maps / step) + zero
        ctx.save_for_backward((codes >= -128) & (codes <= 127))
        return (codes.clamp(-128, 127) - zero) * step

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:
        (within,) = ctx.saved_tensors
        return grads[0] * within, None, None


def _coded(maps: Tensor, scale: Scale) -> Tensor:
    made: Any = _Coded.apply(maps.float(), scale.step, scale.zero)
    return made


def _round_sum(part: nn.Module, scale: Scale) -> None:
    """Rounds a block's sum with its input, or the sum that a step of the pyramid is given."""
    if isinstance(part, Block):
        part.register_forward_hook(partial(_round_output, scale))
    else:
        part.register_forward_pre_hook(partial(_round_given, scale))


def _round_output(scale: Scale, _part: nn.Module, _given: tuple[Tensor], output: Tensor) -> Tensor:
    return _coded(output, scale)


def _round_given(scale: Scale, _part: nn.Module, given: tuple[Tensor]) -> Tensor:
    return _coded(given[0], scale)


def _maps(network: Network, graph: Graph) -> dict[nn.Module, tuple[int, Scale]]:
    """The tensor and the scale of each convolution's map in a file; of each sum's by the block or pyramid step it is of."""
    before = {part.get_submodule("depthwise"): part for part in network.smooth}
    after = {
        block.get_submodule("project"): block
        for number, block in enumerate(network.blocks)
        if _ending(network, number) is block
    }
    order: list[nn.Module] = []
    for layer in network.convolutions():
        order += [before[layer]] if layer in before else []
        order += [layer]
        order += [after[layer]] if layer in after else []
    made = [one for one in graph.operators if graph.operator(one) in {"CONV_2D", "DEPTHWISE_CONV_2D", "ADD"}]
    tensors = [int(one.outputs[0]) for one in made]
    return {part: (tensor, graph.scale(tensor)) for part, tensor in zip(order, tensors, strict=True)}


def _ending(network: Network, number: int) -> nn.Module:
    """What computes a block's last map: its sum, or its last convolution."""
    block = network.blocks[number]
    assert isinstance(block, Block)
    return block if block.added else block.project
