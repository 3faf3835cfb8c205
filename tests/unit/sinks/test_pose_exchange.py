"""Other people's formats: COCO's results and OpenPose's folders."""

import json
from dataclasses import replace

import numpy as np
import pytest

from made_poses import FEET, MOUSE, made_film, made_poses
from tendu.errors import SinkError
from tendu.frame import Stamp
from tendu.sinks.coco_json import CocoResults
from tendu.sinks.openpose import OpenPoseFolder, openpose_object
from tendu.skeleton import COCO17, Keypoint
from tendu.skeletons import skeleton_of


def write(sink, film):
    with sink:
        for poses in film:
            sink.write(poses)


def test_coco_results_are_read_by_pycocotools(tmp_path):
    coco = pytest.importorskip("pycocotools.coco")
    poses = made_poses(2, source="val2017/000000000139.jpg")
    write(CocoResults(tmp_path / "walk.coco.json"), [poses, made_poses(0, source="val2017/000000000285.jpg")])
    truth = coco.COCO()
    truth.dataset = {"images": [{"id": 139}, {"id": 285}], "categories": [{"id": 1}], "annotations": []}
    truth.createIndex()
    results = truth.loadRes(str(tmp_path / "walk.coco.json"))
    entries = results.loadAnns(results.getAnnIds(imgIds=[139], catIds=[1]))
    assert len(entries) == 2
    assert [np.float32(entry["score"]) for entry in entries] == poses.confidence.tolist()
    assert results.getAnnIds(imgIds=[285]) == []


def test_coco_counts_pixel_indices_so_the_first_pixel_s_centre_is_0(tmp_path):
    # A nose in the centre of the top-left pixel, a left eye in the centre of the pixel right of it.
    poses = made_poses(1)
    poses.xy[0, :2] = [[0.5, 0.5], [1.5, 0.5]]
    poses.score[0, :2] = 0.25
    write(CocoResults(tmp_path / "walk.coco.json"), [poses])
    (entry,) = json.loads((tmp_path / "walk.coco.json").read_text())
    assert entry["keypoints"][:6] == [0.0, 0.0, 0.25, 1.0, 0.0, 0.25]


def test_a_photo_without_a_number_is_refused_and_the_others_stay(tmp_path):
    path = tmp_path / "walk.coco.json"

    def with_a_cat():
        write(CocoResults(path), [made_poses(1, source="7.jpg"), made_poses(1, source="cat.jpg")])

    with pytest.raises(SinkError, match=r"and cat\.jpg has none\. Rename it, or write \.jsonl\.$"):
        with_a_cat()
    assert [entry["image_id"] for entry in json.loads(path.read_text())] == [7]


def test_openpose_files_are_named_and_laid_out_as_openpose_does(tmp_path):
    folder = tmp_path / "walk.openpose"
    write(OpenPoseFolder(folder), made_film())
    assert sorted(file.name for file in folder.iterdir()) == [
        f"walk_{frame:012d}_keypoints.json" for frame in (0, 1, 2, 5, 6)
    ]
    frame = json.loads((folder / "walk_000000000002_keypoints.json").read_text())
    assert (frame["version"], frame["canvas_width"], frame["canvas_height"]) == (1.3, 640, 480)
    assert [person["person_id"] for person in frame["people"]] == [[7], [3]]
    assert [key for key, value in frame["people"][0].items() if value == []] == [
        *("face_keypoints_2d", "hand_left_keypoints_2d", "hand_right_keypoints_2d"),
        *("pose_keypoints_3d", "face_keypoints_3d", "hand_left_keypoints_3d", "hand_right_keypoints_3d"),
    ]
    untracked = json.loads((folder / "walk_000000000001_keypoints.json").read_text())
    assert untracked["people"][0]["person_id"] == [-1]


def test_openpose_points_are_in_coco_18_order_with_the_neck_between_the_shoulders():
    # Each point's x is its index in our order and its y ten times that, so the order can be read off.
    poses = made_poses(1)
    poses.xy[0] = np.arange(17)[:, None] * (1, 10)
    poses.score[0, [Keypoint.LEFT_SHOULDER, Keypoint.RIGHT_SHOULDER]] = 0.75, 0.5
    (person,) = openpose_object(poses)["people"]
    points = np.array(person["pose_keypoints_2d"]).reshape(18, 3)
    # Nose, neck, right arm, left arm, right leg, left leg, right eye, left eye, right ear, left ear.
    assert points[:, 0].tolist() == [0, 5.5, 6, 8, 10, 5, 7, 9, 12, 14, 16, 11, 13, 15, 2, 1, 4, 3]
    assert points[1].tolist() == [5.5, 55, 0.5]
    np.testing.assert_array_equal(points[:, 1], points[:, 0] * 10)


def test_openpose_removes_only_keypoint_files_and_only_when_a_frame_comes(tmp_path):
    folder = tmp_path / "walk.openpose"
    write(OpenPoseFolder(folder), made_film())
    (folder / "notes.txt").write_text("mine")
    with OpenPoseFolder(folder, overwrite=True) as sink:
        assert len(list(folder.iterdir())) == 6
        sink.write(made_poses(1, frame=30))
    assert sorted(file.name for file in folder.iterdir()) == ["notes.txt", "walk_000000000030_keypoints.json"]


def test_openpose_into_a_file_is_refused(tmp_path):
    (tmp_path / "walk.openpose").write_text("not a folder")
    with pytest.raises(
        SinkError, match=r"walk\.openpose is a file, expected a folder\. Give the folder another name\.$"
    ):
        OpenPoseFolder(tmp_path / "walk.openpose", overwrite=True)


@pytest.mark.parametrize("made", [CocoResults, OpenPoseFolder], ids=["coco", "openpose"])
def test_pictures_of_one_number_do_not_replace_each_other(made, tmp_path):
    name = "a.coco.json" if made is CocoResults else "a.openpose"
    with made(tmp_path / name) as sink:
        sink.write(made_poses(1, source=""))
        with pytest.raises(
            SinkError, match=r"give frames.* numbers, as tendu\.Frame\.of\(array, number=1\) does, or "
        ):
            sink.write(made_poses(1, source=""))


def test_a_long_film_needs_no_more_memory(tmp_path):
    with CocoResults(tmp_path / "a.coco.json") as sink:
        for number in range(9):
            sink.write(replace(made_poses(1), stamp=Stamp(number, number / 10, "a.mp4", 640, 480)))
        assert sink._sources == {}


def test_coco_results_have_three_numbers_for_each_point_of_one_s_own(tmp_path):
    poses = made_poses(1, skeleton=MOUSE)
    write(CocoResults(tmp_path / "mice.coco.json"), [poses])
    (entry,) = json.loads((tmp_path / "mice.coco.json").read_text())
    assert entry["category_id"] == 1
    points = np.array(entry["keypoints"]).reshape(4, 3)
    np.testing.assert_allclose(points[:, :2], poses.xy[0] - 0.5, atol=1e-4)
    np.testing.assert_allclose(points[:, 2], poses.score[0], rtol=1e-6)


def test_openpose_takes_coco_s_points_of_more_by_their_names():
    poses = made_poses(2, skeleton=FEET)
    order = FEET.flip[::-1]  # any other order
    turned = skeleton_of({"keypoints": [FEET.names[place] for place in order]})
    given = replace(poses, xy=poses.xy[:, order], score=poses.score[:, order], skeleton=turned)
    assert openpose_object(given) == openpose_object(poses.arranged(COCO17))
