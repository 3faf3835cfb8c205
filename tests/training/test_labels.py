"""Labels: sets that are read, and sets, recipes and shards that do not fit, each refused in a sentence."""

import io
import json
import tarfile
from dataclasses import replace

import numpy as np
import pytest

from made_poses import made_poses
from tendu.errors import DataError, SourceError
from tendu.sinks.open_sink import open_sink
from tendu.training.data import Crops, read_crops, read_sets
from tendu.training.photos import SKIN
from tendu.training.plan import planned
from tendu.training.recipe import Recipe, Set, read_recipe
from tendu.training.rows import ROOM, SIDE


def webp(side: int) -> bytes:
    import cv2

    picture = np.full((side, side, 3), (10, 20, 200), np.uint8)  # OpenCV writes BGR
    return cv2.imencode(".webp", picture, [cv2.IMWRITE_WEBP_QUALITY, 101])[1].tobytes()


def write_set(folder, *, side=SIDE, people=None, files=("a.webp", "b.webp")):
    """A set of two crops in one shard; `files` are those that the shard really has."""
    one = [[128.0, 60.0, 2, *[0.0, 0.0, 0] * 15, 300.0, 10.0, 2]]
    with tarfile.open(folder / "set-000.tar", "w") as shard:
        for name in files:
            entry = tarfile.TarInfo(name)
            content = webp(side)
            entry.size = len(content)
            shard.addfile(entry, io.BytesIO(content))
    lines = [{"file": name, "shard": 0, "people": people or one} for name in ("a.webp", "b.webp")]
    path = folder / "set.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_a_shard_s_crops_are_rgb_and_points_outside_count_as_not_labelled(tmp_path):
    crops = read_crops(write_set(tmp_path))
    assert len(crops) == 2
    assert crops.pictures.shape == (2, SIDE, SIDE, 3)
    assert np.abs(crops.pictures[0, 5, 5].astype(int) - (200, 20, 10)).max() < 4
    assert crops.people[0][0, 0].tolist() == [128.0, 60.0, 2.0]
    assert crops.people[0][0, 16].tolist() == [0.0, 0.0, 0.0]


def test_held_out_crops_are_all_of_their_photos():
    pictures = np.zeros((20, SIDE, SIDE, 3), np.uint8)
    pictures[:, 0, 0, 0] = np.arange(20)
    people = tuple(np.full((1, 17, 3), i, np.float32) for i in range(20))
    crops = Crops(pictures, people, tuple(f"photo {i // 4}" for i in range(20)))  # five photos of four crops
    seen, held = crops.parted(0.4, seed=1)
    assert len(seen) == 12
    assert len(held) == 8
    assert len(set(held.sources)) == 2
    assert not set(held.sources) & set(seen.sources)
    for one in (seen, held):
        assert one.pictures[:, 0, 0, 0].tolist() == [person[0, 0, 0] for person in one.people]
    assert crops.parted(0.4, seed=1)[1].sources == held.sources
    assert crops.parted(0.0)[0].pictures is crops.pictures


def test_no_more_crops_are_read_than_wanted(tmp_path):
    assert len(read_crops(write_set(tmp_path), limit=1)) == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"files": ("a.webp",)}, r"set\.jsonl names b\.webp, which its shard lacks"),
        ({"side": 64}, r"A training crop is 256 x 256; a\.webp is a picture of \(64, 64, 3\)"),
        ({"people": [[1.0, 2.0, 2]]}, r"Line 1 of .*set\.jsonl is no label: expected file, shard and people"),
    ],
)
def test_a_set_that_does_not_fit_is_one_sentence(tmp_path, change, sentence):
    with pytest.raises(SourceError, match=sentence):
        read_crops(write_set(tmp_path, **change))


NO_KEYPOINTS = r"keypoints are 17 x \(x, y, v\), 51 numbers of at most 1,000,000, not"


