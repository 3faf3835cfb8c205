"""Repetitions of made movements: counted once each, whatever trembles, is hidden or goes wrong for a frame."""

from inspect import unwrap

import numpy as np
import pytest

from staged import frame_of, squatter
from tendu.analysis.reps import RepCounter
from tendu.errors import DataError
from tendu.frame import Stamp
from tendu.pose import Poses


def squats(count, *, rate=30.0, lowest=90.0, seconds=2.0):
    """Knee angles of even squats from standing to `lowest` and back."""
    phase = np.arange(0, count * seconds, 1 / rate) / seconds
    return lowest + (175 - lowest) * (1 + np.cos(2 * np.pi * phase)) / 2


def count(knees, *, rate=30.0, counter=None, scores=None, start=0.0):
    counter = counter or RepCounter.squat()
    scores = np.full(len(knees), 0.9) if scores is None else scores
    for number, (knee, score) in enumerate(zip(knees, scores, strict=True)):
        counter.update(squatter(knee, time=start + number / rate, score=score))
    return counter.count


def standing(seconds, rate=30.0):
    return np.full(round(seconds * rate), 175.0)


@pytest.mark.parametrize("rate", [10.0, 30.0, 120.0])
def test_even_squats_are_counted_at_any_rate(rate):
    assert count([*squats(5, rate=rate), *standing(0.5, rate)], rate=rate) == 5


@pytest.mark.parametrize("rate", [5.0, 10.0])
def test_two_frames_in_each_phase_are_enough(rate):
    assert count([175, 175, 100, 100, 175, 175, 100, 100, 175, 175], rate=rate) == 2


def test_update_gives_the_count_and_the_phase_follows():
    counter = RepCounter.squat()
    assert counter.phase is None
    phases = []
    for number, knee in enumerate([*squats(2), *standing(0.5)]):
        assert counter.update(squatter(knee, time=number / 30)) == counter.count
        if not phases or phases[-1] != counter.phase:
            phases.append(counter.phase)
    assert phases == [None, "straight", "bent", "straight", "bent", "straight"]


def test_the_count_goes_up_when_the_knees_are_straight_again():
    series = squats(1)
    counts = []
    counter = RepCounter.squat()
    for number, knee in enumerate([*series, *standing(0.5)]):
        counts.append(counter.update(squatter(knee, time=number / 30)))
    first = counts.index(1)
    assert series[first] >= 150
    # Straight for a tenth of a second: three frames after the first at 150 or more on the way up.
    assert first - 3 == 30 + int(np.argmax(series[30:] >= 150))


def test_quarter_squats_do_not_count():
    assert count([*squats(5, lowest=125), *standing(0.5)]) == 0


def test_coming_up_half_way_does_not_count():
    bounce = 105 + 35 * np.sin(np.arange(0, 20, 1 / 30) * 3)  # 70 to 140 degrees
    assert count([*standing(0.5), *bounce]) == 0


@pytest.mark.parametrize("seed", range(3))
def test_trembling_round_the_limits_counts_one_squat(seed):
    down, up = np.array([[120.0], [150.0]]) + np.random.default_rng(seed).normal(0, 4, (2, 60))
    assert count([*standing(0.5), *down, *np.full(15, 95), *down, *up, *standing(0.5)]) == 1


def test_single_wrong_frames_count_nothing():
    series = standing(4)
    series[10::10] = 60
    assert count(series) == 0


def test_two_wrong_frames_with_half_a_bend_between_them_are_no_squat():
    half = [50, *np.full(120, 135.0), 50]
    assert count([*standing(0.5), *half, *standing(0.5)]) == 0


def test_two_wrong_frames_with_nothing_seen_between_them_are_no_squat():
    series = np.array([*standing(0.5), 50, *np.full(120, 175.0), 50, *standing(0.5)])
    scores = np.full(len(series), 0.9)
    scores[16:136] = 0.05
    assert count(series, scores=scores) == 0


def test_single_wrong_frames_do_not_split_a_squat():
    series = np.array([*standing(0.5), *np.full(45, 90.0), *standing(0.5)])
    series[20:55:7] = 178
    assert count(series) == 1


def test_shaking_angles_are_counted_right():
    random = np.random.default_rng(1)
    series = np.array([*squats(10), *standing(0.5)])
    assert count(np.clip(series + random.normal(0, 6, len(series)), 5, 180)) == 10


