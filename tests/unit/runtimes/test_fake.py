"""The fake runtime gives what it is told and keeps what it was given."""

import numpy as np

from tendu.runtimes.fake import FakeRuntime
from tendu.runtimes.runtime import Port


def test_fixed_outputs_describe_themselves():
    runtime = FakeRuntime([np.zeros((1, 17), np.float32), np.zeros(2, np.int32)])
    assert runtime.outputs == (
        Port("output 0", (1, 17), np.dtype(np.float32)),
        Port("output 1", (2,), np.dtype(np.int32)),
    )


def test_what_it_was_given_is_kept_as_it_was_then():
    runtime = FakeRuntime([np.zeros(1)])
    picture = np.full((1, 2, 2, 3), 5, np.uint8)
    runtime.run(picture)
    picture[:] = 9
    runtime.run(picture)
    assert [int(tensor.max()) for tensor in runtime.given] == [5, 9]


def test_a_function_answers_to_what_comes():
    runtime = FakeRuntime(lambda x: [x[..., 0]])
    assert runtime.outputs == ()
    assert runtime.run(np.full((1, 2, 2, 3), 4, np.uint8))[0].shape == (1, 2, 2)


def test_writing_into_an_output_does_not_change_the_next():
    runtime = FakeRuntime([np.ones(1)])
    picture = np.zeros((1, 2, 2, 3), np.uint8)
    runtime.run(picture)[0][:] = 7
    assert runtime.run(picture)[0] == 1
