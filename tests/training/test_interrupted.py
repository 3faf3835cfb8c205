"""What a run leaves in its folder: notes of its own steps alone, each once, and no checkpoint that cannot be gone on from."""

import json
from dataclasses import replace
from zipfile import ZipFile

import numpy as np
import pytest
import torch

from tendu.cli.main import main
from tendu.errors import DataError, ModelError, SinkError
from tendu.training.checkpoint import load
from tendu.training.loop import Budget
from tendu.training.notes import note, noted
from test_beginning import kept
from test_learning import RECIPE, run_in

SMALL = replace(RECIPE, batch=2)


@pytest.fixture
def begin(tmp_path, crops, network, monkeypatch):
    """`tendu train` in the folder `run`, with made crops of which three are held out; gives the exit code."""
    parts = ([crops._only(np.arange(9))], [crops._only(np.arange(9, 12))])
    monkeypatch.setattr("tendu.training.data.read_sets", lambda *_given, **_more: parts)
    recipe, start = tmp_path / "tiny.toml", kept(tmp_path / "start.pt", network)
    recipe.write_text('batch = 2\n[[sets]]\nlabels = "made.jsonl"\nheld = 0.25\n')

    def run(*options):
        given = () if "--resume" in options else ("--start", str(start))
        return main(["train", str(recipe), *given, "-o", str(tmp_path / "run"), *options])

    return run


def steps(path):
    return [json.loads(line)["step"] for line in path.read_text().splitlines()]


def test_a_new_run_begins_its_notes_anew(tmp_path, begin):
    run = tmp_path / "run"
    run.mkdir()
    for name in ("progress.jsonl", "judged.jsonl"):
        note(run / name, [{"step": 99, "title": "of a run that was killed before it saved"}])
        with (run / name).open("a") as file:
            file.write('{"step": 100, "lo')
    assert begin("--steps", "10") == 0
    assert steps(run / "progress.jsonl") == [10]
    assert steps(run / "judged.jsonl") == [0, 0, 10, 10]


def test_notes_that_cannot_be_begun_anew_are_said(tmp_path, begin, capsys):
    (tmp_path / "run" / "judged.jsonl").mkdir(parents=True)
    assert begin("--steps", "1") == 1
    assert f"Cannot remove {tmp_path / 'run' / 'judged.jsonl'}: " in capsys.readouterr().err


def test_the_last_steps_are_noted_though_they_are_fewer_than_ten(tmp_path, crops, network):
    told = []
    run_in(tmp_path, crops, network, SMALL).train(Budget(steps=12), tell=told.append)
    assert [row["step"] for row in noted(tmp_path / "progress.jsonl")] == [10, 12]
    assert [(one.step, one.pictures > 0) for one in told] == [(10, True), (12, True)]


def test_each_checkpoint_is_written_and_judged_once(tmp_path, crops, network):
    run, judged = run_in(tmp_path, crops, network, SMALL), []
    run.train(Budget(steps=2), saved=lambda: judged.append(run.step), save_minutes=1e-9)
    run.train(Budget(steps=2), saved=lambda: judged.append(run.step))  # there is nothing left to do
    assert judged == [1, 2]


def test_a_run_whose_gradient_is_no_finite_number_has_diverged(tmp_path, crops, network, monkeypatch):
    """Its loss and its weights are finite still: a norm that is infinite makes every step nothing."""
    run = run_in(tmp_path, crops, network, SMALL)
    run.save()
    old = run.path.read_bytes()
    norm = torch.tensor(float("inf"))
    monkeypatch.setattr(torch.nn.utils, "clip_grad_norm_", lambda *_given: norm)
    with pytest.raises(DataError, match="at step 1 its loss, its gradient or its weights are no finite"):
        run.train(Budget(steps=1))
    assert run.path.read_bytes() == old


def test_a_checkpoint_that_could_not_be_read_again_is_not_written(tmp_path, crops, network):
    run = run_in(tmp_path, crops, network, SMALL)
    run.train(Budget(steps=1))
    old = run.path.read_bytes()
    next(iter(run._optimizer.state.values()))["exp_avg_sq"].fill_(float("inf"))
    with pytest.raises(DataError, match="The run has diverged"):
        run.save()
    assert run.path.read_bytes() == old


def test_an_older_checkpoint_is_left_only_where_there_is_one(tmp_path, crops, network, monkeypatch):
    def full(_fields, _file):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    run = run_in(tmp_path, crops, network)
    with pytest.raises(SinkError, match=r"checkpoint\.pt: the disk is full\.$"):
        run.save()


@pytest.mark.parametrize("minutes", ["0", "-1", "nan", "inf", "often"])
def test_minutes_between_checkpoints_are_above_0(begin, capsys, minutes):
    assert begin("--steps", "1", "--save-minutes", minutes) == 2
    assert f"'--save-minutes': '{minutes}' is not a number above 0." in capsys.readouterr().err


def test_a_folder_without_a_run_cannot_be_gone_on_with(tmp_path, begin, capsys):
    assert begin("--steps", "1", "--resume") == 1
    assert capsys.readouterr().err == (
        f"tendu: {tmp_path / 'run'} holds no checkpoint.pt to go on from. Leave out --resume to begin a run.\n"
    )
    assert not (tmp_path / "run").exists()


def test_a_checkpoint_whose_table_of_contents_has_changed_is_said(tmp_path, network):
    """PyTorch takes a part with the mark of a folder as empty, and its weights for whatever lay in memory."""
    path = kept(tmp_path / "checkpoint.pt", network)
    content = bytearray(path.read_bytes())
    with ZipFile(path) as archive:
        directory, part = archive.start_dir, max(archive.infolist(), key=lambda part: part.file_size).filename
    # An entry of zip's central directory (APPNOTE 4.3.12): external attributes at byte 38, the name at byte 46.
    content[content.index(part.encode(), directory) - 46 + 38] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(
        ModelError, match=rf"checkpoint\.pt is damaged: its part {part} has changed\. Give another"
    ):
        load(path)
