"""Our own models: `<name>.tflite` with its card as `<name>.json` beside it."""

from pathlib import Path

from tendu.models.card import ModelCard, read_card

FOLDER = Path(__file__).parent


def cards() -> tuple[ModelCard, ...]:
    """The cards of the models that are shipped with tendu, by name; empty where none is shipped."""
    return tuple(read_card(path) for path in sorted(FOLDER.glob("*.json"), key=lambda path: path.stem))
