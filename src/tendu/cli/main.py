"""The command `tendu`: finds the verb, says errors as sentences and turns them into exit codes.

0 is done; 1 is an error, or a part of the input that could not be read; 2 is a command that cannot be meant; 130 is
Ctrl-C.
"""

import os
import signal
import sys
import traceback
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path

import click

from tendu import __version__
from tendu.cli.spoken import LANGUAGES, Language, SpokenContext, cells, say, speaking, spoken
from tendu.cli.values import one_of
from tendu.errors import SinkError, TenduError

VERBS = {
    "run": "Find poses in photos, films and cameras; it need not be typed.",
    "models": "List the models; fetch, show, save or verify them.",
    "doctor": "Check this machine: what is installed, what runs, and what to do about the rest.",
    "evaluate": "Measure models on annotated photos: how exact, how sure, how fast.",
    "bench": "Measure speed: the model, the whole way, and others on this machine.",
    "train": "Train a model of one's own.",
    "export": "Write a trained model as TensorFlow Lite files.",
}
"""Each verb with what it does; it is the command of that name in the module of that name, loaded on use."""

EXAMPLES = {
    "tendu photo.jpg": "print the keypoints of a photo",
    "tendu photos/ -o drawn/ -o poses.jsonl": "draw on every photo of a folder, and keep the poses",
    "tendu film.mp4 -o drawn.mp4 -o poses.csv": "a film with skeletons, and a table",
    "tendu 0 --show": "watch the first camera; q ends it",
    "cat photo.jpg | tendu - -o -": "from a pipe into a pipe, as JSON lines",
}

_STOPPED = 130  # as shells say of what Ctrl-C ended
_OWN = {"--help", "--version"}


class Verbs(click.Group):
    """The verbs, each imported when it is used."""

    context_class = SpokenContext

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names, in the order of help."""
        del ctx
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One of them; None where there is none of that name."""
        del ctx
        if cmd_name not in VERBS:
            return None
        return spoken(getattr(import_module(f"tendu.cli.{cmd_name}"), cmd_name))

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The first screen: examples, verbs, and the options that every verb has."""
        formatter.write_usage("tendu", "SOURCE... [-o TARGET]...")
        formatter.write_usage("tendu", "VERB ...", " " * (cells(say("Usage:")) + 1))
        self.format_help_text(ctx, formatter)
        for title, rows, room in (("Examples", EXAMPLES, 42), ("Verbs", VERBS, 30)):
            with formatter.section(title):
                formatter.write_dl(rows.items(), col_max=room)
        click.Command.format_options(self, ctx, formatter)
        self.format_epilog(ctx, formatter)


@click.group(
    cls=Verbs,
    epilog='"tendu run --help" shows all options for photos and films; each verb has its own --help.',
)
@click.option(
    "--lang",
    type=one_of(LANGUAGES),
    metavar="[en|ko]",
    expose_value=False,
    help="English or Korean; when not given, as TENDU_LANG or the locale says.",
)
@click.option(
    "--trace", is_flag=True, expose_value=False, help="Show where in the program an error came from."
)
@click.version_option(__version__, "--version", message="tendu %(version)s")
def verbs() -> None:
    """Find people's poses in photos, films and live cameras: 17 keypoints each."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command and gives its exit code.

    Args:
        arguments: the words after "tendu"; those of this process when None.
    """
    shared, rest = _parted(sys.argv[1:] if arguments is None else arguments)
    asked: Language | None = next((word for word in LANGUAGES if word in shared), None)
    if arguments is None:
        # What a container or a queue sends first ends a run as Ctrl-C does: what was done until then is kept.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    for stream in (sys.stdout, sys.stderr):
        # A terminal that lacks a letter shows a question mark instead of an error.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    with speaking(asked):
        try:
            code = _run(shared, rest)
            _flush()
        except TenduError as error:
            if isinstance(error.__cause__, BrokenPipeError):
                return _deaf()
            return _said(error, shared)
        except BrokenPipeError:
            return _deaf()
        except OSError as error:
            if error.filename is not None:
                raise
            _said(SinkError(f"Cannot write to standard output: {error.strerror or error}."), shared)
            return _deaf()
    if code == _STOPPED and arguments is None:
        # The process ends now with the code that says so, however often Ctrl-C is pressed.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    return code


def _said(error: TenduError, shared: list[str]) -> int:
    """An error as a sentence, or with its way through the program; gives its exit code."""
    if "--trace" in shared:
        traceback.print_exc()
    else:
        click.echo(f"tendu: {error}", err=True)
    return 1


def _flush() -> None:
    """Sends what standard output still holds, so that a full disk is noticed here; a shell may have closed it."""
    if sys.stdout is not None:  # pyright: ignore[reportUnnecessaryComparison]
        sys.stdout.flush()


def _run(shared: list[str], rest: list[str]) -> int:
    try:
        return verbs.main([*shared, *_with_verb(rest)], prog_name="tendu", standalone_mode=False) or 0
    except click.UsageError as error:
        click.echo(f"tendu: {error.format_message()}", err=True)
        command = "tendu" if error.ctx is None else error.ctx.command_path
        click.echo(say('Run "{command} --help" for help.', command=command), err=True)
        return error.exit_code
    except click.ClickException as error:
        click.echo(f"tendu: {error.format_message()}", err=True)
        return error.exit_code
    except click.Abort:
        click.echo(say("Stopped."), err=True)
        return _STOPPED


def _parted(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """The options that every verb has, wherever they stand, and the rest.

    >>> _parted(["photo.jpg", "--lang", "ko", "-o", "-"])
    (['--lang', 'ko'], ['photo.jpg', '-o', '-'])
    """
    shared: list[str] = []
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word == "--lang":
            shared += [word, next(words, "")]
        elif word.startswith("--lang="):
            shared += word.split("=", 1)
        elif word == "--trace":
            shared.append(word)
        else:
            rest.append("--help" if word == "-h" else word)
    return shared, rest


def _with_verb(words: list[str]) -> list[str]:
    """The words with "run" before them where they begin with no verb; nothing at all asks for help.

    Raises:
        click.UsageError: the first word is nearly a verb, and no file.

    >>> _with_verb(["photo.jpg"]), _with_verb(["doctor"]), _with_verb([])
    (['run', 'photo.jpg'], ['doctor'], ['--help'])
    """
    first = words[0] if words else "help"
    if first in VERBS or first in _OWN:
        return words
    if not Path(first).exists():
        if first == "help":
            return [*words[1:], "--help"]
        near = get_close_matches(first, VERBS, n=1, cutoff=0.75)
        if near:
            raise click.UsageError(f"There is no verb and no file {first!r}. Did you mean {near[0]!r}?")
    return ["run", *words]


def _deaf() -> int:
    """Ends in silence: whoever read our output has gone, as `head` does."""
    # Python flushes stdout once more at its end; that must find somebody.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1
