import json

import pytest

from marked_photos import coco_folder, person, ring_estimator
from tendu.cli import evaluate_output
from tendu.cli.main import main
from tendu.errors import ModelError


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Two photos of one person each, and models that see a ring: all but one called "broken"."""

    def load(model, **options):
        if model == "broken":
            raise ModelError("broken is no pose model.")
        return ring_estimator(people=options["people"])

    file = tmp_path / "model.tflite"
    file.write_bytes(bytes(2_500_000))
    monkeypatch.setattr(evaluate_output, "load", load)
    monkeypatch.setattr(evaluate_output, "locate", lambda *_, **__: (file, None))
    people = [person(1, 1, 20, 30, 100), person(2, 2, 110, 60, 80)]
    return coco_folder(tmp_path / "photos", people)


def test_each_combination_is_a_row_and_what_they_share_stands_above(folder, capsys):
    asked = ["--model", "ring", "--protocol", "cropped", "--decode", "float", "--decode", "published"]
    assert main(["evaluate", str(folder), *asked]) == 0
    shared, table, *_ = capsys.readouterr().out.split("\n\n")
    assert (
        shared == "photos: model ring, protocol cropped 1, look once, precision file, size 64, runtime fake"
    )
    lines = [line.split() for line in table.splitlines()]
    assert lines[0][:3] == ["decode", "photos", "AP"]
    assert [line[:4] for line in lines[1:]] == [
        ["1", "float", "2", "100.0"],
        ["2", "published", "2", "100.0"],
    ]
    assert lines[1][-1] == "2.5"  # MB


def test_a_model_that_fails_gets_a_sentence_and_the_rest_still_comes(folder, capsys):
    asked = ["--model", "broken", "--model", "ring", "--protocol", "cropped"]
    assert main(["evaluate", str(folder), *asked]) == 1
    out, err = capsys.readouterr()
    assert err == "tendu: broken cropped: broken is no pose model.\n"
    assert "100.0" in out


def test_a_missing_photo_is_named_once_and_the_exit_code_says_so(folder, capsys):
    (folder / "images" / "000000000001.jpg").unlink()
    assert main(["evaluate", str(folder), "--model", "ring", "--look", "once", "--look", "zoom"]) == 1
    assert capsys.readouterr().err.count("there is no such file") == 1


def test_everything_is_in_the_json(folder, tmp_path, capsys):
    assert main(["evaluate", str(folder), "--model", "ring", "--protocol", "cropped", "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    (row,) = content["rows"]
    assert row["scores"]["ap"] == pytest.approx(1)
    assert row["reported"] == {"min_score": 0.25, "people": 2, "right": 2, "true": 2}
    assert row["bytes"] == 2_500_000
    assert len(row["keypoints"]) == 17
    assert [one["image_id"] for one in row["outcomes"]] == [1, 2]
    assert content["machine"]["cores"] >= 1


def test_a_folder_gets_reports_the_worst_photos_and_a_plot_and_is_not_overwritten_unasked(
    folder, tmp_path, capsys
):
    asked = ["evaluate", str(folder), "--model", "ring", "-o", str(tmp_path / "out")]
    assert main(asked) == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "reliability.png", "report.json", "report.md", "worst.jpg",
    ]  # fmt: skip
    assert "| 1 |" in (tmp_path / "out" / "report.md").read_text()
    capsys.readouterr()
    assert main(asked) == 1
    assert "report.json is there already" in capsys.readouterr().err
    assert main([*asked, "--overwrite"]) == 0


def test_a_folder_without_annotations_is_one_sentence(tmp_path, capsys):
    assert main(["evaluate", str(tmp_path)]) == 1
    assert "has no annotations" in capsys.readouterr().err
