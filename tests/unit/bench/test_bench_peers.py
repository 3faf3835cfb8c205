import json
import sys

import numpy as np
import pytest

from marked_photos import coco_folder, person, ring_estimator
from messy_files import film
from tendu.bench import peers, side_by_side
from tendu.bench.peers import Job, Peer, environment, large_photos, run_peer, run_tendu
from tendu.errors import MissingExtraError, SourceError, TenduError
from tendu.models.weights import locate
from tendu.runtimes.litert import LiteRT

PLAIN = Peer("plain", "peer_plain.py", ("numpy",))


@pytest.fixture
def photos(tmp_path):
    folder = coco_folder(tmp_path / "set", [person(n, n, 20, 30, 100) for n in (1, 2)])
    return [(number, folder / "images" / f"{number:012}.jpg") for number in (1, 2)]


def test_tendu_does_the_peers_job(photos, tmp_path):
    job = Job({"photos": photos}, film(tmp_path / "film.mp4"), tmp_path / "model", 1)
    told = run_tendu(ring_estimator(), job, filming=ring_estimator())
    assert told["frames"] > 1
    assert told["seconds"]["photos"] > 0
    assert [entry["image_id"] for entry in told["results"]["photos"]] == [1, 2]


def test_large_photos_have_twelve_megapixels(photos, tmp_path):
    import cv2

    ((number, path),) = large_photos(photos[:1], tmp_path)
    assert number == 1
    assert cv2.imread(str(path)).shape == (3000, 4000, 3)
    with pytest.raises(SourceError, match=r"no\.jpg: OpenCV knows no such photo"):
        large_photos([(1, tmp_path / "no.jpg")], tmp_path)


def test_an_environment_is_made_once(tmp_path, monkeypatch):
    ran, said = [], []
    monkeypatch.setattr(peers, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(peers.venv, "create", lambda folder, **_: folder.mkdir(parents=True))
    monkeypatch.setattr(peers, "_run", lambda command, _: ran.append(command[1:]))
    assert environment(PLAIN, tell=said.append) == environment(PLAIN, tell=said.append)
    assert ran == [["-m", "pip", "install", "--quiet", "numpy"]]
    assert said == ["installing numpy"]


def test_what_cannot_be_installed_says_so(tmp_path, monkeypatch):
    def refused(*_):
        raise TenduError("plain cannot be installed here: No matching distribution found")

    monkeypatch.setattr(peers, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(peers.venv, "create", lambda folder, **_: folder.mkdir(parents=True))
    monkeypatch.setattr(peers, "_run", refused)
    with pytest.raises(MissingExtraError, match="cannot be installed here: No matching distribution"):
        environment(PLAIN, tell=lambda _: None)


def test_a_peer_that_fails_says_its_last_words(monkeypatch, tmp_path):
    monkeypatch.setattr(peers, "environment", lambda *_, **__: sys.executable)
    job = Job({}, None, tmp_path / "no.tflite", 1)
    with pytest.raises(TenduError, match=r"plain does not run here: .*Error"):
        run_peer(PLAIN, job, tell=lambda _: None)


@pytest.mark.parametrize("name", ["movenet-lightning-int8", "tendu-lightning", "tendu-lightning-fp16"])
def test_the_plain_loop_sees_what_tendu_sees(monkeypatch, shared, name):
    import tendu

    monkeypatch.setattr(peers, "environment", lambda *_, **__: sys.executable)
    model, _ = locate(name, models=shared / "models")
    photo = shared / "images/people/tf_image2.jpeg"
    told = run_peer(PLAIN, Job({"photos": [(3, photo)]}, None, model, 1), tell=lambda _: None)
    (entry,) = told["results"]["photos"]
    theirs = np.array(entry["keypoints"]).reshape(17, 3)
    decode = "published" if name.startswith("movenet") else "float"
    with tendu.load(model, runtime="litert", decode=decode, look="once") as estimator:
        ours = estimator(tendu.read(photo))[0]
    sure = (theirs[:, 2] > 0.4) & (ours.score > 0.4)
    assert sure.sum() >= 8
    # They differ in how the photo is made smaller: a cell of the model's map is 13 px of this photo. The highest cell of
    # all may be another body part that looks alike.
    near = np.abs(theirs[sure, :2] + 0.5 - ours.xy[sure]).max(axis=1) < 13
    assert near.mean() >= (1.0 if decode == "published" else 0.8)


def test_an_absent_peer_is_a_sentence_and_the_rest_still_comes(photos, tmp_path, monkeypatch):
    def run(peer, job, *, tell):
        if peer is side_by_side.PEERS[0]:
            raise MissingExtraError("It cannot be installed here.")
        seconds, results = dict.fromkeys(job.sets, 1.0), {name: [] for name in job.sets}
        return {"seconds": seconds, "results": results, "frames": 0, "film_seconds": 1.0}

    monkeypatch.setattr(side_by_side, "load", lambda **_: ring_estimator(min_score=0.0))
    monkeypatch.setattr(side_by_side, "locate", lambda *_, **__: (tmp_path / "model", None))
    monkeypatch.setattr(side_by_side, "large_photos", lambda photos, _: photos)
    monkeypatch.setattr(side_by_side, "run_peer", run)
    rows, problems = side_by_side.side_by_side(tmp_path / "set", None, {}, rounds=2, tell=lambda _: None)
    assert problems == ["It cannot be installed here."]
    assert [row[0] for row in rows] == ["tendu, once", "tendu, zoom", side_by_side.PEERS[1].name]
    assert rows[2][1:3] == ["2.0", "0.0"]  # two photos in a second, nothing found


def test_the_plain_loop_runs_the_file_at_the_size_that_its_card_says(photos, tmp_path, monkeypatch):
    sides = []

    def run(_, job, **__):
        sides.append(LiteRT(job.model).inputs[0].shape)
        raise MissingExtraError("Enough.")

    monkeypatch.setattr(side_by_side, "load", lambda **_: ring_estimator(min_score=0.0))
    monkeypatch.setattr(side_by_side, "large_photos", lambda photos, _: photos)
    monkeypatch.setattr(side_by_side, "run_peer", run)
    for model in ("tendu-thunder-192", "tendu-thunder"):
        options = {"model": model}
        side_by_side.side_by_side(tmp_path / "set", None, options, rounds=1, tell=lambda _: None)
    assert sides == [(1, 192, 192, 3)] * 2 + [(1, 256, 256, 3)] * 2


def test_a_job_is_told_as_json(photos, tmp_path):
    told = json.loads(Job({"photos": photos}, None, tmp_path / "m.tflite", 2).to_json())
    assert told["sets"]["photos"][0] == [1, str(photos[0][1])]
    assert (told["film"], told["threads"]) == (None, 2)
