"""Numbers that stay: through crossings, hiding, other picture sizes; and one person picked out."""

from inspect import unwrap

import numpy as np
import pytest

from staged import crossing, frame_of, moved, swapped, walker
from tendu.errors import DataError
from tendu.frame import Stamp
from tendu.motion.track import Tracker
from tendu.pose import Poses

STANDING = walker(0, x=200, top=100, height=200, pace=0)


def at(x, time=0.0, **options):
    """Somebody standing still at x."""
    return frame_of([moved(STANDING, right=x - 200)], time=time, **options)


def nobody(time, reason=""):
    return Poses.empty(Stamp(0, time, "", 640, 480), reason=reason)


def test_numbers_start_at_one_in_the_order_of_the_poses_and_nothing_else_changes():
    poses = frame_of([STANDING, moved(STANDING, right=300)])
    tracked = Tracker().update(poses)
    assert tracked.track.tolist() == [1, 2]
    assert tracked.track.dtype == np.int64
    assert poses.track is None
    assert tracked.xy is poses.xy
    assert tracked.score is poses.score


def test_a_frame_with_nobody_has_no_numbers_and_keeps_its_reason():
    tracked = Tracker().update(nobody(0.0, "no person above 0.2"))
    assert tracked.track.shape == (0,)
    assert tracked.reason == "no person above 0.2"


@pytest.mark.parametrize("seed", range(8))
def test_two_walkers_keep_their_numbers_though_one_hides_the_other_for_a_frame(seed):
    assert swapped(Tracker(), crossing(seed, hidden=0.034)) == 0


@pytest.mark.parametrize("seed", range(4))
def test_two_walkers_keep_their_numbers_though_one_hides_the_other_for_almost_half_a_second(seed):
    assert swapped(Tracker(), crossing(seed, hidden=0.45)) == 0


def test_without_carrying_people_on_the_same_crossings_swap_numbers():
    # What the ancestors do: compare with where somebody was last.
    swaps = [swapped(Tracker(carry=0, rule="in order"), crossing(seed, hidden=0.45)) for seed in range(4)]
    assert min(swaps) > 0


@pytest.mark.parametrize("seed", range(4))
def test_at_five_frames_a_second_walkers_keep_their_numbers(seed):
    # 24 to 40 px a frame, an eighth to a fifth of their height.
    assert swapped(Tracker(), crossing(seed, hidden=0, rate=5)) == 0


def test_by_boxes_a_walker_keeps_their_number():
    tracker = Tracker(by="iou")
    numbers = {
        int(tracker.update(frame_of([walker(t, x=100, top=90, height=200, pace=165)], time=t)).track[0])
        for t in np.arange(0, 2, 1 / 15)
    }
    assert numbers == {1}


@pytest.mark.parametrize("factor", [0.25, 4.0])
def test_the_size_of_the_picture_does_not_matter(factor):
    def film(scale):
        tracker = Tracker()
        for _, _, poses in crossing(3, hidden=0.1):
            size = (round(640 * scale), round(480 * scale))
            yield tracker.update(frame_of(poses.xy * scale, time=poses.stamp.time, size=size)).track.tolist()

    assert list(film(factor)) == list(film(1.0))


def test_somebody_comes_back_under_their_number_within_max_age_and_under_a_new_one_after():
    tracker = Tracker(max_age=1.0)
    tracker.update(at(200, 0.0))
    tracker.update(nobody(0.5))
    assert tracker.update(at(200, 1.0)).track.tolist() == [1]
    assert tracker.update(at(200, 2.01)).track.tolist() == [2]


def test_more_people_than_are_remembered_keep_their_numbers_while_they_are_seen():
    tracker = Tracker(max_tracks=2)
    three = [STANDING, moved(STANDING, right=150), moved(STANDING, right=300)]
    assert tracker.update(frame_of(three, time=0.0)).track.tolist() == [1, 2, 3]
    assert tracker.update(frame_of(three, time=0.1)).track.tolist() == [1, 2, 3]
    assert tracker.update(frame_of(three[:1], time=0.2)).track.tolist() == [1]
    assert tracker.update(frame_of(three, time=0.3)).track.tolist() == [1, 2, 4], (
        "of the unseen one is forgotten"
    )


