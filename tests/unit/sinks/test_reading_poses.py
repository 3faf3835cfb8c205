"""Files that are not as tendu writes them are refused with the address of what is wrong."""

import csv
import io
import json
import re
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from made_poses import FEET, MOUSE, assert_same, made_film, made_poses
from tendu.errors import DataError, SourceError
from tendu.sinks.open_sink import open_sink
from tendu.sinks.reading import read_poses
from tendu.skeleton import COCO17
from tendu.skeletons import skeleton_of


@pytest.fixture
def written(tmp_path):
    """A function that writes the short film of five frames under a name and gives its path."""

    def write(name, skeleton=COCO17):
        with open_sink(tmp_path / name) as sink:
            for poses in made_film(skeleton):
                sink.write(poses)
        return tmp_path / name

    return write


def refusal(path):
    with pytest.raises(DataError) as caught:
        list(read_poses(path))
    return str(caught.value)


def change_line(path, line, change):
    """Changes the object in a line, counted from 1."""
    lines = path.read_text().splitlines()
    thing = json.loads(lines[line - 1])
    change(thing)
    lines[line - 1] = json.dumps(thing)
    path.write_text("\n".join(lines))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda f: f["people"][0]["xy"].pop(), "people[0].xy has 16 points, expected 17."),
        (lambda f: f["people"][1]["score"].append(0.5), "people[1].score has 18 numbers, expected 17."),
        (lambda f: f["people"][1]["box"].pop(), "people[1].box has 3 numbers, expected 4."),
        (lambda f: f["people"][0]["xy"][3].pop(), "people[0].xy is not 17 points of two finite numbers."),
        (lambda f: f["people"][0]["score"].__setitem__(3, None), "people[0].score is not 17 finite numbers."),
        (lambda f: f["people"][0]["box"].__setitem__(0, 1e300), "people[0].box is not 4 finite numbers."),
        (lambda f: f["people"][0]["score"].__setitem__(3, "x"), "people[0].score is not 17 finite numbers."),
        (lambda f: f["people"][0].pop("confidence"), "people[0].confidence is missing."),
        (
            lambda f: f["people"][0].update(confidence="high"),
            "people[0].confidence is 'high', expected a finite number.",
        ),
        (lambda f: f.update(time=float("nan")), "time is nan, expected a finite number."),
        (lambda f: f["people"][0].update(track=1.5), "people[0].track is 1.5, expected a whole number."),
        (lambda f: f["people"].__setitem__(0, [1]), "people[0] is [1], expected an object."),
        (
            lambda f: f["people"][1].update(track=None),
            "some people have a track and some have none, expected all or none.",
        ),
        (lambda f: f.update(people="Anna and Björn"), "people is 'Anna and Björn', expected a list."),
        (lambda f: f.update(source=5), "source is 5, expected a text."),
        (lambda f: f.pop("schema"), "schema is missing."),
        (lambda f: f.update(schema="tendu-9"), "schema is 'tendu-9', expected 'tendu-1'."),
    ],
)
def test_an_error_in_json_lines_has_its_line(written, change, sentence):
    path = written("walk.jsonl")
    change_line(path, 3, change)
    assert refusal(path) == f"walk.jsonl, line 3: {sentence}"


def test_frames_before_a_torn_last_line_are_read(written):
    # A program killed in the middle of writing to a pipe leaves half a line.
    path = written("walk.jsonl")
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:2]) + lines[2][:100])
    poses = read_poses(path)
    assert_same(made_film()[:2], [next(poses), next(poses)])
    with pytest.raises(
        DataError, match=r"^walk\.jsonl, line 3: not JSON at character \d+, expected an object\.$"
    ):
        next(poses)


def test_an_error_in_a_json_document_has_its_place(written):
    path = written("walk.json")
    document = json.loads(path.read_text())
    document["frames"][2]["people"][1]["xy"].pop()
    path.write_text(json.dumps(document))
    assert refusal(path) == "walk.json, frames[2].people[1].xy has 16 points, expected 17."


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[1, 2]", "poses.json, the document is [1, 2], expected an object."),
        ("not JSON", "poses.json, not JSON at character 0, expected an object."),
        ('{"schema": "tendu-1"}', "poses.json, frames is missing."),
        ("[" * 99999, "poses.json, not JSON that Python reads: maximum recursion depth exceeded"),
    ],
)
def test_json_that_is_not_ours(tmp_path, text, sentence):
    (tmp_path / "poses.json").write_text(text)
    assert refusal(tmp_path / "poses.json").startswith(sentence)


