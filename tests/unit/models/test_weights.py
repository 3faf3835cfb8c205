"""Model files are found in order, fetched whole or not at all, and checked; nothing but 127.0.0.1 is reached."""

import hashlib
import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from model_server import serving
from tendu.errors import DataError, ModelError, UnknownModelError
from tendu.models import bundled
from tendu.models.card import ModelCard
from tendu.models.weights import fetch, find, locate, verify
from tiny_models import tiny_model

GOOD, OTHER = tiny_model(), tiny_model(np.uint8)
SHA = hashlib.sha256(GOOD).hexdigest()
OTHER_SHA = hashlib.sha256(OTHER).hexdigest()
LIGHTNING = "movenet-lightning-int8.tflite"

CARD = ModelCard(
    name="thunder", title="Thunder", decoder="movenet", file="thunder.tflite", size=(256, 256), dtype="uint8",
    addresses=("https://example.invalid/thunder",), sha256=SHA, bytes=len(GOOD), licence="Apache-2.0",
    source="a test", people=1, stride=4,
)  # fmt: skip
UNKNOWN_SUM = replace(CARD, sha256=None)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch) -> Path:
    """A cache of this test's own, and no settings of the machine's."""
    for name in ("TENDU_MODELS", "TENDU_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    folder = tmp_path / "home" / "models"
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: folder.parent)
    return folder


@pytest.fixture
def server():
    with serving(GOOD, OTHER) as served:
        yield served


def put(path: Path, content: bytes = GOOD) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


class TestFinding:
    def test_the_order_is_bundled_given_named_cache(self, tmp_path, monkeypatch, cache):
        kept = put(cache / CARD.file)
        assert find(CARD) == kept
        named = put(tmp_path / "named" / CARD.file)
        monkeypatch.setenv("TENDU_MODELS", str(tmp_path / "named"))
        assert find(CARD) == named
        given = put(tmp_path / "given" / CARD.file)
        assert find(CARD, models=tmp_path / "given") == given
        ours = put(tmp_path / "ours" / CARD.file)
        monkeypatch.setattr(bundled, "FOLDER", tmp_path / "ours")
        assert find(CARD, models=tmp_path / "given") == ours

    @pytest.mark.parametrize(("inner", "found"), [("", True), ("a", True), ("a/b", True), ("a/b/c", False)])
    def test_a_folder_is_searched_two_folders_deep(self, tmp_path, inner, found):
        path = put(tmp_path / "given" / inner / CARD.file)
        assert find(CARD, models=tmp_path / "given") == (path if found else None)

    def test_a_folder_that_is_not_there_is_named(self, tmp_path, monkeypatch):
        with pytest.raises(
            DataError, match=r"^The models folder .*nowhere is not there\. Make it, or name another"
        ):
            find(CARD, models=tmp_path / "nowhere")
        monkeypatch.setenv("TENDU_MODELS", str(tmp_path / "gone"))
        with pytest.raises(DataError, match=r"gone is not there"):
            find(CARD)


class TestVerifying:
    def test_a_file_of_the_catalog(self, tmp_path):
        assert verify(CARD, put(tmp_path / CARD.file)) == "catalog"

    def test_a_file_whose_sum_nobody_knows_is_checked_for_its_form(self, tmp_path):
        assert verify(UNKNOWN_SUM, put(tmp_path / CARD.file)) == "form"
        with pytest.raises(ModelError, match=r"^thunder\.tflite is damaged or cut short: "):
            verify(UNKNOWN_SUM, put(tmp_path / CARD.file, GOOD[:200]))

    def test_a_damaged_file_is_named_with_both_sums(self, tmp_path):
        with pytest.raises(ModelError) as error:
            verify(CARD, put(tmp_path / CARD.file, OTHER))
        assert str(error.value) == (
            f"thunder.tflite is damaged: its sha256 starts {OTHER_SHA[:4]}, the catalog says {SHA[:4]}. "
            "Delete it and load again."
        )


