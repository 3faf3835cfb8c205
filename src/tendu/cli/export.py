"""`tendu export`: a trained network becomes .tflite files with their cards."""

from pathlib import Path

import click

from tendu.cli.progress import Bar
from tendu.cli.values import share, whole, wholes
from tendu.errors import DataError, SinkError, SourceError
from tendu.extras import require

_CHECKED = 20  # pictures on which a file is compared with its network


@click.command()
@click.argument("checkpoint", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="The model's file; its name is the model's. A precision's name is added where several are written.",
)
@click.option(
    "--precision",
    "precisions",
    type=click.Choice(["float32", "float16", "int8", "int4"]),
    multiple=True,
    default=("int8",),
    help="How numbers are kept; int8 when not given; int4 is int8 with 4-bit weights in large layers; may be given several "
    "times.",
)
@click.option(
    "--data",
    "labels",
    type=click.Path(path_type=Path),
    multiple=True,
    required=True,
    metavar="LABELS",
    help="Training crops on which int8 and int4 see their ranges, channels are seen together and files are compared: any set "
    "that a recipe takes, such as a .jsonl, COCO's .json or a folder of VOC's .xml; may be given several times.",
)
@click.option(
    "--held",
    type=(click.Path(path_type=Path), share),
    multiple=True,
    metavar="LABELS PART",
    help="Calibrate the confidence on people whom training held out: a set of the recipe and its held; may be given "
    "several times.",
)
@click.option(
    "--judge",
    "judges",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FOLDER",
    help="Measure AP on these annotated photos; may be given several times.",
)
@click.option(
    "--licence",
    default="not stated",
    metavar="TEXT",
    help="Under which licence the file is offered, as SPDX names it; not stated, when not given.",
)
@click.option("--source", default="trained with tendu", metavar="TEXT", help="Who made it, and of what.")
@click.option("--note", default="", metavar="TEXT", help="One sentence on what it is good for.")
@click.option(
    "--blend",
    type=(click.Path(path_type=Path), float),
    multiple=True,
    metavar="FILE SHARE",
    help="Mix in another network with this share.",
)
@click.option(
    "--size", type=whole, metavar="N", help="The side of the input, px; the network's own when not given."
)
@click.option(
    "--inner",
    type=wholes,
    metavar="N,N,...",
    help="Fewer channels within the 17 blocks, chosen and fitted without training.",
)
@click.option(
    "--neck", type=whole, metavar="N", help="Fewer channels behind the last block, fitted likewise."
)
@click.option(
    "--settle",
    type=(click.Path(path_type=Path), click.Path(path_type=Path), whole),
    metavar="RECIPE FOLDER STEPS",
    help="Let int8 and int4 learn at last, for so many steps on the recipe's pictures, to say rounded what the network says; the "
    "folder is where the recipe's label files are.",
)
@click.option(
    "--settle-at",
    "settle_sizes",
    type=whole,
    multiple=True,
    metavar="N",
    help="The size of the pictures that it settles on; may be given several times, for a file that is read at several sizes.",
)
@click.option(
    "--about",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Markdown on data, training and limits, to stand in the card.",
)
@click.option(
    "--seed",
    type=int,
    default=0,
    metavar="N",
    help="Which crops int8 and int4 see, by chance; AP on a few hundred photos moves by one with it.",
)
@click.option("--threads", type=whole, default="1", metavar="N", help="Processor threads for measuring.")
@click.option("--overwrite", is_flag=True, help="Replace files that are there already.")
def export(
    checkpoint: Path,
    *,
    output: Path,
    precisions: tuple[str, ...],
    labels: tuple[Path, ...],
    held: tuple[tuple[Path, float], ...],
    judges: tuple[Path, ...],
    blend: tuple[tuple[Path, float], ...],
    size: int | None,
    inner: tuple[int, ...] | None,
    neck: int | None,
    settle: tuple[Path, Path, int] | None,
    settle_sizes: tuple[int, ...],
    licence: str,
    source: str,
    note: str,
    about: Path | None,
    seed: int,
    threads: int,
    overwrite: bool,
) -> None:
    """Write a trained network as TensorFlow Lite files, each with its card.

    Each file is compared with the network in PyTorch; what is printed stands in its .md too.
    """
    require("torch", extra="train", purpose="Exporting")
    from tendu.training.checkpoint import averaged, load
    from tendu.training.data import read_again
    from tendu.training.export import card_of, files_of, write_model
    from tendu.training.judge import check_judges
    from tendu.training.measured import measured
    from tendu.training.narrow import smaller
    from tendu.training.quantize import calibration_pictures
    from tendu.training.report import Origin, report_of
    from tendu.training.rounding import PICTURES
    from tendu.training.settle import settler
    from tendu.training.start import blended, network_from

    if output.suffix != ".tflite":
        raise DataError(f"A model is written as .tflite, not {output.name!r}. Name it model.tflite.")
    names = {one: output.stem if len(precisions) == 1 else f"{output.stem}-{one}" for one in precisions}
    _refuse_what_is_there(output, list(names.values()), overwrite=overwrite)
    rounds = bool({"int8", "int4"} & set(names))
    if (settle and not rounds) or (settle_sizes and not settle):
        raise DataError("Only int8 and int4 settle, and --settle-at needs --settle. Give both, or neither.")
    try:
        text = "" if about is None else about.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"Cannot read {about}: {error}.") from error
    run = None if checkpoint.suffix in {".tflite", ".json"} else load(checkpoint)
    network = network_from(checkpoint) if run is None else averaged(run)
    network = (blended(network, blend) if blend else network).eval()
    # What can be said now is not said after an hour of rounding.
    check_judges(judges, network.shape.skeleton)
    learned = (run.recipe if run else {}), network.shape.skeleton
    unseen = [read_again(path, *learned).parted(part)[1] for path, part in held]
    crops = [read_again(path, *learned, limit=2000, trust=0.0) for path in labels]  # pictures alone
    wide, network = network, smaller(network, crops, size=size, inner=inner, neck=neck)
    count = PICTURES if rounds else _CHECKED
    pictures = calibration_pictures(crops, size=network.shape.size, count=count, seed=seed)
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SinkError(f"Cannot make the folder {output.parent}: {error.strerror or error}.") from error
    with Bar(shown=True) as bar:
        settling = settle and settler(
            wide,
            *settle,
            sizes=settle_sizes,
            threads=threads,
            kept=output.with_suffix(".settling"),
            tell=bar.tell("settling"),
        )
        models = files_of(network, precisions, pictures, settle=settling, tell=bar.tell("rounding"))
    found = measured(
        network,
        {names[one]: model for one, model in models.items()},
        pictures[:_CHECKED],
        held=unseen,
        judges=judges,
        threads=threads,
    )
    origin = Origin(
        checkpoint.name,
        None if run is None else run.step,
        0.0 if run is None else run.seconds,
        [(path.name, part) for path, part in blend],
        made_smaller=bool(inner or neck),
        settled=settle[2] if settle else 0,
    )
    for precision, model in models.items():
        name = names[precision]
        sure = found[name].chances
        platt = None if sure is None else sure.platt
        card = card_of(
            name, network, precision, model, licence=licence, source=source, note=note, platt=platt
        )
        report = report_of(card, found[name], origin, about=text)
        write_model(output.parent, card, model, report)
        click.echo(report)


def _refuse_what_is_there(output: Path, names: list[str], *, overwrite: bool) -> None:
    """Refuses to replace a file or a card.

    Raises:
        SinkError: one is there already, and may not be replaced.
    """
    for path in (output.with_name(name + suffix) for name in names for suffix in (".tflite", ".json", ".md")):
        if path.exists() and not overwrite:
            raise SinkError(f"{path} is there already. Give --overwrite to replace it.")
