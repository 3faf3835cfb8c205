"""The table of models: unique, complete, and honest about what it does not know."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from tendu.errors import UnknownModelError
from tendu.models import bundled
from tendu.models.catalog import CATALOG, card, cards, default_model


def test_names_and_files_are_unique():
    assert len({row.name for row in CATALOG}) == len({row.file for row in CATALOG}) == len(CATALOG) == 13


@pytest.mark.parametrize("row", CATALOG, ids=lambda row: row.name)
def test_a_row_is_complete(row):
    assert all(address.startswith("https://") for address in row.addresses)
    assert row.addresses
    assert row.sha256 is None or re.fullmatch("[0-9a-f]{64}", row.sha256)
    assert row.licence == "Apache-2.0"
    assert row.people in {1, 6, 20}
    assert row.note.endswith(".")
    assert row.dtype in {"uint8", "float32"}
    if row.decoder == "posenet":  # PoseNet's input is a whole number of cells and one pixel
        assert all((side - 1) % row.stride == 0 for side in row.size)


@pytest.mark.parametrize(
    ("name", "published"),
    [
        ("movenet-thunder-fp16", 72.0),
        ("movenet-thunder-int8", 68.9),
        ("movenet-lightning-fp16", 63.0),
        ("movenet-lightning-int8", 57.4),
        ("posenet-mobilenet-257", 45.6),
    ],
)
def test_published_map_is_that_of_the_makers_table(name, published):
    assert card(name).published_map == published


def test_only_models_of_that_table_state_a_map():
    assert sum(row.published_map is not None for row in CATALOG) == 5


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (
            "movenet-lightening",
            (
                "Unknown model 'movenet-lightening'. Did you mean 'movenet-lightning-int8'? "
                'Run "tendu models" to see all {}.'
            ),
        ),
        ("xyz", "Unknown model 'xyz'. Run \"tendu models\" to see all {}."),
    ],
    ids=["a slip", "nothing like it"],
)
def test_an_unknown_name_is_answered_with_the_nearest(name, sentence):
    with pytest.raises(UnknownModelError) as error:
        card(name)
    assert str(error.value) == sentence.format(len(cards()))


def test_files_at_hand_are_those_of_the_table(shared):
    seen = 0
    for row in CATALOG:
        for path in (shared / "models").glob(f"*/{row.file}"):
            content = path.read_bytes()
            assert (len(content), hashlib.sha256(content).hexdigest()) == (row.bytes, row.sha256)
            seen += 1
    assert seen == 5


def test_bundled_models_come_first(tmp_path, monkeypatch):
    fields = {
        "name": "tendu-small", "title": "Tendu small", "decoder": "movenet", "file": "tendu-small.tflite",
        "size": [192, 192], "dtype": "uint8", "addresses": [], "sha256": None, "bytes": 3, "licence": "Apache-2.0",
        "source": "tendu", "people": 1, "stride": 4,
    }  # fmt: skip
    (tmp_path / "tendu-small.json").write_text(json.dumps(fields))
    monkeypatch.setattr(bundled, "FOLDER", tmp_path)
    assert cards()[0].name == "tendu-small"
    assert cards()[0].size == (192, 192)
    assert cards()[1:] == CATALOG


def test_every_bundled_card_has_its_file():
    for row in bundled.cards():
        assert (bundled.FOLDER / row.file).stat().st_size == row.bytes
    assert {path.stem for path in bundled.FOLDER.glob("*.tflite")} == {
        Path(row.file).stem for row in bundled.cards()
    }


def test_the_default_model_is_bundled():
    assert card(default_model()) in bundled.cards()
