"""Real films: every frame arrives, at strictly increasing times."""

import av
import numpy as np
import pytest

from tendu.sources.cut import Cut
from tendu.sources.planes import YuvPixels
from tendu.sources.video import Film
from tendu.window import Window

FILMS = [
    "tfjs/pose_1.mp4",
    "tfjs/pose_squats.mp4",
    "pose2sim/one-person-cam03.mp4",
    "pose2sim/two-people-cam01.mp4",
    "sports2d/walk.mp4",
]


@pytest.mark.parametrize("name", FILMS)
def test_every_frame_of_a_real_film_comes_at_its_time(shared, name):
    path = shared / "videos" / name
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        packets = sorted(float(p.pts * p.time_base) for p in container.demux(stream) if p.pts is not None)
    with Film.open(path) as film:
        stamps = [frame.stamp for frame in film]
        assert film.problems == []
        assert film.facts.frames == len(stamps) == len(packets)
    assert [stamp.number for stamp in stamps] == list(range(len(packets)))
    times = np.array([stamp.time for stamp in stamps])
    assert (np.diff(times) > 0).all()
    assert times == pytest.approx(np.array(packets) - packets[0])


def test_a_start_in_a_real_film_gives_the_same_pictures(shared):
    path = shared / "videos/tfjs/pose_1.mp4"
    whole = {f.number: f for f in Film.open(path, cut=Cut(end=3.09)) if f.time >= 3.0}
    jumped = {f.number: f for f in Film.open(path, cut=Cut(start=3.0, end=3.09))}
    assert list(jumped) == list(whole) == [90, 91, 92]
    for number, frame in jumped.items():
        assert frame.time == whole[number].time
        assert (frame.image == whole[number].image).all()


def test_planes_of_a_real_film_give_what_its_rgb_picture_gives(shared):
    frame = next(iter(Film.open(shared / "videos/sports2d/walk.mp4")))
    assert isinstance(frame.pixels, YuvPixels)
    window = Window.letterbox(frame.stamp.width, frame.stamp.height)
    from tendu.pixels import RgbPixels

    difference = np.abs(
        frame.sample(window, 192, 192).astype(int) - RgbPixels(frame.image).sample(window, 192, 192)
    )
    assert difference.mean() < 0.6  # grey levels; measured 0.42
