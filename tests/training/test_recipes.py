"""The recipes of the repository and the page on them: every key stands there with what it is when not given."""

import re
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from tendu.training.recipe import Recipe, Set, read_recipe

ROOT = Path(__file__).parents[2]
ROWS = dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", (ROOT / "docs/training.md").read_text(), re.MULTILINE))


@pytest.mark.parametrize("path", sorted((ROOT / "recipes").glob("*.toml")), ids=lambda path: path.stem)
def test_a_recipe_of_the_repository_can_be_read(path):
    assert sum(one.share for one in read_recipe(path).sets) == pytest.approx(1)


KEYS = [key for key in (*fields(Recipe), *fields(Set)) if key.name not in {"sets", "skeleton"}]  # tables


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_every_key_stands_on_the_page_with_what_it_is_when_not_given(key):
    said = ROWS[key.name].strip('`"')
    if key.default is MISSING:
        assert said == "must be given"
    elif key.default is None:
        assert said.startswith("the ")
    elif isinstance(key.default, bool | str):
        assert said == str(key.default).lower()
    elif isinstance(key.default, tuple):
        assert said == "[]"
    else:
        assert float(said) == key.default
