"""`tendu train` and `tendu export`, from made shards to a model that the library opens."""

import io
import json
import re
import tarfile

import numpy as np
import pytest
import torch

import tendu
from tendu.cli.main import main
from tendu.metrics.platt import Platt
from tendu.models.graph import Graph
from tendu.training.checkpoint import Checkpoint, load, save
from tendu.training.network import Network, Shape
from tendu.training.start import network_from


@pytest.fixture(scope="module")
def folder(tmp_path_factory, crops):
    """A folder with a set of crops, a recipe and a tiny start."""
    import cv2

    place = tmp_path_factory.mktemp("training")
    with tarfile.open(place / "made-000.tar", "w") as shard, (place / "made.jsonl").open("w") as labels:
        for number, (picture, people) in enumerate(zip(crops.pictures, crops.people, strict=True)):
            entry = tarfile.TarInfo(f"{number}.webp")
            content = cv2.imencode(".webp", picture)[1].tobytes()
            entry.size = len(content)
            shard.addfile(entry, io.BytesIO(content))
            line = {"file": entry.name, "shard": 0, "people": people.reshape(len(people), -1).tolist()}
            labels.write(json.dumps(line) + "\n")
    (place / "tiny.toml").write_text('batch = 2\nsize = 96\n[[sets]]\nlabels = "made.jsonl"\nheld = 0.25\n')
    network = Network(Shape(size=64, width=0.25, head=16))
    state = network.state_dict()
    save(Checkpoint(network.shape, 0, 0.0, state, state, {}, {}), place / "tiny.pt")
    return place


def test_a_run_is_trained_resumed_and_exported(folder, capsys):
    out = folder / "run"
    said = ["train", str(folder / "tiny.toml"), "--data", str(folder), "--start", str(folder / "tiny.pt")]
    assert main([*said, "-o", str(out), "--steps", "10"]) == 0
    assert load(out / "checkpoint.pt").step == 10
    assert (out / "curves.png").read_bytes()[:4] == b"\x89PNG"
    assert main([*said, "-o", str(out), "--steps", "10"]) == 1
    assert "holds a run already. Give --resume to go on" in capsys.readouterr().err
    assert main([*said, "-o", str(out), "--steps", "12", "--resume"]) == 0
    assert load(out / "checkpoint.pt").step == 12
    assert load(out / "checkpoint.pt").shape == Shape(size=96, width=0.25, head=16)
    said_less = [*said[:4], "-o", str(out), "--steps", "13", "--resume"]
    assert main([*said_less, "--limit", "4"]) == 1
    assert "made.jsonl has 3 crops to learn from, and the run was begun with " in capsys.readouterr().err
    assert main(said_less) == 0
    assert load(out / "checkpoint.pt").step == 13
    judged = [json.loads(line) for line in (out / "judged.jsonl").read_text().splitlines()]
    titles = ["made.jsonl: held, close", "made.jsonl: held, far"]
    # The start is judged too, beside which the rest is seen.
    assert [(line["step"], line["title"]) for line in judged] == [
        (step, title) for step in (0, 10, 12, 13) for title in titles
    ]
    assert all(0 <= line["oks"] <= 100 for line in judged)
    said = ["export", str(out / "checkpoint.pt"), "--data", str(folder / "made.jsonl")]
    said += ["-o", str(folder / "mine.tflite"), "--precision", "float16", "--precision", "int8"]
    capsys.readouterr()
    assert main(said) == 0
    assert capsys.readouterr().err == ""
    card = json.loads((folder / "mine-int8.json").read_text())
    assert card["bytes"] == (folder / "mine-int8.tflite").stat().st_size
    assert card["licence"] == "not stated"
    report = (folder / "mine-int8.md").read_text()
    assert card["sha256"] in report
    assert "From `checkpoint.pt`: 13 steps of `tendu train`" in report
    pairs = re.findall(r"^\| (.+) and (.+?)(?: \| [\d.]+){4} \|$", report, re.MULTILINE)
    half, eight = "`mine-float16`", "`mine-int8`"
    assert pairs == [("the network", half), ("the network", eight), (half, eight)]
    with tendu.load(folder / "mine-int8.tflite") as model:
        assert (
            len(model.see(tendu.Frame.of(np.zeros((96, 96, 3), np.uint8)), tendu.Window(0, 0, 96, 96))) == 1
        )
    assert main(said) == 1
    assert "is there already. Give --overwrite" in capsys.readouterr().err


def test_a_small_file_has_fewer_channels_and_weights_of_four_bits_and_can_be_started_from(folder):
    inner = (8, 48, 48, 48, 48, 48, 48, 96, 96, 96, 96, 144, 144, 144, 240, 200, 240)
    said = ["export", str(folder / "tiny.pt"), "--data", str(folder / "made.jsonl"), "--size", "96"]
    said += ["--inner", ",".join(map(str, inner)), "--neck", "40", "-o", str(folder / "small.tflite")]
    assert main([*said, "--precision", "int4", "--precision", "int8"]) == 0
    four, eight = (folder / f"small-{precision}.tflite" for precision in ("int4", "int8"))
    assert Graph(four.read_bytes()).halved
    assert not Graph(eight.read_bytes()).halved
    # The two convolutions after the trunk, of 1280 x 40 and 64 x 1280 weights, are the only ones that are large enough.
    halved = 1280 * (40 + 64) / 2
    assert 0.95 * halved < eight.stat().st_size - four.stat().st_size < 1.05 * halved
    for file in (four, eight):
        assert network_from(file).shape == Shape(size=96, width=0.25, head=16, inner=inner, neck=40)