def test_hidden_legs_are_passed_over():
    series = np.array([*squats(5), *standing(0.5)])
    random = np.random.default_rng(2)
    assert count(series, scores=np.where(random.random(len(series)) < 0.4, 0.05, 0.9)) == 5
    assert count(series, scores=np.full(len(series), 0.05)) == 0


def test_frames_with_nobody_are_passed_over():
    counter = RepCounter.squat()
    for number, knee in enumerate([*squats(3), *standing(0.5)]):
        there = squatter(knee, time=number / 30)
        counter.update(there if number % 3 else Poses.empty(Stamp(0, number / 30, "", 640, 480)))
    assert counter.count == 3


def test_a_film_that_begins_at_the_bottom_counts_from_the_first_standing_on():
    assert count([*np.full(30, 90.0), *standing(1), *squats(2), *standing(0.5)]) == 2


def test_a_film_that_ends_at_the_bottom_does_not_count_the_last():
    assert count([*squats(2), *squats(1)[:35]]) == 2


def test_one_side_is_enough_when_the_other_is_hidden():
    counter = RepCounter.squat()
    score = np.full(17, 0.9)
    score[[12, 14, 16]] = 0.05
    for number, knee in enumerate([*squats(2), *standing(0.5)]):
        counter.update(squatter(knee, time=number / 30, score=score))
    assert counter.count == 2


def test_one_arm_curls_count_by_that_arm_only():
    def arms(left, number):
        points = np.zeros((17, 2))
        for elbow, shoulder, wrist, degrees in ((7, 5, 9, left), (8, 6, 10, 175)):
            points[shoulder] = 0, -60
            points[wrist] = 55 * np.sin(np.radians(degrees)), -55 * np.cos(np.radians(degrees))
            points[elbow] = 0, 0
        return frame_of([points + 200], time=number / 30)

    both, left = (RepCounter("elbow", bent=60, straight=150, side=side) for side in ("both", "left"))
    for number, degrees in enumerate([*squats(3, lowest=40), *standing(0.5)]):
        both.update(arms(degrees, number))
        left.update(arms(degrees, number))
    assert (both.count, left.count) == (0, 3)


def test_the_given_track_is_counted_and_not_the_first_row():
    counter, other = RepCounter.squat(track=7), RepCounter.squat()
    for number, knee in enumerate([*squats(2), *standing(0.5)]):
        still, moving = squatter(175), squatter(knee)
        both = np.concatenate([still.xy, moving.xy])
        poses = frame_of(both, time=number / 30, track=[3, 7])
        counter.update(poses)
        other.update(poses)
    assert (counter.count, other.count) == (2, 0)
    assert counter.update(squatter(90, time=99, track=[3])) == 2


def test_without_tracks_a_given_track_is_refused():
    with pytest.raises(DataError, match=r"^Counting person 1 needs .* Put a Tracker before the RepCounter"):
        count(squats(1), counter=RepCounter.squat(track=1))
    assert RepCounter.squat(track=1).update(Poses.empty(Stamp(0, 0.0, "", 640, 480))) == 0


def test_when_the_film_begins_again_the_count_stays_and_half_a_squat_is_forgotten():
    counter = RepCounter.squat()
    assert count([*squats(2), *squats(1)[:35]], counter=counter) == 2
    assert count([*standing(1)], counter=counter) == 2
    assert count([*squats(1), *standing(0.5)], counter=counter, start=1.0) == 3


def test_reset_starts_at_zero():
    counter = RepCounter.squat()
    count([*squats(2), *standing(0.5)], counter=counter)
    counter.reset()
    assert (counter.count, counter.phase) == (0, None)


def test_photos_which_have_no_times_count_nothing():
    counter = RepCounter.squat()
    for knee in [175, 90, 175, 90, 175, 90, 175]:
        counter.update(squatter(knee))
    assert counter.count == 0


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (
            {"joint": "toe", "bent": 90, "straight": 150},
            "A repetition is of a knee, elbow, hip or shoulder, left, right or both; not of joint 'toe', side 'both'.",
        ),
        (
            {"joint": "knee", "bent": 150, "straight": 110},
            "A joint is bent below where it is straight, from 0 to 180 degrees; got bent 150, straight 110.",
        ),
        ({"joint": "knee", "bent": 90, "straight": 150, "hold": 0.0}, "hold is seconds above 0, not 0.0."),
    ],
)
def test_an_option_out_of_range_is_named_with_what_was_expected(options, text):
    # In tests words are also checked by type: unwrap takes that check off.
    with pytest.raises(DataError) as error:
        unwrap(RepCounter.__init__)(object.__new__(RepCounter), **options)
    assert str(error.value) == text
