"""What each file of poses looks like inside."""

import csv
import io
import json
import os
import sys
from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest

from made_poses import MOUSE, assert_same, made_film, made_poses
from tendu.errors import DataError, MissingExtraError, SinkError
from tendu.frame import Stamp
from tendu.pose import Poses
from tendu.sinks import parquet
from tendu.sinks.coco_json import CocoResults
from tendu.sinks.csv_rows import CsvRows
from tendu.sinks.json_lines import JsonDocument, JsonLines, JsonStream
from tendu.sinks.parquet import ParquetTable
from tendu.sinks.reading import read_poses
from tendu.sinks.table import columns_of, number_columns, rows
from tendu.skeleton import COCO17
from tendu.skeletons import table_of

COLUMNS, NUMBERS = columns_of(COCO17), number_columns(COCO17)


def write(sink, film):
    with sink:
        for poses in film:
            sink.write(poses)


def test_a_line_of_json_says_its_schema_its_frame_and_its_people(tmp_path):
    path = tmp_path / "walk.jsonl"
    poses = made_poses(2, frame=2, tracks=[7, 3])
    write(JsonLines(path), [poses])
    (line,) = path.read_text().splitlines()
    frame = json.loads(line)
    people = frame.pop("people")
    assert frame == {
        "schema": "tendu-1",
        "source": "walk.mp4",
        "frame": 2,
        "time": 2 / 29.97,
        "width": 640,
        "height": 480,
        "reason": "",
    }
    assert [list(person) for person in people] == [["track", "confidence", "box", "xy", "score"]] * 2
    assert [person["track"] for person in people] == [7, 3]
    np.testing.assert_array_equal(np.array([person["xy"] for person in people], np.float32), poses.xy)
    np.testing.assert_array_equal(np.array([person["score"] for person in people], np.float32), poses.score)


def test_json_before_tracking_says_null(tmp_path):
    write(JsonLines(tmp_path / "walk.jsonl"), [made_poses(1)])
    assert json.loads((tmp_path / "walk.jsonl").read_text())["people"][0]["track"] is None


def test_a_json_document_names_its_keypoints_and_holds_all_frames(tmp_path):
    write(JsonDocument(tmp_path / "walk.json"), made_film())
    document = json.loads((tmp_path / "walk.json").read_text())
    assert list(document) == ["schema", "keypoints", "frames"]
    assert (document["schema"], tuple(document["keypoints"])) == ("tendu-1", COCO17.names)
    assert [frame["frame"] for frame in document["frames"]] == [0, 1, 2, 5, 6]


def test_json_of_points_of_one_s_own_names_them_in_each_line_and_describes_them_in_the_first(tmp_path):
    write(JsonLines(tmp_path / "mice.jsonl"), made_film(MOUSE))
    first, *rest = map(json.loads, (tmp_path / "mice.jsonl").read_text().splitlines())
    assert first["skeleton"] == table_of(MOUSE)
    assert {tuple(line["keypoints"]) for line in (first, *rest)} == {MOUSE.names}
    assert not any("skeleton" in line for line in rest)
    write(JsonDocument(tmp_path / "mice.json"), made_film(MOUSE))
    document = json.loads((tmp_path / "mice.json").read_text())
    assert list(document) == ["schema", "keypoints", "skeleton", "frames"]
    assert document["skeleton"] == table_of(MOUSE)
    assert "keypoints" not in document["frames"][1]


def test_csv_is_a_header_and_a_row_per_person_or_nobody(tmp_path):
    write(CsvRows(tmp_path / "walk.csv"), made_film())
    header, *cells = csv.reader(io.StringIO((tmp_path / "walk.csv").read_text()))
    assert header == list(COLUMNS)
    frame, reason, person = (header.index(name) for name in ("frame", "reason", "person"))
    assert [(row[frame], row[person]) for row in cells] == [
        *(("0", ""), ("1", "0"), ("2", "0"), ("2", "1"), ("5", ""), ("6", "0")),
    ]
    assert cells[4][reason] == 'the picture is "black", no light'


def test_parquet_keeps_types_version_and_skeleton(tmp_path):
    write(ParquetTable(tmp_path / "walk.parquet"), made_film())
    schema = pq.read_schema(tmp_path / "walk.parquet")
    assert schema.names == list(COLUMNS)
    assert [str(schema.field(name).type) for name in ("source", "frame", "time", "track", "nose_x")] == [
        *("string", "int64", "double", "int64", "float"),
    ]
    assert schema.metadata[b"tendu"] == b"tendu-1"
    assert tuple(json.loads(schema.metadata[b"keypoints"])) == COCO17.names
    assert tuple(map(tuple, json.loads(schema.metadata[b"bones"]))) == COCO17.bones


def test_parquet_of_points_of_one_s_own_describes_them_in_its_metadata(tmp_path):
    write(ParquetTable(tmp_path / "mice.parquet"), made_film(MOUSE))
    schema = pq.read_schema(tmp_path / "mice.parquet")
    assert schema.names[14:] == list(number_columns(MOUSE))[5:]
    assert json.loads(schema.metadata[b"skeleton"]) == table_of(MOUSE)
    assert tuple(json.loads(schema.metadata[b"keypoints"])) == MOUSE.names
    write(ParquetTable(tmp_path / "walk.parquet"), made_film())
    assert b"skeleton" not in pq.read_schema(tmp_path / "walk.parquet").metadata


