"""An animated WebP is a film; what is short or transparent in it is made plain."""

import numpy as np
import pytest
from PIL import Image

from messy_files import brightness, moving_gif, number_of, photo
from tendu.errors import SourceError
from tendu.sinks.coco_json import image_id
from tendu.sinks.images import name_of
from tendu.sources.animation import Animation
from tendu.sources.cut import Cut
from tendu.sources.open_source import open_source


def test_pictures_and_times_are_those_of_the_file():
    data = moving_gif(4, "WEBP", length_ms=[100, 200, 400, 100])
    animation = Animation.open(data, name="a.webp")
    frames = [(f.number, round(f.time, 6), number_of(f.image)) for f in animation]
    assert frames == [(0, 0.0, 0), (1, 0.1, 1), (2, 0.3, 2), (3, 0.7, 3)]
    assert animation.facts.rate == pytest.approx(4 / 0.8)


def test_a_picture_without_a_length_is_shown_a_tenth_of_a_second_as_browsers_do():
    animation = Animation.open(moving_gif(3, "WEBP", length_ms=0), name="a.webp")
    assert [frame.time for frame in animation] == pytest.approx([0.0, 0.1, 0.2])


def test_a_cut_keeps_numbers_and_times():
    animation = Animation.open(moving_gif(9, "WEBP"), name="a.webp", cut=Cut(every=2, start=0.2, end=0.7))
    assert [frame.number for frame in animation] == [2, 4, 6]
    assert [frame.time for frame in animation] == pytest.approx([0.2, 0.4, 0.6])
    assert animation.facts.frames == 3


def test_transparent_parts_are_black():
    pictures = [Image.new("RGBA", (8, 8), (200, 200, 200, alpha)) for alpha in (255, 0)]
    data = photo(pictures[0], "WEBP", save_all=True, append_images=pictures[1:], lossless=True, blend=0)
    greys = [int(frame.image.mean()) for frame in Animation.open(data, name="a.webp")]
    assert greys[0] == 200
    assert np.unique(list(Animation.open(data, name="a.webp"))[1].image).tolist() in ([0], [200])


def test_an_animation_cut_short_is_an_error():
    data = moving_gif(5, "WEBP")
    with pytest.raises(SourceError, match=r"a\.webp: this WebP is damaged or cut short\."):
        Animation.open(data[: len(data) // 2], name="a.webp")
    assert brightness(0) == 20


@pytest.mark.parametrize(("form", "suffix"), [("WEBP", ".webp"), ("GIF", ".gif")])
def test_its_frames_are_numbered_though_its_name_is_a_photos(tmp_path, form, suffix):
    path = tmp_path / f"dance2{suffix}"
    path.write_bytes(moving_gif(3, form))
    with open_source(path) as source:
        frames = list(source)
    assert [name_of(frame) for frame in frames] == ["frame_000000", "frame_000001", "frame_000002"]
    assert [image_id(frame.stamp) for frame in frames] == [0, 1, 2]
    still = tmp_path / f"im7{suffix}"
    still.write_bytes(moving_gif(1, form))
    [frame] = open_source(still)
    assert (name_of(frame), image_id(frame.stamp)) == ("im7", 7)


def test_a_part_without_a_picture_says_so():
    animation = Animation.open(moving_gif(4, "WEBP"), name="a.webp", cut=Cut(start=7.0, end=8.0))
    with pytest.raises(
        SourceError, match=r"^a\.webp has no picture from 7 to 8 s: it ends at 0\.40 s\. Ask for"
    ):
        list(animation)
