"""Several photos: in order, strangers passed over, bad ones noted."""

import numpy as np
import pytest

from messy_files import photo, slope
from tendu.errors import SourceError
from tendu.sources.images import Photos

GREY = np.full((6, 8, 3), 100, np.uint8)


@pytest.fixture
def folder(tmp_path):
    """Three photos, one broken, a stranger, a hidden file and a subfolder."""
    folder = tmp_path / "day 1"
    (folder / "more.jpg").mkdir(parents=True)
    (folder / "b.PNG").write_bytes(photo(GREY))
    (folder / "a.jpeg").write_bytes(photo(GREY, "JPEG"))
    (folder / "c.webp").write_bytes(photo(GREY, "WEBP"))
    (folder / "broken.jpg").write_bytes(photo(GREY, "JPEG")[:100])
    (folder / "notes.txt").write_text("not a photo")
    (folder / "._a.jpeg").write_bytes(b"what a Mac leaves behind")
    return folder


def test_a_folders_photos_come_by_name_and_keep_their_numbers(folder):
    with Photos.of_folder(folder) as photos:
        assert photos.facts.frames == 4
        frames = [(f.number, f.time, f.stamp.source) for f in photos]
        assert frames == [
            (n, 0.0, str(folder / name)) for n, name in [(0, "a.jpeg"), (1, "b.PNG"), (3, "c.webp")]
        ]
        assert [str(p) for p in photos.problems] == [
            f"Cannot read {folder / 'broken.jpg'}: this JPEG is damaged or cut short."
        ]


def test_problems_are_those_of_one_pass(folder):
    photos = Photos.of_folder(folder)
    for _ in range(2):
        assert len(list(photos)) == 3
        assert len(photos.problems) == 1


def test_every_second_photo_keeps_its_number(folder):
    photos = Photos.of_folder(folder, every=3)
    assert [frame.number for frame in photos] == [0, 3]
    assert photos.facts.frames == 2


def test_a_single_photo_that_cannot_be_read_is_an_error(folder):
    with pytest.raises(SourceError, match=r"broken\.jpg: this JPEG is damaged or cut short\."):
        list(Photos([folder / "broken.jpg"]))


def test_photos_of_which_none_can_be_read_are_an_error(folder):
    with pytest.raises(
        SourceError, match=r"None of the 2 photos of 2 photos can be read\. Cannot read .*broken\.jpg"
    ):
        list(Photos([folder / "broken.jpg", folder / "gone.jpg"]))


def test_a_folder_without_photos_says_what_it_has(tmp_path):
    (tmp_path / "notes.txt").touch()
    with pytest.raises(SourceError, match=r"has no photos: 1 file, none called \.jpg, \.png, …"):
        Photos.of_folder(tmp_path)
    with pytest.raises(SourceError, match=r"Cannot read the folder .*gone: No such file or directory\."):
        Photos.of_folder(tmp_path / "gone")


def test_films_in_a_folder_are_said_to_be_left_out(tmp_path):
    (tmp_path / "a.jpg").write_bytes(photo(slope(8, 6)))
    for name in ("b.mp4", "c.MOV"):
        (tmp_path / name).touch()
    folder = Photos.of_folder(tmp_path)
    assert len(list(folder)) == 1
    said = f"{tmp_path} has 2 films, and films are opened one at a time: left out."
    assert [str(problem) for problem in folder.problems] == [said]
    (tmp_path / "a.jpg").unlink()
    with pytest.raises(SourceError, match=r"has no photos: 2 films, and films are opened one at a time\.$"):
        Photos.of_folder(tmp_path)
