"""A model file made ready: recognised by its structure, cut where that is better, with the decoder for its numbers."""

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

import numpy as np

from tendu.cache import cache_folder, store, stored
from tendu.errors import DataError, ModelError
from tendu.models.graph import HEADS, SKELETON, Graph
from tendu.models.maps import points_of
from tendu.models.movenet import HeadsDecoder, MultiPoseDecoder, SinglePoseDecoder
from tendu.models.posenet import PoseNetDecoder
from tendu.models.seen import Decoder
from tendu.skeleton import COCO17, Skeleton
from tendu.skeletons import skeleton_of

Decode = Literal["float", "published"]
Precision = Literal["file", "float"]

OPEN_SIZE = 256
"""The side of the input of a model that leaves it open (MoveNet MultiPose advises 256, a multiple of 32)."""

CACHE_VERSION = 2
"""Raised when cut files change, so that old ones in users' caches are not used."""


@dataclass(frozen=True, eq=False)
class OpenedModel:
    """What a runtime and an estimator need to know of a file.

    Attributes:
        content: the bytes to run: the file's own, or the file cut short, turned into floats, or with 4-bit weights in 8.
        decoder: reads its numbers.
        height, width: of its input, px.
        centred: its float input runs from -1 to 1.
        people: how many people one run can tell apart.
    """

    content: bytes
    decoder: Decoder
    height: int
    width: int
    centred: bool
    people: int

    @property
    def skeleton(self) -> Skeleton:
        """Which keypoints it finds."""
        return self.decoder.skeleton if isinstance(self.decoder, HeadsDecoder) else COCO17

    @property
    def mirrors(self) -> bool:
        """Whether what it says of a mirrored window can be averaged in."""
        decoder = self.decoder
        if isinstance(decoder, PoseNetDecoder):
            return (self.width - 1) % decoder.stride == 0
        return isinstance(decoder, HeadsDecoder)


def open_model(
    content: bytes, *, decode: Decode = "float", precision: Precision = "file", size: int | None = None
) -> OpenedModel:
    """A model file, recognised and made ready.

    MoveNet's published files are cut at their heads; Coral's PoseNet files before their custom operator. Changed files
    are kept in the user's cache folder, so that the work is done once.

    Args:
        content: the bytes of a sound .tflite file.
        decode: "float" cuts and decodes in float; "published" keeps the file's own output bit for bit.
        precision: "float" runs the same weights with float activations.
        size: the side of the input, px, a multiple of 32, for a MoveNet read in float; the file's own when None.

    Raises:
        DataError: an option is not known, or the size cannot be changed so.
        ModelError: the file is no pose model that tendu knows.
    """
    if decode not in {"float", "published"}:
        raise DataError(f'decode is "float" or "published", not {decode!r}.')
    if precision not in {"file", "float"}:
        raise DataError(f'precision is "file" or "float", not {precision!r}.')
    if size is not None and (size < 32 or size % 32):
        raise DataError(f"size is a multiple of 32, not {size}.")
    graph = Graph(content)
    height, width = (side if side > 0 else size or OPEN_SIZE for side in _input_shape(graph)[1:3])
    ends, decoder, people = _recognised(graph, height, width, decode)
    side = size if (height, width) != (size, size) else None
    if side and not isinstance(decoder, HeadsDecoder):
        raise DataError(
            f"This model's input stays {height} × {width}: size={size} needs a MoveNet read with "
            'decode="float". Leave size out.'
        )
    if ends != graph.outputs or precision == "float" or side or graph.halved:
        content = _cached(content, graph, ends, precision, side)
        height, width = side or height, side or width
    centred = isinstance(decoder, PoseNetDecoder) and graph.dtype(graph.inputs[0]) == np.float32
    return OpenedModel(content, decoder, height, width, centred, people)


def plain_model(content: bytes, *, size: int | None = None) -> bytes:
    """A model file as other runtimes take it: 4-bit weights in 8, which they run fast; its outputs are its own.

    Args:
        content: the bytes of a sound .tflite file.
        size: the side of the input, px, a multiple of 32, for a file that ends in heads; the file's own when None.

    Raises:
        DataError: the size cannot be changed so.
        ModelError: the file is no pose model.
    """
    graph = Graph(content)
    side = size if size not in {None, *_input_shape(graph)[1:3]} else None
    if side and (side % 32 or len(graph.outputs) != len(HEADS) or graph.heads() is None):
        raise DataError(
            f"A file that is to be saved for {size} px ends in four heads, and the size is a multiple of 32. "
            "Leave the size out, or take one of tendu's own models."
        )
    if not (side or graph.halved):
        return content
    made = graph.cut(graph.outputs)
    return Graph(made).resized(side) if side else made


