"""PoseNet's decoding against maps painted for known people."""

from dataclasses import replace
from time import perf_counter

import numpy as np
import pytest

from painted_posenet import STANDING, painted
from tendu.errors import DataError
from tendu.models.personlab import CORAL, TFJS, Grouping
from tendu.models.posenet import PoseNetDecoder
from tendu.models.posenet_heads import EDGES, PoseNetHeads
from tendu.models.seen import Decoder
from tendu.skeleton import COCO17

HEIGHT, WIDTH = 257, 353
DECODER = PoseNetDecoder(stride=16, height=HEIGHT, width=WIDTH)
LEFT, RIGHT = STANDING + np.float32([20, 8]), STANDING + np.float32([210, 10])


def pixels(seen):
    """Seen places as pixels counted from the centre of the first one, as the painter counts them."""
    return seen.xy * [WIDTH, HEIGHT] - 0.5


def test_the_decoder_is_one():
    assert isinstance(DECODER, Decoder)


@pytest.mark.parametrize("grouping", [CORAL, TFJS, None], ids=["coral", "tfjs", "one person"])
def test_a_person_is_found_where_it_was_painted(grouping):
    seen = replace(DECODER, grouping=grouping)(painted([LEFT]), people=5)
    assert seen.xy.shape == (1, 17, 2)
    assert seen.xy.dtype == seen.score.dtype == seen.confidence.dtype == np.float32
    np.testing.assert_allclose(pixels(seen)[0], LEFT, atol=1e-3)
    assert seen.confidence[0] == pytest.approx(seen.score.mean())


@pytest.mark.parametrize("grouping", [CORAL, TFJS], ids=["coral", "tfjs"])
def test_two_people_side_by_side_stay_two_and_the_surer_comes_first(grouping):
    seen = replace(DECODER, grouping=grouping)(
        painted([LEFT, RIGHT], sure=[[3], [5]] * np.ones(17)), people=5
    )
    np.testing.assert_allclose(pixels(seen), [RIGHT, LEFT], atol=1e-3)
    assert seen.confidence[0] > seen.confidence[1]


def test_no_more_people_are_told_than_asked_for():
    outputs = painted([LEFT, RIGHT], sure=[[3], [5]] * np.ones(17))
    np.testing.assert_allclose(pixels(DECODER(outputs, people=1)), [RIGHT], atol=1e-3)
    few = replace(DECODER, grouping=replace(CORAL, most=1))
    assert len(few(outputs, people=9).xy) == 1


def test_nobody_gives_empty_arrays():
    seen = DECODER(painted([]), people=3)
    assert (seen.xy.shape, seen.score.shape, seen.confidence.shape) == ((0, 17, 2), (0, 17), (0,))


def test_one_person_is_told_even_where_nobody_is_and_is_not_sure():
    seen = replace(DECODER, grouping=None)(painted([]), people=3)
    assert seen.confidence[0] == pytest.approx(1 / (1 + np.exp(6)), rel=1e-3)


def test_a_person_of_whom_one_part_shows_is_too_little():
    # Only the nose is sure: it can be a root, but the mean over 17 parts stays below 0.2.
    sure = np.full((1, 17), -6.0)
    sure[0, 0] = 4
    outputs = painted([LEFT], sure=sure)
    assert len(DECODER(outputs, people=3).xy) == 0
    seen = replace(DECODER, grouping=replace(CORAL, least=0.0))(outputs, people=3)
    np.testing.assert_allclose(pixels(seen)[0, 0], LEFT[0], atol=1e-3)


def test_a_sure_part_without_a_body_does_not_stand_in_for_a_person():
    # The surest root is a lone nose on the left; the one person asked for is the whole one on the right.
    sure = np.full((2, 17), -6.0)
    sure[0, 0], sure[1] = 6, 3
    seen = replace(DECODER, grouping=replace(CORAL, most=1))(painted([LEFT, RIGHT], sure=sure), people=1)
    np.testing.assert_allclose(pixels(seen), [RIGHT], atol=1e-3)


def test_an_arm_alone_is_no_second_person():
    # Two left forearms on one body, 60 px apart: the second arm finds the rest of the body, all of it taken.
    other = LEFT.copy()
    other[[7, 9]] += [60, 0]
    outputs = painted([LEFT, other])
    assert len(DECODER(outputs, people=5).xy) == 1
    seen = replace(DECODER, grouping=replace(CORAL, least=0.05))(outputs, people=5)
    assert seen.confidence[1] == pytest.approx(seen.score[1, [7, 9]].sum() / 17, abs=1e-6)


def test_a_shared_part_counts_for_the_surer_body_not_for_the_surer_root():
    # Both left ankles are in one place. The left person has the surest nose, the right one is surer as a whole.
    left, right = LEFT.copy(), RIGHT.copy()
    left[15] = right[15] = (160, 240)
    sure = np.full((2, 17), 1.0)
    sure[0, 0], sure[1], sure[:, 15] = 6, 3, 1
    seen = DECODER(painted([left, right], sure=sure), people=5)
    np.testing.assert_allclose(pixels(seen), [right, left], atol=1e-3)
    assert seen.confidence[0] == pytest.approx(seen.score[0].mean())
    assert seen.confidence[1] == pytest.approx(np.delete(seen.score[1], 15).sum() / 17, abs=1e-6)


@pytest.mark.parametrize("root", [0, 9, 16], ids=["nose", "left wrist", "right ankle"])
def test_the_whole_body_is_reached_from_any_part(root):
    # Only one part passes as a root; the wrist and the ankle are up to eight arrows from the others.
    sure = np.full((1, 17), -1.0)
    sure[0, root] = 4
    seen = DECODER(painted([LEFT], sure=sure), people=3)
    np.testing.assert_allclose(pixels(seen), [LEFT], atol=1e-3)