@pytest.mark.parametrize(
    ("name", "number", "word"),
    [("time", "1" + "0" * 400, "a finite number"), ("frame", str(2**70), "a whole number")],
)
def test_numbers_that_are_too_large_are_refused(written, name, number, word):
    path = written("walk.jsonl")
    path.write_text(re.sub(rf'"{name}": [\d.]+', f'"{name}": {number}', path.read_text(), count=1))
    assert refusal(path).startswith(f"walk.jsonl, line 1: {name} is {number[:9]}")
    assert refusal(path).endswith(f"expected {word}.")


@pytest.mark.parametrize(
    ("column", "cell", "sentence"),
    [
        ("nose_x", "left", "walk.csv, line 4: nose_x is 'left', expected a number."),
        ("track", "7.5", "walk.csv, line 4: track is '7.5', expected a whole number."),
        ("track", "inf", "walk.csv, line 4: track is 'inf', expected a whole number."),
        ("nose_x", "1e300", "walk.csv, frame 2: nose_x of person 0 is not a finite number."),
        ("nose_x", "", "walk.csv, frame 2: nose_x of person 0 is not a finite number."),
        ("nose_x", "inf", "walk.csv, frame 2: nose_x of person 0 is not a finite number."),
    ],
)
def test_an_error_in_csv_has_its_line_or_frame(written, column, cell, sentence):
    path = written("walk.csv")
    header, *table = csv.reader(io.StringIO(path.read_text()))
    table[2][header.index(column)] = cell
    with path.open("w", newline="") as text:
        csv.writer(text).writerows([header, *table])
    assert refusal(path) == sentence


@pytest.mark.parametrize("text", ["", "frame,time\n1,0.5\n"])
def test_csv_that_is_not_ours(tmp_path, text):
    (tmp_path / "poses.csv").write_text(text)
    assert refusal(tmp_path / "poses.csv") == (
        "poses.csv, column schema is missing, expected the 65 columns of tendu-1."
    )


def test_csv_that_a_spreadsheet_or_pandas_saved_again_is_read(written):
    # A byte order mark, CR LF, whole numbers as 1.0, and a column of one's own.
    path = written("walk.csv")
    header, *table = csv.reader(io.StringIO(path.read_text()))
    for row in table:
        for name in ("person", "track"):
            place = header.index(name)
            row[place] = row[place] and f"{row[place]}.0"
        row.append("mine")
    with path.open("w", newline="", encoding="utf-8-sig") as text:
        csv.writer(text).writerows([[*header, "note"], *table])
    assert_same(made_film(), list(read_poses(path)))


def test_parquet_whose_whole_numbers_became_floats_is_read(written):
    path = written("walk.parquet")
    table = pq.read_table(path)
    for name in ("person", "track"):
        place = table.schema.get_field_index(name)
        table = table.set_column(place, name, table[name].cast(pa.float64()))
    pq.write_table(table, path)
    assert_same(made_film(), list(read_poses(path)))


def test_parquet_that_is_not_ours(tmp_path):
    pq.write_table(pa.table({"frame": [1]}), tmp_path / "poses.parquet")
    assert refusal(tmp_path / "poses.parquet") == (
        "poses.parquet, column schema is missing, expected the 65 columns of tendu-1."
    )
    (tmp_path / "cut.parquet").write_bytes(b"PAR1")
    assert refusal(tmp_path / "cut.parquet").startswith("cut.parquet, not a whole Parquet file: ")


