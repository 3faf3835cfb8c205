"""`tendu run`, the verb that needs not be said: sources in, poses and pictures out."""

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tendu.cli.spoken import say
from tendu.cli.values import locked, moment, one_of, share, whole
from tendu.cli.values import rate as frame_rate
from tendu.file_names import FILMS

if TYPE_CHECKING:
    from tendu.drawing.draw import Labels
    from tendu.estimator import Estimator
    from tendu.motion.track import Lock

# What the library knows as LOOKS and NAMES; importing those here would slow help down.
LOOKS = ("auto", "once", "zoom", "mirrored", "tiles")
LABELS = ("none", "track", "confidence", "both")
RUNTIMES = ("auto", "litert", "openvino", "onnx", "edgetpu")

# How many people are looked for where one of them is to be followed.
_LOCKED_AMONG = 5


@click.command()
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@click.option(
    "-o",
    "--output",
    "targets",
    metavar="TARGET",
    multiple=True,
    help="Where results go; may be given several times.",
)
@click.option("--overwrite", is_flag=True, help="Replace outputs that are there already.")
@click.option("--show", is_flag=True, help="Show the drawn pictures in a window; q closes it.")
@click.option("--people", type=whole, metavar="N", help="The most people to look for; 1 when not given.")
@click.option(
    "--min-score",
    type=share,
    metavar="SCORE",
    help="How sure the model must be of a person, from 0 to 1; 0.25 when not given.",
)
@click.option(
    "--look",
    type=one_of(LOOKS),
    metavar=f"[{'|'.join(LOOKS)}]",
    help="How a photo is looked at. once: the whole photo, the published way. zoom: then closer at the person. mirrored: "
    "zoom, checked against the mirror image. tiles: part by part, for many or small people. auto, when not given: "
    "zoom for one person, tiles for more.",
)
@click.option(
    "--start",
    type=moment,
    metavar="TIME",
    help="Begin a film here: seconds (90.5) or minutes and seconds (1:30.5).",
)
@click.option("--end", type=moment, metavar="TIME", help="End a film before this moment.")
@click.option("--every", type=whole, metavar="N", help="Take every Nth frame or photo only.")
@click.option(
    "--rate",
    type=frame_rate,
    metavar="RATE",
    help="Photos a second of a film made of photos; one when not given. A film keeps its times.",
)
@click.option(
    "--lock",
    type=locked,
    metavar="[largest|centre|N]",
    help="Report one person of a film only: the largest or the most central of the first frame with anybody, and whoever "
    "is that a second after they were last seen, under a new number; or the one who got this number; up to 5 people are "
    "looked for when --people is not given.",
)
@click.option(
    "--blur-faces",
    is_flag=True,
    help="Make the faces of all who are reported unrecognisable; whoever is not reported stays as they are.",
)
@click.option("--black", is_flag=True, help="Draw people on black instead of on the picture.")
@click.option("--boxes", is_flag=True, help="Draw everybody's box.")
@click.option(
    "--labels",
    type=one_of(LABELS),
    metavar=f"[{'|'.join(LABELS)}]",
    help="What is written above everybody; track, when not given, where several people are looked for, else none.",
)
@click.option("--no-smooth", is_flag=True, help="Leave points in films shaking as the model sees them.")
@click.option(
    "--model", metavar="NAME|FILE", help='A model\'s name, see "tendu models", or a .tflite or .onnx file.'
)
@click.option(
    "--models",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Look for model files in this folder too.",
)
@click.option(
    "--decode",
    type=one_of(("float", "published")),
    metavar="[float|published]",
    help="float, when not given: read the model's inner numbers, which is more exact. published: take its own output.",
)
@click.option(
    "--precision",
    type=one_of(("file", "float")),
    metavar="[file|float]",
    help="file, when not given: compute as the model's file says. float: compute an INT8 model in float, slower and a little more exact.",
)
@click.option(
    "--size",
    type=whole,
    metavar="PX",
    help="The side of a MoveNet's input, a multiple of 32; the file's own when not given. Smaller is faster, larger "
    "sees smaller people.",
)
@click.option(
    "--runtime",
    type=one_of(RUNTIMES),
    metavar=f"[{'|'.join(RUNTIMES)}]",
    help="What runs the model; auto, when not given, takes the fastest one installed.",
)
@click.option(
    "--threads",
    type=whole,
    metavar="N",
    help="Processor threads for the model; when not given all cores up to 4, one fewer in films of over a megapixel.",
)
@click.option("--quiet", is_flag=True, help="Show no progress and no summary; errors are still shown.")
def run(
    sources: tuple[str, ...],
    targets: tuple[str, ...],
    *,
    overwrite: bool,
    show: bool,
    no_smooth: bool,
    quiet: bool,
    every: int | None,
    start: float | None,
    end: float | None,
    rate: float | None,
    lock: "Lock",
    blur_faces: bool,
    black: bool,
    boxes: bool,
    labels: "Labels | None",
    **choices: Any,
) -> int:
    """Find poses in photos, films and cameras; keep, draw or show them.

    SOURCE is a photo, several photos or a folder of them, a film, a camera's number (0 is the first), an http or rtsp
    address, or - for a photo or film on standard input.

    TARGET is chosen by its ending. Poses: .jsonl, .json, .csv, .parquet, .coco.json, .openpose. Pictures with everyone
    drawn on them: .mp4, .gif, .png, .jpg, .webp, or a folder. JSON lines on standard output: -.

    Without a target the keypoints of photos are printed.
    """
    from tendu.cli.keypoints import Keypoints
    from tendu.cli.progress import Bar
    from tendu.cli.summary import lines
    from tendu.loading import load
    from tendu.pipeline import run as run_pipeline
    from tendu.pipeline import usual_drawing
    from tendu.runtimes.machine import threads_beside_decoder
    from tendu.sources.open_source import open_source

    film = next((name for name in sources if name.lower().endswith(FILMS)), None)
    if film is not None and len(sources) > 1:
        raise click.UsageError(f"Films are taken one at a time: give {film} alone.")
    named = sources[0] if len(sources) == 1 else list(sources)
    source = open_source(named, every=every or 1, start=start, end=end)
    moving = source.facts.moving
    kept = bool(targets) or show

    def model() -> "Estimator":
        found = load(**options, progress=bar.tell(say("fetching the model")))
        # Said when all else is known to be good: an error would make it wrong.
        if moving and not (kept or quiet):
            click.echo(say("Nothing is kept: add -o poses.jsonl, -o drawn.mp4 or --show."), err=True)
        return found

    options = {name: value for name, value in choices.items() if value is not None}
    if lock is not None:
        options.setdefault("people", _LOCKED_AMONG)
    drawing = partial(
        usual_drawing(several=options.get("people", 1) > 1),
        background="black" if black else "picture",
        boxes="shown" if boxes else "hidden",
        faces="blurred" if blur_faces else "shown",
        **({"labels": labels} if labels else {}),
    )
    if moving:
        options.setdefault("threads", threads_beside_decoder(source.facts.pixels))
    with Bar(shown=not quiet and sys.stderr.isatty() and not ("-" in targets and sys.stdout.isatty())) as bar:
        summary = run_pipeline(
            source,
            to=targets if kept or moving else [Keypoints()],
            model=model,
            rate=rate,
            overwrite=overwrite,
            smooth=not no_smooth,
            lock=lock,
            drawing=drawing,
            show=show,
            progress=bar.tell(say("frames") if moving else say("photos")),
        )
    for line in lines(summary, moving=moving, brief=quiet):
        click.echo(line, err=True)
    if summary.interrupted:
        return 130
    return 1 if summary.problems else 0