@pytest.mark.parametrize(
    "people",
    [
        [[None, 60.0, 2] * 17],
        [[float("nan"), 60.0, 2] * 17],
        [[1e9, 60.0, 2] * 17],
        [[1.0, 2.0, 2] * 51],
        [1.0, 2.0, 2] * 17,
        [["1", "2", "2"] * 17],
    ],
)
def test_people_of_a_shard_who_are_no_51_numbers_each_are_refused_with_their_line(tmp_path, people):
    with pytest.raises(SourceError, match=rf"^Line 1 of .*set\.jsonl is no label: .*{NO_KEYPOINTS}"):
        read_crops(write_set(tmp_path, people=people))


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ({"file": "a.webp", "shard": 0}, "it lacks 'people'"),
        ({"file": "a.webp", "shard": 0, "people": {}}, r"people are a list, not \{\}"),
        ([], "list indices must be integers"),
    ],
)
def test_a_line_that_is_no_label_is_one_sentence(tmp_path, line, sentence):
    path = write_set(tmp_path)
    path.write_text(json.dumps(line))
    with pytest.raises(
        SourceError, match=rf"^Line 1 of .*set\.jsonl is no label: expected file, .*; {sentence}"
    ):
        read_crops(path)


@pytest.mark.parametrize(
    ("left", "sentence"),
    [
        (560, r"^The shard .*set-000\.tar is cut short: .*\. Load it again\.$"),
        (
            1400,
            r"^The shard .*set-000\.tar is cut short: it lacks b\.webp and its end\. Load it again\.$",
        ),
    ],
    ids=["within a crop", "between two"],
)
def test_a_shard_that_is_cut_short_is_said(tmp_path, left, sentence):
    path = write_set(tmp_path)
    shard = tmp_path / "set-000.tar"
    shard.write_bytes(shard.read_bytes()[:left])
    with pytest.raises(SourceError, match=sentence):
        read_crops(path)


def test_a_missing_shard_is_named(tmp_path):
    path = write_set(tmp_path)
    (tmp_path / "set-000.tar").unlink()
    with pytest.raises(SourceError, match=r"The shard .*set-000\.tar cannot be read"):
        read_crops(path)


def test_a_missing_label_file_is_named(tmp_path):
    with pytest.raises(SourceError, match=r"Cannot read the labels .*gone\.jsonl"):
        read_crops(tmp_path / "gone.jsonl")


def test_a_coco_folder_gives_each_labelled_person_a_crop_round_the_box(tmp_path):
    import cv2

    photo = np.zeros((200, 300, 3), np.uint8)
    cv2.rectangle(photo, (100, 50), (149, 149), (255, 255, 255), -1)
    cv2.imwrite(str(tmp_path / "one.png"), photo)
    points = [0.0, 0.0, 0] * 17
    points[0:3] = [124.5, 99.5, 2]  # COCO counts from pixel centres: the middle of the box
    labels = {
        "images": [{"id": 4, "file_name": "one.png"}],
        "annotations": [
            {"image_id": 4, "bbox": [100, 50, 50, 100], "keypoints": points, "iscrowd": 0},
            {"image_id": 4, "bbox": [0, 0, 300, 200], "keypoints": points, "iscrowd": 1},
        ],
    }
    (tmp_path / "person_keypoints.json").write_text(json.dumps(labels))
    crops = read_crops(tmp_path / "person_keypoints.json")
    assert len(crops) == 1
    assert np.allclose(crops.people[0][0, 0], [SIDE / 2, SIDE / 2, 2], atol=1e-3)
    rows = np.flatnonzero(crops.pictures[0][:, SIDE // 2, 0] > 127)
    assert abs(len(rows) - SIDE / ROOM) < 2


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"bbox": None}, "does not fit: bbox is four numbers, left, top, width and height, not None"),
        ({"bbox": [1, 2, 3]}, r"bbox is four numbers, left, top, width and height, not \[1, 2, 3\]"),
        ({"bbox": [1, 2, 3, float("nan")]}, "bbox is in pixels"),
        ({"image_id": 9}, "does not fit: its image_id is 9, which none of the images has"),
        ({"image_id": None}, "its image_id is None, which none of the images has"),
        ({"image_id": []}, "Annotation 1 of .*person_keypoints.json does not fit"),
        ({"keypoints": "text"}, f"{NO_KEYPOINTS} text"),
        ({"keypoints": {}}, NO_KEYPOINTS),
        ({"keypoints": [1, 2, 2] * 16}, NO_KEYPOINTS),
        ({"keypoints": [0, 0, 0] * 17}, "has 1 annotations and not one labelled keypoint"),
    ],
)
def test_an_annotation_of_coco_s_that_does_not_fit_is_one_sentence(tmp_path, change, sentence):
    entry = {"image_id": 4, "bbox": [100, 50, 50, 100], "keypoints": [1, 2, 2] * 17, "iscrowd": 0, **change}
    with pytest.raises(SourceError, match=sentence):
        read_coco(tmp_path, [entry])


