"""Films give every picture upright with its own time, whatever state the file is in."""

import gc
import io
import itertools
import re
import wave
from fractions import Fraction

import av
import numpy as np
import pytest

from messy_files import MATRICES, brightness, film, moving_gif, number_of, slope, turned
from tendu.errors import DataError, SourceError
from tendu.sources import packets
from tendu.sources.container import open_container, picture_stream
from tendu.sources.cut import Cut
from tendu.sources.planes import YuvPixels
from tendu.sources.source import Facts
from tendu.sources.video import Film


def read(target, **cut):
    """Number, time and the number seen in the picture, of every frame."""
    with Film.open(target, cut=Cut(**cut)) as source:
        return [(f.number, round(f.time, 6), number_of(f.image)) for f in source], source.problems


@pytest.mark.parametrize(
    ("size", "cores", "threads"),
    [
        ((320, 240), 1, 1),
        ((320, 240), 2, 1),  # the other core is the model's
        ((320, 240), 8, 4),
        ((2560, 1440), 2, 2),  # takes longer than the model
    ],
)
def test_decoding_leaves_cores_to_the_model_unless_pictures_are_large(
    monkeypatch, tmp_path, size, cores, threads
):
    monkeypatch.setattr("tendu.sources.container.cores", lambda: cores)
    path = film(tmp_path / "film.mp4", frames=1, size=size)
    with av.open(str(path)) as container:
        assert picture_stream(container, "film").codec_context.thread_count == threads


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """Twenty pictures, ten a second, a key frame every eight, with pictures coded out of order between."""
    return film(tmp_path_factory.mktemp("films") / "plain film.mp4")


@pytest.fixture
def opened(monkeypatch):
    """Every container that a film opens, in order."""
    several = []

    def remembering(*words):
        several.append(open_container(*words))
        return several[-1]

    monkeypatch.setattr("tendu.sources.video.open_container", remembering)
    return several


def test_the_first_pass_goes_on_with_what_was_opened_and_each_later_one_opens_anew(plain, opened):
    with Film.open(plain) as source:
        first = [frame.number for frame in source]
        assert len(opened) == 1
        assert [frame.number for frame in source] == first == list(range(20))
    assert len(opened) == 2


@pytest.mark.parametrize("begun", [False, True])
def test_a_film_that_is_left_lets_go_of_its_file(plain, opened, begun):
    with Film.open(plain) as source:
        if begun:
            next(iter(source))
    with pytest.raises(AssertionError, match="not open"):
        next(opened[0].demux())


@pytest.mark.parametrize(
    ("suffix", "codec"), [("mp4", "libx264"), ("mkv", "libx264"), ("webm", "libvpx"), ("avi", "mjpeg")]
)
def test_every_picture_comes_in_order_at_its_time(suffix, codec, tmp_path):
    pixels = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    path = film(tmp_path / f"a.{suffix}", codec=codec, pixels=pixels)
    frames, problems = read(path)
    assert frames == [(n, round(n / 10, 6), n) for n in range(20)]
    assert problems == []


def test_a_film_says_what_it_is(plain):
    facts = Film.open(plain).facts
    assert facts == Facts(str(plain), moving=True, live=False, frames=20, rate=10.0, pixels=64 * 48)
    assert Film.open(plain, cut=Cut(every=3)).facts.frames == 7
    assert Film.open(plain, cut=Cut(every=3)).facts.rate == pytest.approx(10 / 3)
    assert Film.open(plain, cut=Cut(start=1.0)).facts.frames is None


def test_a_film_keeps_the_decoders_planes_and_they_stay_valid(plain):
    with Film.open(plain) as source:
        frames = list(source)
    assert all(isinstance(frame.pixels, YuvPixels) for frame in frames)
    assert [number_of(frame.image) for frame in frames] == list(range(20))


def test_pictures_that_are_done_with_are_freed_at_once(plain):
    # 4K pictures take 12 MiB each: a film must not wait for the garbage collector to let them go.
    gc.collect()
    gc.disable()
    try:
        seen = sum(1 for _ in Film.open(plain))
        left = sum(isinstance(thing, av.VideoFrame) for thing in gc.get_objects())
    finally:
        gc.enable()
    assert seen == 20
    assert left == 0


def test_a_film_can_be_read_again_and_left_in_the_middle(plain):
    source = Film.open(plain)
    assert [frame.number for frame in itertools.islice(source, 3)] == [0, 1, 2]
    assert [frame.number for frame in source] == list(range(20))
    source.close()
    source.close()


def test_every_third_frame_keeps_its_own_number_and_time(plain):
    assert read(plain, every=3)[0] == [(n, n / 10, n) for n in range(0, 20, 3)]


@pytest.mark.parametrize(
    ("suffix", "codec"),
    [
        ("mp4", "libx264"),
        ("mkv", "libx264"),
        ("ts", "libx264"),
        ("avi", "mpeg4"),
    ],
)
@pytest.mark.parametrize("start", [0.0, 0.05, 0.7, 0.8, 0.81, 1.55, 1.9])
def test_a_start_leads_to_the_same_frames_as_reading_up_to_it(start, suffix, codec, tmp_path):
    path = film(tmp_path / f"a.{suffix}", codec=codec)
    expected = [(n, n / 10, n) for n in range(20) if n / 10 >= start]
    assert read(path, start=start)[0] == expected
    assert read(path, start=start, end=start + 0.25)[0] == [f for f in expected if f[1] < start + 0.25]


