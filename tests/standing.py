"""An estimator for tests of what stands on one: people who stand where the test says, in every picture."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from staged import STRIDE, frame_of
from tendu.estimator import Estimator
from tendu.frame import Frame
from tendu.runtimes.fake import FakeRuntime


@dataclass(frozen=True, eq=False)
class Standing(Estimator):
    """People of 0.8 times the picture's height side by side, whatever window is looked at.

    Args:
        confidence: of each of them; by their number there are so many.
        shake: px by which everyone stands further right in odd frames.
        before: called with each frame that is looked at.
    """

    confidence: tuple[float, ...] = (0.9,)
    shake: float = 0.0
    before: Callable[[Frame], None] = lambda _: None

    def see(self, frame, window, *, people=1, mirrored=False):
        self.before(frame)
        stamp = frame.stamp
        places = np.arange(1, len(self.confidence) + 1) / (len(self.confidence) + 1)
        shift = self.shake * (stamp.number % 2)
        xy = [
            STRIDE * 0.8 * stamp.height + (place * stamp.width + shift, 0.1 * stamp.height)
            for place in places
        ]
        poses = frame_of(xy, time=stamp.time, size=(stamp.width, stamp.height))
        seen = type(poses)(poses.xy, poses.score, poses.box, np.array(self.confidence, np.float32), stamp)
        return seen[:people]


def standing(**options) -> Standing:
    """One looked at once a picture, without a model."""
    settings = {"name": "standing", "runtime": FakeRuntime([]), "decoder": lambda *_, **__: None}
    settings |= {"height": 192, "width": 192, "look": "once"}
    return Standing(**(settings | options))


def film_frames(count, *, rate=10.0, width=96, height=64):
    """Grey frames of a film, each a little lighter than the one before."""
    return [
        Frame.of(
            np.full((height, width, 3), number % 256, np.uint8),
            number=number,
            time=number / rate,
            source="made",
        )
        for number in range(count)
    ]
