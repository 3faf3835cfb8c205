"""Where model files are: a name or a path becomes a file that is there and sound.

A file is looked for among the bundled models, in the folder that the user gives, in the folder that TENDU_MODELS
names and in the user's cache. The network is reached only for a named model that is in none of them.
"""

import os
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Literal

from tendu.errors import DataError, ModelError
from tendu.models import bundled
from tendu.models.card import ModelCard, read_card
from tendu.models.catalog import card as card_of
from tendu.models.catalog import cards
from tendu.models.checksum import verify
from tendu.models.fetching import Progress, by_hand, cache, fetch
from tendu.models.soundness import check_tflite

Shelf = Literal["bundled", "folder", "cache"]

_fetch = fetch  # `locate` has a parameter of that name


def shelves(models: Path | None = None) -> list[tuple[Shelf, Path]]:
    """The folders that are searched, in order, with their kind.

    Args:
        models: a folder that the user gives.

    Raises:
        DataError: that folder, or the one that TENDU_MODELS names, is not there.
    """
    given: list[tuple[Shelf, Path]] = [("folder", models)] if models else []
    named = os.environ.get("TENDU_MODELS")
    if named:
        given.append(("folder", Path(named).expanduser()))
    for _, folder in given:
        if not folder.is_dir():
            raise DataError(
                f"The models folder {folder} is not there. Make it, or name another (--models, TENDU_MODELS)."
            )
    return [("bundled", bundled.FOLDER), *given, ("cache", cache())]


def find(card: ModelCard, *, models: Path | None = None) -> Path | None:
    """The model's file, searched by its name two folders deep; None where it is on no shelf.

    Args:
        card: the model.
        models: a folder to search after the bundled models and before all others.

    Raises:
        DataError: a folder that is named is not there.
    """
    for _, folder in shelves(models):
        for level in ("", "*/", "*/*/"):
            for path in sorted(folder.glob(level + card.file)):
                if path.is_file():
                    return path
    return None


def locate(
    name_or_path: str | Path,
    *,
    models: Path | None = None,
    fetch: bool = True,
    progress: Progress | None = None,
) -> tuple[Path, ModelCard | None]:
    """A model's file, checked, and its card.

    A path brings the card that lies beside it (`mine.json` beside `mine.tflite`) where that is of this very file, else
    the catalog's of that file name, else None. A calibration counts for the very file that it was fitted on alone.

    Args:
        name_or_path: a name of the catalog, or the path of any .tflite or .onnx file.
        models: a folder to search besides the usual ones.
        fetch: whether the network may be used for a model that is not here.
        progress: told how far a fetch is.

    Raises:
        UnknownModelError: no model has that name.
        ModelError: the file is damaged, is not here and may not or cannot be fetched.
        DataError: a folder that is named is not there.
    """
    path = Path(name_or_path).expanduser()
    like_a_path = (
        isinstance(name_or_path, Path) or path.suffix in {".tflite", ".onnx"} or os.sep in name_or_path
    )
    if like_a_path or path.is_file():
        if not path.is_file():
            raise ModelError(f"There is no model file {path}.")
        if path.suffix != ".onnx":
            check_tflite(path)
        return path, _card_at(path)
    card = card_of(str(name_or_path))
    path = find(card, models=models)
    if path is not None:
        verify(card, path)
        return path, card
    if not fetch:
        raise ModelError(f'{card.name} is not here. Run "tendu models fetch {card.name}". {by_hand(card)}')
    return _fetch(card, progress=progress), card


def _card_at(path: Path) -> ModelCard | None:
    named = next((card for card in cards() if card.file == path.name), None)
    try:
        beside = read_card(path.with_suffix(".json"))
    except (OSError, ValueError, TypeError):  # no such file, or one that is something else
        beside = None
    if named is None and beside is None:
        return None
    digest = sha256(path.read_bytes()).hexdigest()
    if beside is not None and beside.sha256 == digest:
        return beside
    return named if named is None or named.sha256 == digest else replace(named, calibration=None)
