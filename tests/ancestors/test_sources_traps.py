"""Traps in how others read pictures, each with the thread or place it was found in."""

from threading import Event

import numpy as np
import pytest

from messy_files import MATRICES, film, photo, slope, turned
from tendu.frame import Frame
from tendu.sources.images import read_photo
from tendu.sources.newest import Newest
from tendu.sources.open_source import open_source
from tendu.window import Window


def test_a_phones_film_is_not_on_its_side(tmp_path):
    # opencv/opencv#15499, #22088: the rotation in the file is ignored.
    path = turned(film(tmp_path / "phone.mp4", frames=1, size=(96, 64)), MATRICES["quarter turn clockwise"])
    with open_source(path) as source:
        [frame] = source
    assert (frame.stamp.width, frame.stamp.height) == (64, 96)


def test_photos_are_rgb_not_bgr(tmp_path):
    # tensorflow/examples raspberry_pi, Tau-J/rtmlib#48, PeekingDuck PR#608: BGR reaches a model made for RGB.
    path = tmp_path / "red.png"
    path.write_bytes(photo(np.full((4, 4, 3), (255, 0, 0), np.uint8)))
    assert read_photo(path).image[0, 0].tolist() == [255, 0, 0]
    assert read_photo(path).sample(Window(0, 0, 4, 4), 4, 4)[2, 2].tolist() == [255, 0, 0]


def test_a_picture_without_a_known_suffix_is_read_all_the_same(tmp_path):
    # open-mmlab/mmpose inferencers fail on inputs whose type cannot be guessed from the name.
    path = tmp_path / "download"
    path.write_bytes(photo(slope(16, 12)))
    assert len(list(open_source(path))) == 1


def test_times_of_films_are_in_seconds_and_always_increase(tmp_path):
    # google-ai-edge/mediapipe#4415, #5099, #4769: milliseconds and microseconds muddled, times not monotonic.
    path = film(tmp_path / "a.mp4", frames=30, times_ms=[n * 33 for n in range(30)])
    times = [frame.time for frame in open_source(path)]
    assert times == pytest.approx([n * 0.033 for n in range(30)], abs=1e-3)
    assert (np.diff(times) > 0).all()


def test_a_slow_reader_of_a_live_stream_sees_the_present():
    # ultralytics/ultralytics#4211, #3559, #4922: the lag grows, old frames are shown.
    pictures = iter([Frame.of(slope(4, 4), number=n) for n in range(100)])
    first_is_taken = Event()

    def read():
        frame = next(pictures, None)
        assert frame is None or frame.number == 0 or first_is_taken.wait(5)
        return frame

    newest = Newest(read, release=lambda: None)
    frames = iter(newest)
    assert next(frames).number == 0
    first_is_taken.set()
    newest._thread.join(5)  # the stream runs on while we are busy
    assert [frame.number for frame in frames] == [99]


def test_a_camera_that_cannot_be_let_go_ends_the_frames_all_the_same(monkeypatch):
    monkeypatch.setattr("threading.excepthook", lambda _: None)  # Python tells of the error itself

    def release():
        raise OSError

    assert list(Newest(lambda: None, release=release)) == []


def test_every_frame_of_a_film_is_read_not_one_in_so_many(tmp_path):
    # google-ai-edge/mediapipe#5726: frames of a film are dropped as if it were live.
    assert len(list(open_source(film(tmp_path / "a.mp4", frames=64)))) == 64
