"""Settling: a rounded network learns on the steps of its file to say what the float network says."""

import numpy as np
import pytest
import torch

from smooth import smooth_pictures
from tendu.errors import ModelError
from tendu.models.opened import open_model
from tendu.runtimes.litert import LiteRT, scales_of
from tendu.training.head_maps import HeadMaps
from tendu.training.losses import losses
from tendu.training.network import EARLY
from tendu.training.quantize import quantized
from tendu.training.recipe import Recipe, Set
from tendu.training.rounding import rounded
from tendu.training.settle import OFFSET, REGRESSION, settled
from tendu.training.stepped import Stepped
from tendu.training.tflite import written

RECIPE = Recipe(sets=(Set("made.jsonl"),), batch=4, small=0.0, half=False)


@pytest.fixture
def network(network):
    """The tiny one, its heads within what 8 bits keep of them."""
    for head in network.heads:
        head.out.set(0.03 * head.out.weight.detach(), head.out.bias.detach())
    return network


@pytest.fixture(params=[8, 4])
def coarse(request, network, monkeypatch):
    """A rounded network, its file and the bits of its large layers."""
    monkeypatch.setattr("tendu.training.rounding.LARGE", 2_000)
    monkeypatch.setattr("tendu.training.quantize.LARGE", 2_000)
    pictures = smooth_pictures(12)
    made = rounded(network, pictures, bits=request.param)
    return made, quantized(written(made), pictures, bits=request.param), request.param


def said(model: bytes, pictures: list[np.ndarray]) -> list[np.ndarray]:
    runtime = LiteRT(open_model(model).content, threads=1)
    return [np.concatenate(head) for head in zip(*(runtime.run(one[None]) for one in pictures), strict=True)]


def lost(model: bytes, network, pictures: list[np.ndarray]) -> float:
    """How far a file is from a network, as settling counts it."""
    heads = [torch.from_numpy(head).permute(0, 3, 1, 2) for head in said(model, pictures)]
    with torch.no_grad():
        wanted = network.eval()(torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float())
    return float(losses(heads, HeadMaps.of(wanted)).total(offset=OFFSET, regression=REGRESSION))


def test_the_later_layers_compute_what_the_file_computes(coarse):
    made, model, bits = coarse
    pictures = smooth_pictures(4)
    stepped = Stepped(made, model, bits=bits)
    with torch.no_grad():
        heads = stepped(*stepped.begun(np.stack(pictures)))
    scales = scales_of(open_model(model).content)
    for ours, theirs, scale in zip(heads, said(model, pictures), scales, strict=True):
        apart = np.abs(ours.permute(0, 2, 3, 1).numpy() - theirs) / scale.step
        assert apart.mean() < 1  # measured 0.14 to 0.55 steps
        assert apart.max() < 6  # 4


def test_a_settled_file_is_nearer_to_the_network(coarse, network, crops):
    made, model, bits = coarse
    learned = settled(made, model, network, RECIPE, [crops], steps=150, bits=bits)
    shown = [picture[96:160, 96:160].copy() for picture in crops.pictures]
    again = quantized(written(learned), smooth_pictures(12), bits=bits)
    assert lost(again, network, shown) < 0.98 * lost(model, network, shown)  # measured 0.94 and 0.87


def test_weights_stay_on_their_steps_and_early_blocks_as_they_were(coarse, network, crops):
    made, model, bits = coarse
    learned = settled(made, model, network, RECIPE, [crops], steps=3, bits=bits)
    for before, after in zip(made.convolutions(), learned.convolutions(), strict=True):
        large = before.groups == 1 and before.unit.numel() >= 2_000
        step = before.weight.detach().abs().amax(dim=(1, 2, 3), keepdim=True) / (
            7 if bits == 4 and large else 127
        )
        counts = after.weight.detach() / step
        assert torch.allclose(counts, counts.round(), atol=2e-3)
        assert torch.allclose(
            counts.abs().amax(dim=(1, 2, 3)), (before.weight / step).abs().amax(dim=(1, 2, 3))
        )
    for part in (made.stem, *made.blocks[:EARLY]):
        name = next(name for name, module in made.named_modules() if module is part)
        as_it_was, now = part.state_dict(), learned.get_submodule(name).state_dict()
        assert all(torch.allclose(as_it_was[key], now[key], rtol=1e-5) for key in as_it_was)
    for part in (*made.laterals, *made.blocks[EARLY:], *made.heads):
        name = next(name for name, module in made.named_modules() if module is part)
        shifts = [key for key in part.state_dict() if key.endswith("shift")]
        assert not any(
            torch.equal(part.state_dict()[key], learned.get_submodule(name).state_dict()[key])
            for key in shifts
        )


def test_the_same_seed_gives_the_same_weights(coarse, network, crops):
    made, model, bits = coarse
    one, other = (settled(made, model, network, RECIPE, [crops], steps=3, bits=bits) for _ in range(2))
    for ours, theirs in zip(one.convolutions(), other.convolutions(), strict=True):
        assert torch.equal(ours.weight, theirs.weight)


def stopped(step: int):
    """What stops settling after a step, as a user would."""

    def tell(now: int, _steps: int) -> None:
        if now == step:
            raise KeyboardInterrupt

    return tell


@pytest.fixture
def kept(monkeypatch, tmp_path):
    """Where a checkpoint is kept after every second step."""
    monkeypatch.setattr("tendu.training.settle.EVERY", 2)
    return tmp_path / "small.settling"


def test_settling_goes_on_where_it_was_stopped(coarse, network, crops, kept):
    made, model, bits = coarse
    given = {"steps": 5, "bits": bits, "kept": kept}
    whole = settled(made, model, network, RECIPE, [crops], **given)
    assert not list(kept.parent.iterdir())
    with pytest.raises(KeyboardInterrupt):
        settled(made, model, network, RECIPE, [crops], **given, tell=stopped(3))
    assert [path.name[:15] for path in kept.parent.iterdir()] == ["small.settling-"]
    told = []
    again = settled(
        made, model, network, RECIPE, [crops], **given, tell=lambda step, steps: told.append((step, steps))
    )
    assert told == [(3, 5), (4, 5), (5, 5)]
    assert not list(kept.parent.iterdir())
    for ours, theirs in zip(whole.convolutions(), again.convolutions(), strict=True):
        assert torch.equal(ours.weight, theirs.weight)
        assert torch.equal(ours.bias, theirs.bias)


def test_another_settling_does_not_touch_what_was_stopped(coarse, network, crops, kept):
    made, model, bits = coarse
    with pytest.raises(KeyboardInterrupt):
        settled(made, model, network, RECIPE, [crops], steps=5, bits=bits, kept=kept, tell=stopped(3))
    (path,) = kept.parent.iterdir()
    before = path.read_bytes()
    told = []
    settled(
        made,
        model,
        network,
        RECIPE,
        [crops],
        steps=4,
        bits=bits,
        kept=kept,
        tell=lambda *now: told.append(now),
    )
    assert told[0] == (1, 4)
    assert [one.read_bytes() for one in kept.parent.iterdir()] == [before]


def test_a_damaged_checkpoint_is_said(coarse, network, crops, kept):
    made, model, bits = coarse
    with pytest.raises(KeyboardInterrupt):
        settled(made, model, network, RECIPE, [crops], steps=5, bits=bits, kept=kept, tell=stopped(3))
    (path,) = kept.parent.iterdir()
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(ModelError, match=rf"^{path} is damaged\. Delete it to settle from the beginning\.$"):
        settled(made, model, network, RECIPE, [crops], steps=5, bits=bits, kept=kept)
