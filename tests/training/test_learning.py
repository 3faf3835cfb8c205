"""Training: the loss falls, a run goes on as if it had never stopped, and a checkpoint is never lost."""

from contextlib import closing
from copy import deepcopy
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch

from tendu.errors import DataError, SinkError
from tendu.training import checkpoint
from tendu.training.batches import batches
from tendu.training.data import Crops
from tendu.training.device import device_of
from tendu.training.loop import Budget, Run
from tendu.training.recipe import Recipe, Set
from tendu.training.targets import in_litert

RECIPE = Recipe(sets=(Set("made", trust=1.0),), batch=8, rate=0.01, warm=1, average=0.5, small=0.0)


def save_half(monkeypatch, error):
    """From now on PyTorch fails so while it saves."""

    def refused(_fields, file):
        file.write(b"half")
        raise error

    monkeypatch.setattr(torch, "save", refused)


def run_in(folder, crops, network, recipe=RECIPE):
    return Run(recipe, [crops], network, deepcopy(network), folder=folder)


def test_the_loss_falls_on_labelled_crops(tmp_path, crops, network):
    seen = []
    run_in(tmp_path, crops, network).train(Budget(steps=40), tell=seen.append, every=10)
    assert seen[-1].loss < 0.6 * seen[0].loss
    assert [progress.step for progress in seen] == [10, 20, 30, 40]
    assert len((tmp_path / "progress.jsonl").read_text().splitlines()) == 4


@pytest.mark.parametrize(
    ("error", "free", "sentence"),
    [
        (OSError(28, "No space left on device"), 10**9, "the disk is full"),
        (
            RuntimeError("[enforce fail at inline_container.cc:672] . unexpected pos 64 vs 0"),
            4096,
            "the disk is full",
        ),
        (RuntimeError("something else"), 10**9, "something else"),
        (PermissionError(13, "Permission denied"), 10**9, "Permission denied"),
    ],
)
def test_a_checkpoint_that_cannot_be_written_leaves_the_old_one(
    tmp_path, crops, network, monkeypatch, error, free, sentence
):
    run = run_in(tmp_path, crops, network)
    run.save()
    old = run.path.read_bytes()

    save_half(monkeypatch, error)
    monkeypatch.setattr(checkpoint, "disk_usage", lambda _folder: SimpleNamespace(free=free))
    with pytest.raises(SinkError) as caught:
        run.save()
    assert str(caught.value) == (
        f"Cannot write the checkpoint {run.path}: {sentence}. The older one is left as it was."
    )
    assert run.path.read_bytes() == old
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.pt"]


def test_a_device_that_is_not_there_is_one_sentence():
    with pytest.raises(DataError, match=r"PyTorch cannot compute on 'nowhere' here \(.+\)\. Choose cpu\."):
        device_of("nowhere")
    with pytest.raises(DataError, match=r"PyTorch cannot compute on 'cuda:99' here \(.+\)\. Choose cpu\."):
        device_of("cuda:99")
    assert device_of("cpu").type == "cpu"


def test_a_run_on_another_device_than_the_processor_learns_and_is_kept(tmp_path, crops, network):
    """The processor by a name of its own stands for a GPU: pictures are drawn and looked at in PyTorch."""
    seen = []
    run = Run(RECIPE, [crops], network, deepcopy(network), folder=tmp_path, device=torch.device("cpu:0"))
    run.train(Budget(steps=30), tell=seen.append, every=10)
    assert seen[-1].loss < 0.7 * seen[0].loss
    again = checkpoint.averaged(checkpoint.load(run.path))
    for name, weights in run.averaged.state_dict().items():
        assert torch.equal(weights, again.state_dict()[name])


def test_a_batch_on_a_device_is_the_processor_s(crops, network):
    recipe = Recipe(sets=(Set("one"), Set("two")), batch=16, small=0.5)
    smaller = Crops(crops.pictures[:, 32:-32, 32:-32].copy(), crops.people, crops.sources)
    options = {"size": 64, "first": 3, "threads": 1}
    made = []
    for device in (torch.device("cpu"), torch.device("cpu:0")):
        with closing(batches(recipe, [crops, smaller], network, device=device, **options)) as following:
            made.append([next(following), next(following)])
    (first, second), others = made

    def apart(one, other):
        return [
            float((left.float() - right.float()).abs().mean())
            for left, right in zip(
                (one.pictures, *one.wanted.four), (other.pictures, *other.wanted.four), strict=True
            )
        ]

    chance = apart(first, second)
    for one, other in zip((first, second), others, strict=True):
        assert all(beside < 0.1 * usual for beside, usual in zip(apart(one, other), chance, strict=True))