@pytest.mark.parametrize("annotations", [None, {}, [1]])
def test_annotations_of_coco_s_that_are_no_list_are_one_sentence(tmp_path, annotations):
    with pytest.raises(SourceError, match=r"as COCO keypoints: its annotations are no list of tables\."):
        read_coco(tmp_path, annotations)


def test_annotations_without_keypoints_are_said(tmp_path):
    with pytest.raises(SourceError, match="has 1 annotations and not one labelled keypoint"):
        read_coco(tmp_path, [{"image_id": 4, "bbox": [100, 50, 50, 100]}])


def read_coco(folder, annotations):
    labels = {"images": [{"id": 4, "file_name": "one.png"}], "annotations": annotations}
    (folder / "person_keypoints.json").write_text(json.dumps(labels))
    return read_crops(folder / "person_keypoints.json")


def test_a_photo_without_annotations_is_a_crop_of_nobody(tmp_path):
    import cv2

    cv2.imwrite(str(tmp_path / "wide.png"), np.full((100, 300, 3), 90, np.uint8))
    cv2.imwrite(str(tmp_path / "crowd.png"), np.zeros((50, 50, 3), np.uint8))
    crowd = {"image_id": 2, "bbox": [0, 0, 50, 50], "keypoints": [0] * 51, "iscrowd": 1}
    images = [{"id": 1, "file_name": "wide.png"}, {"id": 2, "file_name": "crowd.png"}]
    (tmp_path / "empty.json").write_text(json.dumps({"images": images, "annotations": [crowd]}))
    crops = read_crops(tmp_path / "empty.json")
    assert crops.sources == ("wide.png",)
    assert crops.people[0].shape == (0, 17, 3)
    assert (crops.pictures[0][2:-2, 2:-2] == 90).all()  # the square in its middle, nothing beyond the edges


def joints() -> np.ndarray:
    """Two people of fourteen joints, (2, 14, 3): column after column, the second with a joint that is marked 0 or 1."""
    made = np.stack([np.arange(14) * 10.0 + 20, np.arange(14) * 12.0 + 30, np.ones(14)], axis=-1)
    return np.stack([made, made + np.array([5, 5, 0])])


@pytest.mark.parametrize(("extended", "names"), [(False, "im{:04d}.jpg"), (True, "im{:05d}.jpg")])
def test_leeds_joints_find_their_places_and_face_and_neck_have_none(tmp_path, extended, names):
    import cv2
    from scipy.io import savemat

    (tmp_path / "images").mkdir()
    for number in (1, 2):
        cv2.imwrite(str(tmp_path / "images" / names.format(number)), np.full((220, 200, 3), 50, np.uint8))
    given = joints()
    given[1, 0, 2] = 0  # right ankle: in the extension not labelled, in the first set not hidden
    turned = given.transpose(1, 2, 0) if extended else given.transpose(2, 1, 0)
    savemat(tmp_path / "joints.mat", {"joints": turned})
    crops = read_crops(tmp_path / "joints.mat")
    assert crops.sources == (names.format(1), names.format(2))
    seen = [person[0, :, 2].tolist() for person in crops.people]
    usual = 2.0 if extended else 1.0
    assert seen[0] == [0.0] * 5 + [usual] * 12
    assert seen[1] == [0.0] * 5 + [usual] * 11 + [0.0 if extended else 2.0]
    # A step from joint to joint is (10, 12) px; the crop shows each with the same scale, the right ankle (16) first.
    xy = crops.people[0][0, :, :2]
    step = xy[14] - xy[16]
    assert np.allclose(step / step[1], [10 / 12, 1], atol=1e-4)
    assert np.allclose(xy[11] - xy[12], step, atol=1e-3)  # right hip, then left hip
    assert np.allclose(xy[9] - xy[7], step, atol=1e-3)  # left elbow, then left wrist


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({"joints": np.zeros((3, 13, 2))}, r"has joints of shape \(3, 13, 2\); expected 3 x 14 x photos"),
        ({"other": np.zeros(3)}, r"Cannot read .*joints\.mat as Leeds Sports Pose's joints: KeyError"),
    ],
)
def test_joints_that_are_none_are_one_sentence(tmp_path, content, sentence):
    from scipy.io import savemat

    savemat(tmp_path / "joints.mat", content)
    with pytest.raises(SourceError, match=sentence):
        read_crops(tmp_path / "joints.mat")