def test_points_below_the_score_are_not_compared():
    tracker = Tracker()
    score = np.full(17, 0.9)
    score[9:] = 0.1  # arms and legs are guesses, and land elsewhere in the second frame
    elsewhere = STANDING.copy()
    elsewhere[9:] += 150
    tracker.update(frame_of([STANDING], score=score))
    assert tracker.update(frame_of([elsewhere], score=score, time=0.03)).track.tolist() == [1]
    assert tracker.update(frame_of([elsewhere], time=0.06)).track.tolist() == [1]
    assert tracker.update(frame_of([moved(STANDING, down=-90)], time=0.09)).track.tolist() == [2]


def test_with_three_confident_points_nobody_is_recognised_by_them():
    score = np.zeros(17)
    score[:3] = 0.9
    tracker = Tracker(overlap=1.0)
    tracker.update(frame_of([STANDING], score=score))
    assert tracker.update(frame_of([STANDING], score=score, time=0.03)).track.tolist() == [2]


def test_whom_keypoints_do_not_tell_boxes_do():
    leaving = at(210, time=0.03, score=0.25)  # sure enough for a box, of no point to compare
    tracker = Tracker()
    tracker.update(at(200))
    assert tracker.update(leaving).track.tolist() == [1]
    assert tracker.update(at(600, time=0.06)).track.tolist() == [2]  # no box of theirs reaches so far


def test_boxes_tell_nobody_apart_who_is_told_by_keypoints():
    tracker = Tracker()
    tracker.update(at(200))
    # The first one's box is just where she was, but the second one's keypoints are hers.
    score = np.repeat([[0.25], [0.9]], 17, axis=1)
    now = frame_of([STANDING, moved(STANDING, right=5)], time=0.03, score=score)
    assert tracker.update(now).track.tolist() == [2, 1]


def test_somebody_whose_points_lie_on_a_line_is_recognised():
    upright = STANDING.copy()
    upright[:, 0] = 200
    tracker = Tracker()
    tracker.update(frame_of([upright]))
    assert tracker.update(frame_of([upright], time=0.03)).track.tolist() == [1]


def test_two_frames_of_one_time_are_compared_where_people_are():
    tracker = Tracker()
    tracker.update(at(200, 1.0))
    assert tracker.update(at(203, 1.0)).track.tolist() == [1]
    assert tracker.update(at(206, 1.0)).track.tolist() == [1]


def test_after_reset_numbers_go_on():
    tracker = Tracker()
    tracker.update(at(200, 0.0))
    tracker.reset()
    assert tracker.update(at(200, 0.1)).track.tolist() == [2]


def test_when_the_film_begins_again_everyone_is_new():
    tracker = Tracker()
    tracker.update(at(200, 5.0))
    assert tracker.update(at(200, 0.0)).track.tolist() == [2]
    assert tracker.update(at(200, 0.1)).track.tolist() == [2]


