"""`tendu train`: a network of MoveNet's family learns from labelled crops and a teacher."""

from copy import deepcopy
from pathlib import Path

import click

from tendu.cli.progress import Bar
from tendu.cli.values import above_nothing, whole
from tendu.errors import ModelError, SinkError
from tendu.extras import require


@click.command()
@click.argument("recipe", type=click.Path(path_type=Path))
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=Path(),
    metavar="FOLDER",
    help="Where the recipe's label files are; here, when not given.",
)
@click.option(
    "--start",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Begin with these weights: a model's name, a MoveNet .tflite or TensorFlow.js .json file, or a checkpoint.",
)
@click.option(
    "--teacher",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Learn from this network, given as for --start; from the start itself, when not given.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FOLDER",
    help="Where the run is kept.",
)
@click.option("--minutes", type=float, metavar="N", help="Train for so long.")
@click.option("--steps", type=whole, metavar="N", help="Train so many steps.")
@click.option("--resume", is_flag=True, help="Go on from the folder's checkpoint.")
@click.option(
    "--judge",
    "judges",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FOLDER",
    help="Measure AP on these annotated photos at each checkpoint; may be given several times.",
)
@click.option(
    "--save-minutes",
    type=above_nothing,
    default="5",
    metavar="N",
    help="Write a checkpoint so often; every 5 minutes when not given.",
)
@click.option("--limit", type=whole, metavar="N", help="Read so many crops of each set at most.")
@click.option(
    "--threads", type=whole, default="1", metavar="N", help="Processor threads for each of two parts."
)
@click.option(
    "--device",
    metavar="NAME",
    help="Where to learn, as PyTorch calls it: cpu, cuda, mps; a CUDA GPU where there is one, when not given.",
)
def train(
    recipe: Path,
    *,
    data: Path,
    start: Path | None,
    teacher: Path | None,
    output: Path,
    minutes: float | None,
    steps: int | None,
    resume: bool,
    judges: tuple[Path, ...],
    save_minutes: float,
    limit: int | None,
    threads: int,
    device: str | None,
) -> None:
    """Train a model from a recipe.

    The folder gets checkpoint.pt, progress.jsonl, judged.jsonl and curves.png. Ctrl-C saves a checkpoint first.
    """
    require("torch", extra="train", purpose="Training")
    from tendu.training.beginning import begun, gone_on, refuse_unlearned
    from tendu.training.checkpoint import load
    from tendu.training.curves import draw_curves
    from tendu.training.data import read_sets
    from tendu.training.device import device_of
    from tendu.training.judge import check_judges, note_figures
    from tendu.training.loop import Budget, Progress, Run
    from tendu.training.notes import forget
    from tendu.training.recipe import read_recipe

    read, place = read_recipe(recipe), device_of(device)
    budget = Budget(steps=steps, minutes=minutes)
    check_judges(judges, read.skeleton)  # what is wrong with one is better said before the run than after it
    kept = output / "checkpoint.pt"
    if kept.exists() and not resume:
        raise SinkError(f"{output} holds a run already. Give --resume to go on, or another folder.")
    if resume and not kept.exists():
        raise ModelError(f"{output} holds no checkpoint.pt to go on from. Leave out --resume to begin a run.")
    found = load(kept) if resume else None
    networks = begun(read, start, teacher) if found is None else gone_on(found, read, start, teacher)
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SinkError(f"Cannot make the folder {output}: {error.strerror or error}.") from error
    seen, held = read_sets(read, data, limit=limit)
    refuse_unlearned(read, seen, networks[1])
    run = Run(read, seen, *networks, folder=output, threads=threads, device=place)
    if resume:
        run.resume(found)
    else:
        forget(output)  # of a run that ended before its first checkpoint

    unseen = {one.labels: crops for one, crops in zip(read.sets, held, strict=True)}

    def judge() -> None:
        note_figures(deepcopy(run.averaged), run.step, output, held=unseen, folders=judges, threads=threads)
        if run.step:
            draw_curves(output)

    if not resume:
        judge()  # the start, beside which all that follows is seen

    with Bar(shown=True) as bar:
        draw = bar.tell(recipe.stem)

        def tell(progress: Progress) -> None:
            draw(*((progress.step, steps) if steps else (round(1000 * progress.spent), 1000)))

        run.train(budget, tell=tell, saved=judge, save_minutes=save_minutes)
    click.echo(run.path)
