"""Screen: a window where there is a display, a sentence where there is none."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tendu.errors import SinkError
from tendu.frame import Frame
from tendu.sinks.screen import Screen, ppm

tkinter = pytest.importorskip("tkinter")


def orange(width=320, height=200):
    return Frame.of(np.full((height, width, 3), (255, 176, 0), np.uint8))


def test_without_a_display_it_says_so_in_a_sentence(monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    with pytest.raises(SinkError) as caught, Screen() as screen:
        screen.write(orange())
    assert str(caught.value) == (
        "Cannot open a window: no display name and no $DISPLAY environment variable. Write to a file instead."
    )


def test_without_tkinter_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "tkinter", None)
    with pytest.raises(SinkError) as caught, Screen() as screen:
        screen.write(orange())
    assert str(caught.value) == (
        "Showing pictures needs tkinter, which this Python lacks. Install it (on Debian: apt install python3-tk) "
        "or write to a file."
    )


def test_a_picture_larger_than_the_screen_is_made_smaller_in_its_proportions():
    assert ppm(orange(400, 200).image, 100, 100).startswith(b"P6 100 50 255\n\xff\xb0\x00")
    assert ppm(orange(10, 1000).image, 100, 100).startswith(b"P6 1 100 255\n")


@pytest.fixture(scope="module")
def display(tmp_path_factory):
    """A screen of 800 × 600 that nobody sees."""
    if shutil.which("Xvfb") is None:
        pytest.skip("no Xvfb on this machine")
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "800x600x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    with Path(f"/dev/fd/{reading}").open() as answer:
        number = answer.readline().strip()
    os.close(reading)
    if not number:
        server.wait()
        pytest.skip("Xvfb does not start here")
    yield f":{number}"
    server.terminate()
    server.wait()


@pytest.fixture
def screen(display, monkeypatch):
    monkeypatch.setenv("DISPLAY", display)
    with Screen() as opened:
        opened.write(orange())
        yield opened


class TestWindow:
    def test_it_has_the_picture_s_size(self, screen):
        assert (screen._window.winfo_width(), screen._window.winfo_height()) == (320, 200)
        assert not screen.closed

    def test_the_next_picture_takes_its_place(self, screen):
        screen.write(orange(1600, 800))
        assert (screen._photo.width(), screen._photo.height()) == (720, 360)
        assert screen._photo.get(10, 10) == (255, 176, 0)

    @pytest.mark.parametrize("key", ["<q>", "<Escape>"])
    def test_q_and_escape_close_it(self, screen, key):
        screen._window.focus_force()
        screen._window.event_generate(key)
        deadline = time.monotonic() + 2
        while not screen.closed and time.monotonic() < deadline:
            screen.write(orange())
        assert screen.closed
        screen.write(orange())

    def test_closing_twice_is_fine(self, screen):
        screen.close()
        screen.close()
        assert screen.closed
