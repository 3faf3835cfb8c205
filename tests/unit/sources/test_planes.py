"""A film's planes give the colours and places that its full RGB picture gives."""

import av
import numpy as np
import pytest

from film_planes import BT601, BT709, planes_of
from messy_files import slope
from tendu.pixels import RgbPixels
from tendu.sources.container import pixels_of
from tendu.sources.planes import YuvPixels, rgb_matrix
from tendu.sources.upright import Turn
from tendu.window import Window


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("size", [(96, 64), (97, 63)], ids=["even sides", "odd sides"])
def test_sampling_planes_is_sampling_the_rgb_picture(orientation, size):
    pixels = planes_of(slope(*size), turn=Turn.from_exif(orientation))
    whole = RgbPixels(pixels.rgb())
    assert (pixels.width, pixels.height) == (whole.width, whole.height)
    windows = [
        Window.letterbox(pixels.width, pixels.height),
        Window(-10.5, 5.0, 40.0, 40.0),  # over the left edge
        Window(20.0, 10.0, 30.0, 20.0, 0.7),  # turned
    ]
    for window in windows:
        difference = np.abs(pixels.sample(window, 64, 64).astype(int) - whole.sample(window, 64, 64))
        # Along the picture's edge colour reaches half a pixel further than brightness: those few pixels may differ.
        assert np.percentile(difference, 93) <= 4


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("size", [(96, 64), (97, 63)], ids=["even sides", "odd sides"])
def test_a_part_is_what_the_whole_has_there(orientation, size):
    # Odd sides stand still: where a picture is flipped, even numbers count from its other end.
    turn = Turn.from_exif(orientation if size[0] % 2 == 0 else 1)
    pixels = planes_of(slope(*size), turn=turn)
    whole = pixels.rgb()
    for box in [(0, 0, 32, 32), (32, 16, 64, 48), (32, 32, pixels.width, pixels.height)]:
        left, top, right, bottom = box
        assert (pixels.part(box) == whole[top:bottom, left:right]).all()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_films_planes_are_had_upright_and_unchanged(orientation):
    pixels = planes_of(slope(96, 64), turn=Turn.from_exif(orientation))
    stored = (pixels.y, pixels.u, pixels.v)
    for plane, kept in zip(pixels.planes(), stored, strict=True):
        assert (plane == pixels.turn.upright(kept)).all()


@pytest.mark.parametrize(
    ("size", "options"),
    [((96, 64), {"space": BT601}), ((96, 64), {"full_range": True}), ((97, 64), {}), ((96, 63), {})],
    ids=["BT.601", "full range", "odd width", "odd height"],
)
def test_what_a_film_is_not_written_in_has_no_planes_for_it(size, options):
    assert planes_of(slope(*size), **options).planes() is None


def test_parts_with_other_colours_change_there_alone():
    pixels = planes_of(slope(96, 64))
    before = [plane.copy() for plane in (pixels.y, pixels.u, pixels.v)]
    changed = pixels.planes([((32, 16, 64, 48), np.full((32, 32, 3), (94, 197, 255), np.uint8))])
    assert all((now == then).all() for now, then in zip((pixels.y, pixels.u, pixels.v), before, strict=True))
    for scale, now, then in zip((1, 2, 2), changed, before, strict=True):
        elsewhere = np.ones(then.shape, bool)
        elsewhere[16 // scale : 48 // scale, 32 // scale : 64 // scale] = False
        assert (now[elsewhere] == then[elsewhere]).all()
    inside = YuvPixels(*changed, pixels.to_rgb, pixels.black, Turn()).part((36, 20, 60, 44))
    assert np.abs(inside.astype(int) - (94, 197, 255)).max() <= 2


@pytest.mark.parametrize("space", [BT601, BT709])
@pytest.mark.parametrize("full_range", [True, False])
def test_planes_of_a_picture_give_the_picture_back(space, full_range):
    picture = slope(64, 48)
    back = planes_of(picture, space=space, full_range=full_range).rgb()
    assert np.abs(back.astype(int) - picture).mean() < 1.0


@pytest.mark.parametrize("full_range", [True, False])
def test_outside_the_picture_is_black(full_range):
    pixels = planes_of(np.full((20, 20, 3), 255, np.uint8), full_range=full_range)
    sample = pixels.sample(Window(-20.0, 0.0, 40.0, 20.0), 40, 20)
    assert (sample[:, :18] == 0).all()
    assert (sample[:, 22:] == 255).all()


# ITU-R BT.601-7 and BT.709-6: pure red at 75 % in eight bits, as in the colour bars of each standard.
@pytest.mark.parametrize(("space", "yuv"), [(BT601, (81, 90, 240)), (BT709, (63, 102, 240))])
def test_red_is_red_in_its_own_standard_and_not_in_the_other(space, yuv):
    red = rgb_matrix(space, full_range=False, height=480) @ [*yuv, 1]
    assert np.abs(red - [255, 0, 0]).max() < 2
    other = rgb_matrix(BT601 + BT709 - space, full_range=False, height=480) @ [*yuv, 1]
    assert np.abs(other - [255, 0, 0]).max() > 10


def test_a_film_that_states_no_standard_is_bt_601_when_small_and_bt_709_when_large():
    for unstated in (0, 2, 3, 99):
        small, large = (rgb_matrix(unstated, full_range=False, height=height) for height in (719, 720))
        assert (small == rgb_matrix(BT601, full_range=False, height=719)).all()
        assert (large == rgb_matrix(BT709, full_range=False, height=720)).all()


@pytest.mark.parametrize(
    "form",
    [
        "yuv420p",
        "yuvj420p",
        "yuv422p",
        "yuvj422p",
        "yuv444p",
        "yuv420p10le",
        "nv12",
        "rgb24",
        "bgra",
        "gray",
        "gbrp",
    ],
)
def test_frames_of_every_layout_keep_their_colours(form):
    picture = np.full((32, 32, 3), (180, 90, 40), np.uint8)
    if form == "gray":
        picture[:] = 90
    frame = av.VideoFrame.from_ndarray(picture, "rgb24").reformat(format=form, dst_colorspace="itu601")
    frame.colorspace = BT601 if form.startswith(("yuv", "nv")) else frame.colorspace
    assert np.abs(pixels_of(frame).rgb().astype(int) - picture).max() <= 4


@pytest.mark.parametrize(("space", "name"), [(BT709, "itu709"), (BT601, "itu601")])
def test_the_colours_are_those_of_ffmpegs_own_conversion(space, name):
    frame = av.VideoFrame.from_ndarray(slope(64, 48), "rgb24").reformat(format="yuv420p", dst_colorspace=name)
    frame.colorspace = space
    theirs = frame.reformat(format="rgb24", src_colorspace=name).to_ndarray()
    # FFmpeg's short cut truncates where ours rounds, and repeats colours where ours fills in between.
    assert np.abs(pixels_of(frame).rgb().astype(int) - theirs).mean() < 2
