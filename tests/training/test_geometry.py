"""Geometry: what is drawn, labelled and looked at closer all lie in the same place, in the same direction."""

import numpy as np
import pytest

from tendu.models.maps import Reading, read
from tendu.models.movenet import Heads
from tendu.training.augment import CELL, Close, draw
from tendu.training.data import Crops
from tendu.training.labels import emptied, pulled
from tendu.training.rows import ROOM, SIDE
from tendu.training.targets import brought_down, resized

SIZE = 192
CELLS = SIZE // CELL


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


@pytest.mark.parametrize("side", [SIDE, 384])
@pytest.mark.parametrize("small", [0.0, 1.0])
def test_labels_stay_on_what_they_mark_and_sides_change_places_when_flipped(small, side):
    crops, compared, mirrored = dotted(side), 0, 0
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
    made = pulled(empty(), truth[None], 1.0)
    y, x = np.unravel_index(made.centre.argmax(), made.centre.shape)
    assert np.abs(np.array([x, y]) + 0.5 - truth[:, :2].mean(axis=0)).max() <= 0.5
    seen = read(made.maps(), np.array([[x, y]]), Reading())
    assert np.abs(seen.xy[0] * CELLS - truth[:, :2]).max() < 0.1
    assert np.allclose(made.regression[y, x], truth[:, :2] - [x, y], atol=1e-4)
    assert seen.score[0].min() > 0.6


def test_without_trust_or_labels_the_teacher_s_word_stands():
    heads = empty()
    truth = person(np.random.default_rng(0))[None]
    assert pulled(heads, truth, 0.0) is heads
    assert pulled(heads, truth * np.float32([1, 1, 0]), 1.0) is heads


def test_where_nobody_is_the_teacher_s_people_are_taken_away_as_far_as_the_labels_are_trusted():
    truth = person(np.random.default_rng(0))
    seen = pulled(empty(), truth[None], 1.0)
    made = emptied(seen, 0.75)
    assert np.allclose(made.centre, seen.centre / 4)
    assert np.allclose(made.heatmap, seen.heatmap / 4)
    assert made.offset is seen.offset


def test_a_crop_of_nobody_is_drawn_without_a_closer_look_or_other_people():
    crops = dotted()
    alone = Crops(crops.pictures[:1], (np.zeros((0, 17, 3), np.float32),), ("empty",))
    for seed in range(10):
        sample = draw(alone, 0, np.random.default_rng(seed), size=SIZE, small=1.0, trust=1.0)
        assert sample.people.shape == (0, 17, 3)
        assert sample.close is None
        assert sample.closely is None


def test_points_without_labels_keep_the_teacher_s_maps():
    truth = person(np.random.default_rng(1))
    truth[:5, 2] = 0  # no face, as in the Leeds sets
    made = pulled(empty(), truth[None], 1.0)
    assert np.array_equal(made.heatmap[:5], empty().heatmap[:5])
    assert made.heatmap[5:].max(axis=(1, 2)).min() > 0.6


def length_of(sample):
    """From the nose to the left or, mirrored, the right ankle, px of the student's picture; None out of view."""
    ends = sample.people[0, [0, 15 if sample.people[0, 15, 2] else 16]]
    return None if (ends[:, 2] == 0).any() else CELL * np.linalg.norm(ends[0, :2] - ends[1, :2])


def test_sharp_pictures_are_never_enlarged():
    def largest(**options):
        rngs = (np.random.default_rng(seed) for seed in range(40))
        drawn = (draw(dotted(), 0, rng, size=SIZE, small=0.0, trust=0.0, **options) for rng in rngs)
        return max(length for sample in drawn if (length := length_of(sample)) is not None)

    in_the_crop = float(np.hypot(140 - 128, 180 - 70))
    assert largest(sharp=True) <= in_the_crop * 1.001
    assert largest(sharp=False) > 1.2 * in_the_crop


def test_pictures_that_end_within_the_body_are_parts_of_the_person_s_box():
    ones = dotted(512)
    sides = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        sample = draw(ones, 0, rng, size=SIZE, small=0.0, trust=0.0, within=1.0, sharp=True)
        if (length := length_of(sample)) is not None:
            sides.append(SIZE * np.hypot(140 - 128, 180 - 70) / (SIDE / ROOM) / length)
    assert len(sides) > 3
    assert all(1 / 1.8 - 0.01 < side < 1 / 1.05 + 0.01 for side in sides)


def test_a_labelled_person_is_there_for_sure_whether_the_teacher_saw_it_or_not():
    truth = person(np.random.default_rng(5))
    x, y = truth[:, :2].mean(axis=0)
    heads = empty()
    heads.centre[30, 14] = 0.6  # somebody else, the teacher thinks, in the person's box
    made = pulled(heads, truth[None], 1.0)
    assert made.centre[30, 14] < 0.1
    assert 0.75 < made.centre[int(y), int(x)] <= 0.9
    assert np.allclose(made.regression[int(y), int(x)], truth[:, :2] - [int(x), int(y)], atol=1e-4)
    far = made.centre.copy()
    far[int(y) - 6 : int(y) + 7, int(x) - 6 : int(x) + 7] = 0
    assert far.max() < 0.01