def test_a_joint_that_is_no_number_is_named_with_its_photo(tmp_path):
    from scipy.io import savemat

    given = joints()
    given[1, 3, 0] = np.nan
    savemat(tmp_path / "joints.mat", {"joints": given.transpose(2, 1, 0)})
    with pytest.raises(SourceError, match=r"joints\.mat has a joint of photo 2 that is no finite number"):
        read_crops(tmp_path / "joints.mat")


@pytest.mark.parametrize(
    "content", [b"", b"text", b"a longer text, which is no file of Matlab's either\n" * 9]
)
def test_a_file_of_joints_that_is_none_of_matlab_s_is_one_sentence(tmp_path, content):
    (tmp_path / "joints.mat").write_bytes(content)
    with pytest.raises(SourceError, match=r"Cannot read .*joints\.mat as Leeds Sports Pose's joints: "):
        read_crops(tmp_path / "joints.mat")


def boxed(tmp_path, name: str, boxes: str) -> None:
    import cv2

    photo = np.zeros((200, 300, 3), np.uint8)
    cv2.rectangle(photo, (100, 50), (149, 149), (255, 255, 255), -1)
    (tmp_path / "JPEGImages").mkdir(exist_ok=True)
    (tmp_path / "boxes").mkdir(exist_ok=True)
    cv2.imwrite(str(tmp_path / "JPEGImages" / f"{name}.png"), photo)
    text = f"<annotation><filename>{name}.png</filename>{boxes}</annotation>"
    (tmp_path / "boxes" / f"{name}.xml").write_text(text)


# VOC counts pixels from 1, and its boxes hold their last ones.
BOX = "<bndbox><xmin>101</xmin><ymin>51</ymin><xmax>150</xmax><ymax>150</ymax></bndbox>"


def test_voc_s_boxes_say_who_is_meant_and_no_keypoints_and_whole_photos_give_larger_crops(tmp_path):
    boxed(tmp_path, "a", f"<object><name>person</name>{BOX}<part><name>head</name>{BOX}</part></object>")
    boxed(tmp_path, "b", f"<object><name>dog</name>{BOX}</object>")
    crops = read_crops(tmp_path / "boxes", side=384)
    assert crops.sources == ("a.png", "b.png")
    assert [len(people) for people in crops.people] == [1, 0]
    assert not crops.people[0].any()
    assert (crops.side, crops.pictures.shape) == (384, (2, 384, 384, 3))
    rows = np.flatnonzero(crops.pictures[0][:, 192, 0] > 127)
    assert abs(len(rows) - 384 / ROOM) < 2
    assert abs(rows.mean() + 0.5 - 192) < 1
    assert len(read_crops(tmp_path / "boxes", limit=1)) == 1


def test_a_box_that_is_none_is_one_sentence(tmp_path):
    boxed(tmp_path, "a", "<object><name>person</name><bndbox><xmin>one</xmin></bndbox></object>")
    with pytest.raises(SourceError, match=r"Cannot read .*a\.xml as Pascal VOC's boxes: could not convert"):
        read_crops(tmp_path / "boxes")


