"""Bad input: recipes, labels and starts that cannot be meant end in a sentence, and never in wrong crops."""

import json
from pathlib import Path

import pytest

from tendu.errors import DataError, ModelError, SourceError, UnknownModelError
from tendu.training.data import read_crops, read_sets
from tendu.training.recipe import Recipe, Set, read_recipe
from tendu.training.start import network_from
from tendu.training.tflite import written
from test_labels import read_coco, write_set


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"rate = 1{'0' * 400}", "a number above 0"),
        (f"seed = {2**70}", "a whole number from 0 to 4294967295"),
    ],
    ids=["rate", "seed"],
)
def test_whole_numbers_too_large_for_their_place_are_refused(tmp_path, line, expected):
    (tmp_path / "r.toml").write_text(f'{line}\n[[sets]]\nlabels = "a"')
    with pytest.raises(DataError, match=rf"r\.toml has {line}, which is not {expected}\. Change it\.$"):
        read_recipe(tmp_path / "r.toml")


def test_keypoints_that_are_three_lists_of_17_are_refused(tmp_path):
    path = write_set(tmp_path, people=[[[2.0] * 17, [2.0] * 17, [2.0] * 17]])
    with pytest.raises(SourceError, match=r"^Line 1 of .*; keypoints are 17 x \(x, y, v\), 51 numbers"):
        read_crops(path)


@pytest.mark.parametrize("v", [3, -1, 0.5])
def test_a_v_that_is_none_of_coco_s_is_refused_with_its_line(tmp_path, v):
    path = write_set(tmp_path, people=[[100.0, 100.0, v] * 17])
    with pytest.raises(
        SourceError, match=rf"^Line 1 of .*set\.jsonl is no label: .*; v is 0 .*, 1 .* or 2 .*, not {v}\.$"
    ):
        read_crops(path)


def test_a_confidence_in_the_place_of_coco_s_v_is_refused(tmp_path):
    entry = {"image_id": 4, "bbox": [100, 50, 50, 100], "keypoints": [120, 80, 0.9] * 17}
    with pytest.raises(
        SourceError, match=r"person_keypoints\.json does not fit: v is 0 .*, 1 .* or 2 .*, not 0\.9\. Correct"
    ):
        read_coco(tmp_path, [entry])


@pytest.mark.parametrize("shard", [-1, 0.7, float("inf"), "0"])
def test_a_shard_that_is_no_whole_number_is_refused_with_its_line(tmp_path, shard):
    path = write_set(tmp_path)
    line = {**json.loads(path.read_text().splitlines()[0]), "shard": shard}
    path.write_text(json.dumps(line))
    with pytest.raises(SourceError, match=r"^Line 1 of .*; shard is a whole number of 0 or more, not "):
        read_crops(path)


@pytest.mark.parametrize(
    ("xy", "came"), [((900.0, -5.0), "-5 to 900"), ((0.5, 0.25), r"0\.25 to 0\.5")], ids=["outside", "parts"]
)
def test_a_set_none_of_whose_points_lies_within_its_crop_is_refused_where_it_is_trusted(tmp_path, xy, came):
    write_set(tmp_path, people=[[*xy, 2] * 17])
    with pytest.raises(
        SourceError,
        match=rf"^.*set\.jsonl has 34 labelled points, and none lies within its crop: expected .*, got {came}\. Correct",
    ):
        read_sets(Recipe((Set("set.jsonl"),)), tmp_path)
    assert len(read_sets(Recipe((Set("set.jsonl", trust=0.0),)), tmp_path)[0][0]) == 2
    assert len(read_crops(write_set(tmp_path, people=[[*xy, 0] * 17]))) == 2


@pytest.mark.parametrize("side", [0, -5, 5000])
def test_a_side_that_no_crop_has_is_refused(tmp_path, side):
    with pytest.raises(DataError, match=rf"^The side of a crop is 32 to 4096 px, not {side}\. Give another"):
        read_crops(tmp_path / "person_keypoints.json", side=side)


