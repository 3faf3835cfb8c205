"""open_source finds out what it is given, and says what it expected when it cannot."""

import io
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import pytest

from local_server import serving
from messy_files import film, moving_gif, photo, slope
from tendu.errors import DataError, SourceError
from tendu.frame import Frame
from tendu.sources import open_source as room
from tendu.sources.animation import Animation
from tendu.sources.camera import Camera
from tendu.sources.given import Given
from tendu.sources.images import Photos
from tendu.sources.open_source import open_source
from tendu.sources.stream import Stream
from tendu.sources.video import Film

SLOPE = slope(16, 12)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sources [all] %d")
    (folder / "photo.jpg").write_bytes(photo(SLOPE, "JPEG"))
    (folder / "a film really.jpg").write_bytes(film(folder / "film.mp4").read_bytes())
    (folder / "a photo really.mp4").write_bytes(photo(SLOPE))
    (folder / "still.gif").write_bytes(moving_gif(1))
    (folder / "moving.gif").write_bytes(moving_gif(3))
    (folder / "still.webp").write_bytes(photo(SLOPE, "WEBP"))
    (folder / "moving.webp").write_bytes(moving_gif(3, "WEBP"))
    (folder / "empty.mp4").touch()
    return folder


@pytest.mark.parametrize(
    ("name", "kind", "frames"),
    [
        ("photo.jpg", Photos, 1),
        ("film.mp4", Film, 20),
        ("a film really.jpg", Film, 20),
        ("a photo really.mp4", Photos, 1),
        ("still.gif", Photos, 1),
        ("moving.gif", Film, 3),
        ("still.webp", Photos, 1),
        ("moving.webp", Animation, 3),
    ],
)
@pytest.mark.parametrize("form", [str, Path])
def test_files_are_told_apart_by_their_content(folder, name, kind, frames, form):
    path = folder / name
    with open_source(form(path)) as source:
        assert isinstance(source, kind)
        assert source.facts.name == str(path)
        assert len(list(source)) == frames


@pytest.mark.parametrize(
    ("name", "frames"), [("photo.jpg", 1), ("film.mp4", 20), ("moving.gif", 3), ("moving.webp", 3)]
)
def test_bytes_and_stdin_hold_photos_or_films(folder, name, frames, monkeypatch):
    data = (folder / name).read_bytes()
    assert len(list(open_source(data))) == frames
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
    with open_source("-") as source:
        seen = list(source)
    assert len(seen) == frames
    assert {frame.stamp.source for frame in seen} == {"stdin"}


def test_an_empty_stdin_is_an_error(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO()))
    with pytest.raises(SourceError, match=r"Cannot read stdin: it is empty \(0 bytes\)\."):
        open_source("-")


def test_a_folder_a_list_and_a_pattern_are_photos(tmp_path):
    for name in ("b.png", "a.png", "notes.txt"):
        (tmp_path / name).write_bytes(photo(SLOPE))
    for spec in (tmp_path, str(tmp_path), str(tmp_path / "*"), [tmp_path / "a.png", str(tmp_path / "b.png")]):
        with open_source(spec) as source:
            assert isinstance(source, Photos)
            assert [Path(frame.stamp.source).name for frame in source] == ["a.png", "b.png"]
    assert [frame.number for frame in open_source(tmp_path, every=2)] == [0]


def test_a_pattern_of_one_film_is_that_film(tmp_path):
    film(tmp_path / "film.mp4", frames=2)
    assert isinstance(open_source(f"{tmp_path}/fil?.mp4"), Film)


def test_a_photo_at_an_address_is_refused(folder):
    with (
        serving(folder) as site,
        pytest.raises(SourceError, match="no photo from an address; save it"),
    ):
        open_source(f"{site}/photo.jpg")


def test_arrays_and_frames_are_sources():
    assert [f.number for f in open_source(SLOPE)] == [0]
    assert [f.number for f in open_source(np.stack([SLOPE, SLOPE]))] == [0, 1]
    assert [f.number for f in open_source([SLOPE, SLOPE])] == [0, 1]
    assert [f.number for f in open_source(picture for picture in (SLOPE, SLOPE, SLOPE))] == [0, 1, 2]
    film_frames = [Frame.of(SLOPE, number=n + 5, time=n / 10) for n in range(3)]
    source = open_source(film_frames)
    assert [f.number for f in source] == [5, 6, 7]
    assert source.facts.moving
    assert not open_source([SLOPE, SLOPE]).facts.moving
    assert len(list(Given([]))) == 0


def test_what_comes_one_by_one_is_opened_by_its_first(folder):
    pictures = [Frame.of(SLOPE, number=n, time=n / 9, moving=True) for n in range(3)]
    with open_source(picture for picture in pictures) as source:
        assert source.facts.moving
        assert [frame.number for frame in source] == [0, 1, 2]
    with open_source(Frame.of(SLOPE, time=n / 9) for n in range(3)) as source:
        assert source.facts.moving
        assert len(list(source)) == 3
    with open_source(SLOPE for _ in range(2)) as source:
        assert (source.facts.moving, [frame.number for frame in source]) == (False, [0, 1])
    names = ("still.webp", "photo.jpg", "still.gif")
    with open_source((folder / name for name in names), every=2) as source:
        assert [Path(frame.stamp.source).name for frame in source] == ["still.webp", "still.gif"]
    assert list(open_source(iter(()))) == []
    with pytest.raises(DataError, match="not a generator of pictures"):
        open_source((picture for picture in pictures), every=2)


