"""Geometry: what is drawn, labelled and looked at closer all lie in the same place, in the same direction."""

import numpy as np
import pytest

from one_picture import sampled
from tendu.training.data import Crops
from tendu.training.plan import CELL, planned
from tendu.training.rows import ROOM, SIDE

SIZE = 192

BOTH = pytest.mark.parametrize("on", ["processor", "device"])


def dotted(side: int = SIDE) -> Crops:
    """A black crop with a coloured disc at each of four points; then black ones to fill what lies beyond it."""
    import cv2

    picture = np.zeros((side, side, 3), np.uint8)
    people = np.zeros((1, 17, 3), np.float32)
    times = side // 128
    for point, (x, y), colour in (
        (0, (64, 35), (255, 0, 0)),
        (5, (75, 55), (0, 255, 0)),  # the left shoulder, right in the picture
        (6, (53, 55), (0, 0, 255)),
        (15, (70, 90), (255, 255, 0)),
    ):
        cv2.circle(picture, (x * times, y * times), 3 * times + 1, colour, -1)
        people[0, point] = (x * times + 0.5, y * times + 0.5, 2)
    black = np.zeros((30, side, side, 3), np.uint8)
    return Crops(np.concatenate([picture[None], black]), (people,) * 31, ("dots",) * 31)


COLOURS = {0: (255, 0, 0), 5: (0, 255, 0), 6: (0, 0, 255), 15: (255, 255, 0)}


def place_of(picture, colour):
    """The middle of a colour's disc in cells; None where too little of it is seen."""
    like = (np.abs(picture.astype(int) - colour) < 110).all(axis=-1)
    y, x = np.nonzero(like)
    whole = len(x) > 6 and min(x.min(), y.min()) > 1 and max(x.max(), y.max()) < picture.shape[0] - 2
    return np.array([x.mean() + 0.5, y.mean() + 0.5]) / CELL if whole else None


@BOTH
@pytest.mark.parametrize("side", [SIDE, 384])
@pytest.mark.parametrize("small", [0.0, 1.0])
def test_labels_stay_on_what_they_mark_and_sides_change_places_when_flipped(small, side, on):
    crops, compared, mirrored = dotted(side), 0, 0
    for seed in range(30):
        sample = sampled(crops, 0, seed, size=SIZE, small=small, on=on)
        people = sample.plan.people
        places = {k: place_of(sample.clean, COLOURS[k]) for k in COLOURS}
        if places[5] is None or places[6] is None:
            continue
        flipped = np.linalg.norm(places[5] - people[0, 5, :2]) > 2
        mirrored += flipped
        for k, place in places.items():
            label = {5: 6, 6: 5}.get(k, k) if flipped else k
            # A mirrored left ankle is a right ankle.
            label = 16 if flipped and k == 15 else label
            if place is not None and people[0, label, 2] > 0:
                assert np.linalg.norm(place - people[0, label, :2]) < 0.5
                compared += 1
    assert compared > 30
    assert 5 < mirrored < 25


@BOTH
def test_the_closer_look_shows_the_part_it_says(on):
    crops, compared = dotted(), 0
    for seed in range(20):
        sample = sampled(crops, 0, seed, size=SIZE, small=1.0, on=on)
        close = sample.plan.close
        assert close is not None
        for colour in COLOURS.values():
            far, near = place_of(sample.clean, colour), place_of(sample.closely, colour)
            if far is not None and near is not None:
                expected = np.array([close.left, close.top]) + near / close.times
                assert np.linalg.norm(far - expected) < 0.5
                compared += 1
    assert compared > 15


def test_a_crop_of_nobody_is_drawn_without_a_closer_look_or_other_people():
    crops = dotted()
    alone = Crops(crops.pictures[:1], (np.zeros((0, 17, 3), np.float32),), ("empty",))
    for seed in range(10):
        plan = planned(alone, 0, np.random.default_rng(seed), size=SIZE, small=1.0, trust=1.0)
        assert plan.people.shape == (0, 17, 3)
        assert plan.close is None
        assert plan.inner is None
        assert plan.filling is None


def length_of(plan):
    """From the nose to the left or, mirrored, the right ankle, px of the student's picture; None out of view."""
    ends = plan.people[0, [0, 15 if plan.people[0, 15, 2] else 16]]
    return None if (ends[:, 2] == 0).any() else CELL * np.linalg.norm(ends[0, :2] - ends[1, :2])


def test_sharp_pictures_are_never_enlarged():
    def largest(**options):
        rngs = (np.random.default_rng(seed) for seed in range(40))
        plans = (planned(dotted(), 0, rng, size=SIZE, small=0.0, trust=0.0, **options) for rng in rngs)
        return max(length for plan in plans if (length := length_of(plan)) is not None)

    in_the_crop = float(np.hypot(140 - 128, 180 - 70))
    assert largest(sharp=True) <= in_the_crop * 1.001
    assert largest(sharp=False) > 1.2 * in_the_crop


@pytest.mark.parametrize("turned", [0.0, 1.0])
def test_pictures_are_turned_by_any_angle_as_often_as_asked_for(turned):
    crops = dotted()
    angles = [
        planned(
            crops, 0, np.random.default_rng(seed), size=SIZE, small=0.0, trust=0.0, turned=turned
        ).window.angle
        for seed in range(100)
    ]
    assert (np.abs(angles) > np.pi / 3).mean() == pytest.approx(2 / 3 * turned, abs=0.12)


def test_pictures_that_end_within_the_body_are_parts_of_the_person_s_box():
    crops = dotted(512)
    plans = [
        planned(
            crops, 0, np.random.default_rng(seed), size=SIZE, small=0.0, trust=0.0, within=1.0, sharp=True
        )
        for seed in range(40)
    ]
    box = crops.side / ROOM
    assert all(1 / 1.8 - 1e-6 < plan.window.width / box < 1 / 1.05 + 1e-6 for plan in plans)
    middles = np.array([plan.window.centre for plan in plans]) - crops.side / 2
    assert all(
        np.abs(middle).max() <= (box - plan.window.width) / 2 + 1e-6
        for middle, plan in zip(middles, plans, strict=True)
    )
    assert np.ptp(middles, axis=0).min() > 0.2 * box


def test_close_up_only_the_person_in_the_middle_is_meant():
    one = dotted()
    several = Crops(one.pictures, (np.concatenate([one.people[0]] * 3),) * len(one), one.sources)
    meant = {}
    for seed in range(60):
        plan = planned(several, 0, np.random.default_rng(seed), size=SIZE, small=0.3, trust=1.0)
        points = plan.people[0, [0, 15]]
        if (points[:, 2] > 0).all():
            length = np.linalg.norm(points[0, :2] - points[1, :2])
            meant.setdefault(len(plan.people), []).append(length)
    assert set(meant) == {1, 3}
    assert min(meant[1]) > max(meant[3])
