"""load(): a model's name or file becomes an Estimator."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from tendu.errors import DataError
from tendu.estimator import Estimator
from tendu.looking import Look, check_look
from tendu.metrics.platt import Platt
from tendu.models.card import ModelCard
from tendu.models.catalog import default_model
from tendu.models.opened import Decode, OpenedModel, Precision, open_model, open_ports
from tendu.models.weights import locate
from tendu.runtimes.available import RuntimeName
from tendu.runtimes.model_file import bytes_of
from tendu.runtimes.open_runtime import open_runtime

MIN_SCORE = 0.25
"""The least confidence of a person who is reported: docs/models.md, "Is anybody there?", has the figures."""


def load(
    model: str | Path | None = None,
    *,
    models: str | Path | None = None,
    decode: Decode = "float",
    precision: Precision = "file",
    size: int | None = None,
    runtime: RuntimeName | Literal["auto"] = "auto",
    threads: int | None = None,
    look: Look = "auto",
    people: int = 1,
    min_score: float = MIN_SCORE,
    progress: Callable[[int, int | None], None] | None = None,
) -> Estimator:
    """A model ready to be called with a picture.

    Args:
        model: a name that `tendu models` lists, or the path of a .tflite or .onnx file; None for the default model.
        models: a folder to search after the bundled models and before all others.
        decode: "float" reads the heads in float; "published" keeps the file's own output bit for bit.
        precision: "float" runs the same weights with float activations: a little more accurate.
        size: the side of a MoveNet's square input, px, a multiple of 32; what the card says, or the file's own when
            None. Smaller is faster, larger sees smaller people: docs/models.md, "Input size", has the figures.
        runtime: what runs it; "auto" takes the fastest that is installed.
        threads: for one run; None for the machine's cores.
        look: how a still is looked at: "once", "zoom", "mirrored", "tiles" or "auto".
        people: how many people are reported at most; where more are sure enough, those whose confidence times size is
            most.
        min_score: the least confidence of a person, 0 to 1; 0 reports every guess. Where the model's card has a
            calibration, confidence is the chance that the pose is right.
        progress: called with bytes done and in all while a file is fetched.

    Raises:
        DataError: an option cannot be meant.
        UnknownModelError: no model has that name.
        ModelError: the file is damaged, is no pose model, or cannot be fetched.
        MissingExtraError: the runtime is not installed.
    """
    check_look(look)
    if people < 1:
        raise DataError(f"people is 1 or more, not {people}.")
    if not 0 <= min_score <= 1:
        raise DataError(f"min_score lies between 0 and 1, not {min_score}.")
    name = default_model() if model is None else model
    path, card = locate(name, models=None if models is None else Path(models), progress=progress)
    if path.suffix == ".onnx":
        if (precision, size) != ("file", None):
            raise DataError("An .onnx file is run as it is: leave precision and size out.")
        content = bytes_of(path)
        engine = open_runtime(content, runtime=runtime, threads=threads)
        port = engine.inputs[0]
        shapes = [one.shape for one in engine.outputs]
        opened = open_ports(content, port.shape, shapes, floats=port.dtype == "float32")
    else:
        opened = open_file(path, card, decode=decode, precision=precision, size=size)
        engine = None
    if people > opened.people:
        more = "" if decode == "float" else ' With decode="float" a MoveNet tells 20.'
        raise DataError(
            f"This model tells at most {opened.people} apart; {people} people were asked for.{more}"
        )
    if (look == "mirrored" and not opened.mirrors) or (look == "tiles" and opened.people == 1):
        needs = (
            "maps that lie on their mirror image" if look == "mirrored" else "several people to be told apart"
        )
        raise DataError(
            f"The look {look!r} needs {needs}, which this model does not give. Choose another, or a MoveNet read with "
            'decode="float".'
        )
    return Estimator(
        name=path.stem if card is None else card.name,
        runtime=engine or open_runtime(opened.content, runtime=runtime, threads=threads),
        decoder=opened.decoder,
        height=opened.height,
        width=opened.width,
        look=look,
        people=people,
        min_score=min_score,
        centred=opened.centred,
        calibration=None if card is None or card.calibration is None else Platt(*card.calibration),
        skeleton=opened.skeleton,
    )


def open_file(
    path: Path,
    card: ModelCard | None,
    *,
    decode: Decode = "float",
    precision: Precision = "file",
    size: int | None = None,
) -> OpenedModel:
    """A model file that was located, made ready at the size asked for, or its card's, or its own.

    Args:
        path: the file, as `tendu.models.weights.locate` gives it.
        card: its card, or None.
        decode: see `load`, as the next two.
        precision: whether activations are floats.
        size: the side of the input, px.

    Raises:
        DataError, ModelError: see `tendu.models.opened.open_model`; the file cannot be read.
    """
    content = bytes_of(path)
    if size is None and card is not None:
        size = card.read_at
    return open_model(content, decode=decode, precision=precision, size=size)
