"""The lines after a run."""

import pytest

from tendu.cli.spoken import speaking
from tendu.cli.summary import lines
from tendu.course import STAGES
from tendu.errors import SourceError
from tendu.pipeline import Summary

FULL = {"open": 0.5, "read": 0.1, "look": 1.0, "track": 0.004, "draw": 0.3, "write": 0.1}


def summary(frames=60, people=1, stages=FULL, problems=(), outputs=(), *, interrupted=False):
    return Summary(frames, people, dict(stages), problems, outputs, interrupted=interrupted)


@pytest.fixture(autouse=True)
def english():
    with speaking("en"):
        yield


def test_a_film_says_how_much_how_fast_and_where_the_time_went():
    assert lines(summary(outputs=("a.mp4", "-")), moving=True) == [
        "60 frames, 1 person at a time, 2.0 s, 39.9 a second once opened",
        "  opening, loading the model     0.50 s   25%",
        "  waiting for pictures           0.10 s    5%",
        "  finding people                 1.00 s   50%",
        "  drawing                        0.30 s   15%",
        "  writing                        0.10 s    5%",
        "Written: a.mp4",
    ]


def test_several_people_of_a_film_are_those_seen_together():
    assert lines(summary(people=3), moving=True)[0].startswith("60 frames, up to 3 people at a time, ")


def test_a_photo_needs_one_line():
    assert lines(summary(frames=1, people=2), moving=False) == ["1 photo, 2 people, 2.0 s"]


def test_a_stop_is_said_first():
    said = lines(summary(interrupted=True), moving=True)
    assert said[0] == "Stopped; what was done until then is kept."
    nothing = summary(
        frames=0, people=0, stages=dict.fromkeys(STAGES, 0.0), outputs=("a.mp4",), interrupted=True
    )
    assert lines(nothing, moving=True) == ["Stopped before the first frame.", "0 frames, nobody, 0.0 s"]


def test_problems_come_last_and_are_said_even_when_brief():
    problems = (
        SourceError("Cannot read a.jpg: it is empty (0 bytes)."),
        SourceError("Cannot read b.jpg: no."),
    )
    listed = ["Not everything could be read:", *(f"  {problem}" for problem in problems)]
    assert lines(summary(problems=problems), moving=False)[-3:] == listed
    assert lines(summary(problems=problems), moving=False, brief=True) == listed


def test_columns_line_up_in_korean():
    with speaking("ko"):
        said = lines(summary(), moving=True)
    assert said[0] == "프레임 60개, 한 번에 1명, 2.0초, 준비 뒤 초당 39.9개"
    assert said[1:3] == [
        "  열기, 모델 불러오기     0.50 s   25%",
        "  그림 기다리기           0.10 s    5%",
    ]
