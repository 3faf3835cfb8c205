"""Checkpoint: all that training needs to go on as if it had never stopped, written whole or not at all."""

import os
from dataclasses import dataclass, field
from errno import ENOSPC
from pathlib import Path
from shutil import disk_usage
from typing import Any
from zipfile import ZipFile, is_zipfile

import torch
from torch import Tensor

from tendu.errors import DataError, ModelError, SinkError
from tendu.training.network import Network, Shape
from tendu.whole_file import whole_file

VERSION = 1

FULL = 2**20
"""Bytes; a disk that has no more is full."""


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
        recipe: the run's, as a dictionary; empty in older checkpoints, as are the next two.
        crops: how many each of its sets has to learn from.
        start: the mark of the weights that it began with, see `tendu.training.beginning.mark`.
    """

    shape: Shape
    step: int
    seconds: float
    network: dict[str, Any]
    averaged: dict[str, Any]
    optimizer: dict[str, Any]
    teacher: dict[str, Any]
    rounded: bool = False
    recipe: dict[str, Any] = field(default_factory=dict[str, Any])
    crops: list[int] = field(default_factory=list[int])
    start: str = ""


def save(checkpoint: Checkpoint, path: Path) -> None:
    """Writes a checkpoint beside its place, then gives it its name: the old one stays until the new one is whole.

    Raises:
        SinkError: it cannot be written.
    """
    write({**vars(checkpoint), "shape": checkpoint.shape.plain(), "version": VERSION}, path)


def write(fields: dict[str, Any], path: Path) -> None:
    """The same of whatever fields PyTorch can save.

    Raises:
        SinkError: it cannot be written.
    """
    try:
        with whole_file(path) as temporary, temporary.open("wb") as file:
            try:
                torch.save(fields, file)
            except RuntimeError as error:
                # PyTorch says of a full disk that an "enforce" of its own failed. What is written is still there now.
                full = disk_usage(path.parent).free < FULL
                raise OSError(ENOSPC if full else 0, str(error)) from error
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        reason = "the disk is full" if error.errno == ENOSPC else error.strerror or error
        left = " The older one is left as it was." if path.exists() else ""
        raise SinkError(f"Cannot write the checkpoint {path}: {reason}.{left}") from error


def clear(path: Path) -> None:
    """Removes what a process that was killed while it wrote a checkpoint there has left beside it."""
    for left in path.parent.glob(f".{path.stem}.*.partial*"):
        left.unlink(missing_ok=True)


def load(path: Path) -> Checkpoint:
    """A checkpoint that `save` wrote.

    Raises:
        ModelError: the file is missing, damaged, or no checkpoint; or its weights are no finite numbers.
    """
    fields = read(path)
    if fields.get("version") != VERSION:
        raise ModelError(
            f"{path} is no checkpoint of tendu train of this version. Give a run's checkpoint.pt."
        )
    del fields["version"]
    try:
        found = Checkpoint(Shape.of(fields.pop("shape")), **fields)
    except (KeyError, TypeError, DataError) as error:
        raise ModelError(
            f"{path} is no checkpoint of tendu train of this version: {error}. Give a run's checkpoint.pt."
        ) from error
    if not finite([found.network, found.averaged, found.teacher, found.optimizer]):
        raise ModelError(
            f"{path} has weights that are no finite numbers: its run diverged. Give another checkpoint."
        )
    return found


def read(path: Path) -> dict[str, Any]:
    """The fields of a file that `write` wrote, every byte of them checked.

    Raises:
        ModelError: it is missing or damaged, or no such file.
    """
    try:
        with path.open("rb") as file:
            begins = file.read(16)
    except OSError as error:
        raise ModelError(f"Cannot read the checkpoint {path}: {error.strerror or error}.") from error
    if not is_zipfile(path):
        raise ModelError(
            f"{path} is no checkpoint of tendu train, or is cut short: it begins with {begins!r}. "
            "Give a run's checkpoint.pt."
        )
    try:
        with ZipFile(path) as archive:
            # PyTorch itself reads overwritten weights as they are, and a part that is marked as a folder not at all: its
            # weights are whatever lay in memory. Checksums cover no marks; PyTorch writes none.
            marked = [part.filename for part in archive.infolist() if part.external_attr]
            damaged = marked[0] if marked else archive.testzip()
    except Exception as error:  # whatever a damaged directory of a zip file raises
        raise ModelError(f"The checkpoint {path} is damaged: {error}. Give another.") from error
    if damaged is not None:
        raise ModelError(f"The checkpoint {path} is damaged: its part {damaged} has changed. Give another.")
    try:
        fields: dict[str, Any] = torch.load(path, weights_only=True, map_location="cpu")
    except Exception as error:  # whatever unpickling another kind of file raises
        raise ModelError(
            f"{path} is no checkpoint of tendu train: it holds other things than weights and numbers. "
            "Give a run's checkpoint.pt."
        ) from error
    if not isinstance(fields, dict):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ModelError(f"{path} is no checkpoint of tendu train. Give a run's checkpoint.pt.")
    return fields


def finite(state: Any) -> bool:
    """Whether all numbers are finite in a tensor, or in all tensors of a dictionary or list, however deep."""
    if isinstance(state, Tensor):
        return bool(state.isfinite().all())
    inner = state.values() if isinstance(state, dict) else state if isinstance(state, list) else ()
    return all(map(finite, inner))


def averaged(checkpoint: Checkpoint) -> Network:
    """The network that a checkpoint stands for: the averaged weights."""
    network = Network(checkpoint.shape)
    network.load_state_dict(checkpoint.averaged)
    network.round(on=checkpoint.rounded)
    return network
