"""The cards of the bundled models: what their makers wrote is the recipes' text, and a thing has one figure."""

import re

import pytest

from pages import ROOT
from tendu.models.bundled import FOLDER

TEXTS = {
    "tendu-lightning": "lightning",
    "tendu-lightning-fp16": "lightning",
    "tendu-thunder": "thunder",
    "tendu-thunder-int4": "thunder-int4",
}
ROWS = {
    "one person, cropped": ("cropped", "once"),
    "one person, whole, one look": ("whole", "once"),
    "one person, whole, zoom": ("whole", "zoom"),
}


def card(name):
    return (FOLDER / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", TEXTS)
def test_a_card_ends_with_the_text_that_lies_beside_its_recipe(name):
    assert card(name).endswith((ROOT / "recipes" / f"{TEXTS[name]}.md").read_text(encoding="utf-8"))


def test_all_cards_give_one_figure_for_one_thing():
    found = {}
    for name in [*TEXTS, "tendu-thunder-192"]:
        text = card(name)
        head = re.search(r"^\| what is run \| (.+) \|$", text, re.MULTILINE).group(1).split(" | ")
        models = [re.search(r"`(.+?)`", cell).group(1) for cell in head]
        for title, row in ROWS.items():
            cells = re.search(rf"^\| {title} \| (.+) \|$", text, re.MULTILINE).group(1).split(" | ")
            for model, cell in zip(models, cells, strict=True):
                found.setdefault((model, *row), set()).add(cell)
        for protocol, look, ap in re.findall(
            r"^\| coco-single-dev \| 220 \| (\w+) \| (\w+) \| (\S+) \|$", text, re.MULTILINE
        ):
            [beside] = found[name, protocol, look]
            assert beside.startswith(f"{ap} (")
    assert len(found) == 18
    assert {key: cells for key, cells in found.items() if len(cells) > 1} == {}


@pytest.mark.parametrize("name", [*TEXTS, "tendu-thunder-192"])
def test_how_well_several_people_are_seen_stands_in_one_place_alone(name):
    assert '`docs/models.md`, "Several people"' in card(name)
    assert not re.search(r"^\| (several people|coco-multi-dev)", card(name), re.MULTILINE)


@pytest.mark.parametrize("name", [*TEXTS, "tendu-thunder-192"])
def test_a_card_says_before_all_figures_what_its_photos_allow(name):
    first = card(name).partition("\n- file:")[0]
    assert "for research only" in first
    assert "its weights are offered under Apache-2.0" in first
    assert ("without a named licence" in first) == ("thunder" in name)


def test_the_notice_names_every_bundled_model_s_file():
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    assert {path.stem for path in FOLDER.glob("*.tflite")} <= set(re.findall(r"tendu-[\w-]+", notice))
