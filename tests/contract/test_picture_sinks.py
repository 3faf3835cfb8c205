"""Every output of pictures through the same checks."""

import numpy as np
import pytest

from tendu.errors import SinkError
from tendu.frame import Frame
from tendu.sinks.images import PictureFile, PictureFolder
from tendu.sinks.screen import Screen
from tendu.sinks.sink import PictureSink
from tendu.sinks.video_file import FilmSink

SINKS = {
    "walk.mp4": FilmSink,
    "walk.gif": FilmSink,
    "walk.png": PictureFile,
    "walk.jpg": PictureFile,
    "walk.webp": PictureFile,
    "drawn": PictureFolder,
}


def picture(**options):
    return Frame.of(np.full((48, 64, 3), 80, np.uint8), **options)


@pytest.fixture(params=SINKS)
def path(request, tmp_path):
    return tmp_path / "새 폴더" / request.param


@pytest.fixture
def opened(path):
    return lambda **options: SINKS[path.name](path, **options)


def everything_in(folder):
    """All files below a folder, temporary ones too."""
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


def expected(path):
    return ["drawn/frame_000000.jpg"] if path.name == "drawn" else [path.name]


def test_it_is_a_picture_sink(opened):
    assert isinstance(opened(), PictureSink)


def test_a_screen_is_a_picture_sink():
    assert isinstance(Screen(), PictureSink)


def test_an_array_is_a_picture_too(path, opened):
    with opened() as sink:
        sink.write(picture().image)
    assert everything_in(path.parent) == expected(path)


def test_one_picture_is_there_complete_and_alone(path, opened):
    with opened() as sink:
        sink.write(picture())
    assert everything_in(path.parent) == expected(path)
    assert all(file.stat().st_size > 50 for file in path.parent.rglob("*.*"))


def test_no_picture_leaves_no_file(path, opened):
    with opened():
        pass
    assert everything_in(path.parent) == []


def test_an_error_before_the_first_picture_leaves_no_file(path, opened):
    def broken():
        with opened():
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
    assert everything_in(path.parent) == []


def test_an_error_after_a_picture_keeps_it(path, opened):
    def broken():
        with opened() as sink:
            sink.write(picture())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
    assert everything_in(path.parent) == expected(path)


def test_it_works_without_a_with_block_and_closes_twice(path, opened):
    sink = opened()
    sink.write(picture())
    sink.close()
    sink.close()
    assert everything_in(path.parent) == expected(path)


def test_writing_after_closing_is_refused(opened):
    with opened() as sink:
        sink.write(picture())
    with pytest.raises(SinkError, match=r"is closed\. Open a new sink to write more\.$"):
        sink.write(picture(number=1, time=1.0))


def test_what_is_there_already_is_kept_unless_told_otherwise(path, opened):
    with opened() as sink:
        sink.write(picture())
    file = next(file for file in path.parent.rglob("*.*") if file.is_file())
    before = file.read_bytes()

    def again(**options):
        with opened(**options) as sink:
            sink.write(Frame.of(np.zeros((24, 32, 3), np.uint8)))

    with pytest.raises(
        SinkError, match=r"is there already\. Give --overwrite \(overwrite=True\) to replace it\.$"
    ):
        again()
    assert file.read_bytes() == before
    again(overwrite=True)
    assert file.read_bytes() != before
    assert everything_in(path.parent) == expected(path)
