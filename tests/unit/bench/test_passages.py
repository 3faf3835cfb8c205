from time import thread_time

import pytest

from marked_photos import coco_folder, person, ring_estimator
from messy_files import film
from tendu.bench.limit import Limit, model_alone, together
from tendu.bench.passages import HEADER, row
from tendu.bench.pipeline import STAGES, Passage, Way, bench_pipeline
from tendu.errors import SourceError


def test_films_and_photos_are_measured_end_to_end_beside_their_limit(tmp_path):
    made = film(tmp_path / "film.mp4")
    folder = coco_folder(tmp_path / "set", [person(1, 1, 0, 0, 50), person(2, 2, 0, 0, 50)])
    photos = sorted((folder / "images").iterdir())
    estimator = ring_estimator()
    ways = [
        Way("film", made, "a.jsonl", estimator),
        Way("photos", photos, "b.jsonl", ring_estimator(look="zoom")),
    ]
    told = bench_pipeline(ways, [estimator], rounds=2)
    assert [passage.name for passage in told] == ["film", "photos"]
    assert told[1].frames == 2
    assert told[1].inferences == 3
    for passage in told:
        assert tuple(passage.budget) == STAGES
        assert passage.ratio == pytest.approx(passage.rate / passage.limit.rate)
        # All but the reading thread's own time passes one after another, and nothing else does.
        one_after_another = sum(ms for stage, ms in passage.budget.items() if stage != "read and decode")
        assert one_after_another == pytest.approx(1e3 / passage.rate, rel=0.2)
        assert len(row(passage)) == len(HEADER)


def test_the_limit_is_the_cores_shared_out_to_decoding_and_the_model():
    assert Limit(decode=1.0, model=2.0, inferences=2.0, cores=4).rate == pytest.approx(800)
    passage = Passage("a", 10, 400.0, Limit(1.0, 2.0, 2.0, 4), Limit(1.5, 3.0, 2.0, 4), {}, 2.0)
    assert passage.ratio == pytest.approx(0.5)
    assert passage.shared_ratio == pytest.approx(0.75)


def test_what_both_cost_at_once_is_taken_from_each_of_the_two():
    said = []

    def decode():  # 20 ms of this thread's own work, said to be one frame's; a full machine makes it more
        began = thread_time()
        while thread_time() - began < 0.02:
            pass
        said.append((thread_time() - began) * 1e3)
        return said[-1]

    decoded, inference = together(decode, busy := ring_estimator())
    assert [decoded] == said
    assert decoded >= 20
    alone, _ = model_alone([busy], runs=20)
    assert 0 < inference < 20 * alone + 5


def test_a_film_that_cannot_be_read_is_a_sentence(tmp_path):
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"no film at all")
    with pytest.raises(SourceError, match=r"bad\.mp4"):
        bench_pipeline([Way("film", bad, "a.jsonl", ring_estimator())], [ring_estimator()], rounds=1)
