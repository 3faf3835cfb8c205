"""Checkpoints: what is none, is damaged or has diverged is refused in a sentence."""

from zipfile import ZipFile

import pytest
import torch

from tendu.errors import ModelError
from tendu.training.checkpoint import Checkpoint, load, save


@pytest.fixture
def path(network, tmp_path):
    state = network.state_dict()
    save(Checkpoint(network.shape, 3, 1.0, state, state, {}, {}), tmp_path / "checkpoint.pt")
    return tmp_path / "checkpoint.pt"


def test_a_missing_checkpoint_is_said(tmp_path):
    with pytest.raises(
        ModelError, match=r"^Cannot read the checkpoint .*gone\.pt: No such file or directory\.$"
    ):
        load(tmp_path / "gone.pt")


@pytest.mark.parametrize("content", [b"PK not really", b"<!DOCTYPE html>", b""])
def test_what_is_no_checkpoint_is_said_with_what_it_begins_with(tmp_path, content):
    (tmp_path / "checkpoint.pt").write_bytes(content)
    with pytest.raises(ModelError) as caught:
        load(tmp_path / "checkpoint.pt")
    assert str(caught.value) == (
        f"{tmp_path / 'checkpoint.pt'} is no checkpoint of tendu train, or is cut short: it begins with "
        f"{content!r}. Give a run's checkpoint.pt."
    )


def test_a_checkpoint_that_is_cut_short_is_said(path):
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(ModelError, match=r"is no checkpoint of tendu train, or is cut short"):
        load(path)


def test_a_checkpoint_of_which_bytes_have_changed_is_said(path):
    content = bytearray(path.read_bytes())
    with ZipFile(path) as archive:
        largest = max(archive.infolist(), key=lambda part: part.file_size)
    begin = largest.header_offset + 200 + largest.file_size // 2
    content[begin : begin + 400] = b"\xff" * 400
    path.write_bytes(content)
    with pytest.raises(
        ModelError, match=rf"checkpoint\.pt is damaged: its part {largest.filename} has changed"
    ):
        load(path)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({"step": 3}, "is no checkpoint of tendu train of this version"),
        ({"version": 1}, "is no checkpoint of tendu train of this version: 'shape'"),
        ([1, 2], r"is no checkpoint of tendu train\. Give a run's checkpoint\.pt\."),
        (torch.nn.Linear(2, 2), "it holds other things than weights and numbers"),
    ],
)
def test_a_file_of_pytorch_s_that_is_no_checkpoint_is_said(tmp_path, content, sentence):
    torch.save(content, tmp_path / "other.pt")
    with pytest.raises(ModelError, match=sentence):
        load(tmp_path / "other.pt")


def test_a_checkpoint_with_weights_that_are_no_finite_numbers_is_said(network, tmp_path):
    state = network.state_dict()
    state["stem.unit"] = state["stem.unit"] * float("nan")
    save(Checkpoint(network.shape, 3, 1.0, network.state_dict(), state, {}, {}), tmp_path / "nan.pt")
    with pytest.raises(ModelError, match=r"nan\.pt has weights that are no finite numbers: its run diverged"):
        load(tmp_path / "nan.pt")
