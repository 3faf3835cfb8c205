"""draw(): what is drawn where, what is not, and that the frame given stays as it was."""

import dataclasses
import inspect
from typing import ClassVar

import numpy as np
import pytest

from film_planes import BT601, NeverWhole, planes_of
from messy_files import slope
from tendu.drawing.draw import draw
from tendu.drawing.palette import LEFT, MIDDLE, OUTLINE, RIGHT
from tendu.errors import DataError
from tendu.frame import Frame
from tendu.pixels import RgbPixels
from tendu.pose import Poses
from tendu.skeleton import COCO17, Keypoint
from tendu.sources.planes import YuvPixels
from tendu.window import Window

GROUND = 90


def grey(width=200, height=160, **options):
    return Frame.of(np.full((height, width, 3), GROUND, np.uint8), **options)


def poses_at(frame, *people, score=0.9, track=None):
    """People as {keypoint: (x, y)}; points that are not named score 0 at (0, 0)."""
    xy = np.zeros((len(people), 17, 2), np.float32)
    scores = np.zeros((len(people), 17), np.float32)
    box = np.zeros((len(people), 4), np.float32)
    for row, points in enumerate(people):
        for name, place in points.items():
            xy[row, name], scores[row, name] = place, score
        named = np.array(list(points.values()), np.float32)
        box[row] = [*named.min(axis=0), *named.max(axis=0)]
    confidence = np.full(len(people), score, np.float32)
    numbers = None if track is None else np.array(track, np.int64)
    return Poses(xy, scores, box, confidence, frame.stamp, numbers)


def changed(frame, drawn):
    return (drawn.image != frame.image).any(axis=2)


def test_a_point_colours_the_pixel_whose_centre_it_is():
    frame = grey()
    drawn = draw(frame, poses_at(frame, {Keypoint.NOSE: (10.5, 20.5)}))
    assert drawn.image[20, 10].tolist() == list(MIDDLE)


@pytest.mark.parametrize("place", [(60.5, 40.5), (60.0, 40.0), (60.25, 40.75)], ids=str)
def test_a_point_is_centred_where_it_is_to_a_tenth_of_a_pixel(place):
    frame = Frame.of(np.zeros((160, 200, 3), np.uint8))
    # A leg of 100 px makes the points large enough to weigh; only the knee's disc is looked at.
    drawn = draw(frame, poses_at(frame, {Keypoint.LEFT_KNEE: place, Keypoint.RIGHT_ANKLE: (150.5, 140.5)}))
    weight = drawn.image[:80, :100, 2].astype(float)
    weight[weight <= OUTLINE[2]] = 0
    rows, columns = np.mgrid[:80, :100] + 0.5
    centre = ((weight * columns).sum() / weight.sum(), (weight * rows).sum() / weight.sum())
    assert centre == pytest.approx(place, abs=0.1)


def test_left_right_and_middle_have_their_colours():
    frame = grey()
    shoulders_and_hips = {
        Keypoint.LEFT_SHOULDER: (140.5, 30.5), Keypoint.RIGHT_SHOULDER: (60.5, 30.5),
        Keypoint.LEFT_HIP: (140.5, 130.5), Keypoint.RIGHT_HIP: (60.5, 130.5),
    }  # fmt: skip
    image = draw(frame, poses_at(frame, shoulders_and_hips)).image
    assert image[80, 140].tolist() == list(LEFT)
    assert image[80, 60].tolist() == list(RIGHT)
    assert image[30, 100].tolist() == image[130, 100].tolist() == list(MIDDLE)


def test_a_dark_rim_parts_bones_from_a_ground_of_their_own_colour():
    frame = Frame.of(np.full((160, 200, 3), LEFT, np.uint8))
    thigh = {Keypoint.LEFT_HIP: (100.5, 20.5), Keypoint.LEFT_KNEE: (100.5, 140.5)}
    row = draw(frame, poses_at(frame, thigh)).image[80].sum(axis=1)
    assert row[100] == sum(LEFT), "the bone itself"
    assert row[90:100].min() < 0.7 * sum(LEFT), "the rim on its left"
    assert row[101:111].min() < 0.7 * sum(LEFT), "the rim on its right"


def test_nothing_is_drawn_for_points_below_the_least_score():
    frame = grey()
    poses = poses_at(frame, {Keypoint.LEFT_HIP: (60, 20), Keypoint.LEFT_KNEE: (60, 120)}, score=0.4)
    assert not changed(frame, draw(frame, poses, min_score=0.41)).any()
    assert changed(frame, draw(frame, poses, min_score=0.4)).any()


