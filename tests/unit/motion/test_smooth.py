"""Steady at rest, on time in movement, and honest about guesses, gaps and times."""

from inspect import unwrap

import numpy as np
import pytest

from staged import frame_of, moved, walker
from tendu.errors import DataError
from tendu.frame import Stamp
from tendu.motion.smooth import Smoother
from tendu.pose import Poses

STANDING = walker(0, x=300, top=100, height=200, pace=0)


def one_euro(values, times, *, min_cutoff, beta, derivative_cutoff):
    """The 1€ filter for one number at a time, written down from the paper's algorithm 1 with raw differences."""
    raw = place = values[0]
    speed, places = 0.0, [place]
    for value, before, now in zip(values[1:], times, times[1:], strict=False):
        dt = now - before

        def alpha(cutoff, dt=dt):
            return 1 / (1 + 1 / (2 * np.pi * cutoff) / dt)

        speed = alpha(derivative_cutoff) * (value - raw) / dt + (1 - alpha(derivative_cutoff)) * speed
        weight = alpha(min_cutoff + beta * abs(speed))
        raw, place = value, weight * value + (1 - weight) * place
        places.append(place)
    return np.array(places)


def shaken(count, *, rate=30, pace=0.0, shaking=1.8, seed=0):
    """Somebody 190 px tall, shaking by 0.009 of that as MoveNet Lightning INT8 does: truth and poses, frame by frame."""
    random = np.random.default_rng(seed)
    for number in range(count):
        truth = walker(number / rate, x=100, top=100, height=200, pace=pace)
        yield truth, frame_of([truth + random.normal(0, shaking, (17, 2))], time=number / rate)


def test_it_is_the_filter_of_the_paper_on_true_times():
    random = np.random.default_rng(0)
    times = np.cumsum(random.uniform(0.01, 0.1, 40))
    people = STANDING + random.normal(0, 10, (40, 17, 2))
    options = {"min_cutoff": 1.5, "beta": 12.0, "derivative_cutoff": 2.0}
    smoother = Smoother(unit="picture", **options)
    ours = [smoother.update(frame_of([xy], time=time)).xy[0] for xy, time in zip(people, times, strict=True)]
    theirs = one_euro(people / 640, times, **options) * 640
    np.testing.assert_allclose(ours, theirs, atol=1e-3)


def test_the_first_frame_is_as_it_is():
    poses = frame_of([STANDING], time=3.0)
    smooth = Smoother().update(poses)
    np.testing.assert_array_equal(smooth.xy, poses.xy)
    np.testing.assert_array_equal(smooth.box, poses.box)


def test_scores_confidence_and_track_are_untouched():
    smoother = Smoother()
    smoother.update(frame_of([STANDING], track=[4]))
    poses = frame_of([STANDING + 9], time=0.1, track=[4], score=np.linspace(0, 1, 17))
    smooth = smoother.update(poses)
    assert smooth.score is poses.score
    assert smooth.confidence is poses.confidence
    assert smooth.track.tolist() == [4]


def test_somebody_standing_shakes_less_than_half_as_much():
    smoother = Smoother()
    films = [(poses.xy[0], smoother.update(poses).xy[0]) for _, poses in shaken(90)]
    before, after = (np.diff(np.array(film)[10:], axis=0).std() for film in zip(*films, strict=True))
    assert after < before / 2


def test_somebody_walking_is_no_more_than_a_fortieth_of_their_height_late():
    smoother = Smoother()
    pairs = [(truth, smoother.update(poses).xy[0]) for truth, poses in shaken(90, pace=160)]
    late = np.array([truth - smooth for truth, smooth in pairs])[30:, :, 0].mean()
    assert 0 < late < 200 / 40


def test_the_box_is_held_steady_too():
    smoother = Smoother()
    boxes = [(poses.box[0], smoother.update(poses).box[0]) for _, poses in shaken(90)]
    before, after = (np.diff(np.array(film)[10:], axis=0).std() for film in zip(*boxes, strict=True))
    assert after < before / 2


@pytest.mark.parametrize("unit", ["person", "picture"])
def test_the_size_of_the_picture_does_not_matter(unit):
    def film(scale):
        smoother = Smoother(unit=unit)
        size = (round(640 * scale), round(480 * scale))
        return [
            smoother.update(frame_of(poses.xy * scale, time=poses.stamp.time, size=size)).xy / scale
            for _, poses in shaken(20, pace=100)
        ]

    np.testing.assert_allclose(film(4.0), film(1.0), atol=1e-3)


