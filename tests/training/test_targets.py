"""Targets: what labels and a closer look make of a teacher's heads."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from one_picture import DEVICE, heads_of, maps_of, pulled, sampled
from tendu.models.maps import Reading, read
from tendu.models.movenet import Heads
from tendu.training import labels
from tendu.training.plan import Close, Plan, Worse
from tendu.training.targets import FEW, TOGETHER, Teacher, brought_down, in_litert, in_torch
from tendu.training.views import Views
from tendu.window import Window

CELLS = 48


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
    heads.centre[20, 22] = 0.3
    for made in (pulled(heads, truth, 0.0), pulled(heads, truth * np.float32([1, 1, 0]), 1.0)):
        for part, old in vars(heads).items():
            assert np.array_equal(getattr(made, part), old), part


def test_where_nobody_is_the_teacher_s_people_are_taken_away_as_far_as_the_labels_are_trusted():
    truth = person(np.random.default_rng(0))
    seen = pulled(empty(), truth[None], 1.0)
    made = pulled(seen, [], 0.75)
    assert np.allclose(made.centre, seen.centre / 4)
    assert np.allclose(made.heatmap, seen.heatmap / 4)
    assert np.array_equal(made.offset, seen.offset)


def test_points_without_labels_keep_the_teacher_s_maps():
    truth = person(np.random.default_rng(1))
    truth[:5, 2] = 0  # no face, as in the Leeds sets
    made = pulled(empty(), truth[None], 1.0)
    assert np.array_equal(made.heatmap[:5], empty().heatmap[:5])
    assert made.heatmap[5:].max(axis=(1, 2)).min() > 0.6


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


def test_beyond_a_person_s_box_the_teacher_s_word_stands():
    tall = person(np.random.default_rng(12))
    tall[:, 0], tall[:, 1] = 20 + tall[:, 0] / 10, np.linspace(10, 38, 17)
    heads = empty()
    heads.heatmap[0, [30, 24, 45], [22, 34, 22]] = 0.7  # within it; beside it; below it
    made = pulled(heads, tall[None], 1.0)
    assert made.heatmap[0, 30, 22] < 0.01
    assert (made.heatmap[0, [24, 45], [34, 22]] == np.float32(0.7)).all()


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
    maps = maps_of(heads)
    assert maps.resized(CELLS) is maps
    other = heads_of(maps.resized(cells))

    def seen(one):
        y, x = np.unravel_index(one.centre.argmax(), one.centre.shape)
        return read(one.maps(), np.array([[x, y]]), Reading())

    before, after = seen(heads), seen(other)
    assert np.abs(after.xy - before.xy).max() * CELLS < 0.35
    assert np.abs(after.score - before.score).max() < 0.25
    # Peaks stay as narrow in cells as they were.
    assert abs((other.heatmap > 0.3).sum() / (heads.heatmap > 0.3).sum() - 1) < 0.35


def test_a_teacher_looks_at_its_own_size_and_speaks_in_the_student_s_cells(network, crops):
    assert network.shape.size == 64
    views = Views.of(
        [sampled(crops, i, i, size=96, seen=64, small=0.5, trust=0.0) for i in range(len(crops))]
    )
    assert views.clean.shape == (12, 3, 64, 64)
    assert 0 < len(views.closely) < 12
    batch = Teacher(in_litert(network), cells=24)(views)
    assert batch.pictures.shape == (12, 3, 96, 96)
    assert batch.wanted.heatmap.shape == (12, 17, 24, 24)
    alone = Teacher(in_litert(network), cells=24, mirrored=False)(views)
    assert not torch.equal(alone.wanted.heatmap, batch.wanted.heatmap)


def test_a_teacher_says_the_same_in_pytorch_on_a_device_as_in_litert(network, crops):
    views = Views.of([sampled(crops, i, i, size=64, small=0.5, trust=0.5) for i in range(6)])
    looks = in_litert(network), in_torch(network, DEVICE)
    one, other = (Teacher(look, cells=16)(views).wanted for look in looks)
    for part in vars(one):
        # Highest cells of nearly equal height may change places, with their displacements.
        near = torch.isclose(getattr(one, part), getattr(other, part), atol=1e-3)
        assert near.float().mean() > 0.999, part


def test_numbers_of_pictures_that_are_looked_at_together_on_a_device_are_few(network):
    together = []
    handle = network.register_forward_pre_hook(lambda _, given: together.append(len(given[0])))
    look = in_torch(network, DEVICE)
    handle.remove()
    for count in (1, FEW, FEW + 1, TOGETHER + 1):
        assert len(look(torch.zeros(count, 3, 64, 64, dtype=torch.uint8))) == count
    assert together == [FEW, FEW, 2 * FEW, TOGETHER, FEW]


@pytest.mark.parametrize("times", [2, 3])
def test_what_a_closer_look_saw_is_read_at_its_place_in_the_picture(times):
    rng = np.random.default_rng(times)
    truth = person(rng)
    near = pulled(empty(), truth[None], 1.0)
    centre = truth[:, :2].mean(axis=0)
    close = Close(left=10, top=4, times=times)
    made = heads_of(brought_down(maps_of(empty()), maps_of(near), [close]))
    y, x = np.unravel_index(made.centre.argmax(), made.centre.shape)
    assert np.abs([x + 0.5 - 10, y + 0.5 - 4] - centre / times).max() <= 1
    seen = read(made.maps(), np.array([[x, y]]), Reading(reach=0))
    expected = truth[:, :2] / times + [10, 4]
    assert np.abs(seen.xy[0] * CELLS - expected).max() < 0.35
    guess = made.regression[y, x] + [x, y]
    assert np.abs(guess - expected).max() < 0.05


def test_heads_of_a_mirrored_picture_are_brought_back_as_the_library_does_it():
    rng = np.random.default_rng(8)
    heads = pulled(empty(), person(rng)[None], 1.0)
    made, right = heads_of(maps_of(heads).flipped()), heads.flipped()
    for part, old in vars(right).items():
        assert np.array_equal(getattr(made, part), old), part


def test_where_people_overlap_the_later_one_is_moved_from_what_the_earlier_one_left():
    one, two = person(np.random.default_rng(9)), person(np.random.default_rng(10))
    two[3, :2] = one[3, :2] + np.float32(0.25)
    x, y = one[3, :2].astype(int)
    made = pulled(empty(), np.stack([one, two]), 0.5)
    first, second = one[3, :2] - [x, y], two[3, :2] - [x, y]
    assert np.allclose(made.offset[y, x, 3], first / 4 + second / 2, atol=1e-5)


def test_a_batch_says_of_each_picture_what_it_says_of_it_alone():
    rng = np.random.default_rng(11)
    heads = []
    for _ in range(4):
        noise = empty()
        noise.centre[:] = rng.uniform(0, 0.2, noise.centre.shape)
        noise.regression[:] = rng.normal(0, 8, noise.regression.shape)
        heads.append(noise)
    people = [[person(rng)], [], [person(rng) for _ in range(3)], [person(rng), person(rng)]]
    others = [[person(rng), person(rng)], [], [], [person(rng)]]
    trusts, centred = (0.7, 0.5, 1.0, 0.2), (True, True, True, False)
    plans = [
        replace(PLAN, people=of(mine), others=of(beside), trust=trust, centred=middle)
        for mine, beside, trust, middle in zip(people, others, trusts, centred, strict=True)
    ]
    made = labels.pulled(maps_of(*heads), labels.Labels.of(plans, DEVICE))
    for row, plan in enumerate(plans):
        options = {"others": plan.others, "centred": plan.centred}
        alone = pulled(heads[row], plan.people, plan.trust, **options)
        for part, right in vars(alone).items():
            assert np.allclose(getattr(made, part)[row], right, atol=1e-6), part
        assert not np.allclose(made.centre[row], heads[row].centre) or not plan.centred


def of(people):
    return np.array(people, np.float32).reshape(-1, 17, 3)


PLAN = Plan(
    0, None, Window(0, 0, 9, 9), None, None, flipped=False, people=of([]), others=of([]), trust=1.0, centred=True,
    worse=Worse(),
)  # fmt: skip
