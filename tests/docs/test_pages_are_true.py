"""What the pages name is there: models as the catalog has them, files, tests, links."""

import re

import pytest

from pages import OTHERS, PAGES, ROOT, name_of
from tendu.models.catalog import cards
from tendu.skeleton import COCO17

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def rows(page):
    """Table rows that start with a code word: that word and the other cells."""
    found = re.findall(r"^\| `([^`]+)` \| (.+) \|$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {name: [cell.strip() for cell in rest.split("|")] for name, rest in found}


def slug(heading):
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("page", ["README.md", "README.ko.md", "docs/models.md"])
def test_every_model_stands_as_in_the_catalog(page):
    table = rows(ROOT / page)
    for card in cards():
        assert card.name in table, f"{page} lacks {card.name}"
        megabytes, size, people, published = table[card.name][:4]
        assert megabytes == ("?" if card.bytes is None else f"{card.bytes / 1e6:.1f}")
        assert size in ({"any", "자유"} if card.size is None else {f"{card.size[0]} × {card.size[1]}"})
        assert people == str(card.people)
        assert published == ("" if card.published_map is None else str(card.published_map))


@pytest.mark.parametrize("page", ["README.ko.md", "docs/python.md"])
def test_every_keypoint_stands_with_its_number_and_its_korean_name(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    for number, (name, korean) in enumerate(zip(COCO17.names, COCO17.korean, strict=True)):
        assert f"| {number} | `{name}` | {korean} |" in text


@pytest.mark.parametrize("page", [*PAGES, *OTHERS], ids=name_of)
def test_links_lead_somewhere(page):
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        if link.startswith("http"):
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.is_file(), f"{link} leads nowhere"
        if anchor:
            headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in map(slug, headings), f"{link}: no such heading"


def test_tests_that_hold_the_differences_are_there():
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", (ROOT / "docs" / "differences.md").read_text())
    assert len(named) > 20
    for file, test in named:
        assert f"def {test}" in (ROOT / file).read_text(), f"{file}::{test}"


def test_files_that_the_design_names_are_there():
    named = set(re.findall(r"`(\w+\.py)`", (ROOT / "docs" / "design.md").read_text()))
    there = {path.name for path in (ROOT / "src" / "tendu").rglob("*.py")}
    assert len(named) > 50
    assert named <= there, named - there


def test_the_coordinates_picture_is_what_its_script_draws(tmp_path):
    import runpy

    runpy.run_path(str(ROOT / "tools" / "coordinates_picture.py"))["main"](tmp_path / "coordinates.svg")
    drawn = (tmp_path / "coordinates.svg").read_text()
    kept = (ROOT / "docs" / "coordinates.svg").read_text()
    texts = [re.findall(r">([^<>]*\d[^<>]*)</text>", svg) for svg in (drawn, kept)]
    assert texts[0] == texts[1]
    assert "image: (420, 120)" in texts[0]


def test_both_languages_state_the_same_figures():
    tables = [
        re.findall(
            r"^\|.*\(`--.*\| ([\d.]+) \| ([\d.]+) \|$",
            (ROOT / page).read_text(encoding="utf-8"),
            re.MULTILINE,
        )
        for page in ("README.md", "README.ko.md")
    ]
    assert len(tables[0]) == 9
    assert tables[0] == tables[1]