def test_by_person_a_far_walker_is_smoothed_as_a_near_one():
    def film(scale, unit):
        smoother = Smoother(unit=unit)
        return [
            smoother.update(frame_of(p.xy * scale, time=p.stamp.time)).xy / scale
            for _, p in shaken(20, pace=100)
        ]

    np.testing.assert_allclose(film(0.25, "person"), film(1.0, "person"), atol=1e-3)
    assert np.abs(np.subtract(film(0.25, "picture"), film(1.0, "picture"))).max() > 1


def test_two_people_are_smoothed_each_for_themselves_whatever_their_order():
    random = np.random.default_rng(5)
    shaking = random.normal(0, 3, (10, 2, 17, 2)) + np.stack([STANDING, moved(STANDING, right=200)])
    both, mixed, alone = Smoother(), Smoother(), Smoother()
    for number, people in enumerate(shaking):
        time, rows = number / 30, [number % 2, 1 - number % 2]
        first = both.update(frame_of(people, time=time, track=[1, 2]))
        second = mixed.update(frame_of(people[rows], time=time, track=np.array([1, 2])[rows]))
        third = alone.update(frame_of(people[1:], time=time, track=[2]))
        np.testing.assert_array_equal(first.xy, second.xy[rows])
        np.testing.assert_array_equal(first.xy[1:], third.xy)


def test_several_people_without_tracks_are_refused():
    with pytest.raises(DataError) as error:
        Smoother().update(frame_of([STANDING, STANDING]))
    assert str(error.value) == (
        "Smoothing several people needs to know who is who; 2 came without tracks. Put a Tracker before the Smoother."
    )


def test_a_guess_is_passed_on_as_it_is_and_does_not_pull_the_point():
    sure, guessed = np.full(17, 0.9), np.full(17, 0.9)
    guessed[9] = 0.1
    wild = STANDING.copy()
    wild[9] += (-150, 80)
    with_guess, without = Smoother(), Smoother()
    for smoother in (with_guess, without):
        smoother.update(frame_of([STANDING], score=sure, time=0.0))
        smoother.update(frame_of([STANDING + 1], score=sure, time=0.1))
    seen = with_guess.update(frame_of([wild], score=guessed, time=0.2))
    np.testing.assert_array_equal(seen.xy[0, 9], wild[9].astype(np.float32))
    after = [
        smoother.update(frame_of([STANDING], score=sure, time=0.3)).xy[0, 9]
        for smoother in (with_guess, without)
    ]
    np.testing.assert_array_equal(*after)


def test_a_point_that_was_a_guess_at_first_begins_where_it_is_first_seen():
    smoother = Smoother()
    score = np.full(17, 0.9)
    score[9] = 0.05
    smoother.update(frame_of([STANDING + 70], score=score, time=0.0))
    seen = smoother.update(frame_of([STANDING], time=0.1))
    np.testing.assert_array_equal(seen.xy[0, 9], STANDING[9].astype(np.float32))


def test_a_repeated_time_passes_the_pose_on_and_changes_nothing():
    # Photos all have the time 0: each must come out as it went in.
    smoother = Smoother()
    for x in (0, 50, -30):
        poses = frame_of([moved(STANDING, right=x)], time=0.0)
        np.testing.assert_array_equal(smoother.update(poses).xy, poses.xy)
    fresh = Smoother()
    fresh.update(frame_of([STANDING], time=0.0))
    later = frame_of([STANDING + 5], time=0.1)
    np.testing.assert_array_equal(smoother.update(later).xy, fresh.update(later).xy)


@pytest.mark.parametrize("again", ["reset", "earlier", "long after"])
def test_everyone_starts_afresh_after_reset_or_when_times_go_back_or_after_a_second(again):
    smoother = Smoother()
    smoother.update(frame_of([STANDING, STANDING + 40], time=5.0, track=[1, 2]))
    if again == "reset":
        smoother.reset()
    time = {"reset": 5.1, "earlier": 0.0, "long after": 6.1}[again]
    poses = frame_of([STANDING + 20, STANDING + 90], time=time, track=[1, 2])
    np.testing.assert_array_equal(smoother.update(poses).xy, poses.xy)
    fresh = Smoother()
    fresh.update(poses)
    later = frame_of([STANDING + 25, STANDING + 80], time=time + 0.1, track=[1, 2])
    np.testing.assert_array_equal(smoother.update(later).xy, fresh.update(later).xy)


