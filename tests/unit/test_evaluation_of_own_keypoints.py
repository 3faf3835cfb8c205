"""Truths of other keypoints than COCO's, and models that find more than a truth marks."""

import json

import numpy as np
import pytest

from made_poses import FEET, MOUSE
from marked_photos import RING, coco_folder, person, ring, ring_estimator
from tendu.cli import evaluate_output
from tendu.cli.main import main
from tendu.errors import DataError
from tendu.evaluation import evaluate
from tendu.frame import Stamp
from tendu.metrics.coco import as_results, read_truth
from tendu.pose import Poses
from tendu.skeleton import COCO17
from tendu.skeletons import skeleton_of
from tendu.worst import worst_sheet

MICE = {"id": 3, "name": "mouse", "keypoints": list(MOUSE.names), "skeleton": [[1, 2], [1, 3], [1, 4]]}
OFF = 0.05
"""How far the last point of the mice of these models lies from the truth, in sides of the box."""


def mouse(number, photo, left, top, side, **options):
    return person(number, photo, left, top, side, points=ring(4), category=3, **options)


@pytest.fixture
def folder(tmp_path):
    """Photos of 200 × 150 px with a mouse each, and a box of another category that is none."""
    other = {**mouse(3, 2, 0, 0, 10), "category_id": 9}
    mice = [mouse(1, 1, 20, 30, 100), mouse(2, 2, 110, 60, 80, labelled=3), other]
    return coco_folder(tmp_path / "mice", mice, categories=[MICE, {"id": 9, "name": "cage"}])


def mouse_estimator(*, skeleton=MOUSE):
    points = ring(4) + np.float32([[0, 0], [0, 0], [0, 0], [OFF, 0]])
    return ring_estimator(points=points, skeleton=skeleton)


def test_a_truth_has_the_names_bones_and_people_of_its_category(folder):
    truth = read_truth(folder)
    assert (truth.category, truth.skeleton.names, truth.skeleton.bones) == (3, MOUSE.names, MOUSE.bones)
    assert truth.skeleton.mirrors == ((1, 2),)
    assert [len(photo.people) for photo in truth.photos] == [1, 1]
    assert truth.photos[1].people[0].labelled.tolist() == [True, True, True, False]


def test_a_truth_that_names_coco_s_points_or_none_has_coco_s_skeleton(tmp_path):
    people = [person(1, 1, 0, 0, 50)]
    for number, named in enumerate(({}, {"keypoints": list(COCO17.names), "skeleton": [[1, 2]]})):
        category = {"id": 1, "name": "person", **named}
        truth = read_truth(coco_folder(tmp_path / f"{number}", people, categories=[category]))
        assert truth.skeleton is COCO17
        assert truth.category == 1


def test_bones_that_are_no_two_points_are_left_out(tmp_path):
    category = {**MICE, "skeleton": [[0, 1], [4, 5], [2, 2], [1, 2, 3], [4, 1]]}
    truth = read_truth(coco_folder(tmp_path / "set", [mouse(1, 1, 0, 0, 50)], categories=[category]))
    assert truth.skeleton.bones == ((3, 0),)


def test_oks_goes_by_the_models_own_sigmas(folder):
    # The first mouse has four points, of which one is off; the second has only right ones.
    report = evaluate(mouse_estimator(), read_truth(folder), protocol="cropped")
    assert [one.name for one in report.keypoints] == list(MOUSE.names)
    assert [one.points for one in report.keypoints] == [2, 2, 2, 1]
    area, sigma = 100 * 100 / 2, 0.09
    last = np.exp(-((OFF * 100) ** 2) / (2 * area * (2 * sigma) ** 2))
    assert report.outcomes[0].oks == pytest.approx((3 + last) / 4, abs=1e-3)
    assert report.outcomes[1].oks == pytest.approx(1, abs=1e-3)
    assert report.keypoints[3].median == pytest.approx(OFF * 100 / area**0.5, rel=0.01)
    assert report.scores.ap == pytest.approx(1)


@pytest.mark.parametrize(("sigma", "hit"), [(0.09, 1.0), (0.02, 0.0)])
def test_a_hit_goes_by_the_models_own_sigmas(folder, sigma, hit):
    # 5 px of √5000 are .07; a point alone scores ½ at 2.35 sigma: .21 or .05.
    skeleton = skeleton_of({"keypoints": list(MOUSE.names), "sigmas": [0.03, 0.04, 0.04, sigma]})
    report = evaluate(mouse_estimator(skeleton=skeleton), read_truth(folder), protocol="cropped")
    assert [one.hit for one in report.keypoints] == [1.0, 1.0, 1.0, hit]
    assert report.keypoint_calibration.bins[0].right == pytest.approx((6 + hit) / 7)


