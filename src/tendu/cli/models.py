"""`tendu models`: which models can be named, where their files are, and how to get them."""

import sys
from dataclasses import fields, replace
from hashlib import sha256
from pathlib import Path

import click

from tendu.cli.values import whole
from tendu.errors import DataError, ModelError
from tendu.models.card import ModelCard, card_text
from tendu.models.catalog import card, cards
from tendu.models.opened import plain_model
from tendu.models.weights import fetch, find, locate, shelves, verify
from tendu.runtimes.model_file import bytes_of
from tendu.sinks.partial import PartialFile


def _search(context: click.Context, _: click.Parameter, folder: Path | None) -> None:
    """The folder becomes the context's object, which a verb below `tendu models` has from there unless it is given one."""
    context.obj = folder or context.obj


_HERE = click.option(
    "--models",
    type=click.Path(path_type=Path),
    expose_value=False,
    callback=_search,
    help="Search this folder for model files too.",
)

_HEADER = ("name", "MB", "people", "input", "licence", "mAP", "where")


@click.group(invoke_without_command=True)
@_HERE
@click.pass_context
def models(context: click.Context) -> None:
    """List the models; fetch, show, save or verify them.

    mAP is what a model's makers publish; their photos are cropped to one person each.
    """
    if context.invoked_subcommand is None:
        _print_table([_row(each, context.obj) for each in cards()])


@models.command("card")
@click.argument("name")
@_HERE
@click.pass_obj
def show_card(folder: Path | None, name: str) -> None:
    """Show all that is known of a model."""
    shown = card(name)
    for field in fields(shown):
        value = getattr(shown, field.name)
        for line in value if field.name == "addresses" else [value]:
            click.echo(f"{field.name}: {_plain(line)}")
    click.echo(f"where: {find(shown, models=folder) or 'not here'}")


@models.command("fetch")
@click.argument("names", nargs=-1, required=True)
@_HERE
@click.pass_obj
def fetch_models(folder: Path | None, names: tuple[str, ...]) -> None:
    """Load models that are not here yet and print where they are.

    They are kept in the user's cache, or in the folder that --models names.
    """
    for each in [card(name) for name in names]:
        click.echo(_fetch(each, folder))


@models.command("save")
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--size",
    type=whole,
    metavar="PX",
    help="The side of the input, a multiple of 32; the model's own when not given.",
)
@click.option("--overwrite", is_flag=True, help="Replace files that are there already.")
@_HERE
@click.pass_obj
def save_model(folder: Path | None, name: str, file: Path, *, size: int | None, overwrite: bool) -> None:
    """Write a model's file for other programs: a web page, a phone.

    It is as tendu runs it: with the input size of its card, and with weights of 4 bits, which other runtimes compute slowly,
    in 8. A server that compresses what it sends sends no more for that. Its card is written beside it, as .json: by it tendu
    runs the file as the model, and pages know how likely right a confidence is.
    """
    if file.suffix != ".tflite":
        raise DataError(f"A model is written as .tflite, not {file.name!r}. Name it model.tflite.")
    path, known = locate(name, models=folder)
    side = size or (known and known.read_at)
    model = plain_model(bytes_of(path), size=side)
    contents = {file: model}
    if known is not None:
        contents[file.with_suffix(".json")] = card_text(_card_of(known, file, model, side)).encode()
    # Both are asked for before either is written.
    parts = [(PartialFile(each, overwrite=overwrite), content) for each, content in contents.items()]
    for part, content in parts:
        with part.writing() as temporary:
            temporary.write_bytes(content)
        click.echo(f"{part.path}: {len(content):,} bytes")


def _card_of(known: ModelCard, file: Path, model: bytes, side: int | None) -> ModelCard:
    """The card of a model's file that is saved."""
    return replace(
        known,
        file=file.name,
        size=(side, side) if side else known.size,
        addresses=(),
        sha256=sha256(model).hexdigest(),
        bytes=len(model),
        read_at=None,
    )


@models.command("verify")
@click.argument("names", nargs=-1)
@_HERE
@click.pass_obj
def verify_models(folder: Path | None, names: tuple[str, ...]) -> None:
    """Check model files against their checksums: those named, or all that are here.

    Ends with 1 if a file is damaged or a named one is not here.
    """
    good = True
    for each in [card(name) for name in names] or cards():
        path = find(each, models=folder)
        if path is None:
            if names:
                click.echo(f"{each.name} is not here.", err=True)
                good = False
            continue
        try:
            click.echo(f"{each.name}: {_VERDICTS[verify(each, path)]}: {path}")
        except ModelError as error:
            click.echo(str(error), err=True)
            good = False
    if not good:
        sys.exit(1)


_VERDICTS = {
    "catalog": "is the file of the catalog",
    "first fetch": "is the file of its first fetch",
    "form": "is sound, but no checksum of it is known",
}


def _fetch(each: ModelCard, folder: Path | None) -> Path:
    """A model's file, with a bar on stderr while it comes."""
    from rich.console import Console
    from rich.progress import Progress

    silent = not sys.stderr.isatty()
    with Progress(
        console=Console(stderr=True), transient=True, redirect_stdout=False, disable=silent
    ) as progress:
        task = progress.add_task(each.name, total=each.bytes)

        def tell(done: int, total: int | None) -> None:
            progress.update(task, completed=done, total=total)

        if folder is None:
            return locate(each.name, progress=tell)[0]
        return fetch(each, folder=folder, progress=tell)


def _row(each: ModelCard, folder: Path | None) -> tuple[str, ...]:
    return (
        each.name,
        f"{each.bytes / 1e6:.1f}" if each.bytes else "?",
        str(each.people),
        _plain(each.size or "any"),
        each.licence,
        f"{each.published_map:.1f}" if each.published_map else "-",
        _where(each, folder),
    )


def _where(each: ModelCard, folder: Path | None) -> str:
    path = find(each, models=folder)
    if path is None:
        return "not here"
    return next(kind for kind, shelf in shelves(folder) if path.is_relative_to(shelf))


def _plain(value: object) -> str:
    match value:
        case (int(height), int(width)):
            return f"{height}x{width}"
        case (slope, shift):
            return f"{slope}, {shift}"
        case None:
            return "not known"
        case _:
            return str(value)


def _print_table(rows: list[tuple[str, ...]]) -> None:
    """A drawn table on a terminal, tab-separated lines in a pipe."""
    if not sys.stdout.isatty():
        for row in (_HEADER, *rows):
            click.echo("\t".join(row))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, padding=(0, 1, 0, 0))
    for title in _HEADER:
        table.add_column(title, no_wrap=title == "name")  # names are there to be copied
    for row in rows:
        table.add_row(*row)
    Console().print(table)
