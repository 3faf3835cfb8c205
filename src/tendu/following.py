"""Where to look for one person next: windows chosen by what was seen. Pure functions, no model."""

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np

from tendu.errors import DataError
from tendu.looking import LIKELY, likely_points
from tendu.pose import Pose
from tendu.skeleton import COCO17, Skeleton
from tendu.window import Window

Rule = Literal["tendu", "tutorial", "tfjs"]
"""Where one person is looked at in a film.

tendu     the first frame with the estimator's own look, up to 3 inferences; then the whole body and little more, and
          once again where it reaches beyond (`full_body`, `steady`, `cut_off`). The default.
tutorial  the first frame in one padded look, then MoveNet's published crop rule, as in the MoveNet tutorial, the
          Raspberry Pi and the Android example (`crop_rule`).
tfjs      the same, but the very first frame is the middle square of a wide picture (crop_utils.ts).

Somebody who is lost is sought as in a first frame.
"""

RULES: tuple[Rule, ...] = get_args(Rule)

CROP_SCORE = 0.2
"""A keypoint that counts for the published crop rule (MIN_CROP_KEYPOINT_SCORE, tfjs constants.ts)."""

LEG = 1.7
"""How many torsos below the hips the ankles are: 0.491 and 0.288 of the height (Drillis and Contini, 1966)."""

UNSEEN = 2.5
"""The margin of a closer look where hips or shoulders do not show, so that nobody knows how far the body goes."""

EDGE = 0.02
"""A point so near a window's edge, as a part of its side, may stand for one beyond it."""

STEADY = 0.03
"""How far from the last window's middle, as a part of its side, the next one's may be and the last one stays; of its
size twice that part."""

_TRUNK_AND_FEET = tuple((f"left_{part}", f"right_{part}") for part in ("shoulder", "hip", "ankle"))


def check_rule(rule: str, skeleton: Skeleton = COCO17) -> None:
    """Refuses a rule that is not known, or that needs points which a skeleton lacks.

    Raises:
        DataError: not one of `RULES`, or a published one of a body without two shoulders and two hips.
    """
    if rule not in RULES:
        raise DataError(f"Unknown rule {rule!r} for following. Choose one of {', '.join(RULES)}.")
    shoulders, hips, _ = _trunk_and_feet(skeleton)
    if rule != "tendu" and len(shoulders) + len(hips) < 4:
        raise DataError(
            f"The rule {rule!r} measures from shoulders to hips, and this model finds {', '.join(skeleton.names)}. "
            'Choose "tendu".'
        )


def full_body(pose: Pose, *, aspect: float = 1.0) -> Window:
    """The window for a closer look at one person, with room for what does not show yet.

    It is `closer`, but where no ankle is likely the feet are expected a leg's length below the hips, and where hips or
    shoulders are missing too the margin is `UNSEEN`; neither goes beyond the picture. So a look at half a body does not
    hide the other half from all that follow. Of a body without shoulders or hips that margin is left where less than half
    of its points are likely.
    """
    points, likely = likely_points(pose), pose.score > LIKELY
    has = _trunk_and_feet(pose.poses.skeleton)
    shoulders, hips, ankles = (pose.xy[part][likely[part]] for part in has)
    picture = np.array([pose.poses.stamp.width, pose.poses.stamp.height], np.float32)
    if not (has[0] and has[1]) and 2 * likely.sum() >= len(likely):
        return Window.around(points, aspect=aspect)
    if len(shoulders) == 0 or len(hips) == 0:
        corners = Window.around(points, margin=UNSEEN).corners
        return Window.around(
            np.concatenate([points, np.clip(corners, 0, picture)]), margin=1.0, aspect=aspect
        )
    if has[2] and len(ankles) == 0:
        middle = hips.mean(axis=0)
        feet = middle + LEG * (middle - shoulders.mean(axis=0))
        points = np.concatenate([points, np.clip(feet, 0, picture)[None]])
    return Window.around(points, aspect=aspect)


def _trunk_and_feet(skeleton: Skeleton) -> list[list[int]]:
    """The shoulders, hips and ankles that a skeleton has."""
    return [skeleton.among(names) for names in _TRUNK_AND_FEET]


def steady(wanted: Window, before: Sequence[Window]) -> Window:
    """A window of the frame before that is nearly the wanted one, where there is one, else the wanted one.

    Points shake less where a body that keeps still falls on the same pixels of the model's input in every frame.
    """
    return next((window for window in before if _alike(wanted, window)), wanted)


def _alike(wanted: Window, window: Window) -> bool:
    (x, y), (there_x, there_y) = wanted.centre, window.centre
    near = max(abs(x - there_x), abs(y - there_y)) < STEADY * window.height
    return near and abs(wanted.height / window.height - 1) < 2 * STEADY


def cut_off(pose: Pose, window: Window) -> bool:
    """Whether a person reaches an edge of the window they were seen in, beyond which the picture goes on."""
    points = window.to_unit(pose.xy[pose.score > LIKELY])
    if len(points) == 0:
        return False
    left, top = points.min(axis=0) < EDGE
    right, bottom = points.max(axis=0) > 1 - EDGE
    return bool(
        (left and window.left > 0)
        or (top and window.top > 0)
        or (right and window.left + window.width < pose.poses.stamp.width)
        or (bottom and window.top + window.height < pose.poses.stamp.height)
    )


def crop_rule(pose: Pose, *, aspect: float = 1.0) -> Window | None:
    """The window for the next frame of a film, by MoveNet's published rule; None where the body is not seen enough.

    A square around the middle of the hips, wide enough for 1.9 times the torso and 1.2 times the body, measured from
    that middle to the farthest point. None stands for the whole picture: no hip or no shoulder is seen, or the square
    would be larger than the picture. Constants: tfjs-models, src/movenet/constants.ts and crop_utils.ts; the MoveNet
    tutorial's "Cropping Algorithm".

    Args:
        pose: the person in the last frame.
        aspect: width / height of the model's input; the published models have 1.
    """
    xy, score = pose.xy, pose.score
    width, height = pose.poses.stamp.width, pose.poses.stamp.height
    sure = score > CROP_SCORE
    shoulders, hips, _ = _trunk_and_feet(pose.poses.skeleton)
    if not (sure[shoulders].any() and sure[hips].any()):
        return None
    left, right = xy[hips]
    middle = (left + right) / 2
    x, y = middle.tolist()
    reach = np.abs(xy - middle)
    torso = max(reach[shoulders].max(), reach[hips].max())
    body = reach[score >= CROP_SCORE].max()
    half = float(min(max(torso * 1.9, body * 1.2), max(x, width - x, y, height - y)))
    if half > max(width, height) / 2:
        return None
    return Window.centred(x, y, 2 * half * max(aspect, 1), 2 * half / min(aspect, 1))
