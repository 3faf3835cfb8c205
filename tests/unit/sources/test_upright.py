"""A turn moves pixels and maps of pixels alike."""

import struct

import numpy as np
import pytest
from PIL import Image

from messy_files import MATRICES, slope
from tendu.pixels import warp
from tendu.sources.upright import Turn
from tendu.window import Window

# Pillow's own table of what EXIF's numbers ask for (PIL.ImageOps.exif_transpose).
BY_PILLOW = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@pytest.mark.parametrize("orientation", BY_PILLOW)
def test_each_exif_number_turns_as_pillow_does(orientation):
    stored = slope(7, 5)
    expected = np.asarray(Image.fromarray(stored).transpose(BY_PILLOW[orientation]))
    turn = Turn.from_exif(orientation)
    assert (turn.upright(stored) == expected).all()
    assert turn.size(7, 5) == expected.shape[1::-1]


@pytest.mark.parametrize("orientation", [0, 1, 9, 77])
def test_any_other_number_turns_nothing(orientation):
    assert Turn.from_exif(orientation) == Turn()


MATRIX_OF = {
    1: MATRICES["upright"],
    6: MATRICES["quarter turn clockwise"],
    3: MATRICES["half turn"],
    8: MATRICES["quarter turn anticlockwise"],
    2: (-1, 0, 0, 1),
    4: (1, 0, 0, -1),
    5: (0, 1, 1, 0),
}


@pytest.mark.parametrize(("exif", "matrix"), list(MATRIX_OF.items()))
def test_a_display_matrix_is_the_same_turn_as_its_exif_number(exif, matrix):
    a, b, c, d = (value << 16 for value in matrix)
    assert Turn.from_display_matrix(struct.pack("=9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)) == Turn.from_exif(
        exif
    )


@pytest.mark.parametrize("orientation", range(1, 9))
def test_sampling_the_stored_picture_is_sampling_the_upright_one(orientation):
    stored, turn = slope(40, 30), Turn.from_exif(orientation)
    upright = turn.upright(stored)
    height, width = upright.shape[:2]
    # Overhanging the top right corner, and turned by half a radian.
    window = Window(width / 2, -6.0, 24.0, 20.0, 0.5)
    affine = window.affine(24, 20)
    expected = warp(upright, affine, 24, 20)
    seen = warp(stored, turn.to_stored(affine, width, height), 24, 20)
    assert np.abs(seen.astype(int) - expected).max() <= 1


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_part_of_the_upright_picture_is_found_where_it_is_stored(orientation):
    stored, turn = slope(40, 30), Turn.from_exif(orientation)
    upright = turn.upright(stored)
    left, top, right, bottom = turn.stored_box((2, 4, 12, 20), *upright.shape[1::-1])
    assert (turn.upright(stored[top:bottom, left:right]) == upright[4:20, 2:12]).all()