def test_a_start_knows_of_an_old_encoders_fault_what_the_film_s_beginning_says(tmp_path):
    """x264 before 151 coded films of full colour otherwise than H.264 has it, and says its version once."""
    path, rng = tmp_path / "colour.mp4", np.random.default_rng(4)
    with av.open(path, "w") as container:
        stream = container.add_stream("libx264", 10, width=128, height=128, pix_fmt="yuv444p")
        stream.options = {"x264-params": "keyint=5:scenecut=0", "crf": "18"}
        for _ in range(20):
            # Smooth beside rough: blocks of 8 beside blocks of 4, where the fault shows.
            picture = rng.integers(0, 256, (128, 128, 3), np.uint8)
            picture[64:] = rng.integers(0, 256, (8, 16, 3), np.uint8).repeat(8, axis=0).repeat(8, axis=1)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    (said,) = re.findall(rb"x264 - core \d+", path.read_bytes())
    path.write_bytes(path.read_bytes().replace(said, b"x264 - core 142"))
    whole, part = (
        {frame.stamp.number: frame.image for frame in Film.open(path, cut=Cut(start=start))}
        for start in (0.0, 1.2)
    )
    assert part.keys() == {number for number in whole if number >= 12}
    assert len(part) > 2  # most are too damaged to be given
    for number, image in part.items():
        np.testing.assert_array_equal(image, whole[number])


def test_a_start_does_not_decode_what_lies_before(tmp_path, monkeypatch):
    path = film(tmp_path / "long.mp4", frames=200)
    source = Film.open(path, cut=Cut(start=18.5))
    decoded = []
    real = packets._decoded

    def counting(*args):
        for picture in real(*args):
            decoded.append(picture.pts)
            yield picture

    monkeypatch.setattr(packets, "_decoded", counting)
    assert next(iter(source)).number == 185
    assert len(decoded) <= 8  # the key frames lie eight apart


def test_a_variable_frame_rate_stays_true(tmp_path):
    times = [0, 40, 90, 500, 520, 1500, 1510, 3000]
    path = film(tmp_path / "phone.mp4", frames=8, times_ms=times)
    assert [time for _, time, _ in read(path)[0]] == pytest.approx([t / 1000 for t in times], abs=1e-3)


def test_times_count_from_the_films_start_not_from_its_clock(tmp_path):
    path = film(tmp_path / "late.mkv", frames=5, times_ms=[60_000 + 100 * n for n in range(5)])
    assert [time for _, time, _ in read(path)[0]] == pytest.approx([0.0, 0.1, 0.2, 0.3, 0.4])


def test_repeated_times_are_moved_apart(tmp_path):
    path = tmp_path / "repeats.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuvj420p"
        for number, milliseconds in enumerate([0, 100, 100, 200, 300]):
            grey = np.full((48, 64, 3), brightness(number), np.uint8)
            for packet in stream.encode(av.VideoFrame.from_ndarray(grey, "rgb24")):
                packet.pts = packet.dts = milliseconds
                packet.time_base = Fraction(1, 1000)
                container.mux(packet)
    frames, _ = read(path)
    assert [seen for *_, seen in frames] == [0, 1, 2, 3, 4]
    times = [time for _, time, _ in frames]
    assert (np.diff(times) > 0).all()
    assert times[1] < times[2] < times[3] == pytest.approx(0.2)


def test_a_clock_that_starts_anew_in_the_middle_runs_on(tmp_path):
    # Two recordings of a camera glued together: the second one's clock starts from the beginning again.
    one = film(tmp_path / "one.ts", frames=10).read_bytes()
    path = tmp_path / "glued.ts"
    path.write_bytes(one + one)
    frames, _ = read(path)
    # FFmpeg loses up to two pictures at the joint, where the first recording ends without a word.
    assert [seen for *_, seen in frames][:8] == list(range(8))
    assert [seen for *_, seen in frames][-10:] == list(range(10))
    assert np.diff([time for _, time, _ in frames]) == pytest.approx(0.1)


@pytest.mark.parametrize("way", MATRICES)
def test_a_phones_film_comes_upright(way, tmp_path):
    stored = slope(96, 64)
    path = turned(film(tmp_path / "phone.mp4", frames=2, size=(96, 64), pictures=[stored] * 2), MATRICES[way])
    frame = next(iter(Film.open(path)))
    quarters = {"upright": 0, "quarter turn clockwise": -1, "half turn": 2, "quarter turn anticlockwise": 1}
    expected = np.rot90(stored, quarters[way])
    assert frame.image.shape == expected.shape == (frame.stamp.height, frame.stamp.width, 3)
    assert np.abs(frame.image.astype(int) - expected).mean() < 4


