"""Every sentence that the command line says is there in Korean, and none is left over."""

import ast
import string
from pathlib import Path

import click
import pytest

from tendu.cli import main, summary
from tendu.cli.main import VERBS, verbs
from tendu.cli.spoken import cells, padded, say, speaking, wrapped
from tendu.cli.words import KOREAN

CLI = Path(main.__file__).parent
CLICKS = {"Usage:", "Options", "Commands", "Show this message and exit.", "Show the version and exit."}


def commands():
    """The first screen, every verb and every verb's verbs."""
    context = click.Context(verbs)
    found = [verbs, *(verbs.get_command(context, name) for name in VERBS)]
    return found + [below for command in found[1:] for below in getattr(command, "commands", {}).values()]


def helped():
    """What help screens say: a paragraph or an option's help each."""
    said = {*CLICKS, "Examples", "Verbs", *VERBS.values(), *main.EXAMPLES.values()}
    for command in commands():
        texts = [command.help or "", command.epilog or ""]
        said |= {" ".join(part.split()) for text in texts for part in text.split("\n\n") if part.strip()}
        options = [each for each in command.params if isinstance(each, click.Option)]
        said |= {option.help for option in options}
    return said


def spoken():
    """What the code says: the texts that calls of say() and counted() are given."""
    said = set(summary.STAGE_WORDS.values())
    calls = (node for path in CLI.glob("*.py") for node in ast.walk(ast.parse(path.read_text())))
    for call in calls:
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in {"say", "counted"}:
            texts = [
                part
                for argument in call.args
                for part in (argument, getattr(argument, "body", None), getattr(argument, "orelse", None))
            ]
            said |= {
                text.value for text in texts if isinstance(text, ast.Constant) and isinstance(text.value, str)
            }
    return said


def test_every_sentence_has_its_korean():
    assert sorted((helped() | spoken()) - set(KOREAN)) == []


def test_no_translation_is_left_over():
    assert sorted(set(KOREAN) - helped() - spoken()) == []


@pytest.mark.parametrize("sentence", KOREAN, ids=lambda text: text[:30])
def test_a_translation_is_korean_and_fills_the_same_places(sentence):
    def places(text):
        return sorted((name, form) for _, name, form, _ in string.Formatter().parse(text) if name)

    assert any("가" <= letter <= "힣" for letter in KOREAN[sentence])
    assert places(KOREAN[sentence]) == places(sentence)


def test_a_sentence_is_said_in_the_language_that_is_spoken():
    with speaking("ko"):
        assert say("{n} people", n=2) == "사람 2명"
        with speaking("en"):
            assert say("{n} people", n=2) == "2 people"
        assert say("drawing") == "그리기"
        assert say("not translated") == "not translated"


def test_the_environment_chooses_where_nothing_else_does(monkeypatch):
    for name in ("TENDU_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    with speaking(None):
        assert say("drawing") == "drawing"
    monkeypatch.setenv("LANG", "ko_KR.UTF-8")
    with speaking(None):
        assert say("drawing") == "그리기"
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    with speaking(None):
        assert say("drawing") == "drawing"
    monkeypatch.setenv("TENDU_LANG", "ko")
    with speaking(None):
        assert say("drawing") == "그리기"


def test_columns_are_counted_as_a_terminal_shows_them():
    assert [cells(padded(text, 12)) for text in ("nose", "왼쪽 어깨")] == [12, 12]
    assert wrapped("사진에서 자세를 찾습니다", 14) == ["사진에서", "자세를", "찾습니다"]
    assert wrapped("사진에서 자세를 찾습니다", 15) == ["사진에서 자세를", "찾습니다"]
    assert wrapped("antidisestablishment a b", 5) == ["antidisestablishment", "a b"]
