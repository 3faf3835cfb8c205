"""Narrowing: fewer channels that say nearly what all of them said."""

from dataclasses import replace

import pytest
import torch

from smooth import heads_of, smooth_pictures
from tendu.errors import DataError
from tendu.training.narrow import narrowed, smaller
from tendu.training.network import Block, Network

INNER = (8, 48, 48, 48, 48, 48, 48, 96, 96, 96, 96, 144, 144, 144, 240, 240, 240)
"""Of the tiny network's blocks."""


def block_of(network: Network, number: int) -> Block:
    block = network.blocks[number]
    assert isinstance(block, Block)
    return block


def test_channels_that_others_repeat_go_and_nothing_is_lost(network):
    """Half of the channels of a block are made copies of the other half."""
    block = block_of(network, 2)
    half = block.depthwise.groups // 2
    for layer in (block.expand, block.depthwise):
        weight, bias = layer.weight.detach().clone(), layer.bias.detach().clone()
        weight[half:], bias[half:] = weight[:half], bias[:half]
        layer.set(weight, bias)
    several = smooth_pictures(24)
    shape = replace(network.shape, inner=(*INNER[:2], half, *INNER[3:]))
    made = narrowed(network, shape, several[:16])
    assert block_of(made, 2).depthwise.groups == half
    was = heads_of(network, several[16:])
    assert (heads_of(made, several[16:]) - was).abs().mean() < 0.02 * was.std()


def test_the_channels_that_say_least_go_first(network):
    """Two are nearly not read; the others stay as they were, in their order."""
    block = block_of(network, 2)
    weight = block.project.weight.detach().clone()
    weight[:, [7, 30]] *= 1e-6
    block.project.set(weight, block.project.bias.detach().clone())
    made = narrowed(network, replace(network.shape, inner=(*INNER[:2], 40, *INNER[3:])), smooth_pictures(8))
    rows = [layer.expand.weight.detach().flatten(1) for layer in (block, block_of(made, 2)) if layer.expand]
    places = [int((rows[0] - row).abs().sum(dim=1).argmin()) for row in rows[1]]
    assert places == sorted(set(places))
    assert len(places) == 40
    assert not {7, 30} & set(places)
    assert torch.allclose(rows[0][places], rows[1], rtol=1e-5)


def test_a_neck_of_as_many_channels_as_the_map_has_ranks_loses_nothing(network):
    """Only 20 of the 80 channels behind the last block are independent of each other."""
    project = block_of(network, 16).project
    weight = project.weight.detach()[:, :, 0, 0]
    few = torch.randn(80, 20, generator=torch.Generator().manual_seed(1)) @ weight[:20]
    project.set(few[..., None, None], project.bias.detach().clone())
    several = smooth_pictures(32)
    was = heads_of(network, several[16:])
    errors = {
        neck: float(
            (heads_of(narrowed(network, replace(network.shape, neck=neck), several[:16]), several[16:]) - was)
            .abs()
            .max()
        )
        for neck in (20, 4)
    }
    assert errors[20] < 0.02 * was.std()
    assert errors[4] > 5 * errors[20]


def test_the_network_given_stays_as_it_is(network):
    before = {name: value.clone() for name, value in network.state_dict().items()}
    narrowed(network, replace(network.shape, neck=8), smooth_pictures(4))
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"inner": (8, 48)}, "A network has 17 blocks, and inner says the channels of 2. Name as many."),
        (
            {"inner": (4, *INNER[1:])},
            r"inner\[0\] is 4 where the start has 8 channels. Give no more than it has",
        ),
        ({"inner": (*INNER[:16], 241)}, r"inner\[16\] is 241 where the start has 240 channels"),
        ({"neck": 81}, "neck is 81 where the start has 80 channels"),
        ({"size": 100}, "size is a multiple of 32, not 100"),
    ],
)
def test_what_is_no_narrower_network_is_refused(network, crops, asked, said):
    with pytest.raises(DataError, match=said):
        smaller(network, [crops], **asked)


def test_what_is_not_asked_for_stays(network, crops):
    assert smaller(network, [crops]) is network
    assert smaller(network, [crops], size=96).shape == replace(network.shape, size=96)
