"""Estimator: a picture in, everyone in it out. It has no memory, so many threads may share one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import UInt8

from tendu.following import Rule, full_body
from tendu.frame import Frame
from tendu.looking import (
    Look,
    agreed,
    closer,
    distinct,
    foremost,
    gathered,
    most_alike,
    person_box,
    settled,
    tiles,
    views,
)
from tendu.metrics.platt import Platt
from tendu.models.prepare import prepare
from tendu.models.seen import Decoder
from tendu.pose import Poses
from tendu.runtimes.runtime import Runtime
from tendu.skeleton import COCO17, Skeleton
from tendu.window import Window

LOOKS_AT_ONE = 3
"""How often one person is looked at on a still; a fourth look gains nothing (docs/models.md)."""

SPARE = 4
"""How many people more than asked for are looked at again."""

AMONG = 4
"""How many people are told apart in a closer look at one of several."""


@dataclass(frozen=True, eq=False)
class Estimator:
    """A model with a way of looking: call it with a frame or an RGB array.

    Attributes:
        name: the model's name.
        runtime: what runs it.
        decoder: what reads its numbers.
        height, width: its input, px.
        look: how stills are looked at, see `tendu.looking.Look`.
        people: how many people are reported at most; where more are sure enough, the foremost of them.
        min_score: the least confidence of a person, 0 to 1, as it is reported.
        centred: its float input runs from -1 to 1.
        skeleton: which keypoints it finds.
        calibration: turns confidence into the chance that a pose is right, last of all: `see`, `everyone` and what looks
            say together keep the confidence as the model gave it. None reports that one.
    """

    name: str
    runtime: Runtime
    decoder: Decoder
    height: int
    width: int
    look: Look = "auto"
    people: int = 1
    min_score: float = 0.25
    centred: bool = False
    calibration: Platt | None = None
    skeleton: Skeleton = COCO17

    def __call__(self, picture: Frame | UInt8[np.ndarray, "h w 3"]) -> Poses:
        """Everyone found, the most confident first; nobody is a `Poses` of length 0 with a reason.

        Args:
            picture: a frame, or a uint8 RGB array of shape (height, width, 3).

        Raises:
            DataError: it is neither.
        """
        return self.present(self.everyone(Frame.given(picture)))

    def follow(self, frames: Iterable[Frame], *, rule: Rule = "tendu") -> Iterator[tuple[Frame, Poses]]:
        """Each frame of a film with the poses in it; what is seen in one frame guides the look at the next.

        Args:
            frames: a source, or any frames in order.
            rule: where one person is looked at, see `tendu.following.Rule`.

        Raises:
            DataError: `rule` is not known, or needs points that the model lacks.
        """
        from tendu.follower import Follower  # a follower stands on an estimator; this is its short name

        follower = Follower(self, rule=rule)
        return ((frame, follower.update(frame)) for frame in frames)

    def close(self) -> None:
        """Frees the model; may be called twice."""
        self.runtime.close()

    def __enter__(self) -> "Estimator":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def aspect(self) -> float:
        """Width / height of the input."""
        return self.width / self.height

    def see(self, frame: Frame, window: Window, *, people: int = 1, mirrored: bool = False) -> Poses:
        """What one look at one window shows: one inference, two where `mirrored`; nobody is left out yet."""
        port = self.runtime.inputs[0]
        tensor = prepare(frame, window, self.width, self.height, port.dtype, centred=self.centred)
        outputs = self.runtime.raw(tensor)
        flipped = self.runtime.raw(np.ascontiguousarray(tensor[:, :, ::-1])) if mirrored else None
        seen = self.decoder(outputs, people=people, mirrored=flipped)
        xy = window.to_image(seen.xy)
        box = person_box(xy, seen.score)
        return Poses(xy, seen.score, box, seen.confidence, frame.stamp, skeleton=self.skeleton)

    def whole(self, frame: Frame) -> Window:
        """The window that shows the whole picture."""
        return Window.letterbox(frame.stamp.width, frame.stamp.height, aspect=self.aspect)

    def everyone(self, frame: Frame, *, tiled: bool = True) -> Poses:
        """Everyone whom the chosen look finds, however unsure; `zoom` instead of `tiles` where not `tiled`."""
        look = self.look
        if look == "auto":
            look = "zoom" if self.people == 1 else "tiles"
        if look == "tiles" and not tiled:
            look = "zoom"
        if look == "once":
            return self.see(frame, self.whole(frame), people=self.people)
        if self.people == 1 and look != "tiles":
            return self._one(frame, mirrored=look == "mirrored")
        return self._many(frame, look)

    def _one(self, frame: Frame, *, mirrored: bool) -> Poses:
        """One person: the whole picture, then closer at what was seen, twice."""
        looks: list[Poses] = []
        window = self.whole(frame)
        for step in range(LOOKS_AT_ONE):
            seen = self.see(frame, window, mirrored=mirrored and step == LOOKS_AT_ONE - 1)
            if len(seen) == 0:
                break
            looks.append(seen)
            window = full_body(seen[0], aspect=self.aspect)
        return settled(looks) if looks else Poses.empty(frame.stamp, skeleton=self.skeleton)

    def _many(self, frame: Frame, look: Look) -> Poses:
        """Several people: everyone seen from afar, each looked at again, duplicates removed."""
        windows = [self.whole(frame)]
        if look == "tiles":
            windows += tiles(frame.stamp.width, frame.stamp.height, aspect=self.aspect)
        # Afar, a ghost can look surer than a person: a few more than wanted get a second look.
        several = self.people + SPARE
        seen = gathered([self.see(frame, window, people=several) for window in windows])
        candidates = views(seen, several) if len(windows) > 1 else distinct(seen, alike=0.5)[:several]
        return self.again(frame, candidates, mirrored=look == "mirrored")

    def again(self, frame: Frame, poses: Poses, *, mirrored: bool = False) -> Poses:
        """Each person looked at once more, closer; duplicates removed."""
        if len(poses) == 0:
            return poses
        looks: list[Poses] = []
        for row in range(len(poses)):
            person = poses[[row]]
            window = closer(person[0], aspect=self.aspect)
            seen = self.closely(frame, person, window, mirrored=mirrored)
            if len(seen):
                looks.append(agreed(person, seen))
        return distinct(gathered(looks)) if looks else poses[:0]

    def closely(
        self, frame: Frame, person: Poses, window: Window, *, mirrored: bool = False, among: int = AMONG
    ) -> Poses:
        """A person in a closer look: of those in the window, the one most like them; nobody where nobody is seen.

        Args:
            frame: where to look; the next frame of a film as well as the same one.
            person: one pose, seen before.
            window: where they should be.
            mirrored: whether the look is averaged with its mirror image.
            among: so many people in the window are told apart; of one it is who is nearest to its middle.
        """
        seen = self.see(frame, window, people=among, mirrored=mirrored)
        return most_alike(person, seen) if len(seen) > 1 else seen

    def present(self, poses: Poses) -> Poses:
        """The people who are sure enough, the surest first, or nobody and why; the one place where confidence is calibrated."""
        if len(poses) > 1:
            poses = poses[np.argsort(-poses.confidence, kind="stable")]
        if self.calibration is not None:
            poses = replace(poses, confidence=self.calibration(poses.confidence))
        shown = poses.confidence >= self.min_score
        if 0 < len(poses) <= self.people and shown.all():
            return poses
        sure = foremost(poses[shown], self.people)
        if len(sure):
            return sure
        best = poses.confidence.max(initial=0.0)
        why = f"the best guess has confidence {best:.2f}, below {self.min_score:.2f}"
        return replace(sure, reason=why if len(poses) else "no person's centre shows")
