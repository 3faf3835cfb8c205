"""What options take, checked as it is typed: a whole number, a number in a range, a moment in a film, one of some words.

Each is a function from the text to the value; it raises click.BadParameter, to which click adds the option's name.
"""

import re
from collections.abc import Callable, Sequence
from difflib import get_close_matches

import click

_MOMENT = re.compile(r"(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d*)?|\.\d+)")


def whole(text: str) -> int:
    """A whole number, 1 or more."""
    if not text.isdecimal() or int(text) < 1:
        raise click.BadParameter(f"{text!r} is not a whole number of 1 or more.")
    return int(text)


def wholes(text: str) -> tuple[int, ...]:
    """Whole numbers, 1 or more, with commas between them.

    >>> wholes("56,192")
    (56, 192)
    """
    return tuple(whole(part.strip()) for part in text.split(","))


def share(text: str) -> float:
    """A number from 0 to 1."""
    number = _number(text)
    if not 0 <= number <= 1:
        raise click.BadParameter(f"{text!r} is not a number from 0 to 1.")
    return number


def above_nothing(text: str) -> float:
    """A number above 0."""
    number = _number(text)
    if not 0 < number < float("inf"):
        raise click.BadParameter(f"{text!r} is not a number above 0.")
    return number


def rate(text: str) -> float:
    """Frames a second: above 0, at most 1000, which is what a film file can tell apart."""
    number = _number(text)
    if not 0 < number <= 1000:
        raise click.BadParameter(f"{text!r} is not a number above 0 and at most 1000.")
    return number


def moment(text: str) -> float:
    """A moment in a film in seconds: "90", "1:30" or "0:01:30.5".

    >>> moment("1:02:03.5")
    3723.5
    """
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise click.BadParameter(
            f"{text!r} is no moment of a film. Give seconds (90.5) or minutes and seconds (1:30.5)."
        )
    hours, minutes, seconds = found.groups(default="0")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def locked(text: str) -> str | int:
    """Whom to follow alone: "largest", "centre", or a person's number.

    >>> locked("largest"), locked("2")
    ('largest', 2)
    """
    return whole(text) if text.isdecimal() else one_of(("largest", "centre"))(text)


def one_of(words: Sequence[str]) -> Callable[[str], str]:
    """One of some words; a misspelt one is met with a guess."""

    def word(text: str) -> str:
        if text in words:
            return text
        near = get_close_matches(text, words, n=1)
        guess = f" Did you mean {near[0]!r}?" if near else ""
        raise click.BadParameter(f"{text!r} is none of {', '.join(words)}.{guess}")

    return word


def _number(text: str) -> float:
    """A number; what is none lies in no range."""
    try:
        return float(text)
    except ValueError:
        return float("nan")
