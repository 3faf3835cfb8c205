"""A convolution as the networks have it: with bias and activation, its weights trained as scale × unit.

Convolutions carry a bias and no batch norm: a file that is read has them folded in, and one that is written needs
them so.
"""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

Activation = Literal["none", "relu", "relu6"]

LEVELS = 127
"""Steps of an 8-bit weight between nothing and its channel's largest, which ai-edge-quantizer makes the last of them."""

LEVELS_OF_HALVES = 7
"""The same of a 4-bit weight, half a byte."""


class Convolution(nn.Module):
    """A convolution with bias and activation, padded as TensorFlow's SAME, weights kept as scale × unit.

    A file's weights have batch norm folded in, so that channels differ in size a thousandfold, and Adam's steps, equal
    for all, would destroy the small ones. Each output channel therefore has a fixed scale; what is trained is of unit
    size.

    Args:
        inputs: channels that come in.
        outputs: channels that go out.
        kernel: 1 or 3.
        stride: 1 or 2.
        depthwise: each channel for itself; `inputs` equals `outputs`.
        activation: what follows.
    """

    scale: Tensor
    activation: Activation

    def __init__(
        self,
        inputs: int,
        outputs: int,
        *,
        kernel: int = 1,
        stride: int = 1,
        depthwise: bool = False,
        activation: Activation = "none",
    ) -> None:
        super().__init__()
        self.kernel, self.stride, self.activation, self.rounded = kernel, stride, activation, False
        self.groups = inputs if depthwise else 1
        fan = kernel * kernel * (1 if depthwise else inputs)
        self.unit = nn.Parameter(torch.randn(outputs, 1 if depthwise else inputs, kernel, kernel))
        self.shift = nn.Parameter(torch.zeros(outputs))
        self.register_buffer("scale", torch.full((outputs,), (2 / fan) ** 0.5))

    @property
    def weight(self) -> Tensor:
        """What is convolved with: (outputs, inputs, kernel, kernel); where `rounded`, as 8 bits hold it.

        Rounded weights learn as if they were not (straight-through estimation, Bengio et al., arXiv 1308.3432).
        """
        weight = self.unit * self.scale[:, None, None, None]
        if not self.rounded:
            return weight
        step = weight.detach().abs().amax(dim=(1, 2, 3), keepdim=True).clamp_min(1e-12) / LEVELS
        return weight + (torch.round(weight / step) * step - weight).detach()

    @property
    def bias(self) -> Tensor:
        """What is added: (outputs,). Its step is the fan-in's share of a weight's, as an input of 1 for each."""
        return self.shift * self.scale

    def set(self, weight: Tensor, bias: Tensor) -> None:
        """Takes weights as a file has them; the scale becomes their size in each channel."""
        with torch.no_grad():
            size = weight.square().mean(dim=(1, 2, 3)).sqrt()
            self.scale.copy_(size.clamp_min(1e-6))
            self.unit.copy_(weight / self.scale[:, None, None, None])
            self.shift.copy_(bias / self.scale)

    def padded(self, maps: Tensor) -> tuple[Tensor, int]:
        """Maps, and by how much the convolution still pads them at every edge."""
        # SAME on an even side pads the far edge only (tensorflow.org, tf.nn, "notes on padding").
        return (functional.pad(maps, (0, 1, 0, 1)), 0) if self.stride == 2 else (maps, self.kernel // 2)

    def linear(self, maps: Tensor) -> Tensor:
        """What the activation is given."""
        maps, padding = self.padded(maps)
        # Strided depthwise gradients take twice as long in bfloat16 as in float32 (oneDNN, AVX-512, measured).
        if self.groups > 1 and self.stride == 2 and maps.device.type == "cpu":
            with torch.autocast("cpu", enabled=False):
                return functional.conv2d(
                    maps.float(), self.weight, self.bias, self.stride, padding, groups=self.groups
                )
        return functional.conv2d(maps, self.weight, self.bias, self.stride, padding, groups=self.groups)

    def forward(self, maps: Tensor) -> Tensor:
        """Maps to maps, (n, channels, height, width)."""
        maps = self.linear(maps)
        match self.activation:
            case "relu":
                return functional.relu(maps)
            case "relu6":
                return functional.relu6(maps)
            case _:
                return maps