def test_parquet_holds_what_the_rows_of_the_table_say(tmp_path):
    write(ParquetTable(tmp_path / "walk.parquet"), made_film())
    written = pq.read_table(tmp_path / "walk.parquet").to_pylist()
    expected = [row for poses in made_film() for row in rows(poses)]
    for row in expected:
        # Its columns are float32; a row says their shortest decimals.
        row |= {name: float(np.float32(row[name])) for name in NUMBERS if row[name] is not None}
    assert written == expected


def test_parquet_keeps_what_was_written_when_the_arrays_are_used_again(tmp_path):
    poses = made_poses(2, tracks=[7, 3])
    with ParquetTable(tmp_path / "walk.parquet") as sink:
        sink.write(poses)
        poses.xy[:], poses.score[:], poses.track[:] = 0, 0, 0
    assert_same([made_poses(2, tracks=[7, 3])], list(read_poses(tmp_path / "walk.parquet")))


def test_parquet_of_nobody_has_a_row_for_each_frame_and_no_people(tmp_path):
    write(ParquetTable(tmp_path / "empty.parquet"), [made_poses(0, frame=frame) for frame in range(3)])
    table = pq.read_table(tmp_path / "empty.parquet")
    assert table["frame"].to_pylist() == [0, 1, 2]
    assert {table[name].null_count for name in ("person", "track", *NUMBERS)} == {3}


def test_parquet_goes_out_in_row_groups(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "_ROWS", 4)
    film = [made_poses(3, frame=frame) for frame in range(5)]  # 15 rows: groups of 6, 6 and 3
    write(ParquetTable(tmp_path / "walk.parquet"), film)
    facts = pq.ParquetFile(tmp_path / "walk.parquet").metadata
    assert [facts.row_group(group).num_rows for group in range(facts.num_row_groups)] == [6, 6, 3]
    assert_same(film, list(read_poses(tmp_path / "walk.parquet")))


def test_parquet_keeps_a_source_name_that_is_not_utf_8_as_far_as_it_can(tmp_path):
    write(ParquetTable(tmp_path / "walk.parquet"), [made_poses(1, source="걷기\udcb0.mp4")])
    (poses,) = read_poses(tmp_path / "walk.parquet")
    assert poses.stamp.source == "걷기?.mp4"


def test_parquet_without_pyarrow_says_how_to_install_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    sentence = r'^Writing \.parquet needs pyarrow\. Run: pip install "tendu\[parquet\]"$'
    with pytest.raises(MissingExtraError, match=sentence), ParquetTable(tmp_path / "walk.parquet"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_stream_gets_each_line_at_once_and_stays_open(tmp_path):
    written = tmp_path / "piped.jsonl"
    with written.open("w") as pipe:
        with JsonStream(pipe) as sink:
            for count, poses in enumerate(made_film(), 1):
                sink.write(poses)
                assert len(written.read_text().splitlines()) == count
        assert not pipe.closed
    assert_same(made_film(), list(read_poses(written)))
    with pytest.raises(SinkError, match=r"^This stream is closed\. Open a new sink to write more\.$"):
        sink.write(made_poses(1))


def test_a_stream_has_one_skeleton_and_describes_it_once(tmp_path):
    with (tmp_path / "piped.jsonl").open("w") as pipe, JsonStream(pipe) as sink:
        for poses in made_film(MOUSE):
            sink.write(poses)
        with pytest.raises(
            DataError, match=r"points snout, .* and frame 0 has nose, .* of another skeleton\."
        ):
            sink.write(made_poses(1))
    assert_same(made_film(MOUSE), list(read_poses(tmp_path / "piped.jsonl")))


def test_a_reader_that_went_away_is_told_in_a_sentence():
    out, into = os.pipe()
    pipe = os.fdopen(into, "w")
    os.close(out)
    with pytest.raises(SinkError, match=r"^Cannot write \d+: Broken pipe\.$"):
        JsonStream(pipe).write(made_poses(1))
    with pytest.raises(BrokenPipeError):
        pipe.close()  # the line that nobody took is still in the pipe's buffer


def test_two_photos_of_one_coco_number_are_refused_and_nobody_needs_no_number(tmp_path):
    first, second = (replace(made_poses(1), stamp=Stamp(n, 0.0, f"{n}/im7.jpg", 640, 480)) for n in range(2))
    sink = CocoResults(tmp_path / "a.coco.json")
    sink.write(Poses.empty(Stamp(0, 0.0, "cat.jpg", 640, 480)))
    sink.write(first)
    with pytest.raises(
        SinkError, match=r"0/im7\.jpg and 1/im7\.jpg both have 7\. Rename one, or write \.jsonl\.$"
    ):
        sink.write(second)
    sink.close()
    assert [entry["image_id"] for entry in json.loads((tmp_path / "a.coco.json").read_text())] == [7]
