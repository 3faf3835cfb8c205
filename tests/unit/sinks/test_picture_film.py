"""FilmSink: times, sizes, colours, and what is left when something ends it early."""

import resource
from contextlib import contextmanager

import av
import numpy as np
import pytest

from film_planes import BT601, NeverWhole, planes_of
from tendu.errors import DataError, SinkError
from tendu.frame import Frame
from tendu.sinks.video_file import FilmSink

# The sides' and middle's colours of the drawing, the primaries, and both ends of the range.
COLOURS = [(94, 197, 255), (255, 176, 0), (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0)]
# Seconds of a film whose frames come unevenly, as those of a camera in the dark.
UNEVEN = [0.0, 1001 / 30000, 0.1, 0.15, 0.9, 0.95, 2.0]


def plain(colour, *, width=64, height=48, **options):
    return Frame.of(np.full((height, width, 3), colour, np.uint8), **options)


def film_frame(colour, width, height, **options):
    """A frame as a film has it, which must not become RGB as a whole."""
    picture = np.full((height, width, 3), colour, np.uint8)
    return Frame.of(planes_of(picture, kind=NeverWhole), **options)


def film(times=UNEVEN, **options):
    return [
        plain(colour, time=time, number=number, **options)
        for number, (time, colour) in enumerate(zip(times, COLOURS, strict=False))
    ]


def write(path, frames, **options):
    with FilmSink(path, **options) as sink:
        for frame in frames:
            sink.write(frame)


