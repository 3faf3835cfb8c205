"""Smoother: the same movement without the shaking.

The 1€ filter (Casiez, Roussel and Vogel, CHI 2012) on every coordinate of every person: the slower a point moves the
more it is smoothed, so that a resting hand is still and a fast one is not late. It runs on the frames' own times.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int64

from tendu.errors import DataError
from tendu.motion.options import demand
from tendu.pose import Poses

# Somebody gone for longer starts afresh (the age at which tfjs forgets a track, movenet/constants.ts).
_FORGET = 1.0


@dataclass(frozen=True, eq=False)
class _Filters:
    """One row a person, one column a point; the last two columns are the corners of the box."""

    track: Int64[np.ndarray, "m"]
    seen: Float64[np.ndarray, "m"]
    """When the person was last seen, s."""
    time: Float64[np.ndarray, "m p"]
    """When the point was last let in, s; minus infinity before."""
    raw: Float64[np.ndarray, "m p 2"]
    place: Float64[np.ndarray, "m p 2"]
    speed: Float64[np.ndarray, "m p 2"]
    """In units a second."""
    shown: Float64[np.ndarray, "m p 2"]
    score: Float32[np.ndarray, "m k"]
    confidence: Float32[np.ndarray, "m"]

    @property
    def xy(self) -> Float32[np.ndarray, "m k 2"]:
        """The keypoints as shown."""
        return self.shown[:, :-2].astype(np.float32)

    @property
    def box(self) -> Float32[np.ndarray, "m 4"]:
        """The boxes as shown."""
        return self.shown[:, -2:].reshape(-1, 4).astype(np.float32)

    @classmethod
    def fresh(cls, track: Int64[np.ndarray, "m"], k: int) -> "_Filters":
        m, points = len(track), (len(track), k + 2)
        never, nowhere = np.full(points, -np.inf), np.zeros((*points, 2))
        unsure = np.zeros((m, k), np.float32), np.zeros(m, np.float32)
        return cls(track, np.full(m, -np.inf), never, nowhere, nowhere, nowhere, nowhere, *unsure)

    def rows(self, rows: Bool[np.ndarray, "m"] | Int64[np.ndarray, "r"] | slice) -> "_Filters":
        if isinstance(rows, np.ndarray) and rows.dtype == bool and rows.all():
            return self
        return _Filters(*(values[rows] for values in vars(self).values()))

    def followed_by(self, others: "_Filters") -> "_Filters":
        if len(others.track) == 0:
            return self
        pairs = zip(vars(self).values(), vars(others).values(), strict=True)
        return _Filters(*(np.concatenate(pair) for pair in pairs))


class Smoother:
    """Holds points and boxes steady over frames; scores stay as they are.

    The defaults were chosen on simulated movements with the shaking that MoveNet Lightning INT8 shows on real films (a
    standard deviation of 0.009 of the person's size): at 30 frames a second somebody standing shakes 2.4 times less
    (1.4 times with tfjs's numbers) at the same error over all movements as with tfjs's numbers.

    A point below `min_score` is a guess: it is passed on as it is and does not enter its filter. A frame with the time
    of the one before (photos have no times) is passed on as it is. Times that go back start everyone afresh.

    Args:
        min_cutoff: Hz; the smoothing of a point at rest. Lower is steadier.
        beta: Hz per unit a second; how fast the smoothing gives way to movement. Higher is less late.
        derivative_cutoff: Hz; the smoothing of the speed itself.
        unit: the length that speeds are measured in: "person" is the longer side of the person's box, "picture" the
            longer side of the picture. Either way the picture's resolution does not matter.
        soften: (a, b): jumps beyond a + b · speed units count only by their logarithm; None takes them whole.
        min_score: keypoints below it are not smoothed.
        fill: seconds for which somebody who disappears is still reported where they were last, with scores that halve
            over that time; 0 reports only what is seen.

    The numbers of tfjs-models (pose-detection/src/movenet/constants.ts, for which a square picture's side is 1) are
    `Smoother(min_cutoff=2.5, beta=300, derivative_cutoff=2.5, unit="picture", soften=(0.5, 5), min_score=0)`.

    Raises:
        DataError: an option is out of its range.

    >>> from tendu.frame import Stamp
    >>> smoother = Smoother(fill=0.5)
    >>> smoother.update(Poses.empty(Stamp(0, 0.0, "", 640, 480)))
    <Poses: 0 in frame 0 at 0.000 s>
    """

    def __init__(
        self,
        *,
        min_cutoff: float = 1.0,
        beta: float = 25.0,
        derivative_cutoff: float = 2.5,
        unit: Literal["person", "picture"] = "person",
        soften: tuple[float, float] | None = None,
        min_score: float = 0.2,
        fill: float = 0.0,
    ) -> None:
        demand("min_cutoff", min_cutoff, "a frequency above 0 Hz", holds=min_cutoff > 0)
        demand("beta", beta, "Hz per unit a second, at least 0", holds=beta >= 0)
        demand("derivative_cutoff", derivative_cutoff, "a frequency above 0 Hz", holds=derivative_cutoff > 0)
        demand("unit", unit, '"person" or "picture"', holds=unit in {"person", "picture"})
        soft = soften is None or (soften[0] > 0 and soften[1] >= 0)
        demand("soften", soften, "(a, b) with a above 0 and b at least 0, or None", holds=soft)
        demand("min_score", min_score, "a score from 0 to 1", holds=0 <= min_score <= 1)
        demand("fill", fill, "seconds, at least 0", holds=fill >= 0)
        self._min_cutoff, self._beta, self._derivative_cutoff = min_cutoff, beta, derivative_cutoff
        self._unit, self._soften, self._min_score, self._fill = unit, soften, min_score, fill
        self.reset()

    def reset(self) -> None:
        """Forgets everyone."""
        self._filters: _Filters | None = None
        self._time = -np.inf
        self._tracked = False

    def update(self, poses: Poses) -> Poses:
        """The same people where they are without the shaking.

        Each track is smoothed by itself; poses without tracks are one person, the same in every frame.

        Raises:
            DataError: several people came without tracks.
        """
        now, k = poses.stamp.time, len(poses.skeleton)
        if poses.track is None and len(poses) > 1:
            raise DataError(
                f"Smoothing several people needs to know who is who; {len(poses)} came without tracks. "
                "Put a Tracker before the Smoother."
            )
        track = self._track(poses)
        if now < self._time:
            self.reset()
        if len(poses):
            self._tracked = poses.track is not None
        self._time = now
        known = self._filters or _Filters.fresh(track[:0], k)
        known = known.rows(now - known.seen <= max(_FORGET, self._fill))
        same = track[:, None] == known.track
        # Whoever is not known starts from a fresh row behind the others.
        new = ~same.any(axis=1)
        row = np.where(new, len(known.track), same.argmax(axis=1) if len(known.track) else 0)
        start = known.followed_by(_Filters.fresh(np.zeros(1, np.int64), k)) if new.any() else known
        before = start.rows(row)
        after = self._step(poses, replace(before, track=track), now)
        others = known.rows(~same.any(axis=0))
        self._filters = after.followed_by(others)
        return self._with_missing(replace(poses, xy=after.xy, box=after.box), others, now)

    @staticmethod
    def _track(poses: Poses) -> Int64[np.ndarray, "n"]:
        """Who they are; somebody without a track is person 0."""
        return np.zeros(len(poses), np.int64) if poses.track is None else poses.track

    def _step(self, poses: Poses, before: _Filters, now: float) -> _Filters:
        corners = poses.box.reshape(-1, 2, 2)
        points = np.concatenate([poses.xy, corners], axis=1, dtype=np.float64)
        sure = np.isfinite(points.sum(axis=2))  # the box is, and a point without a place never
        sure[:, :-2] &= poses.score >= self._min_score
        elapsed = now - before.time
        begins = (sure & np.isinf(elapsed))[..., None]
        goes_on = (sure & np.isfinite(elapsed) & (elapsed > 0))[..., None]
        dt = np.where(goes_on, elapsed[..., None], 1.0)
        sides = np.diff(corners, axis=1).max(axis=2, keepdims=True)
        person = self._unit == "person"
        unit = np.maximum(sides, 1.0) if person else float(max(poses.stamp.width, poses.stamp.height))

        speed = (points - before.raw) / (unit * dt)
        speed = before.speed + _weight(self._derivative_cutoff, dt) * (speed - before.speed)
        jump = points - before.place
        if self._soften is not None:
            limit = (self._soften[0] + self._soften[1] * np.abs(speed)) * unit
            jump = limit * np.arcsinh(jump / limit)
        place = before.place + _weight(self._min_cutoff + self._beta * np.abs(speed), dt) * jump
        return _Filters(
            before.track,
            seen=np.full(len(poses), now),
            time=np.where((begins | goes_on)[..., 0], now, before.time),
            raw=np.where(begins | goes_on, points, before.raw),
            place=np.where(goes_on, place, np.where(begins, points, before.place)),
            speed=np.where(goes_on, speed, before.speed),
            shown=np.where(goes_on, place, points),
            score=poses.score,
            confidence=poses.confidence,
        )

    def _with_missing(self, poses: Poses, missing: _Filters, now: float) -> Poses:
        missing = missing.rows(now - missing.seen <= self._fill) if self._fill else missing.rows(slice(0))
        if not len(missing.track):
            return poses
        fade = (0.5 ** ((now - missing.seen) / self._fill)).astype(np.float32)
        confidence = np.concatenate([poses.confidence, missing.confidence * fade])
        track = np.concatenate([self._track(poses), missing.track])
        return replace(
            poses,
            xy=np.concatenate([poses.xy, missing.xy]),
            score=np.concatenate([poses.score, missing.score * fade[:, None]]),
            box=np.concatenate([poses.box, missing.box]),
            confidence=confidence,
            track=track if self._tracked else None,
            reason="",
        )[np.argsort(-confidence, kind="stable")]


def _weight(
    cutoff: float | Float64[np.ndarray, "n p 2"], dt: Float64[np.ndarray, "n p #2"]
) -> Float64[np.ndarray, "n p #2"]:
    """How much of a new value a low-pass filter takes: 1 / (1 + tau / dt), tau = 1 / (2 pi cutoff) (Casiez et al.)."""
    return 1 / (1 + 1 / (2 * np.pi * cutoff * dt))