def test_a_model_of_more_points_is_scored_on_the_truth_s_alone_by_their_names(tmp_path):
    people = [person(1, 1, 20, 30, 100), person(2, 2, 110, 60, 80)]
    truth = read_truth(coco_folder(tmp_path / "set", people))
    # In another order, with the feet wherever.
    order = np.random.default_rng(0).permutation(len(FEET))
    points = np.concatenate([RING, np.full((6, 2), 0.1, np.float32)])[order]
    table = {"keypoints": [FEET.names[place] for place in order]}
    seen = evaluate(ring_estimator(points=points, skeleton=skeleton_of(table)), truth, protocol="cropped")
    plain = evaluate(ring_estimator(), truth, protocol="cropped")
    assert seen.outcomes[0].poses.skeleton is COCO17
    assert (seen.scores, seen.keypoints) == (plain.scores, plain.keypoints)
    assert [one.oks for one in seen.outcomes] == [one.oks for one in plain.outcomes]
    # Nor do sigmas of the model's own change what is measured on COCO's points.
    wide = {**table, "sigmas": [0.5] * len(FEET)}
    wider = evaluate(ring_estimator(points=points, skeleton=skeleton_of(wide)), truth, protocol="cropped")
    assert wider.keypoint_calibration == plain.keypoint_calibration
    assert [one.oks for one in wider.outcomes] == [one.oks for one in plain.outcomes]


def test_a_point_that_the_model_lacks_is_said_before_the_first_photo(folder):
    for photo in (folder / "images").iterdir():
        photo.unlink()
    with pytest.raises(DataError) as caught:
        evaluate(ring_estimator(), read_truth(folder))
    assert str(caught.value) == (
        f"mice marks 'snout', and the model finds {', '.join(COCO17.names)}. Measure a model that finds all of snout, "
        "left_ear, right_ear, tail_base."
    )


def test_of_several_categories_the_annotated_one_counts_or_people_and_two_others_are_refused(tmp_path):
    people = {"id": 1, "name": "person", "keypoints": list(COCO17.names)}
    beside = [mouse(1, 1, 0, 0, 50), person(2, 1, 60, 0, 50)]
    truth = read_truth(coco_folder(tmp_path / "beside", beside, categories=[people, MICE]))
    assert (truth.skeleton, sum(len(photo.people) for photo in truth.photos)) == (COCO17, 1)
    categories = [{**people, "id": 9}, MICE]
    one = coco_folder(tmp_path / "one", [mouse(1, 1, 0, 0, 50)], categories=categories)
    assert read_truth(one).skeleton.names == MOUSE.names
    both = [beside[0], {**beside[1], "category_id": 9}]
    with pytest.raises(DataError) as caught:
        read_truth(coco_folder(tmp_path / "two", both, categories=categories))
    assert str(caught.value) == (
        f"{tmp_path / 'two' / 'person_keypoints.json'}: the categories person, mouse all have keypoints and annotations. "
        "Give a file of one of them."
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"keypoints": ["snout"]}, "json: A skeleton has 2 to 200 keypoints, not 1."),
        (
            {"keypoints": ["a", "a"]},
            "json: A skeleton has two keypoints called 'a'. Give each a name of its own.",
        ),
        (
            {"keypoints": ["snout", "left_ear"]},
            "an image, annotation or category lacks or spoils keypoints: 12 numbers, expected 3 for each of 2 points.",
        ),
    ],
)
def test_a_category_that_does_not_fit_is_said(tmp_path, change, sentence):
    made = coco_folder(tmp_path / "set", [mouse(1, 1, 0, 0, 50)], categories=[{**MICE, **change}])
    with pytest.raises(DataError) as caught:
        read_truth(made)
    assert str(caught.value).endswith(sentence)


def test_results_of_nobody_and_of_mice_have_their_category():
    stamp = Stamp(0, 0.0, "", 16, 16)
    assert as_results(7, Poses.empty(stamp, skeleton=MOUSE), category=3) == []
    box, sure = np.zeros((1, 4), np.float32), np.array([0.25], np.float32)
    one = Poses(
        np.full((1, 4, 2), 8.5, np.float32),
        np.full((1, 4), 0.5, np.float32),
        box,
        sure,
        stamp,
        skeleton=MOUSE,
    )
    (entry,) = as_results(7, one, category=3)
    assert entry == {"image_id": 7, "category_id": 3, "keypoints": [8.0, 8.0, 0.5] * 4, "score": 0.25}


def test_mice_whom_nobody_found_and_their_worst_photo_are_drawn(folder):
    report = evaluate(ring_estimator(confidence=None, points=ring(4), skeleton=MOUSE), read_truth(folder))
    assert report.scores.ap == 0
    assert worst_sheet(report, most=2).image[:, :1280].any()


def test_the_tables_of_the_command_name_the_models_points(folder, tmp_path, monkeypatch, capsys):
    file = tmp_path / "mouse.tflite"
    file.write_bytes(bytes(2_500_000))
    monkeypatch.setattr(evaluate_output, "load", lambda *_, **__: mouse_estimator())
    monkeypatch.setattr(evaluate_output, "locate", lambda *_, **__: (file, None))
    asked = [
        "evaluate",
        str(folder),
        "--model",
        "mouse",
        "--protocol",
        "cropped",
        "-o",
        str(tmp_path / "out"),
    ]
    assert main(asked) == 0
    lines = capsys.readouterr().out.split("\n\n")[-1].splitlines()
    assert [line.split()[0] for line in lines[1:]] == list(MOUSE.names)
    (row,) = json.loads((tmp_path / "out" / "report.json").read_text())["rows"]
    assert [one["name"] for one in row["keypoints"]] == list(MOUSE.names)
    assert (tmp_path / "out" / "worst.jpg").is_file()
