"""run(): what reaches which output, what a summary says, and what is left when something goes wrong."""

import json
import os
import signal
from dataclasses import dataclass, field
from itertools import count
from threading import Event

import av
import numpy as np
import pyarrow.parquet
import pytest

from messy_files import film
from standing import film_frames, standing
from tendu import pipeline
from tendu.course import STAGES
from tendu.errors import DataError, SinkError, SourceError
from tendu.pipeline import run
from tendu.sinks.images import PictureFile
from tendu.sinks.reading import read_poses
from tendu.sources.open_source import open_source
from tendu.sources.source import Facts
from tendu.sources.video import Film


@dataclass
class Kept:
    """A sink that keeps what it is given, and does what the test says before."""

    takes: str = "poses"
    before: object = lambda _: None
    given: list = field(default_factory=list)
    ended_by: object = "nothing yet"

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.ended_by = error

    def write(self, what, /):
        self.before(what)
        self.given.append(what)

    def close(self):
        pass


class Live:
    """A camera of five frames."""

    facts = Facts(name="camera 7", moving=True, live=True, frames=None, rate=None)
    closed = False

    def __init__(self):
        self.problems = [SourceError("The camera 7 gives no more pictures: was it unplugged?")]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __iter__(self):
        return iter(film_frames(5))

    def close(self):
        self.closed = True


def interrupt_at(number):
    def before(what):
        if what.stamp.number == number:
            raise KeyboardInterrupt

    return before


def test_a_film_is_followed_drawn_and_written(tmp_path):
    film, table = tmp_path / "drawn.mp4", tmp_path / "poses.jsonl"
    summary = run(film_frames(12), to=[film, str(table)], model=standing())
    assert (summary.frames, summary.people, summary.interrupted) == (12, 1, False)
    assert summary.outputs == (str(film), str(table))
    poses = list(read_poses(table))
    assert [p.stamp.number for p in poses] == list(range(12))
    assert [p.track.tolist() for p in poses] == [[1]] * 12
    with av.open(str(film)) as container:
        pictures = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert len(pictures) == 12
    assert np.ptp(pictures[0]) > 100  # a skeleton on plain grey


def test_one_target_needs_no_list(tmp_path):
    run(film_frames(2), to=tmp_path / "poses.csv", model=standing())
    assert len(list(read_poses(tmp_path / "poses.csv"))) == 2


def test_photos_are_neither_tracked_nor_smoothed_and_their_people_add_up():
    kept = Kept()
    pictures = [np.zeros((64, 96, 3), np.uint8)] * 3
    model = standing(people=2, confidence=(0.9, 0.8), shake=8.0)
    summary = run(pictures, to=kept, model=model)
    assert summary.people == 6
    assert [poses.track for poses in kept.given] == [None] * 3
    assert kept.given[1].xy[0, 0, 0] - kept.given[0].xy[0, 0, 0] == pytest.approx(8)


def test_people_of_a_film_are_those_seen_together():
    model = standing(people=2, confidence=(0.9, 0.8))
    assert run(film_frames(6), model=model).people == 2
    assert run(film_frames(6), model=model, track=False, smooth=False).people == 2


def test_movement_is_smoothed_unless_told_otherwise():
    def shaking(**options):
        kept = Kept()
        run(film_frames(20), to=kept, model=standing(shake=2.0), **options)
        return np.ptp([poses.xy[0, 0, 0] for poses in kept.given[10:]])

    assert shaking(smooth=False) == pytest.approx(2.0)
    assert shaking() < 1.5


def test_pictures_are_drawn_once_and_only_where_a_sink_takes_them(monkeypatch):
    drawn = []
    monkeypatch.setattr(pipeline, "draw", lambda frame, *_, **__: drawn.append(frame) or frame)
    run(film_frames(3), to=[Kept(), Kept()], model=standing())
    assert drawn == []
    run(film_frames(3), to=[Kept("pictures"), Kept(), Kept("pictures")], model=standing())
    assert len(drawn) == 3


