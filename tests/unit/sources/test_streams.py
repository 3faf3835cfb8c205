"""A stream gives its newest frame, ends with its server, and says why when there is none."""

import time

import numpy as np
import pytest

from local_server import closed_port, serving, silence
from messy_files import film, number_of
from tendu.errors import SourceError
from tendu.sources.source import Facts
from tendu.sources.stream import Stream


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    film(folder / "film.mp4", frames=40)
    with serving(folder) as address:
        yield address


def test_frames_are_new_each_time_and_the_last_one_is_seen(site):
    address = f"{site}/film.mp4"
    with Stream.open(address) as stream:
        assert stream.facts == Facts(address, moving=True, live=True, frames=None, rate=10.0, pixels=64 * 48)
        frames = list(stream)
    numbers = [frame.number for frame in frames]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] == 39
    assert [number_of(frame.image) for frame in frames] == numbers
    assert [frame.time for frame in frames] == pytest.approx([n / 10 for n in numbers])
    assert {frame.stamp.source for frame in frames} == {address}


def test_a_slow_consumer_does_not_fall_behind(site):
    with Stream.open(f"{site}/film.mp4") as stream:
        frames = iter(stream)
        first = next(frames)
        stream._newest._thread.join(5)  # the rest of the film has come meanwhile
        rest = list(frames)
    assert first.number < 39
    assert [frame.number for frame in rest] == [39]


def test_leaving_early_ends_the_thread(site):
    with Stream.open(f"{site}/film.mp4") as stream:
        next(iter(stream))
    stream.close()
    assert not stream._newest._thread.is_alive()
    assert list(stream) == []


def test_a_refused_connection_is_an_error():
    address = f"http://127.0.0.1:{closed_port()}/live"
    with pytest.raises(SourceError) as error:
        Stream.open(address)
    assert str(error.value) == f"Cannot read {address}: the connection is refused: nothing listens there."


def test_silence_is_an_error_after_the_time_out():
    began = time.monotonic()
    with silence() as address, pytest.raises(SourceError, match=r"nothing came within the time-out\."):
        Stream.open(address, timeout=0.3)
    assert time.monotonic() - began < 3


def test_a_page_that_is_not_there_is_an_error(site):
    with pytest.raises(SourceError, match="Not Found"):
        Stream.open(f"{site}/nothing.mp4")


def test_a_stream_without_pictures_is_an_error_and_lets_go(tmp_path):
    (tmp_path / "page.txt").write_text("hello\n" * 200)
    with (
        serving(tmp_path) as site,
        pytest.raises(SourceError, match=r"it is text, neither a photo nor a film\."),
    ):
        Stream.open(f"{site}/page.txt")


def test_times_are_this_machines_where_the_stream_has_none(site):
    with Stream.open(f"{site}/film.mp4") as stream:
        pictures = list(stream._pictures)
        for _, picture in pictures:
            picture.pts = None
        stream._pictures = iter(pictures)
        times = [stream._next().time for _ in pictures]
    assert (np.diff(times) > 0).all()
    assert times[0] == 0.0
    assert times[-1] < 5.0
