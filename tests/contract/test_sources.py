"""What every source promises, asked of each of them."""

import numpy as np
import pytest

from local_server import serving
from messy_files import film, moving_gif, photo, slope
from tendu.errors import SourceError
from tendu.frame import Frame
from tendu.sources.ahead import ReadAhead
from tendu.sources.animation import Animation
from tendu.sources.camera import Camera
from tendu.sources.given import Given
from tendu.sources.images import Photos
from tendu.sources.source import Facts, Source
from tendu.sources.stream import Stream
from tendu.sources.video import Film


class FourPictures:
    """What OpenCV's VideoCapture shows of a camera that gives four pictures."""

    def __init__(self):
        self.left = 4

    def isOpened(self):  # noqa: N802  OpenCV's name
        return True

    def read(self):
        self.left -= 1
        return (True, slope(16, 12)) if self.left >= 0 else (False, None)

    def release(self):
        pass


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("contract")
    (folder / "photos").mkdir()
    for name in ("a.png", "b.png", "c.png"):
        (folder / "photos" / name).write_bytes(photo(slope(16, 12)))
    (folder / "photos" / "d.png").write_bytes(b"broken")
    film(folder / "film.mp4")
    return folder


@pytest.fixture(scope="module")
def site(folder):
    with serving(folder) as address:
        yield address


MAKERS = {
    "photos": lambda folder, site: Photos.of_folder(folder / "photos"),
    "film": lambda folder, site: Film.open(folder / "film.mp4"),
    "moving GIF": lambda folder, site: Film.open(moving_gif(3), name="a.gif"),
    "moving WebP": lambda folder, site: Animation.open(moving_gif(3, "WEBP"), name="a.webp"),
    "camera": lambda folder, site: Camera.open(0, capture=FourPictures()),
    "stream": lambda folder, site: Stream.open(f"{site}/film.mp4"),
    "arrays": lambda folder, site: Given([slope(16, 12)] * 3),
    "frames": lambda folder, site: Given([Frame.of(slope(16, 12), number=n, time=n / 5) for n in range(3)]),
    "photos read ahead": lambda folder, site: ReadAhead(Photos.of_folder(folder / "photos")),
    "film read ahead": lambda folder, site: ReadAhead(Film.open(folder / "film.mp4")),
}


@pytest.fixture(params=MAKERS)
def source(request, folder, site):
    source = MAKERS[request.param](folder, site)
    yield source
    source.close()


def test_it_is_a_source(source):
    assert isinstance(source, Source)


def test_it_says_what_it_is_before_the_first_frame(source):
    facts = source.facts
    assert isinstance(facts, Facts)
    assert facts.name
    assert facts.frames is None or facts.frames > 0
    assert facts.rate is None or facts.rate > 0
    assert not (facts.live and facts.frames)
    assert source.problems == []


def test_it_is_a_context_manager_that_gives_itself_and_can_be_closed_twice(source):
    with source as same:
        assert same is source
        next(iter(source))
    source.close()
    source.close()


def test_it_can_be_closed_without_having_been_read(source):
    source.close()
    source.close()


def test_its_frames_are_upright_rgb_with_a_stamp_that_fits(source):
    for frame in source:
        assert frame.image.dtype == np.uint8
        assert frame.image.shape == (frame.stamp.height, frame.stamp.width, 3)


def test_numbers_increase_and_times_of_a_movement_do(source):
    frames = [(frame.number, frame.time) for frame in source]
    numbers, times = (np.array(column) for column in zip(*frames, strict=True))
    assert (np.diff(numbers) > 0).all()
    assert times[0] >= 0
    if source.facts.moving:
        assert (np.diff(times) > 0).all()
    else:
        assert (times == 0).all()


def test_as_many_come_as_were_announced_but_for_those_in_problems(source):
    given = sum(1 for _ in source)
    if source.facts.frames is not None:
        assert given + len(source.problems) == source.facts.frames
    assert all(isinstance(problem, SourceError) for problem in source.problems)


def test_what_is_not_live_can_be_read_again(source):
    if source.facts.live:
        pytest.skip("a live source cannot be rewound")
    passes = [[(frame.number, frame.time, frame.stamp.source) for frame in source] for _ in range(2)]
    assert passes[0] == passes[1]
