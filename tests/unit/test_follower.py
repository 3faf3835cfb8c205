"""Following people through a film, on scenes of painted people."""

import numpy as np
import pytest

from painted_movenet import Scene, standing
from tendu.follower import Follower
from tendu.frame import Frame


def walk(scene, estimator, steps, **options):
    """One pose result a frame while the scene's first person walks to the right by 4 px a frame."""
    follower, found = Follower(estimator, **options), []
    for number in range(steps):
        found.append(follower.update(Frame.of(scene.picture, number=number, time=number / 30)))
        scene.people = [person + np.array([4, 0], np.float32) for person in scene.people]
    return found


def test_following_one_person_costs_one_look_a_frame():
    scene = Scene([standing(4, 80, 130)])
    found = walk(scene, scene.estimator(), 10)
    assert scene.looks == 3 + 9
    assert all(len(poses) == 1 for poses in found)
    assert np.abs(found[-1].xy[0] - (standing(4, 80 + 36, 130))).max() < 1


@pytest.mark.parametrize("people", [1, 2])
def test_somebody_who_leaves_the_window_is_looked_at_once_more_in_that_frame(people):
    """After a jump half of the body shows at the window's edge; with the second look all of it does."""
    scene = Scene([standing(3, 60, 130), standing(3, 190, 130)][:people])
    follower = Follower(scene.estimator(people=people, look="zoom"), search=10.0)
    follower.update(Frame.of(scene.picture))
    scene.people[0] = standing(3, 87.4, 130)
    before = scene.looks
    found = follower.update(Frame.of(scene.picture))
    assert scene.looks == before + people + 1
    assert np.abs(found.xy - scene.people[0]).max(axis=(1, 2)).min() < 1


@pytest.mark.parametrize("people", [1, 2])
def test_whoever_keeps_still_is_seen_in_the_same_window(people, monkeypatch):
    scene = Scene([standing(3, 60, 130), standing(3, 190, 130)][:people])
    estimator = scene.estimator(people=people, look="zoom")
    windows = []
    see = type(estimator).see
    monkeypatch.setattr(
        type(estimator),
        "see",
        lambda self, frame, window, **more: windows.append(window) or see(self, frame, window, **more),
    )
    follower, first = Follower(estimator, search=10.0), scene.people
    for number in range(6):
        scene.people = [person + np.float32(number % 2) for person in first]
        follower.update(Frame.of(scene.picture, number=number, time=number / 30))
    assert len(set(windows[-3 * people :])) == people


def test_legs_that_come_into_view_are_found_in_the_same_look():
    """Hidden by a table, say: a window round what was seen alone would never show them."""
    person = standing(4, 120, 120)
    half = person.copy()
    half[13:] = -1000
    scene = Scene([half])
    follower = Follower(scene.estimator())
    assert (follower.update(Frame.of(scene.picture)).score[0, 13:] < 0.1).all()
    before, scene.people = scene.looks, [person]
    found = follower.update(Frame.of(scene.picture))
    assert scene.looks == before + 1
    assert np.abs(found.xy[0] - person).max() < 1


@pytest.mark.parametrize("rule", ["tutorial", "tfjs"])
def test_the_published_rules_cost_one_look_a_frame(rule):
    scene = Scene([standing(4, 80, 130)])
    walk(scene, scene.estimator(), 5, rule=rule)
    assert scene.looks == 5


def test_a_wide_pictures_middle_is_looked_at_first_as_tfjs_does():
    """A person at the far left of a wide picture is outside the middle square, and inside the padded one."""

    def first_look(rule):
        scene = Scene([standing(2, 20, 50)], width=250, height=100)
        return len(walk(scene, scene.estimator(min_score=0.3), 1, rule=rule)[0])

    assert first_look("tfjs") == 0
    assert first_look("tutorial") == 1


def test_a_lost_person_is_sought_again():
    scene = Scene([standing(4, 80, 130)])
    follower = Follower(scene.estimator())
    frame = Frame.of(scene.picture)
    person, scene.people = scene.people, []
    assert len(follower.update(frame)) == 0
    scene.people = person
    assert len(follower.update(frame)) == 1
    scene.people = []
    assert len(follower.update(frame)) == 0
    scene.people = [person[0] + [90, 20]]
    assert len(follower.update(frame)) == 1


def test_several_people_cost_one_look_each_between_searches():
    scene = Scene([standing(3, 60, 130), standing(3, 150, 130)])
    estimator = scene.estimator(people=2, look="zoom")
    found = walk(scene, estimator, 6, search=10.0)
    assert all(len(poses) == 2 for poses in found)
    assert scene.looks == (1 + 2) + 5 * 2


def test_a_newcomer_is_found_at_the_next_search():
    scene = Scene([standing(3, 60, 130)])
    follower = Follower(scene.estimator(people=2, look="zoom"), search=0.5)
    assert len(follower.update(Frame.of(scene.picture, time=0.0))) == 1
    scene.people.append(standing(3, 180, 130))
    assert len(follower.update(Frame.of(scene.picture, time=0.4))) == 1
    assert len(follower.update(Frame.of(scene.picture, time=0.5))) == 2


def test_where_nobody_is_tiles_are_looked_at_between_searches_no_more():
    """One look at the whole picture instead of 21; who is too small for it is found at the next search,
    which comes at once after somebody was lost or a film began again."""
    scene = Scene([], least=0.3)
    follower = Follower(scene.estimator(people=2), search=0.5)
    looks = []
    for time in (0.0, 0.1, 0.4, 0.5, 0.0):
        before = scene.looks
        assert len(follower.update(Frame.of(scene.picture, time=time))) == 0
        looks.append(scene.looks - before)
    assert looks == [21, 1, 1, 21, 21]
    scene.people = [standing(3, 200, 60)]
    assert len(follower.update(Frame.of(scene.picture, time=0.4))) == 0
    assert len(follower.update(Frame.of(scene.picture, time=0.5))) == 1
    scene.people = [standing(3, 60, 60)]
    assert (
        len(follower.update(Frame.of(scene.picture, time=0.6))) == 1
    )  # somewhere else: found in the same frame
    assert len(follower.update(scene.picture)) == 1


def test_reset_makes_the_next_frame_a_first_frame():
    scene = Scene([standing(4, 80, 130)])
    follower = Follower(scene.estimator())
    for _ in range(2):
        follower.update(Frame.of(scene.picture))
        follower.reset()
    assert scene.looks == 6


def test_a_frame_of_another_size_is_a_first_frame():
    scene = Scene([standing(4, 80, 130)])
    follower = Follower(scene.estimator())
    follower.update(Frame.of(scene.picture))
    follower.update(Frame.of(np.ascontiguousarray(scene.picture[:200])))
    assert scene.looks == 6
