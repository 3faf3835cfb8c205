"""Poses: everyone found in one frame; Pose: one of them; Point: one keypoint."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple, overload

import numpy as np
from jaxtyping import Bool, Float32, Int, Int64

from tendu.errors import DataError
from tendu.frame import Stamp
from tendu.skeleton import COCO17, Skeleton


class Point(NamedTuple):
    """A keypoint: x, y in image pixels (pixel centres at .5) and a score from 0 to 1."""

    x: float
    y: float
    score: float


@dataclass(frozen=True, eq=False)
class Poses:
    """Everyone found in one frame, the most confident first; nobody is n = 0.

    Attributes:
        xy: float32 (n, k, 2), x before y, image pixels, pixel centres at .5; points may lie outside the picture. k is 17,
            or as many as a model of one's own finds.
        score: float32 (n, k), 0 to 1, as the model gave it, never zeroed.
        box: float32 (n, 4), left, top, right, bottom of the person, image pixels.
        confidence: float32 (n,), 0 to 1: how sure it is that there is this person.
        stamp: which picture.
        track: int64 (n,), a number per person that stays the same over frames; None before tracking.
        reason: why nobody is here, in a few words; empty where somebody is.
        skeleton: what the points are called.

    Raises:
        DataError: the arrays do not fit together.

    >>> nobody = Poses.empty(Stamp(0, 0.0, "", 640, 480), reason="no person above 0.2")
    >>> len(nobody), nobody.xy.shape, nobody.reason
    (0, (0, 17, 2), 'no person above 0.2')
    """

    xy: Float32[np.ndarray, "n k 2"]
    score: Float32[np.ndarray, "n k"]
    box: Float32[np.ndarray, "n 4"]
    confidence: Float32[np.ndarray, "n"]
    stamp: Stamp
    track: Int64[np.ndarray, "n"] | None = None
    reason: str = ""
    skeleton: Skeleton = field(default=COCO17, repr=False)

    def __post_init__(self) -> None:
        n, k = len(self.confidence), len(self.skeleton)
        track = (n,) if self.track is None else self.track.shape
        shapes = (self.xy.shape, self.score.shape, self.box.shape, self.confidence.shape, track)
        if shapes != ((n, k, 2), (n, k), (n, 4), (n,), (n,)):
            raise DataError(
                f"{n} poses need xy ({n}, {k}, 2), score ({n}, {k}), box ({n}, 4), confidence ({n},) and track ({n},); "
                f"got {shapes}."
            )

    @classmethod
    def empty(cls, stamp: Stamp, *, reason: str = "", skeleton: Skeleton = COCO17) -> "Poses":
        """Nobody, and why."""
        k = len(skeleton)
        none = np.zeros((0, k, 2), np.float32), np.zeros((0, k), np.float32), np.zeros((0, 4), np.float32)
        return cls(*none, np.zeros(0, np.float32), stamp, None, reason, skeleton)

    def __len__(self) -> int:
        return len(self.confidence)

    def __iter__(self) -> Iterator["Pose"]:
        return (Pose(self, row) for row in range(len(self)))

    @overload
    def __getitem__(self, rows: int) -> "Pose": ...
    @overload
    def __getitem__(
        self, rows: slice | list[int] | Int[np.ndarray, "m"] | Bool[np.ndarray, "n"]
    ) -> "Poses": ...
    def __getitem__(
        self, rows: int | slice | list[int] | Int[np.ndarray, "m"] | Bool[np.ndarray, "n"]
    ) -> "Pose | Poses":
        """One pose by its row, or the poses of several rows (slice, indices or mask), whose `reason` is this one's.

        Raises:
            IndexError: there is no such row; where nobody is here it says why.
        """
        if isinstance(rows, int | np.integer):
            if not -len(self) <= rows < len(self):
                why = self.reason or "nobody is here"
                raise IndexError(
                    f"There is no pose {rows} among {len(self)}" + (f": {why}." if not len(self) else ".")
                )
            return Pose(self, range(len(self))[int(rows)])
        return replace(
            self,
            xy=self.xy[rows],
            score=self.score[rows],
            box=self.box[rows],
            confidence=self.confidence[rows],
            track=None if self.track is None else self.track[rows],
        )

    def arranged(self, skeleton: Skeleton) -> "Poses":
        """The same people with the points of another skeleton, found by their English names.

        Raises:
            DataError: it has a point that these poses lack.

        >>> few = replace(COCO17, names=("nose", "left_knee"), korean=("코", "왼쪽 무릎"), bones=(), mirrors=(),
        ...               sigmas=(0.026, 0.087))
        >>> Poses.empty(Stamp(0, 0.0, "", 640, 480)).arranged(few).xy.shape
        (0, 2, 2)
        """
        if skeleton == self.skeleton:
            return self
        lacking = [name for name in skeleton.names if name not in self.skeleton.names]
        if lacking:
            raise DataError(
                f"These poses have no {lacking[0]!r}: their points are {', '.join(self.skeleton.names)}."
            )
        order = [self.skeleton.names.index(name) for name in skeleton.names]
        return replace(self, xy=self.xy[:, order], score=self.score[:, order], skeleton=skeleton)

    def __repr__(self) -> str:
        why = f", {self.reason}" if self.reason else ""
        return f"<Poses: {len(self)} in frame {self.stamp.number} at {self.stamp.time:.3f} s{why}>"


@dataclass(frozen=True, eq=False)
class Pose:
    """One person of `Poses`: a view of a row.

    >>> poses = Poses(
    ...     xy=np.full((1, 17, 2), 8, np.float32), score=np.full((1, 17), 0.5, np.float32),
    ...     box=np.array([[0, 0, 16, 16]], np.float32), confidence=np.array([0.5], np.float32),
    ...     stamp=Stamp(0, 0.0, "", 16, 16))
    >>> poses[0]["nose"]
    Point(x=8.0, y=8.0, score=0.5)
    """

    poses: Poses
    row: int

    def __getitem__(self, point: int | str) -> Point:
        """A keypoint by `Keypoint`, index, or English or Korean name.

        Raises:
            DataError: no point has that name or index.
        """
        index = self.poses.skeleton.place(point)
        x, y = self.xy[index].tolist()
        return Point(x, y, self.score[index].item())

    def __len__(self) -> int:
        return len(self.poses.skeleton)

    def __iter__(self) -> Iterator[Point]:
        return (self[index] for index in range(len(self)))

    @property
    def xy(self) -> Float32[np.ndarray, "k 2"]:
        """The points, (x, y) in image pixels."""
        return self.poses.xy[self.row]

    @property
    def score(self) -> Float32[np.ndarray, "k"]:
        """The points' scores, 0 to 1."""
        return self.poses.score[self.row]

    @property
    def box(self) -> Float32[np.ndarray, "4"]:
        """Left, top, right, bottom, image pixels."""
        return self.poses.box[self.row]

    @property
    def confidence(self) -> float:
        """How sure it is that there is this person, 0 to 1."""
        return self.poses.confidence[self.row].item()

    @property
    def track(self) -> int | None:
        """The person's number over frames; None before tracking."""
        return None if self.poses.track is None else self.poses.track[self.row].item()

    def __repr__(self) -> str:
        named = {name: tuple(round(v, 2) for v in self[name]) for name in self.poses.skeleton.names}
        return f"<Pose: confidence {self.confidence:.2f}, {named}>"
