"""What the command line says, in the reader's language: which one that is, and help screens in it.

Sentences stand in English where they are said; `tendu.cli.words` has each in Korean.
"""

import os
import re
import unicodedata
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from inspect import cleandoc
from typing import Literal, get_args

import click

from tendu.cli.words import KOREAN, REASONS

Language = Literal["en", "ko"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

_language: ContextVar[Language] = ContextVar("language", default="en")


def language_of(environment: Mapping[str, str]) -> Language:
    """The language that TENDU_LANG or the locale asks for: Korean or, for all others, English.

    >>> language_of({"LANG": "ko_KR.UTF-8"}), language_of({"LANG": "ko_KR.UTF-8", "TENDU_LANG": "en"})
    ('ko', 'en')
    """
    names = ("TENDU_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    asked = next((environment[name] for name in names if environment.get(name)), "")
    return "ko" if asked.lower().startswith("ko") else "en"


@contextmanager
def speaking(language: Language | None) -> Generator[None, None, None]:
    """Everything said in this block is in that language; None asks the environment."""
    token = _language.set(language or language_of(os.environ))
    try:
        yield
    finally:
        _language.reset(token)


def language() -> Language:
    """The language that is spoken now."""
    return _language.get()


def say(sentence: str, **values: object) -> str:
    """A sentence in the language that is spoken, its {places} filled; one without a translation stays English.

    >>> with speaking("ko"):
    ...     say("{n} frames", n=3)
    '프레임 3개'
    """
    words = KOREAN.get(sentence, sentence) if language() == "ko" else sentence
    return words.format(**values) if values else words


def say_reason(reason: str) -> str:
    """Why nobody is reported, in the language that is spoken: its numbers stand in places of the sentence that is known.

    >>> with speaking("ko"):
    ...     say_reason("the best guess has confidence 0.10, below 0.25")
    '가장 나은 추정의 확신도가 0.10로 0.25보다 낮습니다'
    """
    number = r"[0-9]+\.[0-9]+"
    known = REASONS.get(re.sub(number, "{}", reason)) if language() == "ko" else None
    return reason if known is None else known.format(*re.findall(number, reason))


def counted(n: int, one: str, many: str) -> str:
    """How many of something there are, in the language that is spoken.

    >>> counted(1, "{n} frame", "{n} frames")
    '1 frame'
    """
    return say(one if n == 1 else many, n=n)


def cells(text: str) -> int:
    """How many columns of a terminal a text takes; Hangul takes two each.

    >>> cells("nose"), cells("코")
    (4, 2)
    """
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def padded(text: str, width: int) -> str:
    """A text with spaces behind it up to a width in columns."""
    return text + " " * (width - cells(text))


def wrapped(text: str, width: int) -> list[str]:
    """A text in lines of at most `width` columns, broken between words.

    >>> wrapped("one two three", 8)
    ['one two', 'three']
    """
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".lstrip()
        if cells(longer) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


class SpokenFormatter(click.HelpFormatter):
    """Help screens in the language that is spoken; paragraphs are parted by empty lines."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The line that shows how the command is called."""
        super().write_usage(prog, args, prefix or say("Usage:") + " ")

    def write_heading(self, heading: str) -> None:
        """A section's title."""
        super().write_heading(say(heading))

    def write_text(self, text: str) -> None:
        """Paragraphs."""
        indent = " " * self.current_indent
        blocks = [
            self._lines(block, self.width - self.current_indent) for block in cleandoc(text).split("\n\n")
        ]
        self.write("\n\n".join("\n".join(indent + line for line in lines) for lines in blocks) + "\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Terms with their meanings beside them, or below where a term is too long."""
        rows = list(rows)
        margin = min(max(len(term) for term, _ in rows), col_max) + col_spacing
        indent = " " * self.current_indent
        for term, meaning in rows:
            lines = self._lines(meaning, self.width - self.current_indent - margin)
            beside = len(term) <= margin - col_spacing
            if not beside:
                self.write(f"{indent}{term}\n")
            self.write(f"{indent}{(term if beside else ''):<{margin}}{lines[0]}".rstrip() + "\n")
            for line in lines[1:]:
                self.write(f"{indent}{'':<{margin}}{line}\n")

    @staticmethod
    def _lines(block: str, width: int) -> list[str]:
        if block.startswith("\b\n"):  # click's mark of a paragraph that keeps its lines
            return block.splitlines()[1:]
        return wrapped(say(" ".join(block.split())), width)


class SpokenContext(click.Context):
    """A command's context whose help is in the language that is spoken."""

    formatter_class = SpokenFormatter


def spoken(command: click.Command) -> click.Command:
    """The command, and those below it, with help in the language that is spoken."""
    command.context_class = SpokenContext
    if isinstance(command, click.Group):
        for below in command.commands.values():
            # A list of commands shows the first paragraph whole; click would cut it to the line.
            below.short_help = below.short_help or cleandoc(below.help or "").partition("\n\n")[0]
            spoken(below)
    return command
