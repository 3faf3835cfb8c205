import json

import numpy as np
import pytest

from marked_photos import coco_folder, person
from tendu.errors import DataError
from tendu.frame import Stamp
from tendu.metrics.coco import as_results, read_truth
from tendu.pose import Poses


def test_truth_is_read_half_a_pixel_later_than_coco_counts_and_boxes_by_their_corners(tmp_path):
    marked = person(7, 42, 10, 20, 100, labelled=3)
    truth = read_truth(coco_folder(tmp_path / "set", [marked]))
    (photo,) = truth.photos
    (one,) = photo.people
    assert photo.number == 42
    assert photo.path == tmp_path / "set" / "images" / "000000000042.jpg"
    np.testing.assert_allclose(one.xy[0], np.array(marked["keypoints"][:2]) + 0.5, rtol=1e-6)
    assert one.box == (10, 20, 110, 120)
    assert one.labelled.tolist() == [True] * 3 + [False] * 14


def test_only_people_with_points_count_and_only_photos_of_one_are_lone(tmp_path):
    people = [person(1, 1, 0, 0, 50), person(2, 2, 0, 0, 50), person(3, 2, 60, 0, 50, labelled=0)]
    people += [person(4, 3, 0, 0, 50, crowd=1)]
    truth = read_truth(coco_folder(tmp_path / "set", people))
    assert [[one.counts for one in photo.people] for photo in truth.photos] == [
        [True],
        [True, False],
        [False],
    ]
    assert [photo.lone for photo in truth.photos] == [True, False, False]


def test_predictions_lose_the_half_pixel_that_the_truth_gained():
    xy = np.full((1, 17, 2), 8.5, np.float32)
    poses = Poses(
        xy, np.full((1, 17), 0.5, np.float32), np.zeros((1, 4), np.float32), np.array([0.25], np.float32),
        Stamp(0, 0.0, "", 16, 16),
    )  # fmt: skip
    (entry,) = as_results(42, poses)
    assert entry == {"image_id": 42, "category_id": 1, "keypoints": [8.0, 8.0, 0.5] * 17, "score": 0.25}


def test_annotations_without_outlines_are_said_to_have_approximated_areas(tmp_path):
    marked = person(1, 1, 0, 0, 50)
    assert read_truth(coco_folder(tmp_path / "outlined", [marked])).note == ""
    del marked["segmentation"]
    assert "approximations" in read_truth(coco_folder(tmp_path / "bare", [marked])).note


def test_cocos_own_layout_is_found(tmp_path):
    made = coco_folder(tmp_path / "set", [person(1, 1, 0, 0, 50)])
    (made / "annotations").mkdir()
    (made / "person_keypoints.json").rename(made / "annotations" / "person_keypoints_val2017.json")
    (made / "images").rename(made / "val2017")
    assert read_truth(made).photos[0].path.is_file()


def test_what_is_no_annotated_folder_is_said_in_a_sentence(tmp_path):
    with pytest.raises(DataError, match=r"There is no folder .*nowhere\. Give one with photos"):
        read_truth(tmp_path / "nowhere")
    with pytest.raises(DataError, match=r"has no annotations: expected a file called person_keypoints….json"):
        read_truth(tmp_path)
    first = tmp_path / "person_keypoints_a.json"
    first.write_text("{")
    with pytest.raises(DataError, match=r"person_keypoints_a.json is not JSON"):
        read_truth(tmp_path)
    first.write_text(json.dumps({"images": []}))
    with pytest.raises(DataError, match="it needs images, annotations and categories"):
        read_truth(tmp_path)
    first.write_text(json.dumps({"images": [], "annotations": [{"category_id": 1}], "categories": []}))
    with pytest.raises(DataError, match="an image, annotation or category lacks or spoils 'image_id'"):
        read_truth(tmp_path)
    first.write_text(json.dumps({"images": [], "annotations": [], "categories": []}))
    with pytest.raises(DataError, match="marks no person's keypoints"):
        read_truth(tmp_path)
    (tmp_path / "person_keypoints_b.json").write_text("{}")
    with pytest.raises(
        DataError, match=r"several annotations: person_keypoints_a.json, person_keypoints_b.json"
    ):
        read_truth(tmp_path)