def test_numbers_are_cameras_unless_a_file_is_called_so(monkeypatch, tmp_path):
    opened = []
    monkeypatch.setattr(Camera, "open", lambda number: opened.append(number) or Given([]))
    monkeypatch.chdir(tmp_path)
    open_source(0)
    open_source("12")
    assert opened == [0, 12]
    (tmp_path / "7").write_bytes(photo(SLOPE))
    assert isinstance(open_source("7"), Photos)


def test_a_film_at_an_address_gives_every_frame(folder):
    with serving(folder) as site, open_source(f"{site}/film.mp4", every=5) as source:
        assert isinstance(source, Film)
        assert [frame.number for frame in source] == [0, 5, 10, 15]


@pytest.fixture
def streams(monkeypatch):
    """The addresses that were opened as live streams."""
    opened = []
    monkeypatch.setattr(Stream, "open", lambda address: opened.append(address) or Given([]))
    return opened


@pytest.mark.parametrize("scheme", ["rtsp", "rtmp", "udp", "RTSP"])
def test_live_addresses_are_streams(scheme, streams):
    open_source(f"{scheme}://camera/live")
    assert streams == [f"{scheme}://camera/live"]


@pytest.mark.parametrize(("form", "size"), [("mpjpeg", -38), ("hls", 300)], ids=["no size", "playlist"])
def test_an_http_stream_without_an_end_is_live(streams, monkeypatch, form, size):
    endless = SimpleNamespace(duration=None, size=size, format=SimpleNamespace(name=form))
    monkeypatch.setattr(room, "open_container", lambda *_: nullcontext(endless))
    open_source("http://camera/mjpeg")
    assert streams == ["http://camera/mjpeg"]


def test_a_recording_at_an_address_that_states_no_duration_is_a_film(folder):
    # As a browser records: Matroska written into a pipe has no length.
    with (
        av.open(str(folder / "film.mp4")) as given,
        av.open(str(folder / "r.mkv"), "w", options={"live": "1"}) as made,
    ):
        stream = made.add_stream_from_template(given.streams.video[0])
        for packet in given.demux(given.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                made.mux(packet)
    with av.open(str(folder / "r.mkv")) as container:
        assert container.duration is None
    with serving(folder) as site, open_source(f"{site}/r.mkv") as source:
        assert isinstance(source, Film)
        assert [frame.number for frame in source] == list(range(20))


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        (
            "sqaut.mp4",
            r"Cannot read sqaut\.mp4: there is no such file\. A source is a photo, a folder or pattern .*",
        ),
        ("nowhere/*.jpg", r"No file matches nowhere/\*\.jpg\."),
        (
            "gopher://films/1",
            r"Cannot open gopher://films/1: addresses start with one of http, https, rtmp, .*\.",
        ),
        (True, r"Cannot open True\. A source is a photo, .* or pictures as arrays\."),
    ],
)
def test_what_cannot_be_opened_says_what_was_expected(spec, sentence):
    with pytest.raises(SourceError, match=f"^{sentence}$"):
        open_source(spec)


def test_a_photo_of_a_kind_that_only_ffmpeg_knows_is_refused(tmp_path):
    # A Sun raster image of one pixel, as FFmpeg's sunrast_pipe reads it.
    path = tmp_path / "old.sun"
    path.write_bytes(
        bytes.fromhex("59a66a95 00000001 00000001 00000018 00000004 00000001 00000000 00000000 00000000")
    )
    with pytest.raises(SourceError, match=r"old\.sun: tendu reads no photo of this kind\."):
        open_source(path)


def test_an_empty_file_says_so(folder):
    with pytest.raises(SourceError, match=r"empty\.mp4: it is empty \(0 bytes\)\."):
        open_source(folder / "empty.mp4")


def test_a_pattern_of_several_films_says_one_at_a_time(tmp_path):
    for name in ("a.mp4", "b.mp4"):
        (tmp_path / name).write_bytes(b"film")
    with pytest.raises(SourceError, match="matches 2 files and no photo; films are opened one at a time"):
        open_source(f"{tmp_path}/*.mp4")


def test_cuts_are_refused_where_there_is_nothing_to_cut(folder):
    with pytest.raises(DataError, match="start and end cut films; a photo has no length to cut"):
        open_source(folder / "photo.jpg", start=1.0)
    with pytest.raises(DataError, match="start and end cut films; a folder of photos has no length to cut"):
        open_source(folder, end=1.0)
    with pytest.raises(DataError, match="every thins out films and photos, not a camera"):
        open_source(0, every=2)
    with pytest.raises(DataError, match="every counts frames"):
        open_source(folder / "film.mp4", every=0)


def test_a_list_of_something_else_is_named():
    with pytest.raises(DataError, match=r"Picture 0 is an RGB array or a Frame, not float\."):
        list(Given(iter([1.5])))