def test_a_film_cut_short_ends_with_a_note(tmp_path):
    whole = film(tmp_path / "whole.mp4", codec="mjpeg", pixels="yuvj420p")
    path = tmp_path / "cut.mp4"
    path.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * 0.6)])
    frames, problems = read(path)
    assert 2 < len(frames) < 18
    assert [seen for *_, seen in frames] == list(range(len(frames)))
    notes = " ".join(map(str, problems))
    assert "cut short" in notes
    assert str(path) in notes


def test_a_film_whose_end_is_missing_says_how_far_it_goes(tmp_path):
    whole = film(tmp_path / "whole.mkv", frames=60)
    path = tmp_path / "cut.mkv"
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    frames, problems = read(path)
    assert 10 < len(frames) < 50
    assert f"its pictures end at {frames[-1][1] + 0.1:.2f} s of 6.00 s." in str(problems[-1])


def test_a_damaged_packet_is_skipped_and_noted(tmp_path):
    path = film(tmp_path / "a.mp4", codec="png", pixels="rgb24")
    data = bytearray(path.read_bytes())
    at = [i for i in range(len(data)) if data.startswith(b"\x89PNG", i)]
    data[at[5] : at[5] + 60] = bytes(60)
    path.write_bytes(data)
    frames, problems = read(path)
    assert frames == [(n, n / 10, n) for n in range(20) if n != 5]
    assert len(problems) == 1
    assert "damaged and skipped" in str(problems[0])


def test_a_moving_gif_is_a_film():
    data = moving_gif(4, length_ms=[100, 200, 400, 100])
    frames, problems = read(data)
    assert frames == [(0, 0.0, 0), (1, 0.1, 1), (2, 0.3, 2), (3, 0.7, 3)]
    assert problems == []


def sound():
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(8000))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "it is neither a photo nor a film that tendu knows, or it is damaged or cut short."),
        (bytes(5000), "it is neither a photo nor a film that tendu knows, or it is damaged or cut short."),
        (sound(), "it has no pictures, only audio."),
    ],
    ids=["nothing", "zeros", "sound"],
)
def test_what_is_no_film_is_named_with_the_reason(content, sentence, tmp_path):
    path = tmp_path / "song.mp4"
    path.write_bytes(content)
    with pytest.raises(SourceError) as error:
        Film.open(path)
    assert str(error.value) == f"Cannot read {path}: {sentence}"


def test_text_is_not_played_as_a_film_of_letters(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("line\n" * 100)
    with pytest.raises(SourceError, match=r"notes\.txt: it is text, neither a photo nor a film\."):
        Film.open(path)


def test_a_film_without_one_good_picture_is_an_error(tmp_path):
    path = film(tmp_path / "a.mp4", frames=3, codec="png", pixels="rgb24")
    path.write_bytes(path.read_bytes().replace(b"\x89PNG", bytes(4)))
    with pytest.raises(SourceError, match=r"no picture of it can be decoded .*damaged and skipped"):
        list(Film.open(path))


def test_a_start_after_the_end_says_where_the_film_ends(plain):
    with pytest.raises(SourceError, match=r"has no picture at 30 s or later: it ends at 2\.00 s\."):
        list(Film.open(plain, cut=Cut(start=30.0)))


@pytest.mark.parametrize("cut", [{"every": 0}, {"start": -1.0}, {"start": 2.0, "end": 2.0}])
def test_cuts_that_cannot_be_meant_are_refused(cut):
    with pytest.raises(DataError, match=r"every counts frames|A cut starts"):
        Cut(**cut)


def test_a_part_between_two_pictures_says_that_there_is_none(plain):
    with pytest.raises(
        SourceError, match=r" has no picture from 0\.201 to 0\.202 s: ask for a longer part\.$"
    ):
        list(Film.open(plain, cut=Cut(start=0.201, end=0.202)))


@pytest.mark.parametrize(("ratio", "shape"), [((2, 1), (48, 128)), ((1, 2), (96, 64)), ((99, 1), (48, 64))])
def test_pixels_that_are_not_square_are_made_so_unless_the_header_cannot_be_meant(tmp_path, ratio, shape):
    path, made = film(tmp_path / "a.mp4", pictures=[slope(64, 48)] * 3, frames=3), tmp_path / "b.mkv"
    with av.open(str(path)) as given, av.open(str(made), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.codec_context.sample_aspect_ratio = Fraction(*ratio)
        for picture in given.decode(video=0):
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    with Film.open(made) as source:
        (first, *_) = source
    assert first.image.shape == (*shape, 3)
    assert (first.stamp.height, first.stamp.width) == shape
    middle = [first.image[shape[0] // 2, shape[1] * part // 4].astype(int) for part in (1, 3)]
    expected = [slope(64, 48)[24, 64 * part // 4].astype(int) for part in (1, 3)]
    assert np.abs(np.array(middle) - expected).max() < 12


@pytest.mark.parametrize("start", [0.0, 0.7, 1.9])
def test_pictures_of_h264_in_avi_come_at_their_times_though_ffmpeg_guesses_others(start, tmp_path):
    path = film(tmp_path / "a.avi", tick=Fraction(1, 10))
    expected = [(n, n / 10, n) for n in range(20) if n / 10 >= start]
    assert read(path, start=start)[0] == expected