def open_ports(
    content: bytes, taken: tuple[int, ...], given: list[tuple[int, ...]], *, floats: bool
) -> OpenedModel:
    """A file that tendu does not look into (.onnx), recognised by what a runtime says of it, and run as it is.

    Args:
        content: its bytes.
        taken: the shape of its input, [1, height, width, 3]; -1 for a size that it leaves open.
        given: those of its outputs: MoveNet's four heads in the order of `HEADS`, [1, 1, 17, 3], [1, 6, 56], or PoseNet's maps.
        floats: whether its input is of floats.

    Raises:
        ModelError: it is no pose model that tendu knows.
    """
    height, width = (side if side > 0 else OPEN_SIZE for side in _picture(taken)[1:3])
    heads = points_of(given) == len(COCO17)
    decoder, people = (HeadsDecoder(), 20) if heads else _decoder(given, height, width)
    centred = floats and isinstance(decoder, PoseNetDecoder)
    return OpenedModel(content, decoder, height, width, centred, people)


def _input_shape(graph: Graph) -> tuple[int, ...]:
    return _picture(graph.shape(graph.inputs[0]) if len(graph.inputs) == 1 else ())


def _picture(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of an input, if it is that of a picture."""
    if len(shape) != 4 or shape[3] != 3:
        raise ModelError(f"A pose model takes one picture [1, height, width, 3]; this file takes {shape}.")
    return shape


def _recognised(graph: Graph, height: int, width: int, decode: Decode) -> tuple[list[int], Decoder, int]:
    """Where the graph should end, what reads it, and how many people one run can show."""
    heads = graph.heads()
    if heads is not None and (decode == "float" or len(graph.outputs) == len(heads)):
        return heads, HeadsDecoder(skeleton=skeleton_in(graph, heads)), 20
    ends = graph.before("PosenetDecoderOp") or graph.outputs
    return ends, *_decoder([graph.shape(tensor) for tensor in ends], height, width)


def skeleton_in(graph: Graph, heads: list[int]) -> Skeleton:
    """The keypoints that heads tell of: COCO's 17, or those that the file names.

    Raises:
        ModelError: the heads are none of MoveNet's, or the file does not say what they tell of.
    """
    shapes, note = [graph.shape(head) for head in heads], graph.note(SKELETON)
    points = points_of(shapes)
    if points is None:
        raise ModelError(
            f"MoveNet's heads are maps of 1, k, 2 k and 2 k channels; this file's are {shapes}. Give another file."
        )
    if note is None and points == len(COCO17):
        return COCO17
    if note is None:
        raise ModelError(
            f"This file finds {points} keypoints and does not say which. Make it with tendu export, which writes that into it."
        )
    try:
        skeleton = skeleton_of(json.loads(note))
    except (ValueError, RecursionError, DataError) as error:
        raise ModelError(
            f"What this file says of its keypoints is damaged: {error}. Load it again."
        ) from error
    if len(skeleton) != points:
        raise ModelError(
            f"This file finds {points} keypoints and names {len(skeleton)}. Make it with tendu export again."
        )
    return skeleton


def _decoder(shapes: list[tuple[int, ...]], height: int, width: int) -> tuple[Decoder, int]:
    """What reads outputs of these shapes, and how many people one run can show."""
    if shapes == [(1, 1, 17, 3)]:
        return SinglePoseDecoder(), 1
    if len(shapes) == 1 and shapes[0][-1:] == (56,):
        return MultiPoseDecoder(), 6
    maps = {shape[-1:]: shape for shape in shapes}
    if {(17,), (34,)} <= set(maps):
        rows = maps[17,][1]
        stride = 2 ** int(np.round(np.log2((height - 1) / max(rows - 1, 1))))
        return PoseNetDecoder(stride, height=height, width=width), 20
    raise ModelError(
        f"This file is no pose model that tendu knows: its outputs are {shapes}. Known are MoveNet (heads, SinglePose, "
        "MultiPose) and PoseNet."
    )


def _cached(content: bytes, graph: Graph, ends: list[int], precision: Precision, side: int | None) -> bytes:
    key = sha256(content + f"{CACHE_VERSION} {ends} {precision} {side}".encode()).hexdigest()[:32]
    path = cache_folder() / "cut" / key
    if (known := stored(path)) is not None:
        return known
    made = graph.cut(ends)
    if precision == "float":
        made = Graph(made).floated()
    if side:
        made = Graph(made).resized(side)
    store(path, made)
    return made