def test_a_bone_needs_both_its_ends():
    frame = grey()
    poses = poses_at(frame, {Keypoint.LEFT_HIP: (60, 20), Keypoint.LEFT_KNEE: (60, 120)})
    poses.score[0, Keypoint.LEFT_KNEE] = 0.1
    touched = changed(frame, draw(frame, poses))
    assert touched[20, 60]
    assert not touched[40:].any()


def test_points_that_are_no_numbers_or_far_beyond_all_bounds_are_left_out():
    frame = grey()
    wild = {Keypoint.LEFT_HIP: (60, 20), Keypoint.LEFT_KNEE: (np.nan, 120), Keypoint.RIGHT_HIP: (1e9, -1e9)}
    touched = changed(frame, draw(frame, poses_at(frame, wild)))
    assert touched[20, 60]


def test_a_bone_that_leaves_the_picture_is_drawn_up_to_its_edge():
    frame = grey()
    poses = poses_at(frame, {Keypoint.LEFT_HIP: (100, 80), Keypoint.LEFT_KNEE: (100, 400)})
    touched = changed(frame, draw(frame, poses))
    assert touched[80:, 100].all()


def test_nobody_leaves_the_picture_as_it_is():
    frame = grey(number=7, time=1.25, source="gym.mp4")
    drawn = draw(frame, Poses.empty(frame.stamp))
    assert np.array_equal(drawn.image, frame.image)
    assert drawn.stamp == frame.stamp


def test_the_frame_given_is_not_changed_and_not_shared():
    frame = grey()
    before = frame.image.copy()
    drawn = draw(frame, poses_at(frame, {Keypoint.NOSE: (10, 20)}), caption="12 reps", faces="blurred")
    assert np.array_equal(frame.image, before)
    assert not np.shares_memory(drawn.image, frame.image)


def test_pixels_away_from_the_person_stay_exactly_as_they_were():
    rng = np.random.default_rng(1)
    frame = Frame.of(rng.integers(0, 255, (160, 200, 3), np.uint8))
    poses = poses_at(frame, {Keypoint.LEFT_HIP: (50, 40), Keypoint.LEFT_KNEE: (80, 110)})
    touched = changed(frame, draw(frame, poses))
    rows, columns = np.nonzero(touched)
    # The thin strokes are drawn enlarged; what lies between the enlarged copy's bounds and the bone must come back.
    assert not touched[100:, :60].any()
    assert not touched[:50, 70:].any()
    assert 40 < columns.min() < columns.max() < 90
    assert 30 < rows.min() < rows.max() < 120


@pytest.mark.parametrize("scale", [0.25, 1, 4, 30], ids=lambda scale: f"person of {100 * scale:g} px")
def test_lines_grow_with_the_person_but_less_than_in_proportion(scale):
    frame = Frame.of(np.zeros((120 * 30, 100 * 30, 3), np.uint8))
    thigh = {Keypoint.LEFT_HIP: (50.5 * scale, 10 * scale), Keypoint.LEFT_KNEE: (50.5 * scale, 110 * scale)}
    row = draw(frame, poses_at(frame, thigh)).image[round(60 * scale), :, 2]
    width = row.astype(float).sum() / LEFT[2]
    assert 0.006 * 100 * scale <= width <= max(2.0, 0.05 * 100 * scale)


def test_the_most_confident_person_is_on_top():
    frame = grey()
    first, second = {Keypoint.LEFT_HIP: (100.5, 80.5)}, {Keypoint.RIGHT_HIP: (100.5, 80.5)}
    assert draw(frame, poses_at(frame, first, second)).image[80, 100].tolist() == list(LEFT)


class TestByPerson:
    def test_a_person_keeps_the_colour_when_rows_change_places(self):
        frame = grey()
        here, there = {Keypoint.NOSE: (40.5, 80.5)}, {Keypoint.NOSE: (160.5, 80.5)}
        one = draw(frame, poses_at(frame, here, there, track=[4, 8]), colour_by="person").image
        other = draw(frame, poses_at(frame, there, here, track=[8, 4]), colour_by="person").image
        assert np.array_equal(one, other)
        assert one[80, 40].tolist() != one[80, 160].tolist()

    def test_left_is_lighter_than_right(self):
        frame = grey()
        hips = {Keypoint.LEFT_HIP: (150, 80), Keypoint.RIGHT_HIP: (50, 80)}
        for number in range(6):
            image = draw(frame, poses_at(frame, hips, track=[number]), colour_by="person").image
            assert image[80, 150].sum() > 1.15 * image[80, 50].sum()


