"""Every command in the documentation can be meant: tendu's options, make's targets, pip's extras."""

import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest

from pages import OTHERS, PAGES, ROOT, blocks, name_of
from tendu.cli.main import _with_verb, verbs

COMMANDS = [
    pytest.param(words, id=f"{name_of(page)}: {' '.join(words)}")
    for page in [*PAGES, *OTHERS]
    for block in blocks(page, "sh")
    for line in block.code.splitlines()
    for words in [shlex.split(each, comments=True) for each in re.split(r"(?<=\s)\|(?=\s)", line)]
    if words
]


@pytest.mark.parametrize("words", COMMANDS)
def test_a_command_can_be_meant(words, room):
    program, *arguments = words
    match program:
        case "tendu":
            for folder in ("coco", "single", "several"):
                Path(folder).mkdir()
            parse(arguments)
        case "make":
            targets = re.findall(r"^(\w[\w-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE)
            assert arguments[0] in targets
        case "pip":
            extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
            assert set(re.findall(r"\[(\w+)\]", " ".join(arguments))) <= extras.keys()
        case "npm":  # the package that the page imports
            assert arguments == ["install", "@litertjs/core"]
            assert f'"{arguments[1]}"' in (ROOT / "docs" / "browser" / "index.html").read_text(
                encoding="utf-8"
            )
        case "python":
            assert arguments[:2] == ["-m", "http.server"]
        case _:
            assert program in {"cat", "head"}


def parse(arguments):
    """Parses a command as the program does, without running it."""
    command, words, above, name = verbs, _with_verb(arguments), None, "tendu"
    while command is not None:
        context = command.make_context(name, words, parent=above)
        words, above = [*context._protected_args, *context.args], context
        deeper = isinstance(command, click.Group) and words
        name, command, words = command.resolve_command(context, words) if deeper else (None, None, words)


def test_the_readmes_examples_run(room, model):
    script = next(b.code for b in blocks(ROOT / "README.md", "sh") if "tendu photo.jpg" in b.code)
    lines = [line for line in script.splitlines() if "--show" not in line]
    assert len(lines) == len(script.splitlines()) - 1 == 4
    program = "import sys; from tendu.cli.main import main; sys.exit(main())"
    tendu = f'tendu() {{ {shlex.quote(sys.executable)} -c {shlex.quote(program)} "$@"; }}'
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join([tendu, *lines])],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "left knee" in done.stdout
    assert '"source": "stdin"' in done.stdout
    for output in ("drawn/a.jpg", "poses.jsonl", "drawn.mp4", "poses.parquet"):
        assert (room / output).is_file(), output
