"""Checksums of model files: those of the catalog, and those recorded when a file first came."""

from hashlib import file_digest
from pathlib import Path
from typing import Literal

from tendu.errors import ModelError
from tendu.models.card import ModelCard
from tendu.models.soundness import check_tflite


def verify(card: ModelCard, path: Path) -> Literal["catalog", "first fetch", "form"]:
    """What the file was checked against: the catalog's sha256, the one of its first fetch, or its form alone.

    Raises:
        ModelError: the file is damaged, or cannot be read.
    """
    if expected(card, path) is None:
        check_tflite(path)
        return "form"
    compare(card, path, path)
    return "catalog" if card.sha256 else "first fetch"


def compare(card: ModelCard, path: Path, content: Path) -> str:
    """The sha256 of a file's content, which may still lie elsewhere.

    Raises:
        ModelError: it is not the one that is known, or the content cannot be read.
    """
    try:
        with content.open("rb") as file:
            found = file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"Cannot read {content}: {error.strerror or error}.") from error
    known = expected(card, path)
    if known is not None and found != known:
        who = "the catalog" if card.sha256 else record(path).name
        raise ModelError(
            f"{path.name} is damaged: its sha256 starts {found[:4]}, {who} says {known[:4]}. "
            "Delete it and load again."
        )
    return found


def expected(card: ModelCard, path: Path) -> str | None:
    """The sha256 that the file must have: the catalog's, else the recorded one; None where neither is known."""
    if card.sha256 is None and record(path).is_file():
        return record(path).read_text(encoding="utf-8").partition(" ")[0].strip()
    return card.sha256


def record(path: Path) -> Path:
    """The file beside a model that keeps the sha256 of its first fetch, in the form that `sha256sum -c` reads."""
    return path.with_name(path.name + ".sha256")
