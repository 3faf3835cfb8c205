"""RESULTS.md: one section for each benchmark, each under the command that made it."""

import re
import shlex
import sys
from pathlib import Path

from tendu.bench.machine import facts, sentence
from tendu.sinks.partial import PartialFile


def command() -> str:
    """The command of this process as one types it."""
    return shlex.join(["tendu", *sys.argv[1:]])


def section(title: str, *paragraphs: str) -> str:
    """A benchmark's section: title, command, machine, and what was measured."""
    return "\n\n".join([f"## {title}", f"    {command()}", sentence(facts()), *paragraphs]) + "\n"


def placed(page: str, text: str) -> str:
    r"""A page with a section in it: in the place of the one with that title, or at the end.

    >>> placed("# Results\n\n## a\n\nold\n\n## b\n\nkept\n", "## a\n\nnew\n")
    '# Results\n\n## a\n\nnew\n\n## b\n\nkept\n'
    """
    title = text.partition("\n")[0]
    old = re.search(rf"^{re.escape(title)}\n.*?(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    if old is None:
        return f"{page.rstrip()}\n\n{text}".lstrip()
    rest = page[old.end() :]
    return page[: old.start()] + text.rstrip() + ("\n\n" + rest if rest else "\n")


def write(path: Path, text: str) -> None:
    """Puts a section into a file, which is made where it is not there.

    Raises:
        SinkError: it cannot be written.
    """
    with PartialFile(path, overwrite=True).writing() as temporary:
        page = path.read_text(encoding="utf-8") if path.is_file() else "# Results\n"
        temporary.write_text(placed(page, text), encoding="utf-8")