class TestLock:
    """One person only: the small one stands at 200, the large one at 450, the middle of the picture is at 320."""

    SMALL = walker(0, x=200, top=200, height=120, pace=0)
    LARGE = walker(0, x=450, top=60, height=300, pace=0)
    MIDDLE = walker(0, x=320, top=180, height=150, pace=0)

    def test_the_largest_is_followed_whatever_the_order(self):
        tracker = Tracker(lock="largest")
        first = tracker.update(frame_of([self.SMALL, self.LARGE], time=0.0))
        second = tracker.update(frame_of([self.LARGE, self.SMALL], time=0.1))
        assert first.track.tolist() == second.track.tolist() == [2]
        np.testing.assert_array_equal(second.xy[0], self.LARGE.astype(np.float32))

    def test_the_one_in_the_centre_is_followed_away_from_it(self):
        tracker = Tracker(lock="centre")
        for step in range(20):
            poses = frame_of([self.SMALL, moved(self.MIDDLE, right=8 * step), self.LARGE], time=step / 10)
            assert tracker.update(poses).track.tolist() == [2]

    def test_a_number_is_followed_even_before_it_is_given(self):
        tracker = Tracker(lock=2)
        alone = tracker.update(frame_of([self.SMALL], time=0.0))
        assert (len(alone), alone.reason) == (0, "person 2 is not seen")
        assert tracker.update(frame_of([self.SMALL, self.LARGE], time=0.1)).track.tolist() == [2]

    def test_while_the_person_is_hidden_nobody_else_is_reported(self):
        tracker = Tracker(lock="largest")
        tracker.update(frame_of([self.SMALL, self.LARGE], time=0.0))
        hidden = tracker.update(frame_of([self.SMALL], time=0.5))
        assert (len(hidden), hidden.reason) == (0, "person 2 is not seen")
        assert tracker.update(frame_of([self.LARGE, self.SMALL], time=0.9)).track.tolist() == [2]

    def test_a_word_chooses_again_when_the_person_is_gone_and_a_number_does_not(self):
        for lock, after in (("largest", [1]), (2, [])):
            tracker = Tracker(lock=lock)
            tracker.update(frame_of([self.SMALL, self.LARGE], time=0.0))
            for time in (0.5, 1.0):
                tracker.update(frame_of([self.SMALL], time=time))
            assert tracker.update(frame_of([self.SMALL], time=1.5)).track.tolist() == after

    def test_the_reason_of_an_empty_frame_is_kept(self):
        tracker = Tracker(lock="largest")
        assert tracker.update(nobody(0.0, "no person above 0.2")).reason == "no person above 0.2"
        assert tracker.update(nobody(0.1)).reason == "nobody to lock on"

    def test_it_can_be_set_and_let_go_on_the_way(self):
        tracker = Tracker()
        both = [self.SMALL, self.LARGE]
        assert tracker.update(frame_of(both, time=0.0)).track.tolist() == [1, 2]
        tracker.lock(1)
        assert tracker.update(frame_of(both, time=0.1)).track.tolist() == [1]
        tracker.lock(None)
        assert tracker.update(frame_of(both, time=0.2)).track.tolist() == [1, 2]

    def test_reset_keeps_the_lock(self):
        tracker = Tracker(lock="largest")
        tracker.update(frame_of([self.SMALL, self.LARGE], time=0.0))
        tracker.reset()
        assert tracker.update(frame_of([self.LARGE, self.SMALL], time=0.1)).track.tolist() == [3]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"by": "face"}, 'by is "oks" or "iou", not \'face\'.'),
        ({"rule": "best"}, 'rule is "together" or "in order", not \'best\'.'),
        ({"max_age": 0.0}, "max_age is seconds above 0, not 0.0."),
        ({"max_age": float("nan")}, "max_age is seconds above 0, not nan."),
        ({"min_similarity": 1.5}, "min_similarity is a similarity from 0 to 1, not 1.5."),
        ({"max_tracks": 0}, "max_tracks is a number of people, at least 1, not 0."),
        ({"min_score": -0.1}, "min_score is a score from 0 to 1, not -0.1."),
        ({"min_points": 0}, "min_points is a number of keypoints, at least 1, not 0."),
        ({"overlap": 0.0}, "overlap is a share above 0 and up to 1, not 0.0."),
        ({"carry": -1.0}, "carry is seconds, at least 0, not -1.0."),
        ({"lock": 0}, 'lock is "largest", "centre", the number of a person or None, not 0.'),
    ],
)
def test_an_option_out_of_range_is_named_with_what_was_expected(options, text):
    # In tests words are also checked by type: unwrap takes that check off.
    tracker = object.__new__(Tracker)
    with pytest.raises(DataError) as error:
        unwrap(Tracker.__init__)(tracker, **options)
    assert str(error.value) == text


def test_a_lock_that_is_no_word_of_ours_is_named():
    with pytest.raises(DataError) as error:
        unwrap(Tracker.lock)(Tracker(), "tallest")
    assert str(error.value) == 'lock is "largest", "centre", the number of a person or None, not \'tallest\'.'