@pytest.mark.parametrize("name", ["walk.mp4", "walk.coco.json"])
def test_another_kind_of_file_is_refused_before_it_is_read(tmp_path, name):
    with pytest.raises(DataError) as caught:
        read_poses(name)
    assert (
        str(caught.value) == f"Cannot read poses from {name}: expected one of .jsonl, .json, .csv, .parquet."
    )
    with pytest.raises(SourceError, match=r"none\.csv: there is no such file\.$"):
        read_poses(tmp_path / "none.csv")


def test_lines_of_several_files_in_one_keep_their_names(written, tmp_path):
    # Mice, people, and mice without the first line, which describes them: their names remain.
    mice, people = (
        written(name, skeleton).read_text() for name, skeleton in (("m.jsonl", MOUSE), ("p.jsonl", COCO17))
    )
    joined = tmp_path / "joined.jsonl"
    joined.write_text(mice + people + mice.partition("\n")[2])
    named = skeleton_of({"keypoints": list(MOUSE.names)})
    film = [
        *made_film(MOUSE),
        *made_film(),
        *(replace(poses, skeleton=named) for poses in made_film(MOUSE)[1:]),
    ]
    assert_same(film, list(read_poses(joined)))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda f: f.update(keypoints=["snout"]), "A skeleton has 2 to 200 keypoints, not 1."),
        (lambda f: f.update(keypoints="snout"), "A skeleton's keypoints are a list of names, not 'snout'."),
        (lambda f: f.update(skeleton=[1, "a"]), "skeleton is [1, 'a'], expected an object."),
        (lambda f: f["people"][0]["xy"].pop(), "people[0].xy has 3 points, expected 4."),
    ],
)
def test_an_error_in_points_of_one_s_own_has_its_line(written, change, sentence):
    path = written("mice.jsonl", MOUSE)
    change_line(path, 3, change)
    assert refusal(path) == f"mice.jsonl, line 3: {sentence}"


def test_a_parquet_file_whose_skeleton_is_spoilt(written):
    path = written("mice.parquet", MOUSE)
    table = pq.read_table(path)
    for spoilt, sentence in (
        ("{", "metadata: not JSON at character 1, expected an object."),
        ('{"keypoints": ["snout", "nose"]}', "column nose_x is missing, expected the 20 columns of tendu-1."),
    ):
        pq.write_table(table.replace_schema_metadata({"skeleton": spoilt}), path)
        assert refusal(path) == f"mice.parquet, {sentence}"
    pq.write_table(table.replace_schema_metadata(None), path)  # its columns still name its points
    assert [poses.skeleton.names for poses in read_poses(path)] == [MOUSE.names] * 5


def test_columns_of_one_s_own_beside_coco_s_are_no_points_and_a_lost_one_is_missed(written):
    path = written("walk.csv")
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0] + ",speed_x,speed_y", *(line + ",1,2" for line in lines[1:])]))
    assert_same(made_film(), list(read_poses(path)))
    path.write_text("\n".join([lines[0].replace("left_knee_score", "surety"), *lines[1:]]))
    assert refusal(path) == "walk.csv, column left_knee_score is missing, expected the 65 columns of tendu-1."


def test_coco_s_points_in_another_order_of_columns_come_back_in_coco_s(written):
    path = written("walk.csv")
    header, *table = csv.reader(io.StringIO(path.read_text()))
    order = sorted(range(len(header)), key=lambda place: header[place])
    with path.open("w", newline="") as text:
        csv.writer(text).writerows([[row[place] for place in order] for row in (header, *table)])
    assert_same(made_film(), list(read_poses(path)))


def test_names_that_csv_must_quote_come_back(tmp_path):
    odd = skeleton_of({"keypoints": ["tip, upper", '"tip"', "코"]})
    with open_sink(tmp_path / "odd.csv") as sink:
        sink.write(made_poses(2, skeleton=odd))
    assert_same([made_poses(2, skeleton=odd)], list(read_poses(tmp_path / "odd.csv")))


@pytest.mark.parametrize("name", ["feet.jsonl", "feet.parquet"])
def test_poses_read_of_more_points_can_be_arranged_as_coco_s(written, name):
    (read, *_) = [poses for poses in read_poses(written(name, FEET)) if len(poses) == 2]
    assert (read.arranged(COCO17).xy == made_film(FEET)[2].xy[:, :17]).all()