class TestFetching:
    def test_the_file_comes_whole_with_its_progress(self, server, cache):
        told = []
        path = fetch(
            CARD, addresses=(server.at("good"),), progress=lambda done, total: told.append((done, total))
        )
        assert path == cache / CARD.file
        assert path.read_bytes() == GOOD
        assert told[-1] == (len(GOOD), len(GOOD))
        assert [p.name for p in cache.iterdir()] == [CARD.file]

    def test_a_file_that_is_there_is_not_fetched_again(self, server, cache):
        put(cache / CARD.file)
        fetch(CARD, addresses=(server.at("good"),))
        assert server.asked == []

    def test_a_folder_can_be_chosen(self, server, tmp_path):
        assert fetch(CARD, folder=tmp_path / "new", addresses=(server.at("good"),)).parent == tmp_path / "new"

    def test_the_next_address_is_tried_after_each_failure(self, server):
        paths = ("missing", "page", "other", "cut", "good", "never-asked")
        path = fetch(CARD, addresses=tuple(server.at(path) for path in paths))
        assert path.read_bytes() == GOOD
        assert server.asked == ["/missing", "/page", "/other", "/cut", "/good"]

    @pytest.mark.parametrize(
        ("path", "reason"),
        [
            ("missing", "{host} answers 404"),
            ("silent", "{host} is silent for 0.2 s"),
            ("stalling", "{host} is silent for 0.2 s"),
            ("cut", "{host} breaks off"),
            (
                "page",
                (
                    "what {host} gives is wrong (The model is not a TensorFlow Lite file: "
                    "bytes 4 to 8 are b'CTYP', not b'TFL3')"
                ),
            ),
            (
                "other",
                (
                    "what {host} gives is wrong (thunder.tflite is damaged: "
                    f"its sha256 starts {OTHER_SHA[:4]}, the catalog says {SHA[:4]})"
                ),
            ),
        ],
    )
    def test_a_failure_says_why_and_how_to_place_the_file_by_hand(self, server, cache, path, reason):
        start = time.perf_counter()
        with pytest.raises(ModelError) as error:
            fetch(CARD, addresses=(server.at(path),), timeout=0.2)
        assert time.perf_counter() - start < 2
        assert str(error.value) == (
            f"Cannot fetch thunder: {reason.format(host=server.address.removeprefix('http://'))}. "
            "To place it by hand, load https://example.invalid/thunder, name it thunder.tflite "
            f"and put it into {cache} or into a folder that TENDU_MODELS names."
        )
        assert list(cache.iterdir()) == [], "a failure leaves nothing behind"

    def test_a_port_where_nobody_listens_cannot_be_reached(self, cache):
        with pytest.raises(
            ModelError, match=r"^Cannot fetch thunder: 127\.0\.0\.1:9 cannot be reached\. To place"
        ):
            fetch(CARD, addresses=("http://127.0.0.1:9/x",))

    def test_an_unknown_sum_is_recorded_and_enforced_from_then_on(self, server, cache):
        path = fetch(UNKNOWN_SUM, addresses=(server.at("good"),))
        record = cache / "thunder.tflite.sha256"
        assert record.read_text() == f"{SHA}  thunder.tflite\n"
        assert verify(UNKNOWN_SUM, path) == "first fetch"
        put(path, OTHER)
        said = rf"its sha256 starts {OTHER_SHA[:4]}, thunder\.tflite\.sha256 says {SHA[:4]}\."
        with pytest.raises(ModelError, match=said):
            verify(UNKNOWN_SUM, path)
        path.unlink()
        with pytest.raises(ModelError, match=said.removesuffix(r"\.")):
            fetch(UNKNOWN_SUM, addresses=(server.at("other"),))
        assert not path.exists()

    def test_four_at_once_do_not_disturb_each_other(self, server, cache):
        with ThreadPoolExecutor(4) as pool:
            paths = set(pool.map(lambda _: fetch(CARD, addresses=(server.at("good"),)), range(4)))
        assert paths == {cache / CARD.file}
        assert [(path.name, path.read_bytes()) for path in cache.iterdir()] == [(CARD.file, GOOD)]

    def test_offline_nothing_is_asked(self, server, monkeypatch):
        monkeypatch.setenv("TENDU_OFFLINE", "1")
        with pytest.raises(
            ModelError, match=r"^thunder is not here and TENDU_OFFLINE forbids the network\. To place it"
        ):
            fetch(CARD, addresses=(server.at("good"),))
        assert server.asked == []
        monkeypatch.setenv("TENDU_OFFLINE", "0")
        assert fetch(CARD, addresses=(server.at("good"),)).exists()

    def test_a_folder_that_cannot_be_made_is_named(self, server, tmp_path):
        put(tmp_path / "file")
        with pytest.raises(
            ModelError, match=r"^Cannot write .*thunder\.tflite: (Not a directory|File exists)\.$"
        ):
            fetch(CARD, folder=tmp_path / "file" / "inner", addresses=(server.at("good"),))


