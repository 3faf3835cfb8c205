"""draw(): a frame with everyone's skeleton on it."""

from typing import Literal, get_args

import numpy as np
from jaxtyping import Bool, UInt8

from tendu.drawing.canvas import Canvas
from tendu.drawing.faces import blur_faces
from tendu.drawing.figure import ColourBy, bone_width, colour_of, figure, frame_of_box, shown_points
from tendu.drawing.lettering import write_caption, write_label
from tendu.drawing.strokes import paint
from tendu.errors import DataError
from tendu.frame import Frame
from tendu.pixels import RgbPixels
from tendu.pose import Pose, Poses

Background = Literal["picture", "black"]
Boxes = Literal["hidden", "shown"]
Faces = Literal["shown", "blurred"]
Labels = Literal["none", "track", "confidence", "both"]


def draw(
    picture: Frame | UInt8[np.ndarray, "h w 3"],
    poses: Poses,
    *,
    caption: str | None = None,
    min_score: float = 0.2,
    colour_by: ColourBy = "side",
    background: Background = "picture",
    boxes: Boxes = "hidden",
    labels: Labels = "none",
    faces: Faces = "shown",
) -> Frame:
    """A copy of a frame with everyone's skeleton on it, under the same stamp; with nobody, the picture as it is.

    Line widths follow each person's size. A point is drawn where its score is at least `min_score`, a bone where both
    its ends are.

    Args:
        picture: a frame or an RGB array; it is not changed.
        poses: who was found in it.
        caption: text on a dark plate at the top left, lines parted by a line break; it is made smaller where it would
            not fit, and left out where its letters would be under 4 px. Latin, Hangul and what else OpenCV's built-in
            fonts know; OpenCV writes a question mark for characters that they lack.
        min_score: least score of a point that is drawn, 0 to 1.
        colour_by: "side": the person's left blue, right orange, middle white. "person": a hue for each
            track number (each row before tracking), light on the left, deep on the right.
        background: "black" leaves the picture out, for privacy or for a stage.
        boxes: whether each person's box is drawn.
        labels: what is written above each person: the track number, the confidence in per cent, or both.
        faces: "blurred" makes every face of these poses unrecognisable, also those whose points have low scores.

    Raises:
        DataError: it is no picture, the poses are of one of another size, `min_score` is outside 0 to 1, or an option is unknown.

    >>> from tendu.frame import Frame
    >>> frame = Frame.of(np.zeros((480, 640, 3), np.uint8), time=1.5)
    >>> drawn = draw(frame, Poses.empty(frame.stamp), caption="0 reps")
    >>> drawn.stamp == frame.stamp, bool(drawn.image.any()), bool(frame.image.any())
    (True, True, False)
    """
    for name, value, options in (
        ("colour_by", colour_by, ColourBy),
        ("background", background, Background),
        ("boxes", boxes, Boxes),
        ("labels", labels, Labels),
        ("faces", faces, Faces),
    ):
        if value not in get_args(options):
            raise DataError(f"{name} is one of {', '.join(get_args(options))}, not {value!r}.")
    if not 0 <= min_score <= 1:
        raise DataError(f"min_score is from 0 to 1, not {min_score}.")
    frame = Frame.given(picture)
    stamp = frame.stamp
    if (poses.stamp.width, poses.stamp.height) != (stamp.width, stamp.height):
        raise DataError(
            f"The poses were found in a picture of {poses.stamp.width} × {poses.stamp.height} px, the frame has "
            f"{stamp.width} × {stamp.height}. Draw them on the frame they come from."
        )
    if background == "black":
        frame = Frame(RgbPixels(np.zeros((stamp.height, stamp.width, 3), np.uint8)), stamp)
    canvas = Canvas(frame)
    if faces == "blurred" and background == "picture":
        blur_faces(canvas, poses)
    # The most confident person comes first and is drawn last, on top.
    for pose in reversed(list(poses)):
        shown = shown_points(pose, min_score)
        paint(
            canvas,
            [*(frame_of_box(pose) if boxes == "shown" else ()), *figure(pose, shown, colour_by=colour_by)],
        )
    # Labels come after all bones, so that none is crossed.
    for pose in poses:
        _label(canvas, pose, shown_points(pose, min_score), labels)
    if caption:
        write_caption(canvas, caption)
    return Frame(canvas.pixels(), stamp)


def _label(canvas: Canvas, pose: Pose, shown: Bool[np.ndarray, "k"], labels: Labels) -> None:
    """Writes what is known of a person above the topmost point; nothing where no point is shown."""
    number = f"{pose.track}" if labels in {"track", "both"} and pose.track is not None else ""
    confidence = f"{pose.confidence:.0%}" if labels in {"confidence", "both"} else ""
    text = " · ".join(part for part in (number, confidence) if part)
    if not text or not shown.any():
        return
    points = pose.xy[shown]
    width = bone_width(points, pose.poses.stamp)
    x, y = points[points[:, 1].argmin()].tolist()
    above = 0.1 * float(np.ptp(points[:, 1])) + 2 * width
    write_label(canvas, text, x, y - above, size=round(8 + 2.5 * width), ground=colour_of(pose))
