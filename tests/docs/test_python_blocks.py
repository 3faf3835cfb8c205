"""Every Python block of the documentation runs, in order within its page."""

import pytest

from pages import PAGES, blocks, name_of

WITH_PYTHON = [page for page in PAGES if blocks(page, "python")]
WITH_MODEL = [page for page in WITH_PYTHON if any(block.needs == "model" for block in blocks(page, "python"))]


def run(page, chosen):
    names = {"__name__": name_of(page)}
    for block in chosen:
        # Blank lines before the code make a failure point at the line of the page.
        exec(compile("\n" * (block.line - 1) + block.code, str(page), "exec"), names)


@pytest.mark.parametrize("page", WITH_PYTHON, ids=name_of)
def test_blocks_that_need_no_model_run(page, room):
    run(page, [block for block in blocks(page, "python") if block.needs is None])


@pytest.mark.parametrize("page", WITH_MODEL, ids=name_of)
def test_all_blocks_run(page, room, model):
    run(page, blocks(page, "python"))


def test_a_block_needs_nothing_or_a_model():
    needs = {block.needs for page in PAGES for block in blocks(page, "python")}
    assert needs == {None, "model"}
