"""Checkpoint: all that training needs to go on as if it had never stopped, written whole or not at all."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from tendu.errors import ModelError, SinkError
from tendu.training.network import Network, Shape
from tendu.whole_file import whole_file

VERSION = 1


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A moment of a training run.

    Attributes:
        shape: of the network.
        step: how many steps are done.
        seconds: how long they took.
        network: the weights being trained.
        averaged: their running average, which is what is exported.
        optimizer: AdamW's state.
        rounded: whether the weights were rounded to 8 bits as they were used, and so belong in a file.
        teacher: the teacher's weights and shape, so that its file is not needed to go on.
    """

    shape: Shape
    step: int
    seconds: float
    network: dict[str, Any]
    averaged: dict[str, Any]
    optimizer: dict[str, Any]
    teacher: dict[str, Any]
    rounded: bool = False


def save(checkpoint: Checkpoint, path: Path) -> None:
    """Writes a checkpoint beside its place, then gives it its name: the old one stays until the new one is whole.

    Raises:
        SinkError: it cannot be written.
    """
    write({**vars(checkpoint), "shape": vars(checkpoint.shape), "version": VERSION}, path)


def write(fields: dict[str, Any], path: Path) -> None:
    """The same of whatever fields PyTorch can save.

    Raises:
        SinkError: it cannot be written.
    """
    try:
        with whole_file(path) as temporary, temporary.open("wb") as file:
            torch.save(fields, file)
            file.flush()
            os.fsync(file.fileno())
    except (OSError, RuntimeError) as error:  # PyTorch says a full disk as a RuntimeError
        raise SinkError(
            f"Cannot write the checkpoint {path}: {error}. An older one is left as it was."
        ) from error


def clear(path: Path) -> None:
    """Removes what a process that was killed while it wrote a checkpoint there has left beside it."""
    for left in path.parent.glob(f".{path.stem}.*.partial*"):
        left.unlink(missing_ok=True)


def load(path: Path) -> Checkpoint:
    """A checkpoint that `save` wrote.

    Raises:
        ModelError: the file is missing, damaged, or no checkpoint.
    """
    try:
        fields: dict[str, Any] = torch.load(path, weights_only=True, map_location="cpu")
        version = fields.pop("version")
        shape = Shape(**fields.pop("shape"))
        found = Checkpoint(shape, **fields)
    except Exception as error:  # whatever unpickling a damaged file raises
        raise ModelError(f"{path} is no checkpoint of tendu train, or is damaged: {error!r:.120}.") from error
    if version != VERSION:
        raise ModelError(f"{path} is a checkpoint of another version of tendu. Train again.")
    return found


def averaged(checkpoint: Checkpoint) -> Network:
    """The network that a checkpoint stands for: the averaged weights."""
    network = Network(checkpoint.shape)
    network.load_state_dict(checkpoint.averaged)
    network.round(on=checkpoint.rounded)
    return network
