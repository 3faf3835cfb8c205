"""The demo: it finds the model in the order that it says, and does the main job or says what is missing."""

import json
import runpy

import pytest
from PIL import Image

from pages import ROOT
from tendu.models import bundled
from tendu.skeleton import COCO17


@pytest.fixture
def demo(room, monkeypatch):
    """The demo's names, with its outputs in the room and no model anywhere."""
    monkeypatch.delenv("TENDU_MODELS", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(room / "cache"))
    names = runpy.run_path(str(ROOT / "tools" / "demo.py"))["main"].__globals__
    names |= {"OUT": room / "out", "SHARED": room / "beside"}
    return names


def test_it_prints_draws_and_writes_the_pose(demo, room, model, capsys):
    demo["main"]()
    printed = capsys.readouterr().out
    assert all(f"  {name} " in printed for name in COCO17.names)
    with Image.open(room / "out" / "astronaut.png") as drawn:
        assert drawn.size == (512, 512)
    [frame] = json.loads((room / "out" / "astronaut.json").read_text())["frames"]
    assert len(frame["people"]) == 1


@pytest.mark.skipif(bool(bundled.cards()), reason="a bundled model is always there")
class TestWhereTheModelComesFrom:
    def test_without_any_it_says_how_to_place_the_file(self, demo):
        with pytest.raises(SystemExit, match="To place it by hand, load https://"):
            demo["main"]()

    @pytest.mark.parametrize("named", [True, False])
    def test_the_named_folder_comes_before_the_one_beside_the_project(
        self, demo, room, monkeypatch, named, capsys
    ):
        # Both files are damaged; the error is about the one that was chosen.
        for folder in ("named", "beside"):
            (room / folder).mkdir()
            (room / folder / "movenet-lightning-int8.tflite").write_bytes(b"no model")
        if named:
            monkeypatch.setenv("TENDU_MODELS", str(room / "named"))
        with pytest.raises(SystemExit, match=r"^movenet-lightning-int8\.tflite is damaged"):
            demo["main"]()
        assert str(room / ("named" if named else "beside")) in capsys.readouterr().out
