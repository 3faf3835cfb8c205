"""Codes become numbers, and what leaves a runtime is the caller's."""

import numpy as np
import pytest

from tendu.codes import Codes, Scale
from tendu.runtimes.tensors import kept, meant, real


@pytest.mark.parametrize(
    ("tensor", "scale", "dtype"),
    [
        (np.array([1, 2], np.int32), None, np.int32),  # integers without a scale stay what they are
        (np.array([1, 2], np.float32), None, np.float32),
        (np.array([1, 2], np.float16), None, np.float32),
        (np.array([1, 2], np.uint8), Scale(1.0, 0), np.float32),
    ],
)
def test_what_is_kept_is_new_memory_in_the_promised_type(tensor, scale, dtype):
    (result,) = real((kept(tensor, scale),))
    unread = kept(tensor, scale)
    assert meant(tensor.dtype, scale) == dtype
    tensor[:] = 0
    for one in (result, np.asarray(unread)):
        np.testing.assert_array_equal(one, np.array([1, 2], dtype))
        assert one.dtype == dtype


def test_codes_at_both_ends_do_not_wrap():
    codes = np.array([-128, 127], np.int8)
    np.testing.assert_array_equal(Scale(0.5, -128).real(codes), np.array([0.0, 127.5], np.float32))
    np.testing.assert_array_equal(Scale(0.5, 127).real(codes), np.array([-127.5, 0.0], np.float32))


def test_codes_answer_as_the_array_that_they_mean():
    """Twelve codes on a grid of 3 × 4, some below the zero."""
    codes = Codes(np.arange(-5, 7, dtype=np.int8).reshape(3, 4), Scale(0.25, 2))
    numbers = np.asarray(codes)
    np.testing.assert_array_equal(numbers, (np.arange(-5, 7).reshape(3, 4) - 2) * 0.25)
    places = np.array([[7, 0], [3, 11]])
    assert codes.shape == numbers.shape
    np.testing.assert_array_equal(codes.take(places), numbers.take(places))
    np.testing.assert_array_equal(codes.take(places[1] % 3, axis=0), numbers.take(places[1] % 3, axis=0))
    np.testing.assert_array_equal(codes.reshape(2, -1).max(axis=0), numbers.reshape(2, -1).max(axis=0))
    assert np.asarray(codes, np.float64).dtype == np.float64