def test_a_box_of_no_finite_numbers_is_named(tmp_path):
    boxed(tmp_path, "a", f"<object><name>person</name>{BOX.replace('101', 'nan')}</object>")
    with pytest.raises(SourceError, match=r"a\.xml has a person's box that is no finite numbers: \[\[nan"):
        read_crops(tmp_path / "boxes")


def test_people_whom_tendu_found_are_cut_from_their_photos_without_keypoints(tmp_path):
    import cv2

    (tmp_path / "images").mkdir()
    photo = np.zeros((200, 300, 3), np.uint8)
    cv2.rectangle(photo, (100, 50), (149, 149), (255, 255, 255), -1)
    cv2.imwrite(str(tmp_path / "images" / "a.png"), photo)
    found = made_poses(3, source="/elsewhere/a.png")
    with open_sink(tmp_path / "people.csv") as sink:
        sink.write(
            replace(found, box=np.array([[100, 50, 150, 150], [0, 0, 40, 99], [0, 0, 40, 90]], np.float32))
        )
        sink.write(made_poses(0, source="/elsewhere/b.png"))
    crops = read_crops(tmp_path / "people.csv", side=384)
    assert crops.sources == ("a.png", "a.png")
    assert [people.shape for people in crops.people] == [(1, 17, 3)] * 2
    assert not np.any(crops.people)
    rows = np.flatnonzero(crops.pictures[0][:, 192, 0] > 127)
    assert abs(len(rows) - 384 / ROOM / SKIN) < 2
    assert abs(rows.mean() + 0.5 - 192) < 1
    assert not crops.pictures[1][192, 192].any()
    assert len(read_crops(tmp_path / "people.csv", limit=1)) == 1