@pytest.mark.parametrize("device", ["cpu", "cpu:0"])
def test_a_teacher_may_see_no_more_than_the_student(crops, network, device):
    recipe = Recipe(sets=(Set("one", trust=0.0),), batch=12, small=0.5, mirrored=False, alike=True)
    options = {"size": 96, "first": 3, "threads": 1, "device": torch.device(device)}
    with closing(batches(recipe, [crops], network, **options)) as following:
        batch = next(following)
    assert network.shape.size == 64
    said = in_litert(network.sized(96))(batch.pictures)
    for part, wanted in vars(batch.wanted).items():
        # Highest cells of nearly equal height may change places, with their displacements.
        assert torch.isclose(getattr(said, part), wanted, atol=1e-3).float().mean() > 0.999, part


def test_a_recipe_says_how_much_offsets_count(tmp_path, crops, network):
    seen = []
    run_in(tmp_path, crops, network, replace(RECIPE, offset=6.0)).train(
        Budget(steps=2), tell=seen.append, every=1
    )
    for one in seen:
        parts = one.centre + one.heatmap + 6 * one.offset + 0.1 * one.regression
        assert one.loss == pytest.approx(parts, rel=1e-5)


@pytest.mark.parametrize("trust", [0, 1])
def test_trust_may_be_a_whole_number(tmp_path, crops, network, trust):
    recipe = replace(RECIPE, sets=(Set("made", trust=trust),), batch=2)
    run_in(tmp_path, crops, network, recipe).train(Budget(steps=1))


def test_a_run_has_one_length():
    with pytest.raises(DataError, match="either a number of steps or a number of minutes"):
        Budget(steps=3, minutes=1)


@pytest.mark.parametrize("minutes", [0.0, -1.0, float("inf"), float("nan")])
def test_a_run_of_minutes_that_never_end_or_never_begin_is_refused(minutes):
    with pytest.raises(DataError, match=rf"takes a number of minutes above 0, not {minutes:g}\."):
        Budget(minutes=minutes)


def test_a_run_that_fails_before_its_first_step_leaves_no_checkpoint(tmp_path, crops, network, monkeypatch):
    def fail(*_given, **_more):
        raise DataError("no batch")

    monkeypatch.setattr("tendu.training.batches.planned_batch", fail)
    with pytest.raises(DataError, match="no batch"):
        run_in(tmp_path, crops, network).train(Budget(steps=1))
    assert not list(tmp_path.iterdir())


def test_weights_are_rounded_to_eight_bits_at_a_run_s_end_and_never_in_what_is_kept(tmp_path, crops, network):
    recipe = Recipe(sets=RECIPE.sets, batch=2, rate=0.01, small=0.0, rounded=0.5)
    run, rounded = run_in(tmp_path, crops, network, recipe), []
    run.train(Budget(steps=4), tell=lambda _: rounded.append(run.network.stem.rounded), every=1)
    assert rounded == [False, False, True, True]
    stem = run.network.stem
    assert len(stem.weight[0].unique()) <= 255
    stem.rounded = False
    exact = stem.weight[0]
    stem.rounded = True
    assert 0 < (stem.weight[0] - exact).abs().max() <= exact.abs().max() / 254 * 1.001
    assert checkpoint.averaged(checkpoint.load(run.path)).stem.rounded
    kept = checkpoint.load(run.path).averaged["stem.unit"][0]
    assert len(kept.unique()) == kept.numel()


def test_frozen_blocks_stay_as_they_were_and_all_others_learn(tmp_path, crops, network):
    before = deepcopy(network.state_dict())
    recipe = Recipe(sets=RECIPE.sets, batch=2, rate=0.01, small=0.0, warm=1, frozen=3, rounded=0.0)
    run_in(tmp_path, crops, network, recipe).train(Budget(steps=2))
    still = {name for name, weights in network.state_dict().items() if torch.equal(weights, before[name])}
    fixed = {name for name in before if name.startswith(("stem.", "blocks.0.", "blocks.1.", "blocks.2."))}
    assert {name for name in still if not name.endswith("scale")} == {
        name for name in fixed if not name.endswith("scale")
    }