def test_a_file_settles_on_the_pictures_of_a_recipe(folder):
    said = ["export", str(folder / "tiny.pt"), "--data", str(folder / "made.jsonl"), "-o"]
    assert main([*said, str(folder / "as-rounded.tflite")]) == 0
    assert (
        main([*said, str(folder / "settled.tflite"), "--settle", str(folder / "tiny.toml"), str(folder), "4"])
        == 0
    )
    before, after = (network_from(folder / f"{name}.tflite") for name in ("as-rounded", "settled"))
    assert before.shape == after.shape
    assert not torch.equal(before.top.bias, after.top.bias)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--precision", "float16", "--settle", "tiny.toml", ".", "4"], "Only int8 and int4 settle"),
        (["--settle-at", "96"], "--settle-at needs --settle"),
        (["--settle", "tiny.toml", "elsewhere", "4"], "Cannot read the labels elsewhere/made.jsonl"),
        (["--settle", "gone.toml", ".", "4"], "Cannot read the recipe gone.toml"),
        (["--settle", "tiny.toml", ".", "4", "--settle-at", "100"], "size is a multiple of 32, not 100."),
    ],
)
def test_settling_that_cannot_be_meant_is_refused_before_anything_is_rounded(
    folder, monkeypatch, capsys, options, sentence
):
    monkeypatch.chdir(folder)
    monkeypatch.setattr(
        "tendu.training.export.rounded", lambda *_given, **_more: pytest.fail("it was rounded")
    )
    assert main(["export", "tiny.pt", "--data", "made.jsonl", "-o", "never.tflite", *options]) == 1
    assert sentence in capsys.readouterr().err
    assert not (folder / "never.tflite").exists()


def test_an_exported_card_carries_the_calibration_of_held_people(folder, monkeypatch, capsys):
    """Of 60 guesses at 0.5 forty are right, of 60 at 0.3 twenty: raw numbers and shares differ in both bins."""
    sure = np.repeat(np.array([0.5, 0.3], np.float32), 60)
    right = np.concatenate([np.arange(60) < 40, np.arange(60) < 20])
    monkeypatch.setattr(
        "tendu.training.measured.guesses", lambda _estimator, held: (sure[: 120 * len(held)], right)
    )
    labels = str(folder / "made.jsonl")
    said = ["export", str(folder / "tiny.pt"), "--data", labels, "-o", str(folder / "sure.tflite")]
    assert main([*said, "--precision", "float32", "--held", labels, "0.5"]) == 0
    slope, shift = json.loads((folder / "sure.json").read_text())["calibration"]
    with tendu.load(folder / "sure.tflite", runtime="litert", threads=1) as model:
        assert model.calibration == Platt(slope, shift)
        np.testing.assert_allclose(model.calibration(sure[[0, -1]]), [2 / 3, 1 / 3], atol=0.02)
    report = (folder / "sure.md").read_text()
    assert "fitted to 120 looks at people whom training held out" in report
    assert "| 0.5 to 0.6 | 60 | 0.50 | 0.67 | 0 | – | – |" in report
    assert "| 0.6 to 0.7 | 0 | – | – | 60 | 0.66 | 0.67 |" in report
    assert report.count("\n| 0.") == 10


def test_a_calibration_of_too_few_people_is_refused_before_anything_is_written(folder, capsys):
    labels = str(folder / "made.jsonl")
    said = ["export", str(folder / "tiny.pt"), "--data", labels, "-o", str(folder / "few.tflite")]
    assert main([*said, "--precision", "float32", "--held", labels, "0.0"]) == 1
    assert (
        "A calibration needs at least 10 right and 10 wrong guesses; here 0 of 0" in capsys.readouterr().err
    )
    assert not list(folder.glob("few*"))


def test_a_run_without_weights_to_learn_from_is_refused(folder, tmp_path, capsys):
    assert main(["train", str(folder / "tiny.toml"), "-o", str(tmp_path / "run"), "--steps", "1"]) == 1
    assert "give --start FILE, --teacher FILE or both" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_photos_that_cannot_judge_are_refused_before_anything_is_learned_or_rounded(folder, tmp_path, capsys):
    said = [str(folder / "tiny.toml"), "--data", str(folder), "--start", str(folder / "tiny.pt")]
    assert main(["train", *said, "-o", str(tmp_path / "run"), "--steps", "1", "--judge", "nope"]) == 1
    assert "There is no folder nope. Give one with photos" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--judge", "nope"], "There is no folder nope. Give one with photos"),
        (["--held", "nope.jsonl", "0.1"], "Cannot read the labels nope.jsonl"),
    ],
)
def test_what_an_export_is_judged_by_is_read_first(folder, tmp_path, monkeypatch, capsys, options, sentence):
    monkeypatch.setattr(
        "tendu.training.start.network_from", lambda _path: pytest.fail("the network was read first")
    )
    said = ["export", str(folder / "tiny.pt"), "--data", str(folder / "made.jsonl"), *options]
    assert main([*said, "-o", str(tmp_path / "never.tflite")]) == 1
    assert sentence in capsys.readouterr().err
