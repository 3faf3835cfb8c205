"""MoveNet's network: a MobileNetV2 trunk, a feature pyramid up to stride 4, and four heads on its finest map.

The published Lightning graph is this with width 1 and 192 pixels; names and numbers of layers were read off that file.
"""

from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from tendu.errors import DataError
from tendu.skeleton import COCO17, Skeleton
from tendu.skeletons import skeleton_of, table_of
from tendu.training.convolution import Convolution

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

BLOCKS = sum(count for _, _, count, _ in TRUNK)

EARLY = 7
"""Blocks after which the trunk's maps have stride 16 and are small."""

TAPPED = (2, 5, 9)
"""The blocks after which the pyramid takes a map: the last ones of strides 4, 8 and, at 64 channels, 16."""

TAPS = (1, 2, 3)
"""The stages that these blocks end; the pyramid has as many channels as each at width 1, whatever the width."""

LAST = 1280
"""Channels after the trunk, whatever the width: Thunder has as many as Lightning."""


@dataclass(frozen=True)
class Shape:
    """What a network of the family is made of.

    Attributes:
        size: the side of its input, px, a multiple of 32.
        width: factor on the trunk's channels, which stay multiples of 8.
        head: channels within a head.
        inner: channels within each of the 17 blocks, between its two convolutions over channels; none for the published
            numbers, six times what comes into a block.
        neck: channels that the last block hands on; None for the published number.
        skeleton: the keypoints that it finds.
    """

    size: int = 192
    width: float = 1.0
    head: int = 96
    inner: tuple[int, ...] = ()
    neck: int | None = None
    skeleton: Skeleton = COCO17

    @property
    def maps(self) -> tuple[int, int, int, int]:
        """Channels of centre, heatmap, offset and regression, in this order wherever heads are passed on."""
        points = len(self.skeleton)
        return 1, points, 2 * points, 2 * points

    def plain(self) -> dict[str, Any]:
        """It in plain values, for a checkpoint; COCO's 17 keypoints are not named."""
        own = {} if self.skeleton == COCO17 else {"skeleton": table_of(self.skeleton)}
        return {name: value for name, value in vars(self).items() if name != "skeleton"} | own

    @classmethod
    def of(cls, plain: dict[str, Any]) -> "Shape":
        """What `plain` gave, also of older versions.

        Raises:
            DataError, TypeError: it gave something else.
        """
        own = skeleton_of(plain["skeleton"]) if "skeleton" in plain else COCO17
        fields: dict[str, Any] = {**plain, "skeleton": own}
        return cls(**fields)

    def channels(self, number: int) -> int:
        """A published number of channels at this width: the nearest multiple of 8, never a tenth less."""
        wide = max(8, int(number * self.width + 4) // 8 * 8)
        return wide + 8 if wide < 0.9 * number * self.width else wide


SHAPES = {"lightning": Shape(192, 1.0), "thunder": Shape(256, 1.75)}
"""The two published members (MoveNet's model card: depth multiplier 1.0 and 1.75)."""


class Block(nn.Module):
    """MobileNetV2's inverted bottleneck; its own input is added where the shapes allow."""

    def __init__(self, inputs: int, wide: int, outputs: int, stride: int, *, expand: bool) -> None:
        super().__init__()
        self.added = stride == 1 and inputs == outputs
        self.expand = Convolution(inputs, wide, activation="relu6") if expand else None
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
    """Pictures (n, 3, size, size), 0 to 255, to the four heads (n, 1 | k | 2 k | 2 k, size / 4, size / 4).

    The heads are MoveNet's: logits of centres and keypoints, offsets and regressions in cells, y before x.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        channels = shape.channels
        self.stem = Convolution(3, channels(32), kernel=3, stride=2, activation="relu6")
        inputs = channels(32)
        self.blocks = nn.ModuleList()
        for expansion, given, count, first in TRUNK:
            for number in range(count):
                wide = shape.inner[len(self.blocks)] if shape.inner else inputs * expansion
                ends = len(self.blocks) == BLOCKS - 1
                outputs = shape.neck if ends and shape.neck is not None else channels(given)
                stride = first if number == 0 else 1
                self.blocks.append(Block(inputs, wide, outputs, stride, expand=expansion > 1))
                inputs = outputs
        self.last = Convolution(inputs, LAST, activation="relu6")
        fine, middle, coarse = (TRUNK[stage][1] for stage in TAPS)
        self.laterals = nn.ModuleList([Convolution(channels(wide), wide) for wide in (fine, middle, coarse)])
        self.top = Convolution(LAST, coarse)
        self.smooth = nn.ModuleList(
            [Separable(coarse, middle), Separable(middle, fine), Separable(fine, fine)]
        )
        self.heads = nn.ModuleList([Head(fine, shape.head, wide) for wide in shape.maps])

    def forward(self, pictures: Tensor) -> list[Tensor]:
        """The four heads."""
        return self.ended(*self.begun(pictures))

    def begun(self, pictures: Tensor) -> tuple[Tensor, list[Tensor]]:
        """The trunk's map after its early blocks, and those that the pyramid takes on the way."""
        beside: list[Tensor] = []
        return self._through(range(EARLY), self.stem(pictures / 127.5 - 1), beside), beside

    def ended(self, maps: Tensor, beside: list[Tensor]) -> list[Tensor]:
        """The four heads of what has begun."""
        beside = list(beside)
        maps = self._through(range(EARLY, BLOCKS), maps, beside)
        maps = self.top(self.last(maps))
        for smooth in self.smooth:
            maps = functional.interpolate(maps, scale_factor=2, mode="bilinear", align_corners=False)
            maps = smooth(maps + beside.pop())
        return [head(maps) for head in self.heads]

    def _through(self, numbers: range, maps: Tensor, beside: list[Tensor]) -> Tensor:
        for number in numbers:
            maps = self.blocks[number](maps)
            if number in TAPPED:
                beside.append(self.laterals[len(beside)](maps))
        return maps

    def sized(self, size: int) -> "Network":
        """The same weights for an input of another size.

        Raises:
            DataError: it is no multiple of 32.
        """
        if size < 32 or size % 32:
            raise DataError(f"size is a multiple of 32, not {size}.")
        made = Network(replace(self.shape, size=size))
        made.load_state_dict(self.state_dict())
        return made.eval()

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


def fresh(
    name: str,
    *,
    seed: int,
    width: float | None = None,
    head: int | None = None,
    skeleton: Skeleton = COCO17,
) -> Network:
    """A network that has learned nothing yet, of a published shape or with another width.

    Args:
        name: one of `SHAPES`.
        seed: of its weights.
        width: as `Shape` has it; the published one when None.
        head: likewise.
        skeleton: the keypoints that it is to find.

    Raises:
        DataError: no shape has that name.
    """
    if name not in SHAPES:
        raise DataError(f"No network is called {name!r}. Choose one of {', '.join(SHAPES)}.")
    torch.manual_seed(seed)
    shape = SHAPES[name]
    return Network(replace(shape, width=width or shape.width, head=head or shape.head, skeleton=skeleton))


def _within(part: nn.Module) -> list[Convolution]:
    return [layer for layer in part.modules() if isinstance(layer, Convolution)]
