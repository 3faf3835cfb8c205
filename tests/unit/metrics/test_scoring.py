import numpy as np
import pytest

from marked_photos import RING, coco_folder, person
from tendu.metrics.coco import read_truth
from tendu.metrics.pairs import paired
from tendu.metrics.scoring import judge


def guess(photo, left, top, side, score=0.9):
    """A result with the ring in that square."""
    points = np.concatenate([RING * side + (left, top) - 0.5, np.full((17, 1), 0.8)], axis=1)
    return {"image_id": photo, "category_id": 1, "keypoints": points.ravel().tolist(), "score": score}


@pytest.fixture
def truth(tmp_path):
    """Photo 1: a person of 100 px at the left. Photo 2: two people of 60 px, the right one without points."""
    people = [person(1, 1, 10, 20, 100), person(2, 2, 0, 0, 60), person(3, 2, 100, 0, 60, labelled=0)]
    return read_truth(coco_folder(tmp_path / "set", people))


def test_the_truth_itself_scores_one_and_nothing_is_printed(truth, capsys):
    judged = judge(truth, [guess(1, 10, 20, 100), guess(2, 0, 0, 60)], [1, 2])
    assert judged.scores.ap == pytest.approx(1)
    assert judged.scores.ar == pytest.approx(1)
    assert judged.right.tolist() == [True, True]
    np.testing.assert_allclose(judged.oks, 1, rtol=1e-6)
    assert capsys.readouterr() == ("", "")


def test_no_results_at_all_score_zero(truth):
    judged = judge(truth, [], [1, 2])
    assert judged.scores.ap == 0
    assert judged.nearest.tolist() == [-1, -1]
    assert judged.oks.tolist() == [0, 0]


def test_half_of_the_people_found_is_a_recall_of_one_half(truth):
    judged = judge(truth, [guess(1, 10, 20, 100)], [1, 2])
    assert judged.scores.ar == pytest.approx(0.5)
    assert judged.nearest.tolist() == [0, -1]


def test_only_the_photos_that_are_named_count(truth):
    assert judge(truth, [guess(1, 10, 20, 100)], [1]).scores.ar == pytest.approx(1)


def test_a_guess_on_someone_without_points_counts_neither_way(truth):
    results = [guess(2, 0, 0, 60), guess(2, 100, 0, 60), guess(2, 0, 500, 60)]
    judged = judge(truth, results, [2])
    assert judged.counted.tolist() == [True, False, True]
    assert judged.right.tolist() == [True, False, False]


def test_sizes_that_nobody_has_have_no_score(truth):
    scores = judge(truth, [guess(2, 0, 0, 60)], [2]).scores
    assert scores.ap_medium == pytest.approx(1)  # 60² / 2 lies between 32² and 96²
    assert scores.ap_large is None


def test_each_person_is_paired_with_the_most_similar_guess_not_the_surest(truth):
    results = [guess(1, 0, 0, 40, score=0.95), guess(1, 13, 24, 100, score=0.3)]
    judged = judge(truth, results, [1, 2])
    assert judged.nearest.tolist() == [1, -1]
    xy = np.array([r["keypoints"] for r in results], np.float32).reshape(2, 17, 3)[:, :, :2] + 0.5
    pairs = paired(truth, judged, xy.astype(np.float32), np.full((2, 17), 0.8, np.float32))
    np.testing.assert_allclose(pairs.distance[0], 5, rtol=1e-4)  # 3 to the right, 4 down
    assert np.isinf(pairs.distance[1]).all()
    assert pairs.guessed.tolist() == [True, False]
    assert pairs.area.tolist() == [5000, 1800]
    assert judged.person.tolist() == [0, 0]
