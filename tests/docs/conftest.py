"""A room in which the blocks of the documentation run, with or without a model at hand."""

import pytest

from pages import furnish
from tendu.models import bundled


@pytest.fixture(scope="session")
def furnished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("furnished")
    furnish(folder)
    return folder


@pytest.fixture
def room(furnished, tmp_path, monkeypatch):
    """A working folder of its own with the photos and films that the pages name."""
    for path in furnished.iterdir():
        (tmp_path / path.name).symlink_to(path, target_is_directory=path.is_dir())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TENDU_OFFLINE", "1")
    return tmp_path


@pytest.fixture
def model(request, monkeypatch):
    """The default model is at hand: bundled, or among the shared ones; else the test is skipped."""
    if not bundled.cards():
        monkeypatch.setenv("TENDU_MODELS", str(request.getfixturevalue("shared") / "models"))