def test_a_box_is_drawn_on_request():
    frame = grey()
    poses = poses_at(frame, {Keypoint.NOSE: (100, 80)})
    poses = dataclasses.replace(poses, box=np.array([[20, 30, 180, 130]], np.float32))
    touched = changed(frame, draw(frame, poses, boxes="shown"))
    assert touched[[30, 130, 80, 80], [100, 100, 20, 180]].all()
    assert not changed(frame, draw(frame, poses))[30].any()


@pytest.mark.parametrize("labels", ["track", "confidence", "both"])
def test_labels_stand_above_the_person(labels):
    frame = grey()
    poses = poses_at(frame, {Keypoint.NOSE: (100, 80), Keypoint.LEFT_HIP: (100, 150)}, track=[3])
    plain, labelled = draw(frame, poses), draw(frame, poses, labels=labels)
    rows, columns = np.nonzero(changed(plain, labelled))
    assert rows.max() < 80
    assert abs((columns.min() + columns.max()) / 2 - 100) < 2


def test_before_tracking_there_is_no_number_to_write():
    frame = grey()
    poses = poses_at(frame, {Keypoint.NOSE: (100, 80)})
    assert np.array_equal(draw(frame, poses, labels="track").image, draw(frame, poses).image)


def test_a_label_at_the_edge_stays_inside_the_picture():
    frame = grey()
    poses = poses_at(frame, {Keypoint.NOSE: (198, 1)}, track=[12])
    plain, labelled = draw(frame, poses), draw(frame, poses, labels="both")
    assert changed(plain, labelled)[:12, 150:].sum() > 100


class TestPrivacy:
    def test_black_ground_shows_nothing_of_the_picture(self):
        rng = np.random.default_rng(2)
        pictures = [Frame.of(rng.integers(0, 255, (160, 200, 3), np.uint8)) for _ in range(2)]
        thigh = {Keypoint.LEFT_HIP: (60.5, 20.5), Keypoint.LEFT_KNEE: (60.5, 120.5)}
        one, other = (draw(frame, poses_at(frame, thigh), background="black").image for frame in pictures)
        assert np.array_equal(one, other)
        assert one[70, 60].tolist() == list(LEFT)

    def test_a_blurred_face_keeps_no_detail_and_the_rest_keeps_all(self):
        checks = np.indices((160, 200)).sum(axis=0) % 2 * 255
        frame = Frame.of(np.repeat(checks[..., None], 3, axis=2).astype(np.uint8))
        face = {
            Keypoint.NOSE: (100, 50), Keypoint.LEFT_EYE: (105, 45), Keypoint.RIGHT_EYE: (95, 45),
            Keypoint.LEFT_EAR: (112, 48), Keypoint.RIGHT_EAR: (88, 48),
        }  # fmt: skip
        image = draw(frame, poses_at(frame, face, score=0.05), faces="blurred").image
        assert np.ptp(image[35:65, 85:115].astype(int)) <= 3, (
            "the checks are gone although the scores are low"
        )
        assert np.array_equal(image[100:], frame.image[100:])

    def test_a_person_without_a_face_in_sight_loses_nothing(self):
        frame = grey()
        legs = poses_at(frame, {Keypoint.LEFT_HIP: (60, 20), Keypoint.LEFT_KNEE: (60, 120)})
        assert np.array_equal(draw(frame, legs, faces="blurred").image, draw(frame, legs).image)


class TestRefusals:
    def test_poses_of_another_picture(self):
        with pytest.raises(DataError) as caught:
            draw(grey(), Poses.empty(grey(640, 480).stamp))
        assert str(caught.value) == (
            "The poses were found in a picture of 640 × 480 px, the frame has 200 × 160. "
            "Draw them on the frame they come from."
        )

    @pytest.mark.parametrize(
        ("option", "sentence"),
        [
            ("colour_by", "colour_by is one of side, person, not 'red'."),
            ("background", "background is one of picture, black, not 'red'."),
            ("boxes", "boxes is one of hidden, shown, not 'red'."),
            ("labels", "labels is one of none, track, confidence, both, not 'red'."),
            ("faces", "faces is one of shown, blurred, not 'red'."),
        ],
    )
    def test_an_option_that_is_none(self, option, sentence):
        frame = grey()
        # Without the tests' own type checker, as users call it.
        with pytest.raises(DataError) as caught:
            inspect.unwrap(draw)(frame, Poses.empty(frame.stamp), **{option: "red"})
        assert str(caught.value) == sentence

    def test_a_least_score_that_is_none(self):
        frame = grey()
        with pytest.raises(DataError, match=r"min_score is from 0 to 1, not 30\."):
            draw(frame, Poses.empty(frame.stamp), min_score=30)


