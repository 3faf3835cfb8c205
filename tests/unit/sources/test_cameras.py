"""A camera gives its newest frame, in RGB, and says what is wrong when there is none."""

from pathlib import Path
from threading import Event

import numpy as np
import pytest

from tendu.errors import SourceError
from tendu.sources.camera import Camera, cameras

BLUE_IN_BGR = np.full((4, 6, 3), (255, 0, 0), np.uint8)


class FakeCapture:
    """A camera that gives so many pictures, each when it is let."""

    def __init__(self, pictures, *, there=True, wait_at=None):
        self.left, self.there, self.wait_at = pictures, there, wait_at
        self.given, self.released = 0, 0
        self.go = Event()

    def isOpened(self):  # noqa: N802  OpenCV's name
        return self.there

    def read(self):
        if self.given == self.wait_at:
            assert self.go.wait(5)
        if self.given == self.left:
            return False, None
        self.given += 1
        return True, BLUE_IN_BGR

    def release(self):
        self.released += 1


def test_pictures_are_rgb_with_times_and_numbers():
    with Camera.open(0, capture=FakeCapture(1)) as camera:
        [frame] = list(camera)
    assert frame.image[0, 0].tolist() == [0, 0, 255]
    assert (frame.number, frame.stamp.source) == (0, "camera 0")
    assert 0 <= frame.time < 5


def test_a_slow_consumer_sees_the_newest_picture_not_the_next():
    capture = FakeCapture(50, wait_at=1)
    with Camera.open(0, capture=capture) as camera:
        frames = iter(camera)
        first = next(frames)
        capture.go.set()
        camera._newest._thread.join(5)  # all fifty have come meanwhile
        rest = list(frames)
    assert first.number == 0
    assert [frame.number for frame in rest] == [49]
    assert rest[0].time > first.time


def test_closing_lets_go_of_the_camera_once_read_or_not():
    for frames_read in (0, 1):
        capture = FakeCapture(10**9)
        camera = Camera.open(0, capture=capture)
        for _ in zip(range(frames_read), camera, strict=False):
            pass
        camera.close()
        camera.close()
        assert capture.released == 1
        assert list(camera) == []


def test_a_camera_that_stops_ends_with_a_note():
    with Camera.open(3, capture=FakeCapture(2)) as camera:
        assert [frame.number for frame in camera][-1] == 1
    assert [str(p) for p in camera.problems] == ["The camera 3 gives no more pictures: was it unplugged?"]


def test_a_camera_that_never_gives_a_picture_is_an_error():
    with (
        Camera.open(0, capture=FakeCapture(0)) as camera,
        pytest.raises(SourceError, match=r"opens but gives no picture: is another program using it\?"),
    ):
        next(iter(camera))


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        ([0, 1], "Cannot open camera 2: this machine shows cameras 0 and 1."),
        ([0], "Cannot open camera 2: this machine shows camera 0."),
        ([], "Cannot open camera 2: this machine shows no camera."),
        (None, "Cannot open camera 2: no camera answers there, or another program uses it."),
    ],
)
def test_a_camera_that_is_not_there_names_those_that_are(numbers, sentence, monkeypatch):
    monkeypatch.setattr("tendu.sources.camera.cameras", lambda: numbers)
    capture = FakeCapture(0, there=False)
    with pytest.raises(SourceError) as error:
        Camera.open(2, capture=capture)
    assert str(error.value) == sentence
    assert capture.released == 1


def test_opencv_says_nothing_of_its_own_about_a_camera_that_is_not_there(capfd):
    with pytest.raises(SourceError, match="Cannot open camera 97"):
        Camera.open(97)
    assert capfd.readouterr().err == ""


def test_cameras_are_listed_by_their_device_files(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.platform", "linux")
    for name in ("video10", "video2", "video0", "videodriver", "vcs1"):
        (tmp_path / name).touch()
    assert cameras(tmp_path) == [0, 2, 10]
    assert cameras(Path(tmp_path / "no dev here")) is None
    monkeypatch.setattr("sys.platform", "darwin")
    assert cameras(tmp_path) is None


@pytest.mark.parametrize("number", [-1, 99999999999])
def test_a_number_that_no_camera_has_is_refused_before_opencv_sees_it(number):
    with pytest.raises(SourceError, match=rf"^Cannot open camera {number}: cameras are numbered from 0\.$"):
        Camera.open(number)
