"""People: everyone a tracker remembers, how fast they go, and how alike they are to the poses of a new frame."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float, Float32, Float64, Int64

from tendu.pose import Poses
from tendu.similarity import extent, iou, oks

# Seconds after which an old pace counts half; 0.05 to 0.2 keep ids equally well on simulated crossings.
_PACE = 0.1
# Somebody seen only once may be going anywhere: their similarity is widened as if they moved about their own height a
# second. Without it simulated walkers at 5 frames a second change their numbers thirty times as often.
_UNKNOWN_PACE = 0.1


@dataclass(frozen=True)
class Comparison:
    """What makes a pose and somebody remembered alike; see `Tracker` for the meanings."""

    by: Literal["oks", "iou"]
    min_score: float
    min_points: int
    carry: float


@dataclass(frozen=True, eq=False)
class People:
    """Everyone remembered, the latest seen first.

    Attributes:
        number: who.
        time: when last seen, s.
        xy, score, box: as last seen, see `Poses`.
        pace: x and y, px/s; 0 while unknown.
        going: whether the pace is known: seen at two times.
    """

    number: Int64[np.ndarray, "m"]
    time: Float64[np.ndarray, "m"]
    xy: Float32[np.ndarray, "m k 2"]
    score: Float32[np.ndarray, "m k"]
    box: Float32[np.ndarray, "m 4"]
    pace: Float64[np.ndarray, "m 2"]
    going: Bool[np.ndarray, "m"]

    @classmethod
    def just_seen(cls, poses: Poses) -> "People":
        """Everyone in a frame, not numbered yet, with no pace yet."""
        n = len(poses)
        time = np.full(n, poses.stamp.time, np.float64)
        number, pace, going = np.zeros(n, np.int64), np.zeros((n, 2)), np.zeros(n, bool)
        return cls(number, time, poses.xy, poses.score, poses.box, pace, going)

    def rows(self, rows: Bool[np.ndarray, "m"] | Int64[np.ndarray, "r"] | slice) -> "People":
        """Some of them; most often all, who need no new arrays."""
        if isinstance(rows, np.ndarray) and rows.dtype == bool and rows.all():
            return self
        return People(*(values[rows] for values in vars(self).values()))

    def followed_by(self, others: "People") -> "People":
        """These, then the others."""
        if len(others.number) == 0:
            return self
        pairs = zip(vars(self).values(), vars(others).values(), strict=True)
        return People(*(np.concatenate(pair) for pair in pairs))

    def alike(self, poses: Poses, how: Comparison) -> Float[np.ndarray, "n m"]:
        """The similarity of each pose with each person where they are expected now, 0 to 1.

        OKS as tfjs's tracker takes it (pose-detection/src/calculators/keypoint_tracker.ts): over the points confident
        in both, by the area of the box of the person's confident points; here in pixels.
        """
        elapsed = np.minimum(poses.stamp.time - self.time, how.carry)
        shift = (self.pace * elapsed[:, None]).astype(np.float32)
        if how.by == "iou":
            return iou(poses.box, self.box + np.tile(shift, 2))
        confident = self.score >= how.min_score
        box = extent(self.xy, confident)
        sides = box[:, 2:] - box[:, :2]
        # A side of one pixel at least: points on a line have no area to compare by.
        area = np.maximum(sides, 1).prod(axis=1) * (1 + ~self.going * np.square(elapsed / _UNKNOWN_PACE))
        counted = (poses.score >= how.min_score)[:, None] & confident
        likeness = oks(
            poses.xy,
            self.xy + shift[:, None],
            area.astype(np.float32),
            counted=counted,
            skeleton=poses.skeleton,
        )
        return np.where(counted.sum(axis=-1) >= how.min_points, likeness, 0)

    def pace_to(
        self, poses: Poses, how: Comparison
    ) -> tuple[Float64[np.ndarray, "m 2"], Bool[np.ndarray, "m"]]:
        """The pace of each person, now that they are seen in the pose of the same row, and whether it is known."""
        elapsed = (poses.stamp.time - self.time)[:, None]
        counted = (np.minimum(poses.score, self.score) >= how.min_score)[..., None]
        points = counted.sum(axis=1)
        moved = ((poses.xy - self.xy) * counted).sum(axis=1) / np.maximum(points, 1)
        measured = (elapsed > 0) & (points > 0)
        trust = np.where(self.going[:, None], elapsed / (elapsed + _PACE), 1) * measured
        pace = self.pace + trust * (moved / np.where(measured, elapsed, 1) - self.pace)
        return pace, self.going | measured[:, 0]