class TestOnAFilmsPicture:
    SIDES: ClassVar = {Keypoint.LEFT_SHOULDER: (100.5, 60.5), Keypoint.LEFT_HIP: (110.5, 360.5)}

    def frame(self, kind=YuvPixels):
        return Frame.of(planes_of(slope(640, 400), kind=kind))

    @pytest.mark.parametrize(
        "options", [{}, {"boxes": "shown", "labels": "both", "caption": "3 reps"}, {"faces": "blurred"}]
    )
    def test_the_image_is_that_of_drawing_on_rgb(self, options):
        frame = self.frame()
        people = poses_at(
            frame,
            self.SIDES,
            {Keypoint.NOSE: (600.5, 390.5), Keypoint.LEFT_EYE: (639.0, 398.0)},
            track=[4, 7],
        )
        whole = draw(Frame.of(frame.image), people, **options).image
        assert (draw(frame, people, **options).image == whole).all()

    def test_what_nobody_is_drawn_on_never_becomes_rgb_and_stays_bit_for_bit(self):
        frame = self.frame(NeverWhole)
        drawn = draw(frame, poses_at(frame, self.SIDES)).pixels.planes()
        for now, then in zip(drawn, frame.pixels.planes(), strict=True):
            differs = np.argwhere(now != then)
            assert len(differs) > 0
            assert (differs[:, 1] < 256 * now.shape[1] / 640).all(), (
                "the person is within the first two tiles"
            )

    def test_its_planes_have_the_colours_that_were_drawn(self):
        frame = self.frame()
        planes = draw(frame, poses_at(frame, self.SIDES)).pixels.planes()
        shown = YuvPixels(*planes, frame.pixels.to_rgb, frame.pixels.black, frame.pixels.turn)
        assert np.abs(shown.rgb()[60, 100].astype(int) - LEFT).max() <= 4

    def test_a_picture_that_no_film_takes_as_it_is_becomes_rgb_when_it_is_drawn_on(self):
        frame = Frame.of(planes_of(slope(640, 400), space=BT601))
        drawn = draw(frame, poses_at(frame, self.SIDES))
        assert isinstance(drawn.pixels, RgbPixels)
        assert (drawn.image == draw(Frame.of(frame.pixels.rgb()), poses_at(frame, self.SIDES)).image).all()

    def test_a_drawn_picture_can_be_drawn_on_again(self):
        frame = self.frame()
        once = draw(frame, poses_at(frame, self.SIDES))
        again = draw(once, poses_at(frame, {Keypoint.NOSE: (300.5, 300.5)}))
        assert again.image[210, 105].tolist() == once.image[210, 105].tolist() == list(LEFT)
        assert again.image[300, 300].tolist() == list(MIDDLE)

    def test_what_was_written_into_its_image_is_kept(self):
        frame = self.frame()
        frame.image[:] = 200
        drawn = draw(frame, poses_at(frame, self.SIDES))
        assert drawn.image[0, 0].tolist() == [200, 200, 200]
        assert drawn.image[210, 105].tolist() == list(LEFT)

    def test_a_window_of_it_shows_what_was_drawn(self):
        frame = self.frame()
        drawn = draw(frame, poses_at(frame, self.SIDES))
        assert (drawn.sample(Window(90.0, 50.0, 20.0, 20.0), 20, 20) == drawn.image[50:70, 90:110]).all()


def test_every_bone_of_the_skeleton_is_drawn():
    frame = grey(400, 400)
    # All points on a circle: no bone lies on another, and the middle of each shows its own stroke.
    turn = np.arange(17) * 2 * np.pi / 17
    circle = {k: (200 + 190 * np.cos(a), 200 + 190 * np.sin(a)) for k, a in zip(Keypoint, turn, strict=True)}
    poses = poses_at(frame, circle)
    touched = changed(frame, draw(frame, poses))
    for a, b in COCO17.bones:
        x, y = (poses.xy[0, a] + poses.xy[0, b]) / 2
        assert touched[int(y), int(x)], f"{COCO17.names[a]} to {COCO17.names[b]}"
