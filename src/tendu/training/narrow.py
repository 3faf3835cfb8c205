"""Narrowing: a network with fewer channels that says nearly what the wide one says.

A block's channels are independent of one another until its second convolution over channels adds them up. So the one
whose loss the others make up for best goes, they make up for it, and so on (Hassibi and Stork, "Optimal Brain Surgeon",
NIPS 1992, for channels instead of weights); what they are to say is what the wide network says there, so that no error
is handed on. Between the last block and the convolution after it nothing bends: both are one matrix, and the channels
between them are its rank, which falls to what the pictures need. No picture needs a label.
"""

from copy import deepcopy
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import torch
from jaxtyping import Float32, Float64, Int64, UInt8
from torch import Tensor

from tendu.errors import DataError
from tendu.training.convolution import Activation, Convolution
from tendu.training.data import Crops
from tendu.training.network import Block, Network, Shape
from tendu.training.quantize import calibration_pictures

PICTURES = 400
"""Pictures on which channels are seen together; the deepest maps have 36 cells each at 192 px."""

CELLS = 1200
"""Cells of a chunk's maps that are looked at: the finest maps have tens of thousands, and neighbours are alike."""

CHUNK = 32
"""Pictures that are looked at together."""

DAMP = 1e-3
"""What is added to the channels' moments, in parts of their mean."""


def smaller(
    network: Network,
    several: list[Crops],
    *,
    size: int | None = None,
    inner: tuple[int, ...] | None = None,
    neck: int | None = None,
) -> Network:
    """The network for an input of another size, and narrowed on pictures of these crops where that is asked for.

    Args:
        network: it stays as it is.
        several: sets of crops, taken in turn.
        size: as `Shape` has it; None for the network's own.
        inner: likewise.
        neck: likewise.

    Raises:
        DataError: the size is no multiple of 32, or the shape is not a narrower one.
    """
    sized = network if size is None else network.sized(size)
    shape = replace(sized.shape, inner=inner or sized.shape.inner, neck=neck or sized.shape.neck)
    if shape == sized.shape:
        return sized
    return narrowed(sized, shape, calibration_pictures(several, size=shape.size, count=PICTURES))


@torch.no_grad()
def narrowed(network: Network, shape: Shape, pictures: list[UInt8[np.ndarray, "s s 3"]]) -> Network:
    """The network in a shape that has fewer channels within its blocks or behind the last.

    Args:
        network: it stays as it is.
        shape: of the same width and head; the first block's channels are the stem's, and stay.
        pictures: real ones of the shape's size.

    Raises:
        DataError: the shape is not a narrower one of the network's.
    """
    wide = deepcopy(network).eval()
    _refuse_other(wide, shape)
    made = deepcopy(wide)
    chance = torch.Generator().manual_seed(0)
    given = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float().split(CHUNK)
    meant = [wide.stem(chunk / 127.5 - 1) for chunk in given]
    said = meant
    for number, (block, slim) in enumerate(zip(_blocks(wide), _blocks(made), strict=True)):
        seen = _Seen()
        fewer = bool(shape.inner) and shape.inner[number] < block.depthwise.groups
        ends = number == len(wide.blocks) - 1 and shape.neck is not None
        for one, other in zip(meant, said, strict=True) if fewer or ends else ():
            # Where the block's input is added to its output, it makes up for what the blocks before it lost.
            seen.add(_within(slim, other), block(one) - other if block.added else block(one), chance)
        if fewer and slim.expand is not None:
            kept, slim.project = seen.fewer(shape.inner[number])
            slim.expand, slim.depthwise = _only(slim.expand, kept), _only(slim.depthwise, kept)
            seen = seen.of(kept)
        if ends and shape.neck is not None:
            weights = _importance(wide, [block(maps) for maps in meant])
            slim.project, made.last = seen.through(shape.neck, slim.project, made.last, weights)
        meant, said = [block(maps) for maps in meant], [slim(maps) for maps in said]
    slender = Network(shape)
    slender.load_state_dict(made.state_dict())
    return slender.eval()


