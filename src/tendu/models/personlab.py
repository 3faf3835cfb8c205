"""PersonLab's greedy grouping: from PoseNet's heads to people (Papandreou et al., arXiv 1803.08225).

The surest part in sight is the root of the first person; arrows lead from it along the tree to the 16 other parts. The
next root is the surest part that is not the same part of somebody found before, and so on. In a tree one way leads
from each part to each other, so all roots are followed at once. Places are (x, y) in cells throughout.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float32, Int64

from tendu.errors import DataError
from tendu.models.maps import sigmoid
from tendu.models.posenet_heads import EDGES, PARTS, PoseNetHeads


@dataclass(frozen=True)
class Grouping:
    """How people are told apart.

    Attributes:
        root: lowest score, between 0 and 1, of a part that a person is built from.
        least: lowest mean score, 0 to 1, of a person's parts.
        radius: two places of one part at most this far apart are the same place, input px.
        steps: how often an arrow's end is corrected by the short offsets.
        sampling: how maps are read between cells.
        most: people to look for.

    Raises:
        DataError: `root` is not between 0 and 1.
    """

    root: float
    least: float
    radius: float
    steps: int
    sampling: Literal["bilinear", "nearest"]
    most: int

    def __post_init__(self) -> None:
        if not 0 < self.root < 1:
            raise DataError(f"A root's lowest score lies between 0 and 1; got {self.root}. Coral's is 0.2.")


CORAL = Grouping(root=0.2, least=0.2, radius=10.0, steps=5, sampling="bilinear", most=20)
"""Coral's: four stored in its model files, the steps in libcoral, coral/pose_estimation/posenet_decoder_op.cc."""

TFJS = Grouping(root=0.5, least=0.0, radius=20.0, steps=2, sampling="nearest", most=5)
"""TensorFlow.js': tfjs-models, pose-detection/src/posenet/constants.ts and calculators/decode_multiple_poses_util.ts."""


def _routes() -> Int64[np.ndarray, "17 levels widest"]:
    """The arrows to follow from each root, level by level away from it; -1 fills up."""
    routes = np.full((PARTS, PARTS, PARTS), -1, np.int64)
    for root in range(PARTS):
        known = front = {root}
        for level in range(PARTS):
            way = [k for k, (start, end) in enumerate(EDGES.tolist()) if start in front and end not in known]
            routes[root, level, : len(way)] = way
            front = {int(EDGES[k, 1]) for k in way}
            known = known | front
    used = routes >= 0
    return routes[:, used.any(axis=(0, 2))][:, :, used.any(axis=(0, 1))]


ROUTES = _routes()


def group(
    heads: PoseNetHeads, grouping: Grouping, *, stride: int
) -> tuple[Float32[np.ndarray, "n 17 2"], Float32[np.ndarray, "n 17"], Float32[np.ndarray, "n"]]:
    """People, the surest first: the places and scores of their parts, and their confidence; n is 0 where nobody is.

    Args:
        heads: what the model put out.
        grouping: how people are told apart.
        stride: input pixels from cell to cell.
    """
    radius = grouping.radius / stride
    part, root = roots(heads, grouping.root)
    bodies = follow(heads, part, root, grouping)
    scores = sigmoid(between(heads.logits[..., None], bodies, np.arange(PARTS), grouping)[..., 0])
    mean = scores.mean(axis=1)
    free = mean >= grouping.least
    kept: list[int] = []
    while len(kept) < grouping.most and free.any():
        kept.append(int(free.argmax()))
        free[: kept[-1] + 1] = False
        free &= ~same(root, bodies[kept[-1], part], radius)
    kept.sort(key=lambda body: -mean[body])
    bodies, scores = bodies[kept], scores[kept]
    confidence = rescored(bodies, scores, radius)
    order = np.argsort(-confidence, kind="stable")
    order = order[confidence[order] >= grouping.least]
    return bodies[order], scores[order], confidence[order]


