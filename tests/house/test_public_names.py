"""Public is documented is exampled: docs/python.md has a section with an example for every public name."""

import inspect
import re

import pytest

import tendu
from pages import ROOT, sections

PAGE = ROOT / "docs" / "python.md"
SECTIONS = {name: text for name, text in sections(PAGE).items() if re.fullmatch(r"\w+", name)}
GROUPS = {"Values", "Errors"}


def test_what_is_public_is_what_is_documented():
    assert sorted(SECTIONS.keys() - GROUPS) == sorted(tendu.__all__)


@pytest.mark.parametrize("name", tendu.__all__)
def test_every_public_name_has_an_example(name):
    code = "".join(re.findall(r"^```python\n(.*?)^```$", SECTIONS[name], re.MULTILINE | re.DOTALL))
    assert re.search(rf"\b{name}\b", code), f"no example in docs/python.md uses {name}"


@pytest.mark.parametrize("name", [name for name in tendu.__all__ if name not in {"COCO17", "Keypoint"}])
def test_every_option_is_explained(name):
    public = getattr(tendu, name)
    if isinstance(public, type) and issubclass(public, BaseException):
        return
    for option in inspect.signature(public).parameters:
        assert re.search(rf"`[^`]*\b{option}\b[^`]*`", SECTIONS[name]), f"{name} does not explain {option}"
