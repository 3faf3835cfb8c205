"""PictureFile and PictureFolder: what the files hold and what they are called."""

import resource

import cv2
import numpy as np
import pytest

from tendu.errors import SinkError
from tendu.frame import Frame
from tendu.sinks.images import PictureFile, PictureFolder


def ramp(width=64, height=48, **options):
    """Red grows to the right, green downwards: red and blue changed places would be seen."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[..., 0] = np.linspace(0, 255, width)
    picture[..., 1] = np.linspace(0, 255, height)[:, None]
    return Frame.of(picture, **options)


def read(path):
    return cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR_RGB)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


class TestOnePicture:
    @pytest.mark.parametrize(
        ("name", "off"), [("a.png", 0), ("a.jpg", 12), ("a.JPEG", 12), ("a.webp", 24), ("스쿼트 é.png", 0)]
    )
    def test_the_picture_comes_back_in_its_colours(self, tmp_path, name, off):
        with PictureFile(tmp_path / name) as sink:
            sink.write(ramp())
        assert np.abs(read(tmp_path / name).astype(int) - ramp().image).max() <= off
        assert names(tmp_path) == [name]

    def test_thin_coloured_lines_keep_their_colour_in_jpeg(self, tmp_path):
        picture = np.full((48, 64, 3), 128, np.uint8)
        picture[:, 31] = (94, 197, 255)
        with PictureFile(tmp_path / "a.jpg") as sink:
            sink.write(Frame.of(picture))
        assert np.abs(read(tmp_path / "a.jpg")[:, 31].astype(int) - (94, 197, 255)).max() <= 25

    def test_a_second_picture_is_refused_and_the_first_stays(self, tmp_path):
        path = tmp_path / "a.png"
        with PictureFile(path) as sink:
            sink.write(ramp())
            with pytest.raises(SinkError) as caught:
                sink.write(Frame.of(np.zeros((8, 8, 3), np.uint8)))
        assert str(caught.value) == (
            f"{path} holds one picture and there are more. Name a folder ({tmp_path}/a/) or a film "
            f"({tmp_path}/a.mp4) instead."
        )
        assert read(path).shape == (48, 64, 3)

    def test_another_suffix_is_refused(self, tmp_path):
        with pytest.raises(SinkError) as caught:
            PictureFile(tmp_path / "a.bmp")
        assert str(caught.value) == "A picture is written as .jpg, .jpeg, .png, .webp, not as 'a.bmp'."

    def test_a_picture_too_large_for_its_format(self, tmp_path):
        path = tmp_path / "a.webp"
        with pytest.raises(SinkError) as caught, PictureFile(path) as sink:
            sink.write(Frame.of(np.zeros((1, 20_000, 3), np.uint8)))
        assert str(caught.value) == (
            f"Cannot write {path}: .webp does not hold 20000 × 1 px. Write .png, which does."
        )
        assert names(tmp_path) == []

    def test_a_full_disk_leaves_nothing(self, tmp_path):
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        noise = np.random.default_rng(4).integers(0, 255, (100, 100, 3), np.uint8)
        resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, before[1]))
        try:
            with pytest.raises(SinkError) as caught, PictureFile(tmp_path / "a.png") as sink:
                sink.write(Frame.of(noise))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert str(caught.value) == f"Cannot write {tmp_path / 'a.png'}: File too large."
        assert names(tmp_path) == []


class TestFolder:
    def write(self, folder, *frames, **options):
        with PictureFolder(folder, **options) as sink:
            for frame in frames:
                sink.write(frame)

    def test_photos_keep_their_names(self, tmp_path):
        self.write(tmp_path, ramp(source="gym/squat.png"), ramp(source="gym/스쿼트.jpeg"))
        assert names(tmp_path) == ["squat.jpg", "스쿼트.jpg"]

    def test_frames_of_films_and_cameras_go_by_number(self, tmp_path):
        self.write(
            tmp_path, ramp(source="gym.mp4", number=12), ramp(source="camera 0", number=13), ramp(number=14)
        )
        assert names(tmp_path) == ["frame_000012.jpg", "frame_000013.jpg", "frame_000014.jpg"]

    def test_photos_of_one_name_stay_apart_also_where_case_is_not_told_apart(self, tmp_path):
        sources = ["a/squat.jpg", "b/squat.jpg", "a/SQUAT.PNG", "a/squat_2.jpg"]
        self.write(tmp_path, *(ramp(source=source, width=8 + k) for k, source in enumerate(sources)))
        widths = {name: read(tmp_path / name).shape[1] for name in names(tmp_path)}
        assert widths == {"squat.jpg": 8, "squat_2.jpg": 9, "SQUAT_3.jpg": 10, "squat_2_2.jpg": 11}

    def test_a_file_that_was_there_before_is_kept(self, tmp_path):
        (tmp_path / "squat.jpg").write_text("mine")
        with pytest.raises(SinkError, match=r"squat\.jpg is there already\."):
            self.write(tmp_path, ramp(source="squat.png"))
        assert (tmp_path / "squat.jpg").read_text() == "mine"
        self.write(tmp_path, ramp(source="squat.png"), overwrite=True)
        assert read(tmp_path / "squat.jpg").shape == (48, 64, 3)

    def test_a_folder_that_is_a_file(self, tmp_path):
        (tmp_path / "out").write_text("mine")
        with pytest.raises(SinkError) as caught:
            PictureFolder(tmp_path / "out")
        assert str(caught.value) == f"Cannot write {tmp_path / 'out'}: File exists."


def test_a_name_that_is_a_folder_has_one_sentence(tmp_path):
    (tmp_path / "frame_000000.jpg").mkdir()
    with PictureFolder(tmp_path, overwrite=True) as sink, pytest.raises(SinkError) as caught:
        sink.write(Frame.of(np.zeros((8, 8, 3), np.uint8)))
    assert str(caught.value) == f"Cannot write {tmp_path / 'frame_000000.jpg'}: Is a directory."
