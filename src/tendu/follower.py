"""Follower: remembers where to look in a film. The only feedback loop of the house.

What was seen in one frame chooses the windows of the next, so that following costs one look per person and frame. A
person who is lost is sought again with the estimator's own look at the whole picture.
"""

from collections.abc import Callable

import numpy as np
from jaxtyping import UInt8

from tendu.estimator import AMONG, Estimator
from tendu.following import Rule, check_rule, crop_rule, cut_off, full_body, steady
from tendu.frame import Frame
from tendu.looking import closer, distinct, gathered
from tendu.pose import Poses
from tendu.window import Window


class Follower:
    """Poses frame by frame, each look guided by the one before.

    Args:
        estimator: finds the people; its `people` says how many are followed.
        rule: where one person is looked at, see `tendu.following.Rule`; several are looked at in one way only.
        search: seconds between looks for newcomers, where several people are followed; meanwhile, where nobody is known,
            tiles are left out.

    Raises:
        DataError: `rule` is not known, or needs points that the model lacks.
    """

    def __init__(self, estimator: Estimator, *, rule: Rule = "tendu", search: float = 0.5) -> None:
        check_rule(rule, estimator.skeleton)
        self._estimator = estimator
        self._rule: Rule = rule
        self._search = search
        self.reset()

    def reset(self) -> None:
        """Forgets everyone: the next frame is a first frame."""
        self._known: Poses | None = None
        self._windows: list[Window] = []
        self._begun = False
        self._sought = -np.inf

    def update(self, frame: Frame | UInt8[np.ndarray, "h w 3"]) -> Poses:
        """Everyone found in the next frame, the most confident first; when times go back, a film has begun again.

        Raises:
            DataError: it is no frame and no RGB array.
        """
        frame = Frame.given(frame)
        stamp = frame.stamp
        known = self._known
        if known is not None and (
            stamp.time < known.stamp.time
            or (known.stamp.width, known.stamp.height) != (stamp.width, stamp.height)
        ):
            self.reset()
            known = None
        found = self._one(frame, known) if self._estimator.people == 1 else self._many(frame, known)
        self._begun = True
        present = self._estimator.present(found)
        if known is not None and len(present) == 0 and self._rule == "tendu":
            # Whoever is lost is sought everywhere at once: behind a cut, they are somewhere else in this very frame.
            self._sought = frame.time
            present = self._estimator.present(self._estimator.everyone(frame))
        # Of those who were presented only the points are used again: confidence may be a calibrated chance by now.
        self._known = present if len(present) else None
        return present

    def _one(self, frame: Frame, known: Poses | None) -> Poses:
        estimator = self._estimator
        if self._rule != "tendu":
            return estimator.see(frame, self._published(frame, known))
        if known is None:
            return estimator.everyone(frame)
        seen, window = self._followed(frame, known, full_body, among=1)
        self._windows = [window]
        return seen

    def _followed(
        self, frame: Frame, person: Poses, around: Callable[..., Window], *, among: int
    ) -> tuple[Poses, Window]:
        """A person looked at where they were, once more where they reach beyond that, and the window that showed them."""
        aspect = self._estimator.aspect
        window = steady(around(person[0], aspect=aspect), self._windows)
        seen = self._estimator.closely(frame, person, window, among=among)
        if len(seen) and cut_off(seen[0], window):
            window = around(seen[0], aspect=aspect)
            seen = self._estimator.closely(frame, seen, window, among=among)
        return seen, window

    def _published(self, frame: Frame, known: Poses | None) -> Window:
        window = None if known is None else crop_rule(known[0], aspect=self._estimator.aspect)
        if window is not None:
            return window
        width, height = frame.stamp.width, frame.stamp.height
        if self._rule == "tfjs" and not self._begun:
            side = float(min(width, height))
            return Window.centred(width / 2, height / 2, side, side)
        return self._estimator.whole(frame)

    def _many(self, frame: Frame, known: Poses | None) -> Poses:
        people = [] if known is None else [known[[row]] for row in range(len(known))]
        followed = [self._followed(frame, person, closer, among=AMONG) for person in people]
        self._windows = [window for _, window in followed]
        looks = [seen for seen, _ in followed]
        searching = not 0 <= frame.time - self._sought < self._search
        if searching:
            self._sought = frame.time
        if searching or known is None:
            # Tiles cost thirty looks; an empty room would have them in every frame.
            looks.append(self._estimator.everyone(frame, tiled=searching))
        return distinct(gathered(looks))
