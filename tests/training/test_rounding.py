"""Rounding to 8 bits: weights on steps, and layers that say what they said."""

import pytest
import torch

from smooth import heads_of, smooth_pictures
from tendu.training.convolution import LEVELS, Convolution
from tendu.training.rounding import _round, on_steps, rounded


def off_steps(weight: torch.Tensor) -> float:
    weight = weight.detach()
    largest = weight.abs().amax(dim=(1, 2, 3), keepdim=True)
    steps = weight / largest * LEVELS
    return float((steps - steps.round()).abs().max())


def test_every_weight_is_on_a_step_and_the_largest_is_the_last_one(network):
    told = []
    made = rounded(network, smooth_pictures(4), tell=lambda *now: told.append(now))
    for layer in made.convolutions():
        assert off_steps(layer.weight) < 1e-3
    layers = len(made.convolutions())
    assert told == [(number, layers) for number in range(1, layers + 1)]


def test_large_layers_have_fifteen_steps_where_bits_are_four(network, monkeypatch):
    monkeypatch.setattr("tendu.training.rounding.LARGE", 2_000)
    made = rounded(network, smooth_pictures(4), bits=4)
    counts = [
        len(set((layer.weight[0] / layer.weight[0].abs().max() * 7).flatten().tolist()))
        for layer in made.convolutions()
        if layer.groups == 1 and layer.unit.numel() >= 2_000
    ]
    assert len(counts) > 5
    assert max(counts) <= 15
    small = [layer for layer in made.convolutions() if layer.unit.numel() < 2_000]
    assert max(off_steps(layer.weight) for layer in small) < 1e-3
    assert any(len(set(layer.weight[0].flatten().tolist())) > 15 for layer in small)


@pytest.mark.parametrize(("kernel", "deep"), [(1, False), (3, True), (3, False)])
def test_a_layer_makes_up_for_what_the_layers_before_it_lost(kernel, deep):
    """Maps arrive at half their size: weights nearly double, since they are held to what they were a little."""
    torch.manual_seed(4)
    layer = Convolution(6, 6, kernel=kernel, depthwise=deep)
    meant = torch.randn(8, 6, 12, 12) + 3
    with torch.no_grad():
        wanted = layer.linear(meant)
        _round(layer, meant / 2, wanted, bits=8)
        lost = layer.linear(meant / 2) - wanted
    assert lost.square().mean().sqrt() < 0.08 * wanted.std()
    assert lost.mean().abs() < 1e-4


def test_the_network_given_stays_as_it_is(network):
    before = [layer.weight.clone() for layer in network.convolutions()]
    rounded(network, smooth_pictures(2))
    for was, layer in zip(before, network.convolutions(), strict=True):
        assert torch.equal(was, layer.weight)
        assert not layer._forward_pre_hooks


def test_heads_of_other_pictures_move_by_less_than_with_the_nearest_steps(network):
    several = smooth_pictures(48)
    made, seen, unseen = rounded(network, several[:32]), heads_of(network, several[32:]), several[32:]
    ours = (heads_of(made, unseen) - seen).abs().mean()
    network.round(on=True)
    nearest = (heads_of(network, unseen) - seen).abs().mean()
    network.round(on=False)
    assert ours < 0.7 * nearest


def test_a_network_that_learned_with_rounded_weights_keeps_them(network):
    network.round(on=True)
    made = rounded(network, smooth_pictures(4))
    for layer, was in zip(made.convolutions(), network.convolutions(), strict=True):
        assert torch.allclose(layer.weight, was.weight, atol=1e-6)
    network.round(on=False)


def test_inputs_that_go_together_make_up_for_each_other():
    weight = torch.tensor([1.0, 0.304, 0.304])[None, :, None, None]
    together = torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 0.99], [0.0, 0.99, 1.0]])[None].double()
    apart = torch.eye(3)[None].double()
    steps = [(on_steps(weight, moments)[0, :, 0, 0] * LEVELS).round() for moments in (apart, together)]
    assert steps[0].tolist() == [127, 39, 39]  # 38.6 each
    assert steps[1].tolist() == [127, 39, 38]  # 77.2 together


def test_an_input_that_is_never_seen_is_rounded_all_the_same():
    weight = torch.tensor([1.0, 0.3])[None, :, None, None]
    made = on_steps(weight, torch.tensor([[1.0, 0.0], [0.0, 0.0]])[None].double())
    assert (made[0, :, 0, 0] * LEVELS).round().tolist() == [127, 38]