def roots(heads: PoseNetHeads, score: float) -> tuple[Int64[np.ndarray, "n"], Float32[np.ndarray, "n 2"]]:
    """The parts and places of all local maxima with at least that score, the highest first.

    A maximum is not below any of its 8 neighbours (radius 1: K_LOCAL_MAXIMUM_RADIUS in tfjs, kLocalMaximumRadius in
    libcoral); its place is the cell's, moved by the short offset.
    """
    logits = heads.logits
    padded = np.pad(logits, ((1, 1), (1, 1), (0, 0)), constant_values=-np.inf)
    rows = np.maximum(np.maximum(padded[:-2], padded[1:-1]), padded[2:])
    around = np.maximum(np.maximum(rows[:, :-2], rows[:, 1:-1]), rows[:, 2:])
    y, x, part = np.nonzero((logits >= around) & (logits >= np.log(score / (1 - score))))
    order = np.argsort(-logits[y, x, part], kind="stable")
    y, x, part = y[order], x[order], part[order]
    cells = np.stack([x, y], axis=1).astype(np.float32)
    return part, inside(cells + heads.short[y, x, part], logits.shape)


def follow(
    heads: PoseNetHeads,
    part: Int64[np.ndarray, "n"],
    root: Float32[np.ndarray, "n 2"],
    grouping: Grouping,
) -> Float32[np.ndarray, "n 17 2"]:
    """Whole bodies, each from the place of one part."""
    bodies = np.zeros((len(part), PARTS, 2), np.float32)
    bodies[np.arange(len(part)), part] = root
    for level in ROUTES.transpose(1, 0, 2):
        body, slot = np.nonzero(level[part] >= 0)
        edge = level[part][body, slot]
        source, target = EDGES[edge].T
        bodies[body, target] = arrow(heads, bodies[body, source], edge, grouping)
    return bodies


def arrow(
    heads: PoseNetHeads,
    start: Float32[np.ndarray, "m 2"],
    edge: Int64[np.ndarray, "m"],
    grouping: Grouping,
) -> Float32[np.ndarray, "m 2"]:
    """The ends of m arrows: along the mid offset, then corrected by the short offsets found there."""
    shape, target = heads.logits.shape, EDGES[edge, 1]
    at = inside(start + between(heads.mid, start, edge, grouping), shape)
    for _ in range(grouping.steps):
        # An offset read at the nearest cell starts at that cell; one read between cells starts at that place.
        origin = np.floor(at + np.float32(0.5)) if grouping.sampling == "nearest" else at
        at = inside(origin + between(heads.short, at, target, grouping), shape)
    return at


def between(
    maps: Float32[np.ndarray, "h w c v"],
    xy: Float32[np.ndarray, "*m 2"],
    channel: Int64[np.ndarray, "*c"],
    grouping: Grouping,
) -> Float32[np.ndarray, "*m v"]:
    """The maps' values at places, each in its own channel; beyond the outermost cells, those cells' values."""
    height, width = maps.shape[:2]
    xy = inside(np.floor(xy + np.float32(0.5)) if grouping.sampling == "nearest" else xy, maps.shape)
    low = np.floor(xy)
    x, y = np.moveaxis(low.astype(np.int64), -1, 0)
    if grouping.sampling == "nearest":
        return maps[y, x, channel]
    right, down = np.moveaxis(xy - low, -1, 0)[..., None]
    x1, y1 = np.minimum(x + 1, width - 1), np.minimum(y + 1, height - 1)
    above = maps[y, x, channel] * (1 - right) + maps[y, x1, channel] * right
    below = maps[y1, x, channel] * (1 - right) + maps[y1, x1, channel] * right
    return above * (1 - down) + below * down


def inside(xy: Float32[np.ndarray, "*n 2"], shape: tuple[int, ...]) -> Float32[np.ndarray, "*n 2"]:
    """Places moved to the nearest place within the grid of maps of that shape."""
    return np.clip(xy, np.float32(0), np.array([shape[1] - 1, shape[0] - 1], np.float32))


def same(
    xy: Float32[np.ndarray, "*n 2"], other: Float32[np.ndarray, "*m 2"], radius: float
) -> Bool[np.ndarray, "*nm"]:
    """Which places lie within a radius of which."""
    return np.square(xy - other).sum(axis=-1) <= radius * radius


def rescored(
    bodies: Float32[np.ndarray, "n k 2"], scores: Float32[np.ndarray, "n k"], radius: float
) -> Float32[np.ndarray, "n"]:
    """Each body's mean score, where a part within the radius of the same part of an earlier body counts 0."""
    shared = same(bodies[:, None], bodies[None], radius)
    earlier = np.tri(len(bodies), k=-1, dtype=bool)
    taken = (shared & earlier[..., None]).any(axis=1)
    return (scores * ~taken).mean(axis=1)
