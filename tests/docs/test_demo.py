"""The demo: it does the main job, or says what is missing."""

import json
import runpy

import pytest
from PIL import Image

from pages import ROOT
from tendu.skeleton import COCO17


@pytest.fixture
def demo(room, monkeypatch):
    """The demo's names, with its outputs in the room."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(room / "cache"))
    names = runpy.run_path(str(ROOT / "tools" / "demo.py"))["main"].__globals__
    names["OUT"] = room / "out"
    return names


def test_it_prints_draws_and_writes_the_pose(demo, room, capsys):
    demo["main"]()
    printed = capsys.readouterr().out
    assert all(f"  {name} " in printed for name in COCO17.names)
    with Image.open(room / "out" / "astronaut.png") as drawn:
        assert drawn.size == (512, 512)
    [frame] = json.loads((room / "out" / "astronaut.json").read_text())["frames"]
    assert len(frame["people"]) == 1


def test_where_it_cannot_write_it_says_so_in_a_sentence(demo, room):
    (room / "out").write_text("a file where the folder should be")
    with pytest.raises(SystemExit, match=r"^Cannot (make|write) .*out.*\.$"):
        demo["main"]()
