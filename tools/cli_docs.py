"""Writes docs/cli.md: the help of every verb, as the command line shows it."""

from pathlib import Path

import click

from tendu.cli.main import VERBS, verbs
from tendu.cli.spoken import speaking

PAGE = Path(__file__).parents[1] / "docs" / "cli.md"

BEGINNING = """# The command line

What `tendu`, and each of its verbs, says with `--help`. `tools/cli_docs.py` writes this page (`make docs`); a test
fails where it is not what the program says. In Korean: `tendu --lang ko --help`.

Data goes to standard output; progress, summaries and errors go to standard error. Exit codes: 0 done; 1 an error, or a
part of the input could not be read; 2 a command that cannot be meant; 130 stopped by Ctrl-C.
"""


def page() -> str:
    """The whole page."""
    with speaking("en"):
        context = click.Context(verbs, info_name="tendu")
        parts = [BEGINNING, section(verbs, "tendu", None)]
        for name in VERBS:
            verb = verbs.get_command(context, name)
            assert verb is not None, f"{name} is a row of VERBS"
            parts.append(section(verb, name, context))
    return "\n".join(parts)


def section(command: click.Command, name: str, parent: click.Context | None) -> str:
    """A command's help under its name, and the commands below it."""
    context = command.context_class(command, info_name=name, parent=parent, terminal_width=100)
    text = f"## {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"
    below = getattr(command, "commands", {}) if parent is not None else {}
    return "\n".join([text, *(section(each, each.name or "", context) for each in below.values())])


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE}")
