"""docs/cli.md is what the command line says."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def cli_docs():
    """tools/cli_docs.py, which belongs to no package."""
    spec = spec_from_file_location("cli_docs", ROOT / "tools" / "cli_docs.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_what_help_says_now(cli_docs, monkeypatch):
    monkeypatch.setenv("TENDU_LANG", "ko")  # the page is English whatever the writer speaks
    stale = "docs/cli.md is stale: run `make docs`"
    assert (ROOT / "docs" / "cli.md").read_text(encoding="utf-8") == cli_docs.page(), stale


def test_the_page_has_a_section_for_every_verb(cli_docs):
    from tendu.cli.main import VERBS

    headings = [line for line in cli_docs.page().splitlines() if line.startswith("## ")]
    assert headings[0] == "## tendu"
    assert [f"## tendu {verb}" for verb in VERBS] == [line for line in headings if line.count(" ") == 2]
