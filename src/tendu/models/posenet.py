"""What PoseNet's numbers mean: many people by PersonLab's grouping, or one person by each part's best cell."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Float32

from tendu.codes import Tensor
from tendu.errors import DataError
from tendu.models.maps import sigmoid
from tendu.models.personlab import CORAL, Grouping, group
from tendu.models.posenet_heads import PARTS, PoseNetHeads
from tendu.models.seen import Seen


@dataclass(frozen=True)
class PoseNetDecoder:
    """Reads PoseNet's heads; see `PoseNetHeads.read` for the files it understands.

    A person's confidence is the mean score of the 17 parts, where parts that a surer person has at the same place
    count 0. On 220 COCO photos of one person, whole photo, Coral's file of 481 × 641: AP 36.8 with `CORAL`, 41.1 with
    the mirrored look averaged in.

    Attributes:
        stride: input pixels from cell to cell.
        height, width: of the model's input, px.
        grouping: how people are told apart; None reads one person, each part where its heatmap is highest.
    """

    stride: int
    height: int
    width: int
    grouping: Grouping | None = CORAL

    def __call__(
        self,
        outputs: tuple[Tensor, ...],
        *,
        people: int,
        mirrored: tuple[Tensor, ...] | None = None,
    ) -> Seen:
        """At most `people` people, the most confident first; none where no part is sure enough.

        Args:
            outputs: maps as the file gives them.
            people: how many to report at most.
            mirrored: the maps for the same window flipped left to right, to be averaged in.

        Raises:
            DataError: the maps are not PoseNet's, not of this input's size, or a mirrored look cannot be laid over.
        """
        heads = self._read(outputs)
        if mirrored is not None:
            if (self.width - 1) % self.stride:
                raise DataError(
                    f"A mirrored look needs a width of a multiple of {self.stride} plus 1; the input is {self.width} "
                    "wide, so its cells fall on other pixels when flipped. Look without the mirror."
                )
            heads = heads.averaged(self._read(mirrored).flipped())
        cells, score, confidence = (
            best_cells(heads) if self.grouping is None else group(heads, self.grouping, stride=self.stride)
        )
        # Cell (0, 0) is the centre of the input's first pixel, which is half a pixel from the window's corner.
        xy = (cells * np.float32(self.stride) + np.float32(0.5)) / np.array(
            [self.width, self.height], np.float32
        )
        return Seen(xy[:people], score[:people], confidence[:people])

    def _read(self, outputs: tuple[Tensor, ...]) -> PoseNetHeads:
        heads = PoseNetHeads.read([np.asarray(output) for output in outputs], stride=self.stride)
        grid = ((self.height - 1) // self.stride + 1, (self.width - 1) // self.stride + 1)
        if heads.logits.shape[:2] != grid:
            raise DataError(
                f"An input of {self.height} × {self.width} px at stride {self.stride} gives maps of {grid[0]} × "
                f"{grid[1]} cells; got {heads.logits.shape[0]} × {heads.logits.shape[1]}. Check the model's card."
            )
        return heads


def best_cells(
    heads: PoseNetHeads,
) -> tuple[Float32[np.ndarray, "1 17 2"], Float32[np.ndarray, "1 17"], Float32[np.ndarray, "1"]]:
    """One person: each part in the cell where its heatmap is highest, moved by the short offset there.

    Parts of different people are mixed where there are several. Places are (x, y) in cells.
    """
    height, width, _ = heads.logits.shape
    parts = np.arange(PARTS)
    y, x = np.unravel_index(heads.logits.reshape(-1, PARTS).argmax(axis=0), (height, width))
    cells = np.stack([x, y], axis=1).astype(np.float32) + heads.short[y, x, parts]
    score = sigmoid(heads.logits[y, x, parts])
    return cells[None], score[None], score.mean(keepdims=True)


def stored_grouping(model: bytes) -> Grouping | None:
    """How the decoder at the end of one of Coral's files tells people apart; None where a file has none.

    Its options are a flexbuffer (google-coral/libcoral, coral/pose_estimation/posenet_decoder_op.cc, Init).

    Args:
        model: the bytes of a .tflite file.
    """
    from ai_edge_litert import schema_py_generated as schema
    from flatbuffers import flexbuffers

    file: Any = schema.Model.GetRootAs(model, 0)
    graph = file.Subgraphs(0)
    for operator in map(graph.Operators, range(graph.OperatorsLength())):
        if file.OperatorCodes(operator.OpcodeIndex()).CustomCode() == b"PosenetDecoderOp":
            stored: Any = flexbuffers.Loads(operator.CustomOptionsAsNumpy().tobytes())
            score = round(stored["score_threshold"], 6)  # stored as a float32
            return replace(
                CORAL, root=score, least=score, radius=stored["nms_radius"], most=stored["max_detections"]
            )
    return None
