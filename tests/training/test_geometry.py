"""Geometry: what is drawn, labelled and looked at closer all lie in the same place, in the same direction."""

import numpy as np
import pytest

from tendu.models.maps import Reading, read
from tendu.models.movenet import Heads
from tendu.training.augment import CELL, Close, draw
from tendu.training.data import ROOM, SIDE, Crops
from tendu.training.targets import brought_down, enlarged, pulled

SIZE = 192
CELLS = SIZE // CELL


def dotted() -> Crops:
    """A black crop with a coloured disc at each of four points; then black ones to fill what lies beyond it."""
    import cv2

    picture = np.zeros((SIDE, SIDE, 3), np.uint8)
    people = np.zeros((1, 17, 3), np.float32)
    for point, (x, y), colour in (
        (0, (128, 70), (255, 0, 0)),
        (5, (150, 110), (0, 255, 0)),  # the left shoulder, right in the picture
        (6, (106, 110), (0, 0, 255)),
        (15, (140, 180), (255, 255, 0)),
    ):
        cv2.circle(picture, (x, y), 7, colour, -1)
        people[0, point] = (x + 0.5, y + 0.5, 2)
    black = np.zeros((30, SIDE, SIDE, 3), np.uint8)
    return Crops(np.concatenate([picture[None], black]), (people,) * 31, ("dots",) * 31)


COLOURS = {0: (255, 0, 0), 5: (0, 255, 0), 6: (0, 0, 255), 15: (255, 255, 0)}


def place_of(picture, colour):
    """The middle of a colour's disc in cells; None where too little of it is seen."""
    like = (np.abs(picture.astype(int) - colour) < 110).all(axis=-1)
    y, x = np.nonzero(like)
    whole = len(x) > 6 and min(x.min(), y.min()) > 1 and max(x.max(), y.max()) < picture.shape[0] - 2
    return np.array([x.mean() + 0.5, y.mean() + 0.5]) / CELL if whole else None


@pytest.mark.parametrize("small", [0.0, 1.0])
def test_labels_stay_on_what_they_mark_and_sides_change_places_when_flipped(small):
    crops, compared, mirrored = dotted(), 0, 0
    for seed in range(30):
        sample = draw(crops, 0, np.random.default_rng(seed), size=SIZE, small=small, trust=1.0)
        places = {k: place_of(sample.clean, COLOURS[k]) for k in COLOURS}
        if places[5] is None or places[6] is None:
            continue
        flipped = np.linalg.norm(places[5] - sample.people[0, 5, :2]) > 2
        mirrored += flipped
        for k, place in places.items():
            label = {5: 6, 6: 5}.get(k, k) if flipped else k
            # A mirrored left ankle is a right ankle.
            label = 16 if flipped and k == 15 else label
            if place is not None and sample.people[0, label, 2] > 0:
                assert np.linalg.norm(place - sample.people[0, label, :2]) < 0.5
                compared += 1
    assert compared > 30
    assert 5 < mirrored < 25


def test_the_closer_look_shows_the_part_it_says():
    crops, compared = dotted(), 0
    for seed in range(20):
        sample = draw(crops, 0, np.random.default_rng(seed), size=SIZE, small=1.0, trust=1.0)
        assert sample.close is not None
        for colour in COLOURS.values():
            far, near = place_of(sample.clean, colour), place_of(sample.closely, colour)
            if far is not None and near is not None:
                expected = np.array([sample.close.left, sample.close.top]) + near / sample.close.times
                assert np.linalg.norm(far - expected) < 0.5
                compared += 1
    assert compared > 15


def empty() -> Heads:
    return Heads(
        np.zeros((CELLS, CELLS), np.float32),
        np.full((17, CELLS, CELLS), 1e-4, np.float32),
        np.zeros((CELLS, CELLS, 17, 2), np.float32),
        np.zeros((CELLS, CELLS, 17, 2), np.float32),
    )


def person(rng) -> np.ndarray:
    """Seventeen labelled points anywhere in the middle of the heads."""
    return np.column_stack([rng.uniform(12, 36, (17, 2)), np.full(17, 2)]).astype(np.float32)


def test_trusted_labels_are_read_back_from_the_targets():
    truth = person(np.random.default_rng(0))
    heads = empty()
    heads.centre[24, 24] = 0.9
    heads.regression[24, 24] = truth[:, :2] - 24 + 3  # three cells off: near enough to be this person's
    made = pulled(heads, truth[None], 1.0)
    seen = read(made.maps(), np.array([[24, 24]]), Reading())
    assert np.abs(seen.xy[0] * CELLS - truth[:, :2]).max() < 0.1
    assert np.allclose(made.regression[24, 24], truth[:, :2] - 24, atol=1e-4)
    assert seen.score[0].min() > 0.6


def test_without_trust_or_labels_the_teacher_s_word_stands():
    heads = empty()
    truth = person(np.random.default_rng(0))[None]
    assert pulled(heads, truth, 0.0) is heads
    assert pulled(heads, truth * np.float32([1, 1, 0]), 1.0) is heads


def test_points_without_labels_keep_the_teacher_s_maps():
    truth = person(np.random.default_rng(1))
    truth[:5, 2] = 0  # no face, as in the Leeds sets
    made = pulled(empty(), truth[None], 1.0)
    assert np.array_equal(made.heatmap[:5], empty().heatmap[:5])
    assert made.heatmap[5:].max(axis=(1, 2)).min() > 0.6