class TestLocating:
    def test_a_path_is_taken_as_it_is(self, tmp_path):
        path = put(tmp_path / "my own.tflite")
        assert locate(path) == (path, None)
        assert locate(str(path)) == (path, None)

    def test_a_path_named_as_in_the_catalog_brings_its_card_whatever_is_in_it(self, tmp_path):
        _path, card = locate(put(tmp_path / LIGHTNING))
        assert card is not None
        assert card.name == "movenet-lightning-int8"

    def test_a_path_brings_the_card_beside_it(self, tmp_path):
        path = put(tmp_path / "thunder.tflite")
        path.with_suffix(".json").write_text(json.dumps(asdict(replace(CARD, calibration=(3.0, 2.0)))))
        _path, card = locate(path)
        assert card == replace(CARD, calibration=(3.0, 2.0))

    @pytest.mark.parametrize(
        "text",
        [
            json.dumps(asdict(replace(CARD, sha256=OTHER_SHA))),
            '{"people": []}',
            "[1, 2]",
            "3",
            "no JSON",
            "\udcff",
        ],
        ids=["of another file", "poses", "a list", "a number", "text", "no text"],
    )
    def test_what_is_beside_a_path_and_no_card_of_it_is_left_alone(self, tmp_path, text):
        path = put(tmp_path / "thunder.tflite")
        path.with_suffix(".json").write_bytes(text.encode(errors="surrogateescape"))
        assert locate(path) == (path, None)

    @pytest.mark.parametrize(("sha", "kept"), [(SHA, (3.0, 2.0)), (OTHER_SHA, None)])
    def test_a_calibration_counts_for_its_very_file(self, tmp_path, monkeypatch, sha, kept):
        known = replace(CARD, sha256=sha, calibration=(3.0, 2.0))
        monkeypatch.setattr("tendu.models.weights.cards", lambda: (known,))
        _path, card = locate(put(tmp_path / CARD.file))
        assert card == replace(known, calibration=kept)

    def test_a_path_that_is_not_there(self, tmp_path):
        with pytest.raises(ModelError) as error:
            locate(tmp_path / "none.tflite")
        assert str(error.value) == f"There is no model file {tmp_path / 'none.tflite'}."

    def test_a_damaged_path_is_refused(self, tmp_path):
        with pytest.raises(ModelError, match=r"^cut\.tflite is damaged or cut short"):
            locate(put(tmp_path / "cut.tflite", GOOD[:300]))

    def test_a_name_is_found_and_checked(self, tmp_path):
        put(tmp_path / "given" / LIGHTNING)
        with pytest.raises(ModelError, match=rf"starts {SHA[:4]}, the catalog says cd7c"):
            locate("movenet-lightning-int8", models=tmp_path / "given")

    def test_a_name_that_is_here_needs_no_network(self, shared, monkeypatch):
        monkeypatch.setenv("TENDU_OFFLINE", "1")
        path, card = locate("movenet-lightning-int8", models=shared / "models")
        assert path.name == card.file == LIGHTNING

    def test_a_name_that_is_not_here_is_fetched_into_the_cache(self, server, cache, monkeypatch):
        monkeypatch.setattr(
            "tendu.models.weights.card_of", lambda name: replace(CARD, addresses=(server.at("good"),))
        )
        path, _ = locate("thunder")
        assert path == cache / CARD.file

    def test_fetching_can_be_forbidden(self, cache):
        with pytest.raises(ModelError) as error:
            locate("movenet-thunder-int8", fetch=False)
        assert str(error.value) == (
            'movenet-thunder-int8 is not here. Run "tendu models fetch movenet-thunder-int8". To place it by hand, '
            "load https://tfhub.dev/google/lite-model/movenet/singlepose/thunder/tflite/int8/4?lite-format=tflite, "
            f"name it movenet-thunder-int8.tflite and put it into {cache} or into a folder that TENDU_MODELS names."
        )

    def test_an_unknown_name(self):
        with pytest.raises(
            UnknownModelError, match=r"^Unknown model 'movenet-thundr'\. Did you mean 'movenet-thunder"
        ):
            locate("movenet-thundr")