def test_a_sink_that_fails_ends_the_run_and_the_others_are_completed(tmp_path):
    def full(poses):
        if poses.stamp.number == 2:
            raise SinkError("Cannot write x.csv: the disk is full.")

    table, film, failing = tmp_path / "poses.jsonl", tmp_path / "drawn.mp4", Kept(before=full)
    with pytest.raises(SinkError, match=r"^Cannot write x.csv: the disk is full\.$"):
        run(film_frames(9), to=[table, film, failing], model=standing())
    assert isinstance(failing.ended_by, SinkError)
    assert len(list(read_poses(table))) == 3
    with av.open(str(film)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 3


@pytest.mark.parametrize("where", ["model", "sink"])
def test_ctrl_c_completes_the_outputs_and_gives_a_summary(tmp_path, where):
    table, film = tmp_path / "poses.parquet", tmp_path / "drawn.mp4"
    model = standing(before=interrupt_at(5)) if where == "model" else standing()
    stopping = Kept(before=interrupt_at(5)) if where == "sink" else Kept()
    summary = run(film_frames(50), to=[stopping, table, film], model=model)
    assert (summary.frames, summary.interrupted) == (5, True)
    assert isinstance(stopping.ended_by, KeyboardInterrupt)
    assert len(list(read_poses(table))) == 5
    with av.open(str(film)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 5
    assert sorted(path.name for path in tmp_path.iterdir()) == ["drawn.mp4", "poses.parquet"]


def test_ctrl_c_before_the_first_frame_leaves_no_file(tmp_path):
    summary = run(
        film_frames(3), to=[tmp_path / "p.csv", tmp_path / "d.mp4"], model=standing(before=interrupt_at(0))
    )
    assert (summary.frames, summary.interrupted) == (0, True)
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_while_the_model_loads_is_a_summary_too(tmp_path):
    def load():
        raise KeyboardInterrupt

    summary = run(film_frames(3), to=tmp_path / "p.csv", model=load)
    assert (summary.frames, summary.interrupted, summary.rate) == (0, True, 0.0)


def test_no_model_is_loaded_for_a_source_or_an_output_that_cannot_be(tmp_path):
    def load():
        raise AssertionError("loaded")

    with pytest.raises(SourceError, match=r"no such file"):
        run(tmp_path / "nothing.jpg", model=load)
    there = tmp_path / "there.csv"
    there.touch()
    with pytest.raises(SinkError, match=r"there\.csv is there already"):
        run(film_frames(1), to=there, model=load)
    with pytest.raises(AssertionError, match="loaded"):
        run(film_frames(1), to=there, model=load, overwrite=True)


def test_a_films_model_has_the_threads_that_its_frames_leave(monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(pipeline, "load", lambda _, *, threads: asked.append(threads) or standing())
    monkeypatch.setattr(pipeline, "threads_beside_decoder", lambda pixels: pixels)
    run(film(tmp_path / "film.mp4", frames=1))
    run([np.zeros((64, 96, 3), np.uint8)])
    assert asked == [64 * 48, None]


def test_a_model_that_is_named_is_freed_and_one_that_is_given_is_not(monkeypatch):
    named, given = standing(), standing()
    closed = []

    def close(self):
        closed.append(self)

    monkeypatch.setattr("tendu.estimator.Estimator.close", close)
    monkeypatch.setattr(pipeline, "load", lambda _, *, threads: named)
    run(film_frames(1))
    run(film_frames(1), model=given)
    assert closed == [named]


@pytest.mark.parametrize("name", ["a.mp4", "a.jsonl", "folder/"])
def test_an_output_that_is_named_twice_is_refused(tmp_path, name):
    path = tmp_path / name
    with pytest.raises(
        SinkError, match=r"^(a\.mp4|a\.jsonl|folder) is named twice as an output: name it once\.$"
    ):
        run(film_frames(2), to=[path, str(tmp_path / "." / name)], model=standing())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("cut", [{"every": 2}, {"start": 1.0}, {"end": 1.0}])
def test_a_source_that_is_open_is_not_cut_any_more(cut):
    camera = Live()
    with pytest.raises(DataError, match=r"said where a source is opened; camera 7 is open already\.$"):
        run(camera, model=standing(), **cut)
    assert open_source(camera) is camera


def test_ctrl_c_while_a_film_decodes_for_long_is_a_summary_too(tmp_path):
    class Long(Film):
        def _frames(self):
            yield from film_frames(1)
            at_work.set()
            assert answers.wait(10)

    at_work, answers = Event(), Event()

    def interrupt(_):
        assert at_work.wait(5)
        raise KeyboardInterrupt

    with Long.open(film(tmp_path / "film.mp4", frames=1)) as source:
        assert run(source, to=Kept(before=interrupt), model=standing()).interrupted
        answers.set()


def test_the_source_itself_is_never_overwritten(tmp_path):
    photo = tmp_path / "photo.png"
    with PictureFile(photo) as file:
        file.write(film_frames(1)[0])
    before = photo.read_bytes()
    with pytest.raises(SinkError, match=r"photo\.png is what is read: name another output\.$"):
        run(photo, to=tmp_path / "." / "photo.png", model=standing(), overwrite=True)
    assert photo.read_bytes() == before


def test_a_photo_in_the_folder_of_results_is_not_overwritten_by_its_drawing(tmp_path):
    photo = tmp_path / "photo.jpg"
    with PictureFile(photo) as file:
        file.write(film_frames(1)[0])
    before = photo.read_bytes()
    with pytest.raises(SinkError, match=r"photo\.jpg is what is read: name another folder\.$"):
        run([photo], to=f"{tmp_path}/", model=standing(), overwrite=True)
    assert photo.read_bytes() == before


def test_what_of_a_folder_cannot_be_read_is_in_the_summary(tmp_path):
    for name in ("a.png", "c.png"):
        with PictureFile(tmp_path / name) as file:
            file.write(film_frames(1)[0])
    (tmp_path / "b.png").touch()
    summary = run(tmp_path, model=standing())
    assert summary.frames == 2
    assert [str(problem) for problem in summary.problems] == [
        f"Cannot read {tmp_path / 'b.png'}: it is empty (0 bytes)."
    ]


def test_a_live_source_is_read_as_it_is_and_let_go():
    camera = Live()
    summary = run(camera, model=standing())
    assert summary.frames == 5
    assert camera.closed
    assert [str(problem) for problem in summary.problems] == [
        "The camera 7 gives no more pictures: was it unplugged?"
    ]


def test_a_source_that_fails_in_the_middle_leaves_what_was_done(tmp_path):
    def broken():
        yield from film_frames(3)
        raise SourceError("Cannot read it further.")

    class Failing(Live):
        def __iter__(self):
            return broken()

    with pytest.raises(SourceError, match=r"^Cannot read it further\.$"):
        run(Failing(), to=tmp_path / "p.jsonl", model=standing())
    assert len(list(read_poses(tmp_path / "p.jsonl"))) == 3


def test_every_second_is_accounted_for():
    ticks = count()
    summary = run(film_frames(4), to=Kept("pictures"), model=standing(), clock=lambda: float(next(ticks)))
    assert tuple(summary.stages) == STAGES
    # A tick a lap: opening, five reads (the last finds the end), four times the rest, and completing the outputs.
    assert summary.stages == {"open": 1, "read": 5, "look": 4, "track": 4, "draw": 4, "write": 5}
    assert (summary.seconds, summary.rate) == (23.0, 4 / 22)


def test_progress_is_told_after_each_frame():
    told = []
    run(film_frames(3), model=standing(), progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_a_cut_is_passed_on(tmp_path):
    film = tmp_path / "film.mp4"
    run(film_frames(20), to=film, model=standing())
    kept = Kept()
    run(film, to=kept, model=standing(), every=3, start=0.5, end=1.5)
    assert [poses.stamp.number for poses in kept.given] == [5, 8, 11, 14]


def test_photos_become_a_film_of_a_second_each_or_of_a_rate(tmp_path):
    def seconds(**options):
        pictures = [np.zeros((64, 96, 3), np.uint8)] * 4
        run(pictures, to=tmp_path / "film.mp4", model=standing(), overwrite=True, **options)
        with av.open(str(tmp_path / "film.mp4")) as container:
            return [frame.time for frame in container.decode(video=0)]

    assert seconds() == pytest.approx([0, 1, 2, 3])
    assert seconds(rate=10) == pytest.approx([0, 0.1, 0.2, 0.3])
    with pytest.raises(DataError, match=r"rate is above 0 and at most 1000 frames a second, not 0\.$"):
        seconds(rate=0)


def test_a_films_times_are_its_own():
    with pytest.raises(
        DataError,
        match=r"^rate is for photos: given pictures has times of its own\. Leave it out, or thin by every\.$",
    ):
        run(film_frames(2), model=standing(), rate=10)


def test_a_lock_needs_several_people_to_choose_from():
    with pytest.raises(
        DataError,
        match=r"^A lock chooses among several people: look for them, as tendu\.load\(people=5\) does\.$",
    ):
        run(film_frames(2), model=standing(people=1), lock="largest")


def test_several_people_cannot_be_smoothed_without_tracks():
    kept = Kept()
    with pytest.raises(
        DataError, match=r"^Smoothing several .* who is who: leave track on, or smooth off\.$"
    ):
        run(film_frames(2), to=kept, model=standing(people=2, confidence=(0.9,)), track=False)
    assert kept.given == []


def test_closing_the_window_ends_the_run(monkeypatch):
    shown = []

    class Window(pipeline.Showing):
        closed = property(lambda self: len(shown) == 2)

        def write(self, frame, /):
            shown.append(frame.number)

    monkeypatch.setattr(pipeline, "Showing", Window)
    summary = run(film_frames(9), model=standing(), show=True)
    assert (shown, summary.frames, summary.interrupted) == ([0, 1], 2, False)


def test_a_second_ctrl_c_does_not_spoil_what_the_first_left_whole(tmp_path):
    class Slow(Kept):
        def __exit__(self, kind, error, trace):
            os.kill(os.getpid(), signal.SIGINT)
            super().__exit__(kind, error, trace)

    film, heard = tmp_path / "d.mp4", signal.getsignal(signal.SIGINT)
    stopping = Slow(before=interrupt_at(5))
    assert run(film_frames(9), to=[film, stopping], model=standing()).interrupted
    assert film.exists()
    assert isinstance(stopping.ended_by, KeyboardInterrupt)
    assert signal.getsignal(signal.SIGINT) is heard


def test_files_say_how_they_were_made(tmp_path):
    summary = run(film_frames(3), to=[tmp_path / "p.json", tmp_path / "p.parquet"], model=standing())
    made_by = json.loads((tmp_path / "p.json").read_text())["made_by"]
    assert (made_by["model"], made_by["runtime"]) == (summary.model, summary.runtime) == ("standing", "fake")
    assert (made_by["people"], made_by["tracked"], made_by["smoothed"]) == (1, True, True)
    metadata = pyarrow.parquet.read_schema(tmp_path / "p.parquet").metadata
    assert json.loads(metadata[b"made_by"]) == made_by


@pytest.mark.parametrize("empty", ["", " "])
def test_an_empty_name_is_no_folder(empty):
    with pytest.raises(SourceError, match=r"^Cannot open an empty name\."):
        run(empty, model=standing())
    with pytest.raises(SinkError, match=r"^An output has a name; an empty one was given\.$"):
        run(film_frames(1), to=empty, model=standing())


def test_one_picture_of_many_is_refused_before_the_model_loads(tmp_path):
    with pytest.raises(SinkError, match=r"p\.png holds one picture and there are more\."):
        run(film_frames(3), to=tmp_path / "p.png", model=lambda: pytest.fail("a model was loaded"))
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_while_outputs_are_completed_leaves_them_whole(tmp_path):
    class Last(Kept):
        def __exit__(self, kind, error, trace):
            os.kill(os.getpid(), signal.SIGINT)

    film, heard = tmp_path / "d.mp4", signal.getsignal(signal.SIGINT)
    assert not run(film_frames(9), to=[film, Last()], model=standing()).interrupted
    assert film.exists()
    assert signal.getsignal(signal.SIGINT) is heard


def test_one_array_filled_again_and_again_is_seen_as_it_was_each_time():
    array = np.zeros((64, 96, 3), np.uint8)
    seen = []

    def filled():
        for number in range(9):
            array[:] = number
            yield array

    def paint(frame, poses):
        seen.append(int(frame.image[0, 0, 0]))
        return frame

    run(filled(), to=Kept(takes="pictures"), model=standing(), drawing=paint)
    assert seen == list(range(9))


def test_sigterm_that_is_taken_for_ctrl_c_waits_for_the_outputs_too(tmp_path):
    class Slow(Kept):
        def __exit__(self, *_):
            os.kill(os.getpid(), signal.SIGTERM)
            self.ended_by = "whole"

    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        slow = Slow(before=interrupt_at(2))
        assert run(film_frames(5), to=slow, model=standing()).interrupted
        assert slow.ended_by == "whole"
        assert signal.getsignal(signal.SIGTERM) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGTERM, before)
