"""Tracker: who is who from frame to frame.

It compares the poses of a frame with the people it remembers, each moved on as they were going, and hands out numbers.
The rules are those of tfjs-models (pose-detection/src/calculators/tracker.ts) with three differences: people go on while
they are hidden, pairs are chosen together instead of in order of confidence, and boxes tell who is who where keypoints
do not.
"""

from dataclasses import replace
from typing import Literal

import numpy as np
from jaxtyping import Int64

from tendu.motion.match import in_order, together
from tendu.motion.options import demand
from tendu.motion.people import Comparison, People
from tendu.pose import Poses

Lock = Literal["largest", "centre"] | int | np.integer | None

# tfjs-models, pose-detection/src/movenet/constants.ts
_MIN_SIMILARITY = {"oks": 0.2, "iou": 0.15}
_RULES = {"together": together, "in order": in_order}


class Tracker:
    """Gives every person a number that stays the same over frames.

    Numbers start at 1, are counted by each tracker for itself and never given twice, not even after `reset`. Somebody
    unseen for more than `max_age` comes back under a new number. Times are those of the frames; when they go back (a
    film begins again) everyone is forgotten, as by `reset`.

    Args:
        by: "oks" compares keypoints, "iou" boxes.
        max_age: seconds that somebody unseen is remembered (tfjs: 1000 ms).
        min_similarity: below it two poses are two people; 0.2 for "oks", 0.15 for "iou" unless given (tfjs).
        max_tracks: how many people are remembered, or all who are seen now; the longest unseen are forgotten first (tfjs: 18).
        min_score: keypoints below it are not compared (tfjs: 0.3).
        min_points: with fewer keypoints confident in both, two poses are two people (tfjs: 4).
        carry: seconds for which somebody unseen is taken to go on as before; 0 compares with where they were last, as
            tfjs does.
        overlap: a pose and somebody remembered whom keypoints leave alone are one where their boxes share so much (IoU; SORT:
            0.3, Bewley et al., arXiv 1602.00763), as in ByteTrack's second round (Zhang et al., arXiv 2110.06864). Whoever is
            leaving the picture has few keypoints to compare. 1 keeps them two people, as tfjs does.
        rule: "together" chooses pairs by their total similarity; "in order" lets the most confident pose choose first
            (tfjs).
        lock: report one person only, see `lock`.

    Raises:
        DataError: an option is out of its range.

    >>> from tendu.frame import Stamp
    >>> tracker = Tracker(max_age=0.5)
    >>> tracker.update(Poses.empty(Stamp(0, 0.0, "", 640, 480))).track
    array([], dtype=int64)
    """

    def __init__(
        self,
        *,
        by: Literal["oks", "iou"] = "oks",
        max_age: float = 1.0,
        min_similarity: float | None = None,
        max_tracks: int = 18,
        min_score: float = 0.3,
        min_points: int = 4,
        carry: float = 0.5,
        overlap: float = 0.3,
        rule: Literal["together", "in order"] = "together",
        lock: Lock = None,
    ) -> None:
        least = _MIN_SIMILARITY.get(by, 0.0) if min_similarity is None else min_similarity
        demand("by", by, '"oks" or "iou"', holds=by in _MIN_SIMILARITY)
        demand("rule", rule, '"together" or "in order"', holds=rule in _RULES)
        demand("max_age", max_age, "seconds above 0", holds=max_age > 0)
        demand("min_similarity", least, "a similarity from 0 to 1", holds=0 <= least <= 1)
        demand("max_tracks", max_tracks, "a number of people, at least 1", holds=max_tracks >= 1)
        demand("min_score", min_score, "a score from 0 to 1", holds=0 <= min_score <= 1)
        demand("min_points", min_points, "a number of keypoints, at least 1", holds=min_points >= 1)
        demand("carry", carry, "seconds, at least 0", holds=carry >= 0)
        demand("overlap", overlap, "a share above 0 and up to 1", holds=0 < overlap <= 1)
        self._how = Comparison(by, min_score, min_points, carry)
        self._overlap = overlap
        self._max_age, self._least, self._max_tracks, self._rule = max_age, least, max_tracks, _RULES[rule]
        self._next = 1
        self.lock(lock)
        self.reset()

    def reset(self) -> None:
        """Forgets everyone; numbers go on from where they were, and a lock by words chooses again."""
        self._people: People | None = None
        self._time = -np.inf
        self._chosen: int | None = None

    def lock(self, person: Lock) -> None:
        """From now on one person only is reported.

        The others are still followed, so that the one is not mistaken for them. While the person is hidden nobody is
        reported, and `reason` says so; whoever appears within `max_age` where they are expected is taken for them.

        Args:
            person: "largest" or "centre" choose by the boxes of the next frame with anybody in it, and choose again
                when the chosen one has been gone for `max_age`; a number follows that person and nobody else; None
                lets go.

        Raises:
            DataError: it is none of these.
        """
        person = int(person) if isinstance(person, np.integer) else person  # as it stands in `Poses.track`
        number = isinstance(person, int) and not isinstance(person, bool) and person >= 1
        words = '"largest", "centre", the number of a person or None'
        demand("lock", person, words, holds=number or person in {"largest", "centre", None})
        self._lock: Lock = person
        self._chosen = None

    def update(self, poses: Poses) -> Poses:
        """The same poses with `track` set; under a lock the locked person's row, or nobody."""
        now = poses.stamp.time
        if now < self._time:
            self.reset()
        self._time = now
        seen = People.just_seen(poses)
        known = seen.rows(slice(0)) if self._people is None else self._people
        known = known.rows(now - known.time <= self._max_age)
        match = self._rule(known.alike(poses, self._how), least=self._least)
        if self._overlap < 1 and self._how.by == "oks":
            match = self._by_boxes(match, known, poses)

        old, new = np.flatnonzero(match >= 0), match < 0
        number, pace, going = seen.number.copy(), seen.pace.copy(), seen.going.copy()
        count = int(new.sum())
        number[new] = np.arange(self._next, self._next + count)
        number[old] = known.number[match[old]]
        pace[old], going[old] = known.rows(match[old]).pace_to(poses[old], self._how)
        self._next += count

        seen = replace(seen, number=number, pace=pace, going=going)
        gone = np.ones(len(known.number), bool)
        gone[match[old]] = False
        self._people = seen.followed_by(known.rows(gone)).rows(slice(max(self._max_tracks, len(poses))))
        return self._locked(replace(poses, track=number), self._people)

    def _by_boxes(self, match: Int64[np.ndarray, "n"], known: People, poses: Poses) -> Int64[np.ndarray, "n"]:
        """The pairs, and those of whoever is left on both sides that boxes tell."""
        free, left = np.flatnonzero(match < 0), np.setdiff1d(np.arange(len(known.number)), match)
        if not len(free) or not len(left):
            return match
        alike = known.rows(left).alike(poses[free], replace(self._how, by="iou"))
        found = self._rule(alike, least=self._overlap)
        made = match.copy()
        made[free[found >= 0]] = left[found[found >= 0]]
        return made

    def _locked(self, poses: Poses, people: People) -> Poses:
        if self._lock is None:
            return poses
        assert poses.track is not None
        person = self._lock if isinstance(self._lock, int) else self._chosen
        if isinstance(self._lock, str) and person not in people.number:
            person = self._chosen = _choose(poses, self._lock)
        one = poses[poses.track == person]
        if len(one) or one.reason:
            return one
        return replace(one, reason="nobody to lock on" if person is None else f"person {person} is not seen")


def _choose(poses: Poses, which: str) -> int | None:
    """The number of the person with the largest box, or of the one whose box lies nearest the picture's centre."""
    if poses.track is None or not len(poses):
        return None
    low, high = poses.box[:, :2], poses.box[:, 2:]
    middle = np.array([poses.stamp.width, poses.stamp.height]) / 2
    offset = np.hypot(*((low + high) / 2 - middle).T)
    row = (high - low).prod(axis=1).argmax() if which == "largest" else offset.argmin()
    return int(poses.track[row])
