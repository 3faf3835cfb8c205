"""Text on pictures: the caption in the corner and the small labels above people.

OpenCV 5 brings its own fonts: Rubik for Latin, Greek and Cyrillic letters, and one with Hangul and Chinese characters;
no font file is needed. It writes a question mark for a character that neither has.
"""

import numpy as np
from jaxtyping import UInt8

from tendu.drawing.canvas import Canvas
from tendu.drawing.palette import BLACK, WHITE, Colour

# Of the font: 400 is regular, 700 bold.
_WEIGHT = 500
# In sizes of the font, measured on what OpenCV draws: the height of a capital, and from line to line.
_CAPITAL, _LEADING = 0.72, 1.3
# A caption's size as a part of the picture's side (the root of its area), the least that is given to small pictures,
# and what nobody can read; px.
_OF_PICTURE, _SMALLEST, _UNREADABLE = 0.048, 10.0, 4


def write_caption(canvas: Canvas, text: str) -> None:
    """Text on a dark, half transparent plate at the top left of a picture.

    Args:
        canvas: is drawn on.
        text: lines parted by a line break; made smaller where they would not fit.
    """
    height, width = canvas.height, canvas.width
    lines = text.splitlines()
    size = max(_SMALLEST, _OF_PICTURE * (height * width) ** 0.5)
    # At 100 px the letters' widths are exact enough to tell how large they may be.
    per_size = max(_advance(line, 100) for line in lines) / 100
    size = int(min(size, 0.9 * width / (per_size + 1.7), 0.9 * height / (_LEADING * len(lines) + 1.1)))
    if size < _UNREADABLE:
        return
    margin, padding = round(0.4 * size), round(0.45 * size)
    right = margin + 2 * padding + round(max(_advance(line, size) for line in lines))
    bottom = margin + 2 * padding + round(size * (_LEADING * (len(lines) - 1) + _CAPITAL))
    plate = canvas.part(margin, margin, right, bottom)
    np.copyto(plate, (plate * 0.3 + 8).astype(np.uint8))
    for row, line in enumerate(lines):
        baseline = margin + padding + round(size * (_LEADING * row + _CAPITAL))
        _write(plate, line, (padding, baseline - margin), size, WHITE)


def write_label(canvas: Canvas, text: str, x: float, y: float, *, size: int, ground: Colour) -> None:
    """Dark text on a plate of a person's colour, kept inside the picture.

    Args:
        canvas: is drawn on.
        text: one line.
        x: of the middle of the plate, px.
        y: of its lower edge, px.
        size: of the letters, px.
        ground: the plate's colour.
    """
    height, width = canvas.height, canvas.width
    padding = max(1, round(0.25 * size))
    wide, high = round(_advance(text, size)) + 2 * padding, round(_CAPITAL * size) + 2 * padding
    left = int(np.clip(x - wide / 2, 0, max(width - wide, 0)))
    top = int(np.clip(y - high, 0, max(height - high, 0)))
    plate = canvas.part(left, top, left + wide, top + high)
    plate[:] = ground
    _write(plate, text, (padding, high - padding), size, BLACK)


def _write(
    plate: UInt8[np.ndarray, "h w 3"], text: str, origin: tuple[int, int], size: int, colour: Colour
) -> None:
    """One line from the left end of its baseline; letters stay on their plate."""
    import cv2

    cv2.putText(plate, text, origin, colour, cv2.FontFace("sans"), size, _WEIGHT)


def _advance(text: str, size: int) -> float:
    """How wide one line is, px."""
    import cv2

    return float(cv2.getTextSize((0, 0), text, (0, 0), cv2.FontFace("sans"), size, _WEIGHT)[2])
