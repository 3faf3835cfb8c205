"""RepCounter: how many squats, push-ups or curls."""

from typing import Literal

import numpy as np

from tendu.analysis.angles import JOINTS, angle
from tendu.errors import DataError
from tendu.pose import Poses

Phase = Literal["straight", "bent"]

# Times of films are kept to the millisecond at best.
_TICK = 0.001
# Seconds unseen after which a phase that was not believed yet is forgotten.
_UNSEEN = 1.0


class RepCounter:
    """Counts how often a joint goes from straight to bent and back to straight.

    Between the two angles the phase stays what it was, so that an angle that trembles round one of them counts once; a
    new phase is believed when the angle has stayed in it for `hold` seconds, coming back within as long where it left
    it for in between, so that single wrong frames count nothing. Frames in which the joint is not seen are passed over.
    A movement that begins in the middle counts from its first straight phase on.

    It counts one person: the one with number `track`, or else the first (the most confident) of each frame. With
    others in view put a Tracker with a lock before it.

    Args:
        joint: "knee", "elbow", "hip" or "shoulder"; see `joint_angles`.
        bent: at this angle or below the joint is bent, degrees.
        straight: at this angle or above it is straight, degrees.
        hold: seconds a phase must last to be believed; at least two frames whatever their distance. A film needs two
            frames in each phase, so fast exercises need more than 5 frames a second.
        side: "left", "right", or "both" for the mean of the sides that are seen.
        track: whose movement; None for the first person.
        min_score: below it a keypoint is not seen.

    Raises:
        DataError: an option is out of its range.

    >>> curls = RepCounter("elbow", bent=60, straight=150, side="left")
    >>> curls.count, curls.phase
    (0, None)
    """

    def __init__(
        self,
        joint: Literal["knee", "elbow", "hip", "shoulder"],
        *,
        bent: float,
        straight: float,
        hold: float = 0.1,
        side: Literal["left", "right", "both"] = "both",
        track: int | None = None,
        min_score: float = 0.2,
    ) -> None:
        sides = ("left", "right") if side == "both" else (side,)
        names = [f"{one}_{joint}" for one in sides]
        if not JOINTS.keys() >= set(names):
            raise DataError(
                "A repetition is of a knee, elbow, hip or shoulder, left, right or both; "
                f"not of joint {joint!r}, side {side!r}."
            )
        if not 0 <= bent < straight <= 180:
            raise DataError(
                f"A joint is bent below where it is straight, from 0 to 180 degrees; got bent {bent}, straight {straight}."
            )
        if not hold > 0:
            raise DataError(f"hold is seconds above 0, not {hold}.")
        self._joints = [JOINTS[name] for name in names]
        self._bent, self._straight, self._hold = bent, straight, hold
        self._track, self._min_score = track, min_score
        self.reset()

    @classmethod
    def squat(cls, *, track: int | None = None) -> "RepCounter":
        """Squats of a person seen from the side or slantwise: knees at 120 degrees or less, then at 150 or more.

        Training literature calls knee angles of 80 to 100 degrees a half squat and 110 to 140 a quarter squat (Hartmann
        et al. 2013, Sports Medicine 43:993). A model reads the knees of a half squat seen slantwise as up to 112 degrees,
        so the line is drawn at 120; whoever only comes up to a quarter squat is not standing.
        """
        return cls("knee", bent=120, straight=150, track=track)

    def reset(self) -> None:
        """Starts at 0."""
        self._count = 0
        self._forget()

    def _forget(self) -> None:
        self._phase: Phase | None = None
        self._next: Phase | None = None
        self._since = self._seen = self._time = -np.inf
        self._begun = False

    @property
    def count(self) -> int:
        """Repetitions so far; one is complete when the joint is straight again."""
        return self._count

    @property
    def phase(self) -> Phase | None:
        """The last phase believed, "straight" or "bent"; None before the first."""
        return self._phase

    def update(self, poses: Poses) -> int:
        """The count with this frame.

        When times go back (a film begins again) the count stays and the movement begins anew.

        Raises:
            DataError: a person's number is to be counted and the poses have no tracks.
        """
        now = poses.stamp.time
        if now < self._time:
            self._forget()
        self._time = now
        degrees = self._angle(poses)
        seen = "bent" if degrees <= self._bent else "straight" if degrees >= self._straight else None
        if seen is None:
            # Single wrong frames with others between them are no phase that lasted.
            if now - self._seen > (_UNSEEN if np.isnan(degrees) else self._hold + _TICK):
                self._next = None
            return self._count
        self._seen = now
        if seen != self._next:
            self._next, self._since = seen, now
        elif seen != self._phase and now - self._since > self._hold - _TICK:
            self._count += self._begun and seen == "straight"
            self._begun |= seen == "straight"
            self._phase = seen
        return self._count

    def _angle(self, poses: Poses) -> float:
        """The joint's angle, the mean of its sides that are seen; not a number where none is."""
        if self._track is not None and poses.track is None and len(poses):
            raise DataError(
                f"Counting person {self._track} needs to know who is who; the poses came without tracks. "
                "Put a Tracker before the RepCounter, or leave track out."
            )
        rows = range(len(poses)) if self._track is None else np.flatnonzero(poses.track == self._track)
        angles = [
            angle(poses[int(row)], *joint, min_score=self._min_score)
            for row in rows[:1]
            for joint in self._joints
        ]
        known = [degrees for degrees in angles if not np.isnan(degrees)]
        return sum(known) / len(known) if known else np.nan