def test_a_table_that_is_none_is_one_sentence(tmp_path):
    (tmp_path / "people.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match=r"people\.csv, column schema is missing"):
        read_crops(tmp_path / "people.csv")


@pytest.mark.parametrize("asked", [{"side": 384}, {"room": 4.0}])
def test_shards_are_not_cut_anew(tmp_path, asked):
    with pytest.raises(
        DataError,
        match=r"are 256 px wide, 1\.9 times their person's box, and are not cut anew for a side of \d+ and a room of [\d.]+: "
        "leave both out",
    ):
        read_crops(write_set(tmp_path), **asked)


def test_crops_with_more_room_show_more_of_the_photo_and_are_drawn_no_larger(tmp_path):
    boxed(tmp_path, "a", f"<object><name>person</name>{BOX}</object>")
    boxed(tmp_path, "b", f"<object><name>dog</name>{BOX}</object>")
    wide = read_crops(tmp_path / "boxes", side=300, room=3.0)
    assert (wide.room, wide.box) == (3.0, 100)
    assert np.flatnonzero(wide.pictures[0][:, 150, 0] > 127).tolist() == list(range(100, 200))
    person, nobody = (
        planned(wide, row, np.random.default_rng(1), size=96, small=0.0, trust=0.0) for row in (0, 1)
    )
    usual = planned(
        read_crops(tmp_path / "boxes"), 0, np.random.default_rng(1), size=96, small=0.0, trust=0.0
    )
    assert person.window.width / 100 == pytest.approx(usual.window.width / (SIDE / ROOM))
    assert nobody.window.width > 300 / ROOM / 1.05  # nobody has no box


def test_labels_of_another_kind_are_refused_by_their_name(tmp_path):
    with pytest.raises(
        SourceError, match=r"labels\.txt is no file of labels: its name ends in none of \.jsonl"
    ):
        read_crops(tmp_path / "labels.txt")


def test_a_recipe_says_everything_that_is_said_in_it(tmp_path):
    path = tmp_path / "r.toml"
    text = 'batch = 4\nrate = 2e-4\nsize = 256\n[[sets]]\nlabels = "a.jsonl"\ntrust = 0.1\nheld = 0.2\n'
    path.write_text(text)
    assert read_recipe(path) == Recipe((Set("a.jsonl", trust=0.1, held=0.2),), batch=4, rate=2e-4, size=256)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("batch = 4", r"names no data: it needs a table \[\[sets\]\]"),
        ('rates = 1\n[[sets]]\nlabels = "a"', "has 'rates', which is none of sets, network, size"),
        ('sets = "a"', r"names no data: it needs a table \[\[sets\]\]"),
        ("sets = [1]", r"names no data: it needs a table \[\[sets\]\]"),
        ("[[sets]]\nshare = 1.0", "A set of the recipe .* has no labels"),
        ("batch = ", "is no TOML"),
    ],
)
def test_a_recipe_that_cannot_be_meant_is_one_sentence(tmp_path, text, sentence):
    path = tmp_path / "r.toml"
    path.write_text(text)
    with pytest.raises(DataError, match=sentence):
        read_recipe(path)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        *((f"batch = {value}", "a whole number of 1 or more") for value in ('"8"', "0", "8.5", "true")),
        *((f"size = {value}", "a multiple of 32 of 32 or more") for value in ('"96"', "96.0", "200", "0")),
        ('network = "lightening"', "one of lightning, thunder"),
        ('small = "x"', "a number from 0 to 1"),
        ("joined = 100.0", "a number from 0 to 4"),
        ("frozen = 40", "a whole number from 0 to 17"),
        ("clip = 0", "a number above 0"),
        ("rate = inf", "a number above 0"),
        ("rate = nan", "a number above 0"),
        ("average = 1", "a number from 0 to below 1"),
        *((f"width = {value}", "a multiple of 0.25 from 0.25 to 4") for value in ("0.3", "0", "nan", '"1"')),
        ("head = 0", "a whole number from 8 to 1024"),
        ("half = 1", "true or false"),
        ("seed = -3", "a whole number from 0 to 4294967295"),
    ],
)
def test_a_value_of_a_recipe_that_cannot_be_meant_is_named_with_what_is_expected(tmp_path, line, expected):
    refused(tmp_path, f'{line}\n[[sets]]\nlabels = "a"', line, expected)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        *((f"share = {value}", "a number above 0") for value in ("0", "-1")),
        *((f"held = {value}", "a number from 0 to below 1") for value in ("1.0", "7")),
        ("trust = 1.5", "a number from 0 to 1"),
        ("side = 0", "a whole number from 32 to 4096"),
        ("centred = 0", "true or false"),
        ("labels = 5", "the name of a file, in quotes"),
    ],
)
def test_a_value_of_a_set_that_cannot_be_meant_is_named_with_what_is_expected(tmp_path, line, expected):
    refused(tmp_path, "[[sets]]\n" + ("" if "labels" in line else 'labels = "a"\n') + line, line, expected)


def refused(tmp_path, text, line, expected):
    path = tmp_path / "r.toml"
    path.write_text(text)
    with pytest.raises(DataError) as caught:
        read_recipe(path)
    came = line.replace('"', "'").replace("true", "True")
    assert str(caught.value) == f"The recipe {path} has {came}, which is not {expected}. Change it."


def test_whole_numbers_of_a_recipe_are_floats_where_these_are_meant(tmp_path):
    path = tmp_path / "r.toml"
    path.write_text('clip = 4\nrounded = 0\n[[sets]]\nlabels = "a"\ntrust = 0\nshare = 2\n')
    read = read_recipe(path)
    several = (read.clip, read.rounded, read.sets[0].trust, read.sets[0].share)
    assert several == (4, 0, 0, 2)
    assert {type(value) for value in several} == {float}


def test_a_set_of_which_nothing_is_left_to_learn_from_is_refused(tmp_path):
    write_set(tmp_path)
    with pytest.raises(
        DataError, match=r"set\.jsonl has 2 crops, and held = 0\.9 leaves none to learn from\. Hold out less"
    ):
        read_sets(Recipe((Set("set.jsonl", held=0.9),)), tmp_path)


def test_boxes_that_name_no_photo_are_one_sentence(tmp_path):
    (tmp_path / "a.xml").write_text("<annotation></annotation>")
    with pytest.raises(SourceError, match=r"a\.xml as Pascal VOC's boxes: it names no photo in <filename>\."):
        read_crops(tmp_path)
