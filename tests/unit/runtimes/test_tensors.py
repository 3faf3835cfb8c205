"""Codes become numbers, and what leaves a runtime is the caller's."""

import numpy as np
import pytest

from tendu.runtimes.tensors import Scale, real


@pytest.mark.parametrize(
    ("tensor", "scale", "dtype"),
    [
        (np.array([1, 2], np.int32), None, np.int32),  # integers without a scale stay what they are
        (np.array([1, 2], np.float32), None, np.float32),
        (np.array([1, 2], np.float16), None, np.float32),
        (np.array([1, 2], np.uint8), Scale(1.0, 0), np.float32),
    ],
)
def test_the_result_is_new_memory_in_the_promised_type(tensor, scale, dtype):
    result = real(tensor, scale)
    tensor[:] = 0
    np.testing.assert_array_equal(result, np.array([1, 2], dtype))
    assert result.dtype == dtype


def test_codes_at_both_ends_do_not_wrap():
    codes = np.array([-128, 127], np.int8)
    np.testing.assert_array_equal(real(codes, Scale(0.5, -128)), np.array([0.0, 127.5], np.float32))
    np.testing.assert_array_equal(real(codes, Scale(0.5, 127)), np.array([-127.5, 0.0], np.float32))
