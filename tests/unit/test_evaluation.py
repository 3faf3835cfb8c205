import numpy as np
import pytest

from marked_photos import coco_folder, person, ring_estimator
from tendu.errors import DataError, SourceError
from tendu.evaluation import check_protocol, evaluate
from tendu.metrics.coco import read_truth
from tendu.worst import worst_sheet


@pytest.fixture
def truth(tmp_path):
    """Photos of 200 × 150 px: 1 and 2 with one person in a square box each, 3 with two."""
    people = [person(1, 1, 20, 30, 100), person(2, 2, 110, 60, 80)]
    people += [person(3, 3, 0, 0, 60), person(4, 3, 100, 50, 60)]
    return read_truth(coco_folder(tmp_path / "set", people))


def test_cropped_shows_the_square_around_the_box_and_gives_pixels_of_the_whole_photo(truth):
    report = evaluate(ring_estimator(), truth, protocol="cropped")
    assert report.photos == 2  # not the one with two people
    assert report.scores.ap == pytest.approx(1)
    assert report.outcomes[1].oks > 0.99
    assert max(one.median for one in report.keypoints) < 0.005


def test_a_crops_margin_is_a_factor_on_the_box(truth):
    # In a square twice as wide the ring lies twice as far from the box's middle.
    report = evaluate(ring_estimator(), truth, protocol="cropped", margin=2.0)
    middle = np.array([70.0, 80.0])
    reach = np.linalg.norm(report.outcomes[0].poses.xy[0] - middle, axis=1)
    np.testing.assert_allclose(reach, 0.4 * 200, atol=1.0)
    assert report.margin == 2.0
    assert report.scores.ap == 0


def test_whole_shows_the_photo_as_it_is(truth):
    report = evaluate(ring_estimator(), truth, protocol="whole")
    middle = report.outcomes[0].poses.xy[0].mean(axis=0)
    np.testing.assert_allclose(middle, [100, 75], atol=0.5)
    assert report.margin is None


def test_every_guess_scores_however_unsure_but_only_the_sure_are_reported(truth, tmp_path):
    empty = coco_folder(tmp_path / "empty", [], photos=[4]) / "images"
    unsure = evaluate(ring_estimator(confidence=0.1), truth, protocol="cropped", nobody=empty)
    assert unsure.scores.ap == pytest.approx(1)
    assert (unsure.reported.people, unsure.reported.right, unsure.reported.true) == (0, 0, 2)
    assert unsure.ghosts.rate == 0
    sure = evaluate(ring_estimator(), truth, protocol="cropped", nobody=empty)
    assert (sure.reported.people, sure.reported.right) == (2, 2)
    assert sure.ghosts.seen == ("000000000004.jpg",)
    (empty / "broken.jpg").write_bytes(b"no photo")
    fewer = evaluate(ring_estimator(), truth, protocol="cropped", nobody=empty)
    assert (fewer.ghosts.photos, len(fewer.problems)) == (1, 1)


def test_people_takes_all_photos_and_everyone_in_them(truth):
    report = evaluate(ring_estimator(confidence=None, people=5), truth, protocol="people")
    assert report.photos == 3
    assert report.reported.true == 4
    assert report.scores.ap == 0


def test_inferences_are_counted(truth):
    assert evaluate(ring_estimator(look="zoom"), truth).inferences == 3
    assert evaluate(ring_estimator(look="once"), truth).inferences == 1


def test_a_missing_photo_is_said_and_the_rest_is_scored(truth):
    truth.photos[0].path.unlink()
    report = evaluate(ring_estimator(), truth, protocol="cropped")
    assert report.photos == 1
    assert report.reported.true == 1
    assert "000000000001.jpg: there is no such file" in str(report.problems[0])


def test_with_all_photos_missing_there_is_one_sentence(truth):
    for photo in truth.photos:
        photo.path.unlink()
    with pytest.raises(SourceError, match=r"None of the 3 photos of set can be read. Cannot read"):
        evaluate(ring_estimator(), truth, protocol="people")


def test_what_cannot_be_meant_is_refused(truth, tmp_path):
    with pytest.raises(DataError, match=r"Unknown protocol 'half'\. Choose one of cropped, whole, people\."):
        check_protocol("half")
    with pytest.raises(DataError, match="margin is above 0 and at most 10, not 0"):
        evaluate(ring_estimator(), truth, protocol="cropped", margin=0.0)
    crowd = read_truth(coco_folder(tmp_path / "crowd", [person(1, 1, 0, 0, 50), person(2, 1, 60, 0, 50)]))
    with pytest.raises(DataError, match=r"crowd has no photo of exactly one person.*'people'"):
        evaluate(ring_estimator(), crowd)


def test_progress_is_told_to_the_end(truth):
    told = []
    evaluate(ring_estimator(), truth, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]


def test_the_worst_photo_comes_first_on_the_sheet(truth):
    report = evaluate(ring_estimator(), truth, protocol="cropped")
    sheet = worst_sheet(report, most=2).image
    assert sheet.shape == (320, 1920, 3)
    assert sheet[:, :1280].any()
    assert not sheet[:, 1280:].any()  # two photos leave the third place black
    assert worst_sheet(report, most=1).image.shape == (320, 1920, 3)