def test_softened_jumps_count_by_their_logarithm():
    whole, soft = Smoother(), Smoother(soften=(0.05, 0.0))
    for smoother in (whole, soft):
        smoother.update(frame_of([STANDING], time=0.0))
    jump = frame_of([moved(STANDING, right=100)], time=0.1)
    far = whole.update(jump).xy[0, 0, 0] - STANDING[0, 0]
    near = soft.update(jump).xy[0, 0, 0] - STANDING[0, 0]
    limit = 0.05 * np.ptp(STANDING[:, 1])
    assert near == pytest.approx(far / 100 * limit * np.arcsinh(100 / limit), rel=1e-4)


class TestFill:
    """Somebody is seen at 0 s and at 0.1 s, then disappears."""

    def seen(self, *, fill, track):
        smoother = Smoother(fill=fill)
        for time in (0.0, 0.1):
            last = smoother.update(frame_of([STANDING + 30 * time], time=time, track=track, score=0.8))
        return smoother, last

    def test_without_fill_nobody_is_reported(self):
        smoother, _ = self.seen(fill=0.0, track=[3])
        assert len(smoother.update(Poses.empty(Stamp(0, 0.2, "", 640, 480)))) == 0

    @pytest.mark.parametrize("track", [[3], None])
    def test_they_are_reported_where_they_were_with_scores_that_halve(self, track):
        smoother, last = self.seen(fill=0.4, track=track)
        filled = smoother.update(Poses.empty(Stamp(0, 0.3, "", 640, 480), reason="no person above 0.2"))
        np.testing.assert_array_equal(filled.xy, last.xy)
        np.testing.assert_array_equal(filled.box, last.box)
        np.testing.assert_allclose(filled.score, 0.8 * 0.5**0.5, rtol=1e-5)
        np.testing.assert_allclose(filled.confidence, 0.8 * 0.5**0.5, rtol=1e-5)
        assert (None if filled.track is None else filled.track.tolist()) == track
        assert filled.reason == ""
        assert filled.stamp.time == 0.3

    def test_after_that_time_they_are_gone(self):
        smoother, _ = self.seen(fill=0.4, track=[3])
        assert len(smoother.update(Poses.empty(Stamp(0, 0.51, "", 640, 480)))) == 0

    def test_others_who_are_seen_come_first_when_they_are_surer(self):
        smoother, _ = self.seen(fill=0.4, track=[3])
        poses = smoother.update(frame_of([STANDING + 200], time=0.2, track=[4], score=0.7))
        assert poses.track.tolist() == [4, 3]
        assert (np.diff(poses.confidence) <= 0).all()


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"min_cutoff": 0.0}, "min_cutoff is a frequency above 0 Hz, not 0.0."),
        ({"beta": -1.0}, "beta is Hz per unit a second, at least 0, not -1.0."),
        ({"derivative_cutoff": 0.0}, "derivative_cutoff is a frequency above 0 Hz, not 0.0."),
        ({"unit": "metre"}, 'unit is "person" or "picture", not \'metre\'.'),
        (
            {"soften": (0.0, 5.0)},
            "soften is (a, b) with a above 0 and b at least 0, or None, not (0.0, 5.0).",
        ),
        ({"min_score": 2.0}, "min_score is a score from 0 to 1, not 2.0."),
        ({"fill": -0.1}, "fill is seconds, at least 0, not -0.1."),
    ],
)
def test_an_option_out_of_range_is_named_with_what_was_expected(options, text):
    # In tests words are also checked by type: unwrap takes that check off.
    with pytest.raises(DataError) as error:
        unwrap(Smoother.__init__)(object.__new__(Smoother), **options)
    assert str(error.value) == text


def test_a_point_without_a_place_is_passed_on_and_forgotten():
    smoother = Smoother()
    lost = STANDING.copy()
    lost[9] = np.nan
    for number, points in enumerate([STANDING, lost, STANDING, STANDING]):
        seen = smoother.update(frame_of([points], time=number / 10))
        assert np.isfinite(seen.xy[0, 9]).all() == (points is not lost)


def test_tracks_are_filled_with_their_numbers_after_times_went_back():
    smoother = Smoother(fill=0.5)
    for time in (5.0, 0.0):
        smoother.update(frame_of([STANDING], time=time, track=[7]))
    filled = smoother.update(Poses.empty(Stamp(1, 0.1, "", 640, 480)))
    assert filled.track is not None
    assert filled.track.tolist() == [7]