def test_a_set_without_faces_leaves_the_centre_where_the_teacher_has_it():
    truth = person(np.random.default_rng(5))
    heads = empty()
    heads.centre[20, 22] = 0.3
    heads.regression[20, 22] = truth[:, :2] - [22, 20] + 1
    made = pulled(heads, truth[None], 1.0, centred=False)
    assert np.unravel_index(made.centre.argmax(), made.centre.shape) == (20, 22)
    assert made.centre[20, 22] > 0.85
    assert np.allclose(made.regression[20, 22], truth[:, :2] - [22, 20], atol=1e-4)
    heads.regression[20, 22] += 20  # it means somebody else
    assert np.array_equal(pulled(heads, truth[None], 1.0, centred=False).centre, heads.centre)


def test_small_people_have_narrower_peaks():
    truth = person(np.random.default_rng(6))
    small = truth.copy()
    small[:, :2] = 24 + (truth[:, :2] - 24) / 3
    wide, narrow = (pulled(empty(), one[None], 1.0) for one in (truth, small))
    assert (narrow.heatmap[0] > 0.3).sum() < 0.7 * (wide.heatmap[0] > 0.3).sum()
    assert (narrow.centre > 0.3).sum() < 0.7 * (wide.centre > 0.3).sum()


def test_a_person_of_few_labelled_points_is_learned_too():
    truth = person(np.random.default_rng(7))
    truth[2:, 2] = 0
    made = pulled(empty(), truth[None], 1.0)
    assert made.heatmap[:2].max(axis=(1, 2)).min() > 0.6
    assert made.centre.max() > 0.8


def test_round_the_points_of_others_the_teacher_s_word_stands():
    truth, other = person(np.random.default_rng(2)), person(np.random.default_rng(3))
    other[0, :2], truth[0, :2] = (20.5, 24.5), (30.5, 24.5)
    teacher = empty()
    teacher.heatmap[0, 24, 20] = 0.7  # the other's nose, in the box of the one who is meant
    assert pulled(teacher, truth[None], 1.0).heatmap[0, 24, 20] < 0.01
    made = pulled(teacher, truth[None], 1.0, others=other[None])
    assert made.heatmap[0, 24, 20] == np.float32(0.7)
    assert made.heatmap[0, 24, 30] > 0.9


@pytest.mark.parametrize("cells", [64, 36])
def test_heads_of_another_size_show_the_same_people_in_the_same_places(cells):
    truth = person(np.random.default_rng(4))
    heads = pulled(empty(), truth[None], 1.0)
    other = resized(heads, cells)
    assert resized(heads, CELLS) is heads

    def seen(one):
        y, x = np.unravel_index(one.centre.argmax(), one.centre.shape)
        return read(one.maps(), np.array([[x, y]]), Reading())

    before, after = seen(heads), seen(other)
    assert np.abs(after.xy - before.xy).max() * CELLS < 0.35
    assert np.abs(after.score - before.score).max() < 0.25
    # Peaks stay as narrow in cells as they were.
    assert abs((other.heatmap > 0.3).sum() / (heads.heatmap > 0.3).sum() - 1) < 0.35


def test_a_teacher_looks_at_its_own_size_and_speaks_in_the_student_s_cells(network):
    from tendu.training.targets import Teacher, in_litert

    assert network.shape.size == 64
    rng = np.random.default_rng(1)
    samples = [draw(dotted(), i, rng, size=96, seen=64, small=0.5, trust=0.0) for i in range(12)]
    assert {sample.clean.shape[0] for sample in samples} == {64}
    assert {sample.closely.shape[0] for sample in samples if sample.closely is not None} == {64}
    batch = Teacher(in_litert(network), cells=24)(samples)
    assert batch.pictures.shape == (12, 3, 96, 96)
    assert batch.heatmap.shape == (12, 17, 24, 24)
    alone = Teacher(in_litert(network), cells=24, mirrored=False)(samples)
    assert not np.array_equal(alone.heatmap, batch.heatmap)


def test_a_teacher_says_the_same_in_pytorch_on_a_device_as_in_litert(network):
    import torch

    from tendu.training.targets import Teacher, in_litert, in_torch

    rng = np.random.default_rng(2)
    samples = [draw(dotted(), i, rng, size=64, small=0.5, trust=0.5) for i in range(6)]
    looks = in_litert(network), in_torch(network, torch.device("cpu"))
    one, other = (Teacher(look, cells=16)(samples) for look in looks)
    for part in ("centre", "heatmap", "offset", "regression"):
        # Highest cells of nearly equal height may change places, with their displacements.
        near = torch.isclose(getattr(one, part), getattr(other, part), atol=1e-3)
        assert near.float().mean() > 0.999, part


@pytest.mark.parametrize("times", [2, 3])
def test_what_a_closer_look_saw_is_read_at_its_place_in_the_picture(times):
    rng = np.random.default_rng(times)
    truth = person(rng)
    near = pulled(empty(), truth[None], 1.0)
    centre = truth[:, :2].mean(axis=0)
    close = Close(left=10, top=4, times=times)
    made = brought_down(empty(), near, close)
    y, x = np.unravel_index(made.centre.argmax(), made.centre.shape)
    assert np.abs([x + 0.5 - 10, y + 0.5 - 4] - centre / times).max() <= 1
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
