"""`tendu models`: what goes to stdout, what to stderr, and how it ends."""

import sys
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner

from model_server import serving
from tendu.cli.models import models
from tendu.errors import DataError, ModelError, UnknownModelError
from tendu.models import bundled, catalog
from tendu.models.catalog import CATALOG
from tiny_models import tiny_model

LIGHTNING = "movenet-lightning-int8"
OWN = "movenet-lightning-fp32"  # a model whose checksum nobody knows


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch) -> Path:
    for name in ("TENDU_MODELS", "TENDU_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: tmp_path / "home")
    monkeypatch.setattr(bundled, "FOLDER", tmp_path / "none bundled")
    return tmp_path / "home" / "models"


def run(*arguments: str):
    return CliRunner().invoke(models, [str(argument) for argument in arguments])


def table(*arguments: str) -> dict[str, dict[str, str]]:
    """The piped list by name."""
    header, *rows = (line.split("\t") for line in run(*arguments).stdout.splitlines())
    return {row[0]: dict(zip(header, row, strict=True)) for row in rows}


def test_the_list_names_every_model_with_what_is_known():
    listed = table()
    assert list(listed)[-len(CATALOG) :] == [card.name for card in CATALOG]
    assert listed["movenet-thunder-fp16"] == {
        "name": "movenet-thunder-fp16", "MB": "12.6", "people": "1", "input": "256x256", "licence": "Apache-2.0",
        "mAP": "72.0", "where": "not here",
    }  # fmt: skip
    assert listed["movenet-multipose-lightning"]["input"] == "any"
    assert listed[OWN]["MB"] == "?"
    assert listed[OWN]["mAP"] == "-"


def test_the_list_says_where_a_file_is(tmp_path, cache):
    for folder, name in ((tmp_path / "given" / "inner", "movenet-thunder-int8"), (cache, OWN)):
        folder.mkdir(parents=True)
        (folder / f"{name}.tflite").write_bytes(tiny_model())
    listed = table("--models", tmp_path / "given")
    assert [listed[name]["where"] for name in ("movenet-thunder-int8", OWN)] == ["folder", "cache"]


def test_on_a_terminal_the_table_has_eighty_columns_and_whole_names(monkeypatch):
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("sys.stdout", Terminal())
    models([], standalone_mode=False)
    lines = sys.stdout.getvalue().splitlines()
    assert len(lines) == 1 + len(catalog.cards())
    assert all(any(card.name in line for line in lines) for card in CATALOG)
    assert max(len(line.rstrip()) for line in lines[1:]) <= 80


def test_a_calibration_is_two_numbers_and_no_size(monkeypatch):
    row = replace(catalog.card(LIGHTNING), calibration=(2.5, 1.25))
    monkeypatch.setattr(catalog, "CATALOG", (row,))
    assert "calibration: 2.5, 1.25" in run("card", LIGHTNING).stdout.splitlines()


def test_a_card_shows_every_field():
    shown = run("card", LIGHTNING).stdout.splitlines()
    assert "size: 192x192" in shown
    assert sum(line.startswith("addresses: https://") for line in shown) == 3
    assert "licence: Apache-2.0" in shown
    assert shown[-1] == "where: not here"


def test_fetch_prints_paths_alone(cache, monkeypatch):
    with serving(tiny_model(), b"") as server:
        cards = tuple(
            replace(card, addresses=(server.at("good"),)) for card in CATALOG if card.sha256 is None
        )
        monkeypatch.setattr(catalog, "CATALOG", cards)
        result = run("fetch", OWN, "posenet-mobilenet-257")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [str(cache / card.file) for card in (cards[0], cards[1])]


def test_fetch_makes_the_folder_it_is_given(tmp_path, monkeypatch):
    with serving(tiny_model(), b"") as server:
        row = replace(catalog.card(OWN), addresses=(server.at("good"),))
        monkeypatch.setattr(catalog, "CATALOG", (row,))
        result = run("--models", tmp_path / "new", "fetch", OWN)
    assert result.stdout == f"{tmp_path / 'new' / row.file}\n"


def test_fetch_offline_ends_with_a_sentence(monkeypatch):
    monkeypatch.setenv("TENDU_OFFLINE", "1")
    result = run("fetch", OWN)
    assert (result.exit_code, result.stdout) == (1, "")
    assert isinstance(result.exception, ModelError)
    assert str(result.exception).startswith(f"{OWN} is not here and TENDU_OFFLINE forbids the network.")


def test_verify_looks_at_all_that_are_here(cache):
    cache.mkdir(parents=True)
    (cache / f"{OWN}.tflite").write_bytes(tiny_model())
    result = run("verify")
    assert result.exit_code == 0
    assert result.stdout == f"{OWN}: is sound, but no checksum of it is known: {cache / OWN}.tflite\n"


def test_verify_ends_with_one_for_a_damaged_file(cache):
    cache.mkdir(parents=True)
    (cache / f"{OWN}.tflite").write_bytes(tiny_model())
    (cache / f"{LIGHTNING}.tflite").write_bytes(tiny_model())
    result = run("verify")
    assert result.exit_code == 1
    assert result.stdout.startswith(f"{OWN}: is sound"), "the sound ones are still told"
    assert result.stderr.startswith(f"{LIGHTNING}.tflite is damaged: its sha256 starts ")
    assert result.stderr.endswith(", the catalog says cd7c. Delete it and load again.\n")


def test_verify_ends_with_one_for_a_named_model_that_is_not_here():
    result = run("verify", LIGHTNING)
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", f"{LIGHTNING} is not here.\n")


def test_verify_knows_the_real_files(shared):
    result = run("--models", shared / "models", "verify", LIGHTNING)
    assert result.stdout.startswith(f"{LIGHTNING}: is the file of the catalog: ")


@pytest.mark.parametrize("arguments", [("card", "x"), ("fetch", "x"), ("verify", "x")], ids=lambda a: a[0])
def test_an_unknown_name_ends_with_one(arguments):
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert isinstance(result.exception, UnknownModelError)


def test_a_folder_that_is_not_there_ends_with_one(tmp_path):
    result = run("--models", tmp_path / "none")
    assert result.exit_code == 1
    assert isinstance(result.exception, DataError)


@pytest.mark.parametrize("arguments", [("fetch",), ("card",), ("--modles", "x"), ("shwo",)])
def test_a_wrong_use_ends_with_two(arguments):
    assert run(*arguments).exit_code == 2