@dataclass
class _Seen:
    """How channels go together with each other and with what is to be said of them: sums over cells."""

    count: int = 0
    sums: Float64[Tensor, "all"] | None = None
    products: Float64[Tensor, "all all"] | None = None
    channels: int = 0

    def add(self, channels: Tensor, meant: Tensor, chance: torch.Generator) -> None:
        """Counts cells of maps (n, c, h, w), chosen by chance where there are many."""
        rows = torch.cat([channels, meant], dim=1).permute(0, 2, 3, 1).flatten(0, 2)
        rows = rows[torch.randperm(len(rows), generator=chance)[:CELLS]].double()
        self.channels, self.count = channels.shape[1], self.count + len(rows)
        sums, products = rows.sum(dim=0), rows.T @ rows
        self.sums = sums if self.sums is None else self.sums + sums
        self.products = products if self.products is None else self.products + products

    def of(self, kept: Int64[Tensor, "kept"]) -> "_Seen":
        """The same of some of the channels."""
        assert self.sums is not None
        assert self.products is not None
        chosen = torch.cat([kept, torch.arange(self.channels, len(self.sums))])
        return _Seen(self.count, self.sums[chosen], self.products[chosen][:, chosen], len(kept))

    def fewer(self, count: int) -> tuple[Int64[Tensor, "kept"], Convolution]:
        """The channels that stay, in order, and the convolution over them that says best what was meant."""
        mean, within, across = self._moments()
        kept = _chosen(within, across, count)
        weight = torch.linalg.solve(within[kept][:, kept], across[:, kept].T).T
        return kept, _over(weight, mean[self.channels :] - weight @ mean[: self.channels][kept])

    def through(
        self, neck: int, project: Convolution, last: Convolution, weights: Float64[Tensor, "outputs"]
    ) -> tuple[Convolution, Convolution]:
        """Two convolutions with fewer channels between them, what the second says as near as it can be.

        Args:
            neck: those channels.
            project: the first of the two.
            last: the second.
            weights: how much each channel that the second says matters.
        """
        mean, within, _ = self._moments()
        before, after = _matrix(last), _matrix(project)
        both, middle = before @ after, mean[: self.channels]
        # Nearest in the squared error on what was seen: Eckart and Young's theorem, on inputs made alike.
        directions = torch.linalg.svd(
            weights[:, None] * (both @ torch.linalg.cholesky(within)), full_matrices=False
        )[0]
        directions = directions[:, :neck]
        inner = directions.T @ (weights[:, None] * both)
        bias = last.bias.double() + before @ project.bias.double() + both @ middle
        outer = _over(directions / weights[:, None], bias, activation="relu6")
        return _over(inner, -inner @ middle), outer

    def _moments(self) -> tuple[Float64[Tensor, "all"], Float64[Tensor, "c c"], Float64[Tensor, "o c"]]:
        assert self.sums is not None
        assert self.products is not None
        mean = self.sums / self.count
        spread = self.products / self.count - torch.outer(mean, mean)
        within, across = spread[: self.channels, : self.channels], spread[self.channels :, : self.channels]
        return (
            mean,
            within + torch.eye(self.channels) * (DAMP * within.diagonal().mean() + 1e-9),
            across,
        )


def _chosen(
    within: Float64[Tensor, "c c"], across: Float64[Tensor, "o c"], count: int
) -> Int64[Tensor, "kept"]:
    """The channels that stay when, one after the other, the one goes whose loss the rest makes up for best."""
    inverse = torch.linalg.inv(within)
    weight = across @ inverse
    left = torch.ones(len(within), dtype=torch.bool)
    for _ in range(len(within) - count):
        cost = weight.square().sum(dim=0) / inverse.diagonal()
        gone = int(torch.where(left, cost, torch.inf).argmin())
        share = inverse[:, gone] / inverse[gone, gone]
        weight -= torch.outer(weight[:, gone], share)
        inverse -= torch.outer(share, inverse[gone])
        left[gone] = False
        inverse[gone, gone] = 1.0  # the rest of its row and column is nothing now
    return torch.nonzero(left)[:, 0]


def _importance(network: Network, maps: list[Float32[Tensor, "_ i h w"]]) -> Float64[Tensor, "o"]:
    """How much each channel after the trunk matters: what is made of it, and how often it bends neither at 0 nor at 6."""
    said = torch.cat([network.last(some).permute(0, 2, 3, 1).flatten(0, 2) for some in maps])
    straight = ((said > 0) & (said < 6)).double().mean(dim=0)
    return _matrix(network.top).norm(dim=0) * (straight + 0.05).sqrt()


def _blocks(network: Network) -> list[Block]:
    return [cast("Block", block) for block in network.blocks]


def _within(block: Block, maps: Float32[Tensor, "n i h w"]) -> Float32[Tensor, "n c _ _"]:
    return block.depthwise(maps if block.expand is None else block.expand(maps))


def _matrix(layer: Convolution) -> Float64[Tensor, "o i"]:
    return layer.weight[:, :, 0, 0].double()


def _over(
    weight: Float64[Tensor, "o i"], bias: Float64[Tensor, "o"], *, activation: Activation = "none"
) -> Convolution:
    made = Convolution(weight.shape[1], len(weight), activation=activation)
    made.set(weight.float()[..., None, None], bias.float())
    return made


def _only(layer: Convolution, kept: Int64[Tensor, "kept"]) -> Convolution:
    """The layer with some of its outputs; depthwise, with these inputs too."""
    deep = layer.groups > 1
    made = Convolution(
        len(kept) if deep else layer.unit.shape[1],
        len(kept),
        kernel=layer.kernel,
        stride=layer.stride,
        depthwise=deep,
        activation=layer.activation,
    )
    made.set(layer.weight[kept], layer.bias[kept])
    return made


def _refuse_other(network: Network, wanted: Shape) -> None:
    full = tuple(block.depthwise.groups for block in _blocks(network))
    inner, neck = wanted.inner or full, _blocks(network)[-1].project.unit.shape[0]
    if len(inner) != len(full):
        raise DataError(
            f"A network has {len(full)} blocks, and inner says the channels of {len(inner)}. Name as many."
        )
    for number, (now, then) in enumerate(zip((*full, neck), (*inner, wanted.neck or neck), strict=True)):
        if not 0 < then <= now or (number == 0 and then != now):
            place = "neck" if number == len(full) else f"inner[{number}]"
            raise DataError(
                f"{place} is {then} where the start has {now} channels. "
                "Give no more than it has, and for the first block as many."
            )