@pytest.mark.parametrize(
    "bbox",
    [[0, 0, -5, 5], [0, 0, 5, 0], [1e30, 0, 5, 5], [1, 2, 3, 10**400], [float("nan"), 2, 3, 4]],
    ids=["negative", "flat", "far", "long", "nan"],
)
def test_a_bbox_that_is_no_box_in_pixels_is_refused_with_its_annotation_s_id(tmp_path, bbox):
    entry = {"id": 77, "image_id": 4, "bbox": bbox, "keypoints": [120, 80, 2] * 17}
    with pytest.raises(
        SourceError,
        match=r"^Annotation with id 77 of .*\.json does not fit: bbox is in pixels, .*\. Correct it\.$",
    ):
        read_coco(tmp_path, [entry])


@pytest.mark.parametrize("bbox", [["a", 1, 2, 3], [[1], [2], [3], [4]]])
def test_a_bbox_of_other_things_than_numbers_is_refused(tmp_path, bbox):
    entry = {"image_id": 4, "bbox": bbox, "keypoints": [120, 80, 2] * 17}
    with pytest.raises(
        SourceError,
        match=r"^Annotation 1 of .*\.json does not fit: bbox is four numbers, left, top, .*, not \[\W",
    ):
        read_coco(tmp_path, [entry])


@pytest.mark.parametrize(
    "content", [b"", b"<!DOCTYPE html>" * 100, b"a" * 100], ids=["empty", "page", "short"]
)
def test_a_shard_that_is_no_tar_is_one_sentence(tmp_path, content):
    path = write_set(tmp_path)
    (tmp_path / "set-000.tar").write_bytes(content)
    with pytest.raises(
        SourceError,
        match=r"^The shard \S+set-000\.tar is no \.tar file, or is cut short: [\w ]+\. Load it again\.$",
    ):
        read_crops(path)


def test_a_crop_that_a_whole_shard_lacks_is_not_said_to_be_cut_off(tmp_path):
    path = write_set(tmp_path, files=("a.webp",))
    with pytest.raises(
        SourceError,
        match=r"set\.jsonl names b\.webp, which its shard lacks\. Load both again, or correct the",
    ):
        read_crops(path)


def test_a_folder_of_labels_that_is_not_there_or_empty_is_said(tmp_path):
    with pytest.raises(
        SourceError, match=r"^There is no folder .*XMLAnnotations\. Give a folder of \.xml, or"
    ):
        read_crops(tmp_path / "XMLAnnotations")
    with pytest.raises(
        SourceError, match=r"^The folder .* has no \.xml\. Give one with Pascal VOC's labels\.$"
    ):
        read_crops(tmp_path)


@pytest.mark.parametrize(("name", "size"), [("tendu-thunder", 256), ("tendu-thunder-192", 192)])
def test_a_start_is_named_as_the_catalog_has_it(monkeypatch, tmp_path, name, size):
    monkeypatch.chdir(tmp_path)
    network = network_from(Path(name))
    assert (network.shape.size, network.shape.width) == (size, 1.75)


def test_a_file_comes_before_a_model_of_its_name(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    Path("tendu-thunder").write_text("mine")
    with pytest.raises(ModelError, match=r"^tendu-thunder is no checkpoint of tendu train, or is cut short"):
        network_from(Path("tendu-thunder"))


def test_a_start_that_is_no_file_and_no_model_is_refused_with_the_names_there_are(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnknownModelError, match="tendu-thunder"):
        network_from(Path("tendu-thundr"))


@pytest.mark.parametrize(("place", "byte"), [(82, 127), (78, 128), (143, 128)])
def test_a_start_with_a_damaged_field_that_no_runtime_reads_is_one_sentence(network, tmp_path, place, byte):
    content = bytearray(written(network))
    content[place] = byte
    (tmp_path / "start.tflite").write_bytes(content)
    with pytest.raises(ModelError, match=r"^start\.tflite is damaged: .*\. Load it again\.$"):
        network_from(tmp_path / "start.tflite")


@pytest.mark.parametrize(
    "node", [{}, {"op": "Conv2D", "name": "a", "input": []}], ids=["no op", "no weights"]
)
def test_a_graph_model_with_a_damaged_node_is_one_sentence(tmp_path, node):
    model = {
        "weightsManifest": [],
        "modelTopology": {"node": [node]},
        "signature": {"inputs": {"input": {"tensorShape": {"dim": [{"size": 1}, {"size": 192}]}}}},
    }
    (tmp_path / "model.json").write_text(json.dumps(model))
    with pytest.raises(ModelError, match=r"^model\.json is damaged: .*\. Load it again\.$"):
        network_from(tmp_path / "model.json")