def test_the_first_pixels_centre_is_half_a_pixel_from_the_windows_corner():
    # The nose is in the centre of the very first pixel, the left eye in that of the very last.
    body = LEFT.copy()
    body[0], body[1] = (0, 0), (WIDTH - 1, HEIGHT - 1)
    seen = DECODER(painted([body]), people=1)
    np.testing.assert_allclose(seen.xy[0, 0], [0.5 / WIDTH, 0.5 / HEIGHT], atol=1e-5)
    np.testing.assert_allclose(seen.xy[0, 1], [1 - 0.5 / WIDTH, 1 - 0.5 / HEIGHT], atol=1e-5)


def test_both_layouts_and_any_order_say_the_same():
    heat, short, mid = painted([LEFT, RIGHT])
    _, _, forward, backward = painted([LEFT, RIGHT], split=True)
    segments = np.zeros((*heat.shape[:3], 1), np.float32)
    expected = PoseNetHeads.read((heat, short, mid), stride=16)
    for outputs in ((heat, short, forward, backward), (forward, segments, short, backward, heat)):
        heads = PoseNetHeads.read(outputs, stride=16)
        np.testing.assert_array_equal(heads.short, expected.short)
        np.testing.assert_array_equal(heads.mid, expected.mid)
        np.testing.assert_array_equal(heads.logits, expected.logits)


def test_heads_are_x_before_y_and_in_cells():
    heads = PoseNetHeads.read(painted([LEFT]), stride=16)
    np.testing.assert_allclose(heads.short[3, 5], (LEFT - [5 * 16, 3 * 16]) / 16, atol=1e-6)
    np.testing.assert_allclose(heads.mid[3, 5], (LEFT[EDGES[:, 1]] - LEFT[EDGES[:, 0]]) / 16, atol=1e-6)


def test_a_flipped_picture_has_flipped_heads():
    # The same person in a mirror: x runs from the other side and left parts become right parts.
    mirror = (WIDTH - 1 - LEFT * [1, 0] - [0, WIDTH - 1] + LEFT * [0, 1])[COCO17.flip]
    heads = PoseNetHeads.read(painted([LEFT]), stride=16)
    flipped = PoseNetHeads.read(painted([mirror]), stride=16).flipped()
    for name in ("logits", "short", "mid"):
        np.testing.assert_allclose(getattr(flipped, name), getattr(heads, name), atol=1e-5)


def test_the_mean_of_two_looks_is_of_every_map():
    one, other = (PoseNetHeads.read(painted([body]), stride=16) for body in (LEFT, RIGHT * 0.8))
    mean = one.averaged(other)
    for name in ("logits", "short", "mid"):
        expected = np.mean([getattr(one, name), getattr(other, name)], axis=0)
        np.testing.assert_allclose(getattr(mean, name), expected, atol=1e-5)


def test_a_mirrored_look_is_averaged_in():
    # The mirrored look sees the person 4 px further right (further left in the mirror), so the mean is 2 px off.
    mirror = np.stack([WIDTH - 1 - (LEFT[:, 0] + 4), LEFT[:, 1]], axis=1)[COCO17.flip]
    seen = DECODER(painted([LEFT]), people=1, mirrored=painted([mirror]))
    np.testing.assert_allclose(pixels(seen)[0], LEFT + np.float32([2, 0]), atol=0.05)


def test_a_mirrored_look_needs_cells_that_fall_on_each_other():
    odd = PoseNetDecoder(stride=16, height=257, width=352)
    outputs = painted([LEFT], width=352)
    assert len(odd(outputs, people=1).xy) == 1
    with pytest.raises(DataError, match="width of a multiple of 16 plus 1; the input is 352 wide"):
        odd(outputs, people=1, mirrored=outputs)


def test_maps_that_are_not_posenets_are_refused():
    heat, short, mid = painted([LEFT])
    with pytest.raises(
        DataError, match=r"c = 17, 34 and 64.*got \(1, 17, 23, 17\), \(1, 17, 23, 34\)\. Cut the file"
    ):
        DECODER((heat, short), people=1)
    with pytest.raises(DataError, match="of one grid"):
        DECODER((heat, short[:, :-1], mid), people=1)


def test_maps_of_another_size_are_refused():
    with pytest.raises(DataError, match="257 × 353 px at stride 32 gives maps of 9 × 12 cells; got 17 × 23"):
        replace(DECODER, stride=32)(painted([LEFT]), people=1)


@pytest.mark.parametrize("root", [0.0, 1.0, -3.0])
def test_a_root_needs_a_score_that_a_heatmap_can_have(root):
    with pytest.raises(DataError, match=f"between 0 and 1; got {root}"):
        Grouping(root=root, least=0.2, radius=10, steps=5, sampling="bilinear", most=20)


def test_a_wide_picture_with_a_crowd_is_read_in_time():
    # 46 × 81 cells, ten people in a row: 10 ms is the aim on an idle machine without the shape checks of the tests.
    people = [STANDING + np.float32([10 + 125 * k, 200]) for k in range(10)]
    outputs = painted(people, height=721, width=1281)
    decoder = PoseNetDecoder(stride=16, height=721, width=1281)
    times = []
    for _ in range(5):
        start = perf_counter()
        seen = decoder(outputs, people=20)
        times.append(perf_counter() - start)
    assert len(seen.xy) == 10
    assert min(times) < 0.1, f"decoding took {min(times) * 1e3:.0f} ms"
