"""The progress bar: only for long work, only on a terminal, only on standard error."""

import io
from contextlib import redirect_stderr

import pytest

from tendu.cli.progress import Bar


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def terminal(monkeypatch):
    terminal = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    return terminal


def bar_of(seconds, *, shown=True):
    """A bar whose clock shows these times, first when it is made."""
    times = iter(seconds)
    return Bar(shown=shown, clock=lambda: next(times))


def test_short_work_has_no_bar(terminal):
    with redirect_stderr(terminal), bar_of([0, 0.3, 0.6, 0.99]) as bar:
        for done in (1, 2, 3):
            bar.tell("frames")(done, 3)
    assert terminal.getvalue() == ""


def test_long_work_says_what_and_how_far(terminal, capsys):
    with redirect_stderr(terminal), bar_of([0, 0.5, 1.1, 1.3]) as bar:
        for done in (1, 2, 30):
            bar.tell("frames")(done, 60)
    said = terminal.getvalue()
    assert "frames" in said
    assert "30/60" in said
    assert "1/60" not in said
    assert capsys.readouterr().out == ""


def test_it_is_drawn_no_more_than_ten_times_a_second(terminal):
    with redirect_stderr(terminal), bar_of([0, 2.0, 2.05, 2.09, 2.2]) as bar:
        for done in (1, 2, 3, 4):
            bar.tell("frames")(done, None)
    said = terminal.getvalue()
    assert [f"{done}/?" in said for done in (1, 2, 3, 4)] == [True, False, False, True]


def test_nothing_is_shown_where_it_may_not_be(terminal):
    with redirect_stderr(terminal), bar_of([0, 5, 6], shown=False) as bar:
        bar.tell("frames")(1, 2)
        bar.tell("frames")(2, 2)
    assert terminal.getvalue() == ""
