"""`tendu doctor`: what is here, what really runs, and what to do about what is missing."""

import importlib
import json
import platform
import sys
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import click

from tendu import __version__
from tendu.errors import TenduError

LIBRARIES = {"numpy": "numpy", "opencv": "cv2", "av": "av", "litert": "ai_edge_litert"}
"""What no photo or film can be read without: what people call it, what Python calls it."""


@click.command()
@click.option(
    "--models", type=click.Path(path_type=Path), help="A folder to search for models before all others."
)
@click.option(
    "--again", is_flag=True, help="Measure the runtimes anew, for instance after a busy first time."
)
@click.option("--json", "as_json", is_flag=True, help="The same as one JSON object.")
@click.pass_context
def doctor(context: click.Context, *, models: Path | None, again: bool, as_json: bool) -> None:
    """What is installed, what the default model really runs on, and what to do about what is missing.

    Ends with 0 where the default model runs, with 1 where it does not.
    """
    found = examine(models=models, again=again)
    click.echo(json.dumps(found, indent=2, ensure_ascii=False) if as_json else "\n".join(lines(found)))
    context.exit(0 if found["ready"] else 1)


def examine(*, models: Path | None = None, again: bool = False) -> dict[str, Any]:
    """Everything that doctor tells, as sections of names and values; "ready" says whether the default model runs."""
    from tendu.runtimes.machine import this_machine

    libraries = {name: _release(module) for name, module in LIBRARIES.items()}
    machine = this_machine()
    model = _model(models)
    run = (
        _run(Path(model["file"]), again=again)
        if "file" in model
        else {"problem": "There is no model to run."}
    )
    return {
        "versions": {"tendu": __version__, "python": platform.python_version(), **libraries},
        "machine": {
            "processor": machine.processor,
            "cores": machine.cores,
            "clock": machine.governor or "not told by the system",
            "system": machine.system,
        },
        "runtimes": _runtimes(),
        "devices": {"cameras": _cameras(), "Edge TPUs": _edge_tpus()},
        "model": model,
        "run": run,
        "ready": "problem" not in model and "problem" not in run and all(map(_installed, LIBRARIES.values())),
    }


def lines(found: dict[str, Any]) -> list[str]:
    """The sections as aligned text, with a closing sentence."""
    text: list[str] = []
    for title, section in found.items():
        if isinstance(section, dict):
            text += [title, *(f"  {name:<14}{_said(value)}" for name, value in section.items()), ""]
    ready = "The default model runs: tendu is ready."
    return [
        *text,
        ready if found["ready"] else "The default model does not run yet: see above for what to do.",
    ]


def _said(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none found"
    if isinstance(value, dict):
        return ", ".join(f"{name} {number}" for name, number in value.items()) or "nothing"
    return str(value)


def _installed(module: str) -> bool:
    try:
        importlib.import_module(module)
    except ImportError:
        return False
    return True


def _release(module: str) -> str:
    """The version of a library, or why it cannot be imported: a missing system library hides behind that."""
    from tendu.runtimes.available import versions

    try:
        library = importlib.import_module(module)
    except ImportError as error:
        return f"cannot be imported ({error}). Run: pip install --force-reinstall tendu"
    return versions()["litert"] if module == "ai_edge_litert" else str(library.__version__)


def _runtimes() -> dict[str, str]:
    from tendu.runtimes.available import NAMES, remedies, versions

    known = {**versions(), **{name: f"not here. {how}" for name, how in remedies().items()}}
    return {name: known.get(name, "its library is here") for name in NAMES}


def _cameras() -> list[str] | str:
    """The cameras that Linux lists; none is opened, since that would light its lamp or ask for permission."""
    if sys.platform != "linux":
        return f"not looked for on {platform.system()}: a camera would have to be opened"
    folders = sorted(Path("/sys/class/video4linux").glob("video*"))
    return [f"/dev/{folder.name} ({_line(folder / 'name')})" for folder in folders]


def _edge_tpus() -> list[str]:
    from tendu.runtimes.edgetpu import devices

    return devices()


def _line(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return "unnamed"


def _model(models: Path | None) -> dict[str, str]:
    """The default model and where its file is; it is not fetched."""
    from tendu.models.catalog import default_model
    from tendu.models.weights import locate

    name = default_model()
    try:
        path, _ = locate(name, models=models, fetch=False)
    except TenduError as error:
        return {"name": name, "problem": str(error)}
    return {"name": name, "file": str(path)}


def _run(file: Path, *, again: bool) -> dict[str, Any]:
    """What the default model really runs on, shown by running it as `tendu.load()` opens it."""
    from tendu.loading import open_file
    from tendu.models.catalog import card, default_model
    from tendu.runtimes.available import versions
    from tendu.runtimes.litert import LiteRT
    from tendu.runtimes.machine import sensible_threads
    from tendu.runtimes.memory import memory_file, recall
    from tendu.runtimes.open_runtime import measure, open_runtime
    from tendu.runtimes.race import trial_pictures

    threads = sensible_threads(None)
    try:
        content = open_file(file, card(default_model())).content
        if again and "openvino" in versions():
            measure(content, threads=threads)
        runtime = open_runtime(content)
        picture, _ = trial_pictures(runtime.inputs[0])
        milliseconds = median([_timed(runtime.run, picture) for _ in range(12)][3:])
    except (TenduError, OSError) as error:
        return {"problem": str(error)}
    told: dict[str, Any] = {"runs on": runtime.name, "milliseconds": round(milliseconds, 2)}
    if isinstance(runtime, LiteRT):
        share = runtime.share()
        told["operators"] = f"XNNPACK runs {share.taken} of {share.operators}"
    else:
        told["operators"] = "OpenVINO compiled the whole model; it does not tell its parts"
    verdict = recall(content, threads=threads)
    if verdict is None:
        alone = "openvino" not in versions()
        told["chosen"] = (
            "It is the only runtime here for this model"
            if alone
            else f"Nothing can be kept in {memory_file()}"
        )
    else:
        told["chosen"] = verdict.reason
        told["measured"] = {name: round(time, 2) for name, time in verdict.milliseconds.items()}
        told["remembered"] = str(memory_file())
    return told


def _timed(run: Any, picture: Any) -> float:
    start = perf_counter()
    run(picture)
    return (perf_counter() - start) * 1e3
