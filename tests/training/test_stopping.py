"""Stopping: whatever ends a run, it goes on as if it had never stopped, and leaves nothing lying about."""

import json
import signal
import threading
from copy import deepcopy
from dataclasses import replace

import pytest
import torch

from tendu.errors import DataError
from tendu.training.curves import draw_curves
from tendu.training.loop import Budget
from tendu.training.notes import cut_back, note, noted
from tendu.training.recipe import Recipe
from tendu.training.whole_step import whole_step
from test_learning import RECIPE, run_in, save_half


@pytest.fixture(autouse=True)
def heard():
    """Ctrl-C is heard, also where a shell that runs the tests in its background has it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_a_resumed_run_ends_with_the_same_weights_bit_for_bit(tmp_path, crops, network):
    recipe = Recipe(sets=RECIPE.sets, batch=4, rate=0.01, small=0.5)
    (tmp_path / "whole").mkdir()
    (tmp_path / "parts").mkdir()
    whole = run_in(tmp_path / "whole", crops, deepcopy(network), recipe)
    whole.train(Budget(steps=6))
    first = run_in(tmp_path / "parts", crops, deepcopy(network), recipe)
    with pytest.raises(KeyboardInterrupt):
        first.train(Budget(steps=6), tell=stop, every=3)
    second = run_in(tmp_path / "parts", crops, deepcopy(network), recipe)
    second.resume()
    assert second.step == 3
    second.train(Budget(steps=6))
    assert_same_weights(whole, second)


def assert_same_weights(run, again):
    for one, other in ((run.network, again.network), (run.averaged, again.averaged)):
        for name, weights in one.state_dict().items():
            assert torch.equal(weights, other.state_dict()[name]), name


def stop(_):
    raise KeyboardInterrupt


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_run_that_is_stopped_in_the_middle_of_a_step_ends_it_first(
    tmp_path, crops, network, monkeypatch, name
):
    """The signal comes when the optimizer has moved the weights, and the step is not yet counted."""
    recipe = replace(RECIPE, batch=2)
    for folder in ("whole", "parts"):
        (tmp_path / folder).mkdir()
    whole = run_in(tmp_path / "whole", crops, deepcopy(network), recipe)
    whole.train(Budget(steps=3))
    averaging = torch.optim.swa_utils.get_ema_multi_avg_fn

    def interrupted(stay):
        signal.raise_signal(getattr(signal, name))
        return averaging(stay)

    first = run_in(tmp_path / "parts", crops, deepcopy(network), recipe)
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    monkeypatch.setattr("tendu.training.loop.get_ema_multi_avg_fn", interrupted)
    try:
        with pytest.raises(KeyboardInterrupt):
            first.train(Budget(steps=3))
    finally:
        signal.signal(signal.SIGTERM, before)
        monkeypatch.undo()
    second = run_in(tmp_path / "parts", crops, deepcopy(network), recipe)
    second.resume()
    assert second.step == 1
    second.train(Budget(steps=3))
    assert_same_weights(whole, second)


def test_a_step_that_fails_in_its_middle_is_not_saved(tmp_path, crops, network, monkeypatch):
    run = run_in(tmp_path, crops, network)
    run.train(Budget(steps=2))
    before = run.path.read_bytes()

    averaging = torch.optim.swa_utils.get_ema_multi_avg_fn

    def broken(stay):
        if run.step == 3:  # one more step was whole
            raise MemoryError
        return averaging(stay)

    monkeypatch.setattr("tendu.training.loop.get_ema_multi_avg_fn", broken)
    with pytest.raises(MemoryError):
        run.train(Budget(steps=9))
    assert run.path.read_bytes() == before


def test_an_interruption_waits_until_the_step_is_whole_and_in_other_threads_nothing_does():
    done = []

    def here():
        with whole_step():
            signal.raise_signal(signal.SIGINT)
            done.append("here")

    with pytest.raises(KeyboardInterrupt):
        here()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler

    def other():
        with whole_step():
            done.append("there")

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    assert done == ["here", "there"]


def test_an_interruption_while_a_checkpoint_is_written_leaves_the_old_one_alone(
    tmp_path, crops, network, monkeypatch
):
    run = run_in(tmp_path, crops, network)
    run.save()
    old = run.path.read_bytes()

    save_half(monkeypatch, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        run.save()
    assert run.path.read_bytes() == old
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.pt"]


def test_a_run_removes_what_one_that_was_killed_has_left(tmp_path, crops, network):
    left = [tmp_path / name for name in (".checkpoint.0123.partial.pt", ".checkpoint.pt.0123.partial")]
    for path in (*left, tmp_path / ".mine.0123.partial.pt"):
        path.write_bytes(b"half")
    run_in(tmp_path, crops, network, replace(RECIPE, batch=2)).train(Budget(steps=1))
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [".mine.0123.partial.pt", "checkpoint.pt", "progress.jsonl"]


def test_a_run_that_goes_on_takes_later_steps_out_of_its_notes(tmp_path, crops, network):
    recipe = replace(RECIPE, batch=2)
    run_in(tmp_path, crops, network, recipe).train(Budget(steps=2), every=1)
    progress, judged = tmp_path / "progress.jsonl", tmp_path / "judged.jsonl"
    with progress.open("a") as file:
        file.write(json.dumps({**noted(progress)[-1], "step": 3}) + "\n" + '{"step": 4, "lo')
    note(judged, [{"step": step, "title": "held, close", "oks": 50.0} for step in (2, 3)])
    assert draw_curves(tmp_path).is_file()
    again = run_in(tmp_path, crops, network, recipe)
    again.resume()
    assert [row["step"] for row in noted(judged)] == [2]
    again.train(Budget(steps=4), every=1)
    rows = [json.loads(line) for line in progress.read_text().splitlines()]
    assert [row["step"] for row in rows] == [1, 2, 3, 4]


def test_notes_that_are_not_there_are_none(tmp_path):
    cut_back(tmp_path / "gone.jsonl", 3)
    assert noted(tmp_path / "gone.jsonl") == []
    assert not list(tmp_path.iterdir())


def test_a_run_that_diverges_stops_and_leaves_the_last_good_checkpoint(tmp_path, crops, network):
    recipe = replace(RECIPE, batch=2, rate=1e9)
    (tmp_path / "new").mkdir()
    with pytest.raises(
        DataError, match=r"at step \d+ its loss, its gradient or its weights are .* Nothing was saved\."
    ):
        run_in(tmp_path / "new", crops, deepcopy(network), recipe).train(Budget(steps=12))
    assert not list((tmp_path / "new").iterdir())
    run = run_in(tmp_path, crops, network, recipe)
    run.save()
    old = run.path.read_bytes()
    with pytest.raises(
        DataError, match=r"checkpoint\.pt is left as it was\. Give a lower rate than 1e\+09\.$"
    ):
        run.train(Budget(steps=12))
    assert run.path.read_bytes() == old
