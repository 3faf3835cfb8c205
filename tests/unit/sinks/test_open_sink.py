"""The sink for each name."""

import json

import pytest

from made_poses import made_poses
from tendu.errors import SinkError
from tendu.sinks.coco_json import CocoResults
from tendu.sinks.csv_rows import CsvRows
from tendu.sinks.images import PictureFile, PictureFolder
from tendu.sinks.json_lines import JsonDocument, JsonLines
from tendu.sinks.open_sink import open_sink
from tendu.sinks.openpose import OpenPoseFolder
from tendu.sinks.parquet import ParquetTable
from tendu.sinks.video_file import FilmSink


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("walk.jsonl", JsonLines),
        ("walk.json", JsonDocument),
        ("walk.csv", CsvRows),
        ("WALK.CSV", CsvRows),
        ("walk.v2.parquet", ParquetTable),
        ("walk.coco.json", CocoResults),
        ("walk.openpose", OpenPoseFolder),
        ("walk.openpose/", OpenPoseFolder),
        ("walk.mp4", FilmSink),
        ("walk.gif", FilmSink),
        ("walk.png", PictureFile),
        ("walk.JPEG", PictureFile),
        ("walk.webp", PictureFile),
        ("drawn/", PictureFolder),
        ("drawn.v2/", PictureFolder),
        ("drawn", PictureFolder),
    ],
)
def test_the_suffix_chooses(tmp_path, name, kind):
    assert type(open_sink(f"{tmp_path}/{name}")) is kind


def test_a_folder_that_is_there_gets_pictures_whatever_its_name(tmp_path):
    (tmp_path / "run.2").mkdir()
    assert type(open_sink(tmp_path / "run.2")) is PictureFolder


def test_a_dash_is_json_lines_on_standard_output(capsys):
    with open_sink("-") as sink:
        sink.write(made_poses(2))
    assert len(json.loads(capsys.readouterr().out)["people"]) == 2


def test_an_unknown_suffix_is_told_all_that_are_known():
    with pytest.raises(SinkError) as caught:
        open_sink("out/walk.avi")
    assert str(caught.value) == (
        "Cannot write out/walk.avi: no output ends in '.avi'. Give one of .jsonl, .json, .csv, .parquet, .coco.json, "
        '.openpose, .mp4, .gif, .png, .jpg, .jpeg, .webp, a folder, or "-".'
    )
