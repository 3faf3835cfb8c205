"""Starting weights: a network that has learned already, from a MoveNet file or from a checkpoint.

An INT8 file's weights become floats; what its authors trained on stays in them. The convolutions of a .tflite file come
in the order of `Network.convolutions`, so each finds its place by its turn and is refused by its shape.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path

import numpy as np
import torch

from tendu.errors import DataError, ModelError, TenduError
from tendu.models.graph import Graph
from tendu.models.opened import skeleton_in
from tendu.models.soundness import check_tflite
from tendu.models.weights import locate
from tendu.runtimes.model_file import kind_of
from tendu.skeleton import COCO17, Skeleton
from tendu.training.checkpoint import averaged, load
from tendu.training.convolution import Convolution
from tendu.training.graph_model import Layer, graph_model
from tendu.training.network import Block, Network, Shape


def network_from(path: Path) -> Network:
    """The network of a MoveNet file (.tflite, or TensorFlow.js's .json), or the averaged one of a checkpoint.

    Its shape comes with it.

    Args:
        path: the file; or a name of the catalog, whose file is fetched where it is not here.

    Raises:
        ModelError: the file cannot be read, or is none of these.
        UnknownModelError: there is no such file, and no model has that name.
    """
    size, skeleton = None, COCO17
    if path.name == str(path) and not (path.suffix or path.exists()):
        path, card = locate(str(path))
        size = card and card.read_at  # the catalog has one file by two names, each with its own size
    if path.suffix not in {".tflite", ".json"}:
        return averaged(load(path))
    try:
        if path.suffix == ".tflite":
            side, layers, skeleton = _tflite(path)
        else:
            side, layers = graph_model(path)
    except TenduError:
        raise
    except Exception as error:  # whatever fields raise that nobody has checked
        raise ModelError(f"{path.name} is damaged: {error!r}. Load it again.") from error
    stem, head = len(layers[0][0]), len(layers[-1][0][0])
    network = Network(
        _narrow(
            Shape(size=max(size or side, 32), width=stem / 32, head=head, skeleton=skeleton),
            [len(weight) for weight, _ in layers],
        )
    )
    for turn, (layer, given) in enumerate(zip_longest(network.convolutions(), layers)):
        if layer is None or given is None or layer.unit.shape != given[0].shape:
            wanted = None if layer is None else tuple(layer.unit.shape)
            got = None if given is None else given[0].shape
            raise ModelError(
                f"{path.name} is no MoveNet of this family: convolution {turn} is {got}, not {wanted}. "
                "Give a MoveNet SinglePose file."
            )
        if not (np.isfinite(given[0]).all() and np.isfinite(given[1]).all()):
            raise ModelError(
                f"{path.name} has weights that are no finite numbers in convolution {turn}. Give another file."
            )
        layer.set(torch.tensor(given[0]), torch.tensor(given[1]))
    return network


def _narrow(shape: Shape, channels: list[int]) -> Shape:
    """The shape with as many channels within its blocks, and behind the last, as a file's convolutions give in turn."""
    published = Network(shape)
    order = published.convolutions()
    if len(order) != len(channels):
        return shape
    has = dict(zip(order, channels, strict=True))
    blocks = [block for block in published.blocks if isinstance(block, Block)]
    inner, neck = tuple(has[block.depthwise] for block in blocks), has[blocks[-1].project]
    usual = tuple(block.depthwise.groups for block in blocks)
    return replace(
        shape,
        inner=() if inner == usual else inner,
        neck=None if neck == len(blocks[-1].project.unit) else neck,
    )


NOWHERE = -4.6
"""The logit of a point that has not been learned yet: a score of 0.01 everywhere."""


SWIFT = 10.0
"""How much faster a new point's weights learn: those that a network has need small steps, and these all their way."""


@torch.no_grad()
def arranged(network: Network, skeleton: Skeleton) -> Network:
    """A network that finds the keypoints of a skeleton, those that it knew as well as before.

    What it sees stays; in the last layer of the heads each keypoint takes its place by its name. One that it did not know is
    nowhere, and has all to learn.

    Args:
        network: it stays as it is.
        skeleton: whose keypoints.
    """
    names = network.shape.skeleton.names
    if skeleton == network.shape.skeleton:
        return network
    made = Network(replace(network.shape, skeleton=skeleton))
    last = {f"heads.{number}.out.{part}" for number in (1, 2, 3) for part in ("unit", "shift", "scale")}
    kept = {name: values for name, values in network.state_dict().items() if name not in last}
    made.load_state_dict(kept, strict=False)
    places = [names.index(name) if name in names else -1 for name in skeleton.names]
    for number, each, begins in ((1, 1, NOWHERE), (2, 2, 0.5), (3, 2, 0.0)):
        old, new = network.heads[number].out, made.heads[number].out
        assert isinstance(old, Convolution)
        assert isinstance(new, Convolution)
        new.scale.fill_(SWIFT * float(old.scale.median()))
        new.unit.zero_()
        new.shift.copy_(begins / new.scale)
        for place, known in enumerate(places):
            if known >= 0:
                there, here = (slice(each * one, each * (one + 1)) for one in (place, known))
                for mine, its in ((new.unit, old.unit), (new.shift, old.shift), (new.scale, old.scale)):
                    mine[there] = its[here]
    made.round(on=network.stem.rounded)
    return made


def blended(network: Network, others: Sequence[tuple[Path, float]]) -> Network:
    """A network whose weights lie between those of several that began with the same ones.

    A network that was trained on keeps, between itself and its start, most of what it learned and most of what it would
    have lost on other pictures (Wortsman et al., "Robust fine-tuning of zero-shot models", arXiv 2109.01903).

    Args:
        network: one of them; its share is what the others leave.
        others: the files of the others, as `network_from` takes them, each with its share of the mean, 0 to 1.

    Raises:
        DataError: the shares are no parts of a whole, or a network has another shape.
        ModelError: a file cannot be read.
    """
    parts = [part for _, part in others]
    if any(not 0 < part < 1 for part in parts) or sum(parts) >= 1:
        raise DataError(
            f"Shares of a blend lie between 0 and 1 and leave something for the checkpoint; got {parts}."
        )
    mixed = Network(network.shape)
    several = [(network, 1 - sum(parts))]
    for path, part in others:
        other = network_from(path)
        if replace(other.shape, size=network.shape.size) != network.shape:
            raise DataError(
                f"{path.name} is a network of another width ({other.shape.width:g}, not {network.shape.width:g}), of other "
                "keypoints or with other channels in its blocks. Blend networks that began as the same one."
            )
        several.append((other, part))
    for one, _ in several:
        one.round(on=False)
    layers = zip(mixed.convolutions(), *(one.convolutions() for one, _ in several), strict=True)
    for layer, *given in layers:
        weight, bias = (
            sum(
                (part * getattr(one, kind).detach() for one, (_, part) in zip(given, several, strict=True)),
                torch.tensor(0.0),
            )
            for kind in ("weight", "bias")
        )
        layer.set(weight, bias)
    return mixed


def _tflite(path: Path) -> tuple[int, list[Layer], Skeleton]:
    check_tflite(path)
    content = path.read_bytes()
    if kind_of(content) == "edgetpu":
        raise ModelError(
            f"{path.name} is compiled for the Edge TPU, and its weights cannot be read. Give the file that it was compiled of."
        )
    graph = Graph(content)
    heads = graph.heads()
    if heads is None:
        raise ModelError(
            f"{path.name} is no MoveNet: its four heads are not there. Give a MoveNet SinglePose file."
        )
    layers = weights(Graph(graph.cut(heads)).floated())
    return graph.shape(graph.inputs[0])[1], layers, skeleton_in(graph, heads)


def weights(model: bytes) -> list[Layer]:
    """The (weight, bias) of each convolution of a float .tflite, in the order of its operators, as PyTorch has them."""
    graph = Graph(model)
    found: list[Layer] = []
    for operator in graph.operators:
        kind = graph.operator(operator)
        if kind in {"CONV_2D", "DEPTHWISE_CONV_2D"}:
            weight, bias = (graph.constant(int(tensor)) for tensor in operator.inputs[1:3])
            turn = (3, 0, 1, 2) if kind == "DEPTHWISE_CONV_2D" else (0, 3, 1, 2)
            # A file of 16-bit floats is reckoned with in 32 bits, as everything is.
            found.append((weight.transpose(turn).astype(np.float32, copy=False), bias))
    return found
