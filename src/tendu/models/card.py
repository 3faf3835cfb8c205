"""ModelCard: what a model is, where its file comes from, what goes in and how its numbers are read."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

DecoderName = Literal["movenet", "movenet-multipose", "posenet"]


@dataclass(frozen=True)
class ModelCard:
    """One row of the catalog.

    Attributes:
        name: what users type: "movenet-lightning-int8".
        title: what people read: "MoveNet Lightning INT8".
        decoder: how its numbers are read.
        file: the file's name in a models folder.
        size: (height, width) of the input; None where the file leaves it open.
        dtype: the input's type as published: "uint8", "float32", "int32".
        addresses: where the file can be fetched, the official one first; empty for bundled models.
        sha256: of the file; None where it is not known yet: then it is recorded on first fetch and enforced after.
        bytes: of the file, None where not known.
        licence: SPDX name; "not stated" where the makers of a file of one's own named none.
        source: who made it and where it is described.
        people: how many people one run of it can tell apart.
        stride: input pixels per cell of its heatmaps.
        published_map: mAP that its makers state, 0 to 100, None where they state none.
        note: one sentence on what it is good for.
        read_at: the side of the input, px, where the model is not run at its file's own size.
        skeleton: the table of its keypoints (`tendu.skeletons.table_of`), where they are not COCO's 17; for web pages, since
            tendu reads them in the file itself.
        calibration: (slope, shift) of `tendu.metrics.platt.Platt`, by which confidence becomes the chance that a pose is
            right; None where it was never fitted.
    """

    name: str
    title: str
    decoder: DecoderName
    file: str
    size: tuple[int, int] | None
    dtype: str
    addresses: tuple[str, ...]
    sha256: str | None
    bytes: int | None
    licence: str
    source: str
    people: int
    stride: int
    published_map: float | None = None
    note: str = ""
    read_at: int | None = None
    calibration: tuple[float, float] | None = None
    skeleton: dict[str, Any] | None = None


def card_text(card: ModelCard) -> str:
    """A card as a JSON file has it; `read_card` reads it back."""
    return json.dumps(asdict(card), indent=2, ensure_ascii=False) + "\n"


def read_card(path: Path) -> ModelCard:
    """The card in a JSON file.

    Raises:
        OSError: it cannot be read.
        ValueError, TypeError: it holds something else.
    """
    fields: dict[str, Any] = dict(json.loads(path.read_text(encoding="utf-8")))
    tuples: dict[str, Any] = {key: tuple(value) for key, value in fields.items() if isinstance(value, list)}
    return ModelCard(**(fields | tuples))
