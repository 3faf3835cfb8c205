"""Strokes: lines with round ends and points, in parts of a pixel, without stair-steps.

OpenCV's own thick lines come in whole widths, and those of 2 to 5 px are drawn up to 2.5 px too wide. Here a stroke is
a polygon with its exact width, and thin strokes are drawn enlarged and averaged down.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int32, UInt8

from tendu.drawing.canvas import Canvas
from tendu.drawing.palette import Colour

# Points on each round end: at a width of 100 px the polygon is within 0.25 px of the circle.
_ARC = 16
# OpenCV's fixed-point coordinates: 4 fractional bits are sixteenths of a pixel.
_FRACTION_BITS = 4
# How far OpenCV's anti-aliased polygons reach over their edge, px; measured on discs of 0.7 to 10 px.
_OVERREACH = 0.6
# Strokes under this width, px, are drawn enlarged this many times: edges alone would make up most of them.
_THIN, _ENLARGED = 4.0, 4
# Beyond this, px, a coordinate is a mistake of the model, and fixed-point numbers overflow.
_FARTHEST = 1e5


@dataclass(frozen=True)
class Stroke:
    """A line with round ends from `start` to `end`, or a point where both are one.

    Attributes:
        start, end: (x, y) in image pixels, pixel centres at .5.
        width: px.
        colour: RGB.
    """

    start: tuple[float, float]
    end: tuple[float, float]
    width: float
    colour: Colour


def paint(canvas: Canvas, strokes: list[Stroke]) -> None:
    """Draws strokes into a picture, in their order; what lies outside it is cut off.

    Args:
        canvas: is drawn on.
        strokes: from the lowest to the topmost; those with a coordinate that is no number or over 100,000 px from
            the picture's corner are left out.
    """
    strokes = [stroke for stroke in strokes if np.abs((stroke.start, stroke.end)).max() < _FARTHEST]
    if not strokes:
        return
    ends = np.array([(stroke.start, stroke.end) for stroke in strokes])
    width = np.array([stroke.width for stroke in strokes])
    scale = np.where(width < _THIN, _ENLARGED, 1)
    radius = np.maximum(width * scale / 2 - _OVERREACH, 0.0)
    limits = np.array([canvas.width, canvas.height])
    reach = (width / 2 + 2)[:, None]
    low = np.clip(np.floor(ends.min(axis=1) - reach), 0, limits).astype(int)
    high = np.clip(np.ceil(ends.max(axis=1) + reach), 0, limits).astype(int)
    # The centre of the top-left pixel is (0.5, 0.5) here and (0, 0) in OpenCV.
    corners = outlines((ends - low[:, None]) * scale[:, None, None], radius) - 0.5
    fixed = np.rint(corners * 2**_FRACTION_BITS).astype(np.int32)
    # Each stroke touches only the part of the picture that it needs.
    for (left, top), (right, bottom), corner, enlarged, stroke in zip(
        low.tolist(), high.tolist(), fixed, scale.tolist(), strokes, strict=True
    ):
        _fill(canvas.part(left, top, right, bottom), corner, enlarged, stroke.colour)


def _fill(
    part: UInt8[np.ndarray, "h w 3"], corner: Int32[np.ndarray, "corners 2"], scale: int, colour: Colour
) -> None:
    """Fills a polygon in a part of a picture; how much of each pixel it covers is taken from an enlarged drawing."""
    import cv2

    if part.size == 0:
        return
    if scale == 1:
        cv2.fillConvexPoly(part, corner, colour, cv2.LINE_AA, _FRACTION_BITS)
        return
    height, width = part.shape[:2]
    large = np.zeros((height * scale, width * scale), np.uint8)
    cv2.fillConvexPoly(large, corner, 255, cv2.LINE_AA, _FRACTION_BITS)
    covered = cv2.resize(large, (width, height), interpolation=cv2.INTER_AREA)
    share = covered[..., None].astype(np.float32) / np.float32(255)
    part[:] = np.rint(part + share * (np.array(colour, np.float32) - part))


def outlines(
    ends: Float64[np.ndarray, "n 2 2"], radius: Float64[np.ndarray, "n"]
) -> Float64[np.ndarray, "n corners 2"]:
    """The polygons round strokes: half a circle about each end.

    Args:
        ends: (x, y) of start and end of each stroke.
        radius: of each stroke.
    """
    along = ends[:, 1] - ends[:, 0]
    facing = np.arctan2(along[:, 1], along[:, 0])
    turn = np.linspace(-np.pi / 2, np.pi / 2, _ARC)
    halves: list[Float64[np.ndarray, "n arc 2"]] = []
    for end, back in ((1, 0.0), (0, np.pi)):
        angle = facing[:, None] + back + turn
        circle = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
        halves.append(ends[:, end, None] + circle * radius[:, None, None])
    return np.concatenate(halves, axis=1)
