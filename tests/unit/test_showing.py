"""Showing: films at their own pace, photos until the window is closed."""

import pytest

from standing import film_frames
from tendu.errors import SinkError
from tendu.showing import Showing
from tendu.sinks.screen import Screen


class Window(Screen):
    """A screen that keeps what it shows; its user closes it after so many pictures."""

    def __init__(self, *, patience=99):
        super().__init__()
        self.shown, self._patience = [], patience

    def write(self, frame):
        self.shown.append(frame.number)
        self.attend()

    def attend(self):
        self._patience -= 1
        self.closed = self.closed or self._patience <= 0

    def close(self):
        self.closed = True


class Time:
    """A clock that goes only by waiting."""

    def __init__(self):
        self.now, self.waits = 100.0, []

    def clock(self):
        return self.now

    def wait(self, seconds):
        self.waits.append(seconds)
        self.now += seconds


def showing(window, time, **options):
    return Showing(
        **({"paced": False, "held": False} | options), screen=window, clock=time.clock, wait=time.wait
    )


def test_a_film_runs_at_its_own_pace():
    window, time = Window(), Time()
    with showing(window, time, paced=True) as sink:
        for frame in film_frames(4, rate=10):
            sink.write(frame)
            time.now += 0.02  # what the rest of the run takes
    assert window.shown == [0, 1, 2, 3]
    assert time.now == pytest.approx(100.32)
    assert max(time.waits) <= 0.05
    assert window.closed


def test_a_film_that_is_late_waits_for_nothing():
    time = Time()
    with showing(Window(), time, paced=True) as sink:
        for frame in film_frames(3, rate=10):
            sink.write(frame)
            time.now += 0.5
    assert time.waits == []


def test_a_film_cut_out_of_the_middle_begins_at_once():
    time = Time()
    with showing(Window(), time, paced=True) as sink:
        for frame in film_frames(60, rate=10)[50:]:
            sink.write(frame)
            assert time.now - 100 == pytest.approx(frame.time - 5)


def test_a_window_is_closed_in_the_middle_of_a_long_wait():
    window, time = Window(patience=4), Time()
    with showing(window, time, paced=True) as sink:
        for frame in film_frames(2, rate=0.1):
            sink.write(frame)
    assert time.now == pytest.approx(100.15)


def test_the_last_photo_stays_until_the_window_is_closed():
    window, time = Window(patience=5), Time()
    with showing(window, time, held=True) as sink:
        for frame in film_frames(2):
            sink.write(frame)
    assert window.shown == [0, 1]
    assert len(time.waits) == 3


def test_nothing_is_held_where_nothing_was_shown_or_something_failed():
    window = Window()
    with showing(window, Time(), held=True):
        pass
    assert window.closed
    window = Window()
    sink = showing(window, Time(), held=True)
    sink.write(film_frames(1)[0])
    sink.__exit__(SinkError, SinkError("Cannot write x.csv: the disk is full."), None)
    assert window.shown == [0]
    assert window.closed
