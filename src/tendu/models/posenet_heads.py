"""PoseNetHeads: the maps that a PoseNet puts out, in our order, and the tree of body parts that its arrows follow.

PoseNet is the MobileNet form of PersonLab (Papandreou et al., arXiv 1803.08225). For every cell of a grid it says how
likely each part is near, where in that neighbourhood the part lies (short offsets), and where the next part of the
same person lies (mid offsets, one arrow for each edge of a tree and each direction).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int64, Shaped

from tendu.errors import DataError
from tendu.skeleton import COCO17

PARTS = len(COCO17)

TREE = (
    (0, 1), (1, 3), (0, 2), (2, 4), (0, 5), (5, 7), (7, 9), (5, 11), (11, 13), (13, 15),
    (0, 6), (6, 8), (8, 10), (6, 12), (12, 14), (14, 16),
)  # fmt: skip
"""From part to part, starting at the nose (POSE_CHAIN: tfjs-models, pose-detection/src/posenet/constants.ts)."""

EDGES: Int64[np.ndarray, "32 2"] = np.array([*TREE, *((end, start) for start, end in TREE)], np.int64)
"""Source and target of each arrow: the tree away from the nose, then the same edges towards it."""


@dataclass(frozen=True, eq=False)
class PoseNetHeads:
    """PoseNet's maps. Places are (x, y) in cells: (0, 0) is the centre of the first cell, (w - 1, h - 1) of the last.

    Attributes:
        logits: float32 (h, w, 17), log-odds that a part is near the cell.
        short: float32 (h, w, 17, 2), from the cell to the part nearby, x before y.
        mid: float32 (h, w, 32, 2), from the source of an arrow of `EDGES` to its target, x before y.
    """

    logits: Float32[np.ndarray, "h w 17"]
    short: Float32[np.ndarray, "h w 17 2"]
    mid: Float32[np.ndarray, "h w 32 2"]

    @classmethod
    def read(cls, outputs: Sequence[Shaped[np.ndarray, "..."]], *, stride: int) -> "PoseNetHeads":
        """The heads among a model's outputs, known by their channels.

        Coral's files give 17 (heatmaps), 34 (short offsets) and 64 (mid offsets) channels; Google's TFLite and
        TensorFlow.js files give 17, 34, 32 (forward) and 32 (backward). All offsets are in input pixels, first every y,
        then every x; the 64 are forward y, forward x, backward y, backward x (google-coral/libcoral,
        coral/pose_estimation/posenet_decoder.cc, BacktrackDecodePose; posenet_decoder_op.cc divides by the stride).

        Args:
            outputs: float32 arrays (1, h, w, channels) in the order of the file; others are passed over.
            stride: input pixels from cell to cell.

        Raises:
            DataError: one of the maps is missing, or their grids differ.
        """
        maps = [output[0] for output in outputs if output.ndim == 4]
        found = {channels: [m for m in maps if m.shape[2] == channels] for channels in (17, 34, 32, 64)}
        mids = found[64][:1] or found[32][:2]
        heads = [*found[17][:1], *found[34][:1], *mids]
        grids = {head.shape[:2] for head in heads}
        if sum(head.shape[2] for head in heads) != 17 + 34 + 64 or len(grids) != 1:
            shapes = ", ".join(str(output.shape) for output in outputs)
            raise DataError(
                "PoseNet's outputs are maps (1, h, w, c) of one grid with c = 17, 34 and 64, or 17, 34, 32 and 32; "
                f"got {shapes}. Cut the file before its decoder."
            )
        height, width = grids.pop()
        # The one place where PoseNet's y before x ends.
        arrows = [half.reshape(height, width, -1, 2, 16) for half in mids]
        mid = np.concatenate(arrows, axis=2).transpose(0, 1, 2, 4, 3).reshape(height, width, 32, 2)[..., ::-1]
        short = heads[1].reshape(height, width, 2, PARTS).transpose(0, 1, 3, 2)[..., ::-1]
        per_cell = np.float32(1 / stride)
        return cls(heads[0].astype(np.float32), short * per_cell, mid * per_cell)

    def flipped(self) -> "PoseNetHeads":
        """The heads of the same picture flipped left to right."""
        turn = np.array([-1, 1], np.float32)
        edge_of = {tuple(ends): edge for edge, ends in enumerate(EDGES.tolist())}
        edges = [edge_of[tuple(ends)] for ends in COCO17.flip[EDGES].tolist()]
        return PoseNetHeads(
            self.logits[:, ::-1, COCO17.flip],
            self.short[:, ::-1, COCO17.flip] * turn,
            self.mid[:, ::-1, edges] * turn,
        )

    def averaged(self, other: "PoseNetHeads") -> "PoseNetHeads":
        """The mean of two looks at the same window."""
        return PoseNetHeads(
            (self.logits + other.logits) / 2, (self.short + other.short) / 2, (self.mid + other.mid) / 2
        )