def read(path):
    """The frames' times, their middles' colours, and the film's length, s."""
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
        pixels = [frame.to_ndarray(format="rgb24") for frame in frames]
        middles = [picture[picture.shape[0] // 2, picture.shape[1] // 2].tolist() for picture in pixels]
        return [frame.time for frame in frames], middles, container.duration / av.time_base


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@contextmanager
def files_of_at_most(size):
    """The system refuses to let a file grow beyond `size` bytes, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


class TestMp4:
    def test_times_come_back_within_a_millisecond(self, tmp_path):
        write(tmp_path / "a.mp4", film())
        times, _, length = read(tmp_path / "a.mp4")
        assert times == pytest.approx(UNEVEN, abs=1e-3)
        assert length == pytest.approx(2.0 + 1.05, abs=2e-3), "the last frame lasts as long as the one before"

    def test_colours_come_back(self, tmp_path):
        write(tmp_path / "a.mp4", film())
        _, colours, _ = read(tmp_path / "a.mp4")
        assert np.abs(np.array(colours) - COLOURS).max() <= 4

    @pytest.mark.parametrize(
        "size", [(64, 48), (70, 50)], ids=["rows as they are", "rows padded by the encoder"]
    )
    def test_a_films_planes_go_into_it_without_becoming_rgb(self, tmp_path, size):
        frames = [film_frame(colour, *size, time=k / 10) for k, colour in enumerate(COLOURS)]
        write(tmp_path / "a.mp4", frames)
        times, colours, _ = read(tmp_path / "a.mp4")
        assert times == pytest.approx([k / 10 for k in range(len(COLOURS))], abs=1e-3)
        assert np.abs(np.array(colours) - COLOURS).max() <= 4

    def test_what_was_written_into_a_films_image_is_in_it(self, tmp_path):
        frames = [
            Frame.of(planes_of(np.zeros((48, 64, 3), np.uint8)), time=k / 10) for k in range(len(COLOURS))
        ]
        for frame, colour in zip(frames, COLOURS, strict=True):
            frame.image[:] = colour
        write(tmp_path / "a.mp4", frames)
        _, colours, _ = read(tmp_path / "a.mp4")
        assert np.abs(np.array(colours) - COLOURS).max() <= 4

    def test_a_film_of_other_planes_becomes_bt709(self, tmp_path):
        pictures = [np.full((48, 64, 3), colour, np.uint8) for colour in COLOURS]
        write(
            tmp_path / "a.mp4",
            [Frame.of(planes_of(picture, space=BT601), time=k / 10) for k, picture in enumerate(pictures)],
        )
        _, colours, _ = read(tmp_path / "a.mp4")
        assert np.abs(np.array(colours) - COLOURS).max() <= 4

    def test_the_file_says_bt709_in_limited_range(self, tmp_path):
        write(tmp_path / "a.mp4", film())
        with av.open(str(tmp_path / "a.mp4")) as container:
            context = container.streams.video[0].codec_context
            told = (context.colorspace, context.color_primaries, context.color_trc, context.color_range)
            assert (*told, context.pix_fmt, context.name) == (1, 1, 1, 1, "yuv420p", "h264")

    def test_the_index_stands_before_the_pictures_so_that_it_plays_while_it_loads(self, tmp_path):
        write(tmp_path / "a.mp4", film())
        content = (tmp_path / "a.mp4").read_bytes()
        assert 0 < content.index(b"moov") < content.index(b"mdat")

    def test_times_count_from_the_first_frame_written(self, tmp_path):
        write(tmp_path / "a.mp4", film([10.0, 10.04, 10.08]))
        times, _, _ = read(tmp_path / "a.mp4")
        assert times == pytest.approx([0, 0.04, 0.08], abs=1e-3)

    @pytest.mark.parametrize(("width", "height"), [(63, 48), (64, 47), (63, 47), (1, 1)], ids=str)
    def test_an_odd_side_grows_by_one_and_nothing_moves(self, tmp_path, width, height):
        picture = np.zeros((height, width, 3), np.uint8)
        picture[-1], picture[:, -1] = 255, 255
        write(tmp_path / "a.mp4", [Frame.of(picture)])
        with av.open(str(tmp_path / "a.mp4")) as container:
            image = next(container.decode(video=0)).to_ndarray(format="rgb24")
        assert image.shape == (height + height % 2, width + width % 2, 3)
        assert np.abs(image[:height, :width].astype(int) - picture).max() <= 40
        assert image[-1].min() >= 200
        assert image[:, -1].min() >= 200

    def test_many_frames_all_come_back(self, tmp_path):
        frames = [plain((k, 255 - k, 80), number=k, time=k / 30) for k in range(120)]
        write(tmp_path / "a.mp4", frames)
        times, colours, length = read(tmp_path / "a.mp4")
        assert times == pytest.approx([k / 30 for k in range(120)], abs=1e-3)
        assert np.abs(np.array(colours)[:, 0] - np.arange(120)).max() <= 4, "in their order"
        assert length == pytest.approx(4.0, abs=2e-3)


class TestGif:
    def test_a_large_film_is_made_smaller(self, tmp_path):
        write(tmp_path / "a.gif", film(width=960, height=540))
        with av.open(str(tmp_path / "a.gif")) as container:
            assert (container.streams.video[0].width, container.streams.video[0].height) == (480, 270)

    def test_times_and_colours_come_back(self, tmp_path):
        write(tmp_path / "a.gif", film())
        times, colours, length = read(tmp_path / "a.gif")
        assert times == pytest.approx(UNEVEN, abs=0.0051), "GIF counts hundredths of a second"
        assert np.abs(np.array(colours) - COLOURS).max() <= 1
        assert length == pytest.approx(3.05, abs=0.011)

    def test_each_frame_has_256_colours_of_its_own(self, tmp_path):
        ramp = np.zeros((16, 256, 3), np.uint8)
        ramp[..., 0] = np.arange(256)
        blue = np.ascontiguousarray(ramp[..., ::-1])
        write(tmp_path / "a.gif", [Frame.of(ramp), Frame.of(blue, time=1.0)])
        with av.open(str(tmp_path / "a.gif")) as container:
            pictures = [frame.to_ndarray(format="rgb24").astype(int) for frame in container.decode(video=0)]
        for picture, truth in zip(pictures, (ramp, blue), strict=True):
            assert np.abs(picture - truth).mean() < 1

    def test_frames_faster_than_browsers_show_are_left_out_and_the_time_is_kept(self, tmp_path):
        write(tmp_path / "a.gif", [plain(COLOURS[k % 7], number=k, time=k / 100) for k in range(21)])
        times, _, _ = read(tmp_path / "a.gif")
        assert times == pytest.approx([k / 50 for k in range(11)])

    def test_odd_sizes_stay(self, tmp_path):
        write(tmp_path / "a.gif", film(width=63, height=47))
        with av.open(str(tmp_path / "a.gif")) as container:
            frame = next(container.decode(video=0))
        assert (frame.width, frame.height) == (63, 47)


@pytest.mark.parametrize("name", ["a.mp4", "a.gif"])
class TestEither:
    def test_one_frame_is_a_film_of_a_second(self, tmp_path, name):
        write(tmp_path / name, film([3.0]))
        assert read(tmp_path / name)[0] == [0.0]
        assert read(tmp_path / name)[2] == pytest.approx(1.0, abs=0.01)

    def test_photos_without_times_follow_the_rate(self, tmp_path, name):
        write(tmp_path / name, film([0.0] * 4), rate=2)
        times, _, length = read(tmp_path / name)
        assert times == pytest.approx([0, 0.5, 1, 1.5])
        assert length == pytest.approx(2.0, abs=0.01)

    def test_a_rate_leaves_times_that_are_there(self, tmp_path, name):
        write(tmp_path / name, film(), rate=30)
        assert read(tmp_path / name)[0] == pytest.approx(UNEVEN, abs=0.0051)

    def test_ctrl_c_leaves_a_film_that_plays(self, tmp_path, name):
        def interrupted():
            with FilmSink(tmp_path / name) as sink:
                for frame in film()[:4]:
                    sink.write(frame)
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            interrupted()
        assert read(tmp_path / name)[0] == pytest.approx(UNEVEN[:4], abs=0.0051)
        assert names(tmp_path) == [name]

    def test_a_full_disk_leaves_no_film_and_is_said_once(self, tmp_path, name):
        noise = np.random.default_rng(3).integers(0, 255, (120, 160, 3), np.uint8)
        with files_of_at_most(5_000), pytest.raises(SinkError) as caught:
            write(tmp_path / name, [Frame.of(noise, number=k, time=k / 30) for k in range(20)])
        assert str(caught.value) == f"Cannot write {tmp_path / name}: File too large."
        assert names(tmp_path) == []

    def test_a_full_disk_does_not_hide_what_happened_before(self, tmp_path, name):
        noise = np.random.default_rng(3).integers(0, 255, (120, 160, 3), np.uint8)

        def broken():
            with FilmSink(tmp_path / name) as sink:
                sink.write(Frame.of(noise))
                raise ZeroDivisionError

        with files_of_at_most(2_000), pytest.raises(ZeroDivisionError) as caught:
            broken()
        assert caught.value.__notes__ == [f"Cannot write {tmp_path / name}: File too large."]
        assert names(tmp_path) == []


class TestRefusals:
    def test_a_frame_of_another_size_and_the_film_so_far_stays(self, tmp_path):
        path = tmp_path / "a.mp4"
        frames = [*film([0.0, 0.1]), plain((1, 2, 3), width=32, height=24, number=2, time=0.2)]
        with pytest.raises(SinkError) as caught:
            write(path, frames)
        assert str(caught.value) == (
            f"{path} is a film of 64 × 48 px; frame 2 has 32 × 24. Write pictures of different sizes into a folder."
        )
        assert read(path)[0] == pytest.approx([0, 0.1])

    def test_photos_without_a_rate(self, tmp_path):
        path = tmp_path / "a.mp4"
        with pytest.raises(SinkError) as caught:
            write(path, film([0.0, 0.0]))
        assert str(caught.value) == (
            f"{path} needs frames one after another; frame 1 comes 0.000 s after the first, the one before it "
            "0.000 s. For photos give --rate (rate=) in frames a second."
        )

    def test_another_suffix(self, tmp_path):
        with pytest.raises(SinkError) as caught:
            FilmSink(tmp_path / "a.avi")
        assert str(caught.value) == "A film is written as .mp4 or .gif, not as 'a.avi'."

    @pytest.mark.parametrize("rate", [0.0, -1.0, 1001.0, float("nan")])
    def test_a_rate_that_is_none(self, tmp_path, rate):
        with pytest.raises(DataError) as caught:
            FilmSink(tmp_path / "a.mp4", rate=rate)
        assert str(caught.value) == f"A film's rate is above 0 and at most 1000 frames a second, not {rate}."

    def test_pyav_without_libx264(self, tmp_path, monkeypatch):
        monkeypatch.setattr(av, "codecs_available", {"gif"})
        with pytest.raises(
            SinkError, match=r"^Writing \.mp4 needs PyAV with libx264, which PyAV .* lacks\. Run: pip"
        ):
            write(tmp_path / "a.mp4", film())
        assert names(tmp_path) == []


def test_one_array_used_for_every_frame_gives_the_film_that_was_drawn(tmp_path):
    picture = np.zeros((48, 64, 3), np.uint8)
    with FilmSink(tmp_path / "a.mp4") as sink:
        for number in range(10):
            picture[:] = 25 * number
            sink.write(Frame.of(picture, number=number, time=number / 25))
    with av.open(str(tmp_path / "a.mp4")) as container:
        means = [frame.to_ndarray(format="rgb24").mean() for frame in container.decode(video=0)]
    assert means == pytest.approx([25 * number for number in range(10)], abs=4)
