"""The cases of tfjs-models, shared/filters/{one_euro_filter_test,one_euro_filter,low_pass_filter}.ts, and its trap.

Their values are shares of the picture; ours are pixels of a square picture of 1000 px.
"""

import math

import numpy as np
import pytest

from staged import frame_of, moved, walker
from tendu.motion.smooth import Smoother

# pose-detection/src/movenet/constants.ts, KEYPOINT_FILTER_CONFIG
TFJS = {"min_cutoff": 2.5, "beta": 300.0, "derivative_cutoff": 2.5, "unit": "picture", "soften": (0.5, 5.0)}


def theirs(values, microseconds, *, min_cutoff, beta, derivative_cutoff, soften):
    """What their filter gives for a series of one coordinate, whose times begin above 0."""

    def weight(cutoff, rate):
        return 1.0 / (1.0 + rate / (2 * math.pi * cutoff))

    kept = before = values[0]
    speed = 0.0
    results = [values[0]]
    for step, value in enumerate(values[1:]):
        rate = 1e6 / (microseconds[step + 1] - microseconds[step])
        share = weight(derivative_cutoff, rate)
        speed += share * ((value - before) * rate - speed)
        limit = soften[0] + soften[1] * abs(speed)
        kept += weight(min_cutoff + beta * abs(speed), rate) * limit * math.asinh((value - kept) / limit)
        before = value
        results.append(kept)
    return results


def test_their_numbers_give_their_places():
    # Somebody hurries across the picture at uneven times, and jumps a third of it once.
    random = np.random.default_rng(2)
    microseconds = 1000 + np.cumsum(random.integers(15_000, 60_000, 60))
    people = [walker(us / 1e6, x=200, top=300, height=400, pace=250) for us in microseconds]
    people = np.array(people) + random.normal(0, 4, (60, 17, 2))
    people[40:] += (-330, 0)
    smoother = Smoother(min_score=0, **TFJS)
    ours = [
        smoother.update(frame_of([xy], time=us / 1e6, size=(1000, 1000))).xy[0]
        for xy, us in zip(people, microseconds, strict=True)
    ]
    numbers = {name: value for name, value in TFJS.items() if name != "unit"}
    for point in (0, 9, 16):
        for axis in (0, 1):
            expected = theirs((people[:, point, axis] / 1000).tolist(), microseconds.tolist(), **numbers)
            np.testing.assert_allclose(np.array(ours)[:, point, axis], np.array(expected) * 1000, atol=2e-3)


def test_results_stay_among_the_values():
    # -1, 2, -3 at 1, 15 and 33 microseconds: the first as it is, the others strictly between the extremes so far.
    smoother = Smoother(
        min_cutoff=15.5, beta=20.2, derivative_cutoff=21.5, unit="picture", soften=(0.02, 0.5), min_score=0
    )
    values, results = [], []
    for value, microseconds in ((-1.0, 1), (2.0, 15), (-3.0, 33)):
        people = np.full((1, 17, 2), value * 1000)
        values.append(value * 1000)
        results.append(
            smoother.update(frame_of(people, time=microseconds / 1e6, size=(1000, 1000))).xy[0, 0, 0]
        )
        assert len(values) == 1 or min(values) < results[-1] < max(values)
    assert results[0] == -1000


def test_a_filter_that_knows_no_speed_is_a_low_pass():
    # low_pass_filter.ts: the kept value moves by alpha of the way, alpha from the cut-off and the rate.
    smoother = Smoother(min_cutoff=3.0, beta=0.0)
    standing = walker(0, x=300, top=100, height=200, pace=0)
    smoother.update(frame_of([standing], time=1.0))
    alpha = 1 / (1 + 10 / (2 * math.pi * 3))
    first = smoother.update(frame_of([standing + 10], time=1.1)).xy[0]
    np.testing.assert_allclose(first - standing, 10 * alpha, atol=1e-3)
    second = smoother.update(frame_of([standing + 10], time=1.2)).xy[0]
    np.testing.assert_allclose(second - standing, 10 * alpha + alpha * (10 - 10 * alpha), atol=1e-3)


def test_a_time_that_does_not_advance_gives_the_value_as_it_is():
    smoother = Smoother(min_score=0, **TFJS)
    standing = walker(0, x=300, top=100, height=200, pace=0)
    smoother.update(frame_of([standing], time=1.0))
    again = frame_of([standing + 30], time=1.0)
    np.testing.assert_array_equal(smoother.update(again).xy, again.xy)


def test_a_film_that_begins_at_zero_is_smoothed_from_its_first_frame():
    # Theirs takes the time 0 for no time yet: the first frame is lost to the filter.
    standing = walker(0, x=300, top=100, height=200, pace=0)
    from_zero, from_one = Smoother(), Smoother()
    for step in range(3):
        poses = [frame_of([standing + 5 * step], time=start + step / 10) for start in (0.0, 1.0)]
        np.testing.assert_allclose(from_zero.update(poses[0]).xy, from_one.update(poses[1]).xy, atol=1e-3)


@pytest.mark.parametrize("smoother", [Smoother(), Smoother(min_score=0, **TFJS)], ids=["ours", "theirs"])
def test_it_can_be_reset_after_several_people(smoother):
    # detector.ts: reset() of the multi-pose detector asks a filter that it never made.
    standing = walker(0, x=300, top=100, height=200, pace=0)
    for start in (0.0, 10.0):
        for step in range(3):
            both = frame_of(
                [standing, moved(standing, right=200 + 9 * step)], time=start + step / 30, track=[1, 2]
            )
            smooth = smoother.update(both)
            if step == 0:
                np.testing.assert_array_equal(smooth.xy, both.xy)
            else:
                assert smooth.xy[1, 0, 0] < both.xy[1, 0, 0]
        smoother.reset()
