"""MoveNet's network: a MobileNetV2 trunk, a feature pyramid up to stride 4, and four heads on its finest map.

The published Lightning graph is this with width 1 and 192 pixels; names and numbers of layers were read off that file.
Convolutions carry a bias and no batch norm: a file that is read has them folded in, and one that is written needs
them so.
"""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from tendu.errors import DataError

Activation = Literal["none", "relu", "relu6"]

TRUNK = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)
"""MobileNetV2's stages: expansion, channels, blocks, stride of the first (Sandler et al., arXiv 1801.04381, table 2)."""

TAPPED = (2, 5, 9)
"""The blocks after which the pyramid takes a map: the last ones of strides 4, 8 and, at 64 channels, 16."""

TAPS = (1, 2, 3)
"""The stages that these blocks end; the pyramid has as many channels as each at width 1, whatever the width."""

LAST = 1280
"""Channels after the trunk, whatever the width: Thunder has as many as Lightning."""

LEVELS = 127
"""Steps of an 8-bit weight between nothing and its channel's largest, which ai-edge-quantizer makes the last of them."""

HEAD_CHANNELS = (1, 17, 34, 34)
"""Channels of centre, heatmap, offset and regression, in this order wherever heads are passed on."""


@dataclass(frozen=True)
class Shape:
    """What a network of the family is made of.

    Attributes:
        size: the side of its input, px, a multiple of 32.
        width: factor on the trunk's channels, which stay multiples of 8.
        head: channels within a head.
    """

    size: int = 192
    width: float = 1.0
    head: int = 96

    def channels(self, number: int) -> int:
        """A published number of channels at this width: the nearest multiple of 8, never a tenth less."""
        wide = max(8, int(number * self.width + 4) // 8 * 8)
        return wide + 8 if wide < 0.9 * number * self.width else wide


SHAPES = {"lightning": Shape(192, 1.0), "thunder": Shape(256, 1.75)}
"""The two published members (MoveNet's model card: depth multiplier 1.0 and 1.75)."""


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


class Block(nn.Module):
    """MobileNetV2's inverted bottleneck; its own input is added where the shapes allow."""

    def __init__(self, inputs: int, outputs: int, expansion: int, stride: int) -> None:
        super().__init__()
        wide = inputs * expansion
        self.added = stride == 1 and inputs == outputs
        self.expand = Convolution(inputs, wide, activation="relu6") if expansion > 1 else None
        self.depthwise = Convolution(wide, wide, kernel=3, stride=stride, depthwise=True, activation="relu6")
        self.project = Convolution(wide, outputs)

    def forward(self, maps: Tensor) -> Tensor:
        """Maps to maps, (n, channels, height, width)."""
        inner = maps if self.expand is None else self.expand(maps)
        inner = self.project(self.depthwise(inner))
        return maps + inner if self.added else inner


class Separable(nn.Module):
    """A depthwise convolution and one over channels."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.depthwise = Convolution(inputs, inputs, kernel=3, depthwise=True)
        self.across = Convolution(inputs, outputs, activation="relu")

    def forward(self, maps: Tensor) -> Tensor:
        """Maps to maps, (n, channels, height, width)."""
        return self.across(self.depthwise(maps))


class Head(nn.Module):
    """One of the four maps."""

    def __init__(self, inputs: int, width: int, outputs: int) -> None:
        super().__init__()
        self.inner = Separable(inputs, width)
        self.out = Convolution(width, outputs)

    def forward(self, maps: Tensor) -> Tensor:
        """Maps to maps, (n, channels, height, width)."""
        inner = self.inner(maps)
        # A displacement of tens of cells has only quarters of a cell in bfloat16.
        with torch.autocast(maps.device.type, enabled=False):
            return self.out(inner.float())


class Network(nn.Module):
    """Pictures (n, 3, size, size), 0 to 255, to the four heads (n, 1 | 17 | 34 | 34, size / 4, size / 4).

    The heads are MoveNet's: logits of centres and keypoints, offsets and regressions in cells, y before x.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        channels = shape.channels
        self.stem = Convolution(3, channels(32), kernel=3, stride=2, activation="relu6")
        inputs = channels(32)
        self.blocks = nn.ModuleList()
        for expansion, outputs, count, first in TRUNK:
            for number in range(count):
                self.blocks.append(Block(inputs, channels(outputs), expansion, first if number == 0 else 1))
                inputs = channels(outputs)
        self.last = Convolution(inputs, LAST, activation="relu6")
        fine, middle, coarse = (TRUNK[stage][1] for stage in TAPS)
        self.laterals = nn.ModuleList([Convolution(channels(wide), wide) for wide in (fine, middle, coarse)])
        self.top = Convolution(LAST, coarse)
        self.smooth = nn.ModuleList(
            [Separable(coarse, middle), Separable(middle, fine), Separable(fine, fine)]
        )
        self.heads = nn.ModuleList([Head(fine, shape.head, wide) for wide in HEAD_CHANNELS])

    def forward(self, pictures: Tensor) -> list[Tensor]:
        """The four heads."""
        maps = self.stem(pictures / 127.5 - 1)
        beside: list[Tensor] = []
        for number, block in enumerate(self.blocks):
            maps = block(maps)
            if number in TAPPED:
                beside.append(self.laterals[len(beside)](maps))
        maps = self.top(self.last(maps))
        for smooth in self.smooth:
            maps = functional.interpolate(maps, scale_factor=2, mode="bilinear", align_corners=False)
            maps = smooth(maps + beside.pop())
        return [head(maps) for head in self.heads]

    def round(self, *, on: bool) -> None:
        """Uses weights rounded to 8 bits, or as they are; what is kept and learned is not rounded."""
        for layer in self.convolutions():
            layer.rounded = on

    def convolutions(self) -> list[Convolution]:
        """All convolutions in the order in which the network runs them, the branch beside before the trunk's next.

        It is the order of the published file's operators, by which its weights find their place.
        """
        ordered = [self.stem]
        for number, block in enumerate(self.blocks):
            ordered += _within(block)
            if number in TAPPED:
                ordered += _within(self.laterals[TAPPED.index(number)])
        ordered += [self.last, self.top]
        for part in (*self.smooth, *self.heads):
            ordered += _within(part)
        return ordered


def fresh(name: str, *, seed: int) -> Network:
    """A network of a published shape that has learned nothing yet.

    Args:
        name: one of `SHAPES`.
        seed: of its weights.

    Raises:
        DataError: no shape has that name.
    """
    if name not in SHAPES:
        raise DataError(f"No network is called {name!r}. Choose one of {', '.join(SHAPES)}.")
    torch.manual_seed(seed)
    return Network(SHAPES[name])


def _within(part: nn.Module) -> list[Convolution]:
    return [layer for layer in part.modules() if isinstance(layer, Convolution)]