def test_sharp_pictures_are_never_enlarged():
    def largest(**options):
        rngs = (np.random.default_rng(seed) for seed in range(40))
        return max(draw(dotted(), 0, rng, size=SIZE, small=0.0, trust=0.0, **options).box for rng in rngs)

    in_the_crop = SIDE / ROOM / SIZE  # of the input's side, where a pixel stays a pixel
    assert largest(sharp=True) <= in_the_crop
    assert largest(sharp=False) > 1.2 * in_the_crop


def test_a_labelled_person_whom_the_teacher_saw_faintly_is_there_for_sure():
    truth = person(np.random.default_rng(5))
    heads = empty()
    heads.centre[23:26, 23:26] = [[0.02, 0.05, 0.02], [0.05, 0.1, 0.05], [0.02, 0.05, 0.02]]
    heads.regression[24, 24] = truth[:, :2] - 24
    made = pulled(heads, truth[None], 1.0)
    assert np.allclose(made.centre, 9 * heads.centre)  # the same peak, 0.9 high
    heads.regression[24, 24] += 20  # it means somebody else
    assert np.array_equal(pulled(heads, truth[None], 1.0).centre, heads.centre)


def test_a_surer_centre_beside_a_raised_one_stays_below_one():
    truth = person(np.random.default_rng(5))
    low, high = truth[:, :2].min(axis=0), truth[:, :2].max(axis=0)
    edge = int(high[0] + 0.1 * (high - low).max() + 2)  # the last column of the person's box
    heads = empty()
    heads.centre[24, [edge, edge + 2]] = 0.1, 0.8
    heads.regression[24, edge] = truth[:, :2] - [edge, 24]
    made = pulled(heads, truth[None], 1.0)
    assert np.allclose(made.centre[24, [edge, edge + 2]], 0.9)
    twice = pulled(heads, np.stack([truth, truth]), 1.0)  # two people with one centre
    assert np.array_equal(twice.centre, made.centre)


def test_round_the_points_of_others_the_teacher_s_word_stands():
    truth, other = person(np.random.default_rng(2)), person(np.random.default_rng(3))
    other[0, :2], truth[0, :2] = (20.5, 24.5), (30.5, 24.5)
    teacher = empty()
    teacher.heatmap[0, 24, 20] = 0.7  # the other's nose, in the box of the one who is meant
    assert pulled(teacher, truth[None], 1.0).heatmap[0, 24, 20] < 0.01
    made = pulled(teacher, truth[None], 1.0, others=other[None])
    assert made.heatmap[0, 24, 20] == np.float32(0.7)
    assert made.heatmap[0, 24, 30] > 0.9


def test_heads_made_larger_show_the_same_people_in_the_same_places():
    truth = person(np.random.default_rng(4))
    heads = empty()
    heads.centre[24, 24] = 0.9
    heads.regression[24, 24] = truth[:, :2] - 24 + 3
    heads = pulled(heads, truth[None], 1.0)
    larger = enlarged(heads, 64)
    before = read(heads.maps(), np.array([[24, 24]]), Reading())
    y, x = np.unravel_index(larger.centre.argmax(), larger.centre.shape)
    after = read(larger.maps(), np.array([[x, y]]), Reading())
    assert np.abs(after.xy - before.xy).max() * CELLS < 0.35
    assert np.abs(after.score - before.score).max() < 0.25
    # Peaks stay as narrow in cells as they were.
    assert abs((larger.heatmap > 0.3).sum() / (heads.heatmap > 0.3).sum() - 1) < 0.35


def test_a_teacher_with_a_smaller_input_sees_large_people_at_its_own_size(network):
    import torch

    from tendu.training.targets import Teacher

    sizes = []
    seen = network.forward
    network.forward = lambda pictures: sizes.append(pictures.shape[-1]) or seen(pictures)  # type: ignore[method-assign]
    samples = [draw(dotted(), 0, np.random.default_rng(s), size=96, small=0.0, trust=0.0) for s in range(12)]
    with torch.no_grad():
        batch = Teacher(network)(samples)
    assert network.shape.size == 64
    assert set(sizes) == {64, 96}
    assert batch.heatmap.shape == (12, 17, 24, 24)


@pytest.mark.parametrize("times", [2, 3])
def test_what_a_closer_look_saw_is_read_at_its_place_in_the_picture(times):
    rng = np.random.default_rng(times)
    truth = person(rng)
    near = empty()
    near.centre[24, 24] = 0.9
    near.regression[24, 24] = truth[:, :2] - 24 + 3
    near = pulled(near, truth[None], 1.0)
    close = Close(left=10, top=4, times=times)
    made = brought_down(empty(), near, close)
    y, x = np.unravel_index(made.centre.argmax(), made.centre.shape)
    assert (x, y) == (10 + 24 // times, 4 + 24 // times)
    seen = read(made.maps(), np.array([[x, y]]), Reading(reach=0))
    expected = truth[:, :2] / times + [10, 4]
    assert np.abs(seen.xy[0] * CELLS - expected).max() < 0.35
    guess = made.regression[y, x] + [x, y]
    assert np.abs(guess - expected).max() < 0.05


def test_close_up_only_the_person_in_the_middle_is_meant():
    one = dotted()
    several = Crops(one.pictures, (np.concatenate([one.people[0]] * 3),) * len(one), one.sources)
    meant = {}
    for seed in range(60):
        sample = draw(several, 0, np.random.default_rng(seed), size=SIZE, small=0.3, trust=1.0)
        points = sample.people[0, [0, 15]]
        if (points[:, 2] > 0).all():
            length = np.linalg.norm(points[0, :2] - points[1, :2])
            meant.setdefault(len(sample.people), []).append(length)
    assert set(meant) == {1, 3}
    assert min(meant[1]) > max(meant[3])
