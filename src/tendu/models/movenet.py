"""What MoveNet's numbers mean: the four heads, the published single-pose output, the published multi-pose output.

MoveNet is CenterNet (Zhou et al., "Objects as Points", arXiv 1904.07850) on a MobileNetV2 trunk: a map of person
centres, a map per keypoint, a regression from each centre to its keypoints, and the offset of each point inside its
cell. The published files decode them inside the graph; the arithmetic here is theirs, in float, with four changes that
were measured (see `Reading`).
"""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float32

from tendu.codes import Tensor
from tendu.errors import DataError
from tendu.models.maps import Maps, Reading, centres, confidence, middle_centre, others, read, sigmoid
from tendu.models.seen import Seen
from tendu.skeleton import COCO17, Skeleton


@dataclass(frozen=True, eq=False)
class Heads:
    """MoveNet's maps for one window, h × w cells, of k keypoints, x before y; the numbers count cells.

    Attributes:
        centre: (h, w), how much a cell is a person's centre, 0 to 1.
        heatmap: (k, h, w), how much a cell holds a keypoint, 0 to 1.
        offset: (h, w, k, 2), from a cell's corner to the keypoint in it.
        regression: (h, w, k, 2), from a centre's cell to each of its keypoints.
    """

    centre: Float32[np.ndarray, "h w"]
    heatmap: Float32[np.ndarray, "k h w"]
    offset: Float32[np.ndarray, "h w k 2"]
    regression: Float32[np.ndarray, "h w k 2"]

    @classmethod
    def of(cls, outputs: tuple[Tensor, ...]) -> "Heads":
        """The heads of a cut file's four outputs, which are logits and have y before x.

        Raises:
            DataError: the outputs are not four maps of 1, k, 2 k and 2 k channels.
        """
        maps = Maps.of(outputs)
        rows, columns = maps.centre.shape
        heatmap, offset, regression = (np.asarray(output)[0] for output in outputs[1:])
        return cls(
            maps.centre,
            sigmoid(np.ascontiguousarray(heatmap.transpose(2, 0, 1))),
            offset.reshape(rows, columns, -1, 2)[..., ::-1],
            regression.reshape(rows, columns, -1, 2)[..., ::-1],
        )

    def maps(self) -> Maps:
        """The same in the order in which a model gives them, to be read."""
        heatmap = np.ascontiguousarray(self.heatmap.transpose(1, 2, 0))
        offset, regression = (np.ascontiguousarray(xy[..., ::-1]) for xy in (self.offset, self.regression))
        return Maps(self.centre, heatmap, offset, regression, score=_as_it_is)

    def flipped(self, skeleton: Skeleton = COCO17) -> "Heads":
        """The heads of the window flipped left to right, with the sides of a skeleton exchanged.

        A keypoint at offset o in its cell lies at 1 - o in the flipped cell.
        """
        turn = np.array([-1, 1], np.float32)
        offset = self.offset[:, ::-1][:, :, skeleton.flip] * turn + np.array([1, 0], np.float32)
        regression = self.regression[:, ::-1][:, :, skeleton.flip] * turn + np.array([1, 0], np.float32)
        return Heads(self.centre[:, ::-1], self.heatmap[skeleton.flip][:, :, ::-1], offset, regression)

    def mean(self, other: "Heads") -> "Heads":
        """The mean of two readings of one window."""
        return Heads(
            (self.centre + other.centre) / 2,
            (self.heatmap + other.heatmap) / 2,
            (self.offset + other.offset) / 2,
            (self.regression + other.regression) / 2,
        )


@dataclass(frozen=True)
class HeadsDecoder:
    """Reads people from the four heads of a cut MoveNet, in float: one person, or everyone whose centre shows.

    Attributes:
        reading: how.
        skeleton: whose sides change places where a mirrored look is averaged in.
    """

    reading: Reading = field(default_factory=Reading)
    skeleton: Skeleton = COCO17

    def __call__(
        self,
        outputs: tuple[Tensor, ...],
        *,
        people: int,
        mirrored: tuple[Tensor, ...] | None = None,
    ) -> Seen:
        """At most `people` people, the most confident first; exactly one where one is wanted."""
        if mirrored is None:
            maps = Maps.of(outputs)
        else:
            maps = Heads.of(outputs).mean(Heads.of(mirrored).flipped(self.skeleton)).maps()
        if people > 1:
            return read(maps, centres(maps, self.reading, people), self.reading)
        one = middle_centre(maps, self.reading)
        return read(maps, one, self.reading, beside=others(maps, one, self.reading))


def _as_it_is(scores: Float32[np.ndarray, "*map"]) -> Float32[np.ndarray, "*map"]:
    return scores


@dataclass(frozen=True)
class SinglePoseDecoder:
    """Reads the published output [1, 1, 17, 3] (y, x, score), bit for bit what the file says."""

    def __call__(
        self,
        outputs: tuple[Tensor, ...],
        *,
        people: int,
        mirrored: tuple[Tensor, ...] | None = None,
    ) -> Seen:
        """The one person the file reports.

        Raises:
            DataError: more than one person or a mirrored look is asked for, which the published output cannot give.
        """
        if people != 1 or mirrored is not None:
            raise DataError('The published output has one person and no heads: use decode="float" for more.')
        points = np.asarray(outputs[0]).reshape(1, 17, 3).astype(np.float32)
        score = points[:, :, 2]
        return Seen(points[:, :, 1::-1].copy(), score, confidence(score, 0.2))


@dataclass(frozen=True)
class MultiPoseDecoder:
    """Reads MoveNet MultiPose's output [1, 6, 56]: 17 × (y, x, score), the box as y, x, y, x, the person's score."""

    def __call__(
        self,
        outputs: tuple[Tensor, ...],
        *,
        people: int,
        mirrored: tuple[Tensor, ...] | None = None,
    ) -> Seen:
        """At most `people` of the six rows, the most confident first.

        Raises:
            DataError: a mirrored look is asked for, which this output cannot give.
        """
        if mirrored is not None:
            raise DataError("MoveNet MultiPose gives no heads to average: use another look than mirrored.")
        rows = np.asarray(outputs[0]).reshape(-1, 56).astype(np.float32)
        rows = rows[np.argsort(-rows[:, 55], kind="stable")[:people]]
        points = rows[:, :51].reshape(-1, 17, 3)
        return Seen(points[:, :, 1::-1].copy(), points[:, :, 2], rows[:, 55])
