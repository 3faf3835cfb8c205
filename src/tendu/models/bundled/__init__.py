"""Our own models: `<name>.tflite` with its card as `<name>.json` beside it."""

import json
from pathlib import Path

from tendu.models.card import ModelCard

FOLDER = Path(__file__).parent


def cards() -> tuple[ModelCard, ...]:
    """The cards of the models that are shipped with tendu, by name; empty where none is shipped."""
    return tuple(_read(path) for path in sorted(FOLDER.glob("*.json")))


def _read(path: Path) -> ModelCard:
    fields = json.loads(path.read_text(encoding="utf-8"))
    tuples = {key: tuple(value) for key, value in fields.items() if isinstance(value, list)}
    return ModelCard(**(fields | tuples))
