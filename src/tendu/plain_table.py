"""Rows of words and numbers as a table that reads well: aligned on a terminal, or as Markdown."""

from collections.abc import Sequence

Rows = Sequence[Sequence[str]]


def aligned(header: Sequence[str], rows: Rows) -> str:
    """Columns two blanks apart; those that hold numbers are flush right.

    >>> print(aligned(["model", "AP"], [["lightning", "55.4"], ["thunder", "-"]]))
    model        AP
    lightning  55.4
    thunder       -
    """
    return "\n".join("  ".join(line).rstrip() for line in _padded(header, rows))


def markdown(header: Sequence[str], rows: Rows) -> str:
    """The same as a Markdown table; bars in the words are escaped.

    >>> print(markdown(["model", "AP"], [["lightning", "55.4"]]))
    | model     |   AP |
    |-----------|-----:|
    | lightning | 55.4 |
    """
    safe = [[word.replace("|", "\\|") for word in row] for row in (header, *rows)]
    title, *lines = _padded(safe[0], safe[1:])
    rule = [
        "-" * (len(word) + 1) + (":" if right else "-")
        for word, right in zip(title, _numeric(header, rows), strict=True)
    ]
    return "\n".join(
        [_barred(title), f"|{'|'.join(rule)}|", *(_barred(line) for line in lines)],
    )


def number(value: float | None, digits: int = 1) -> str:
    """A number with so many digits after the point; a dash where there is none.

    >>> number(0.5544 * 100), number(None)
    ('55.4', '-')
    """
    return "-" if value is None else f"{value:.{digits}f}"


def _barred(words: Sequence[str]) -> str:
    return f"| {' | '.join(words)} |"


def _padded(header: Sequence[str], rows: Rows) -> list[list[str]]:
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    right = _numeric(header, rows)
    return [
        [
            word.rjust(width) if flush else word.ljust(width)
            for word, width, flush in zip(row, widths, right, strict=True)
        ]
        for row in (header, *rows)
    ]


def _numeric(header: Sequence[str], rows: Rows) -> list[bool]:
    """Which columns hold numbers: every word begins with a digit, a sign or is a dash."""
    if not rows:
        return [False] * len(header)
    return [all(word[:1] in "0123456789-+" for word in column) for column in zip(*rows, strict=True)]
