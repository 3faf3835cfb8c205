"""A file that the disk refuses leaves nothing behind, and what was there stays."""

import io
from pathlib import Path

import pytest

from made_poses import made_poses
from tendu.errors import SinkError
from tendu.sinks.file_sink import TextSink
from tendu.sinks.open_sink import open_sink
from tendu.sinks.openpose import OpenPoseFolder

FULL = Path("/dev/full")  # Linux: every write is refused because the disk is full
NAMES = ["walk.jsonl", "walk.json", "walk.csv", "walk.parquet", "walk.coco.json"]


def write(sink, *, frames, between=lambda: None):
    with sink:
        for frame in range(frames):
            sink.write(made_poses(3, frame=frame))
            between()


@pytest.fixture
def full(monkeypatch):
    """A function after which the temporary files of outputs lie on a full disk."""
    if not FULL.exists():
        pytest.skip("this system has no /dev/full")

    def on_it(path):
        path.with_name("temporary").symlink_to(FULL)
        return path.with_name("temporary")

    return lambda: monkeypatch.setattr("tendu.sinks.partial.beside", on_it)


@pytest.fixture
def on_a_full_disk(tmp_path, full):
    """A function that names an output on a full disk."""
    full()
    return lambda name: tmp_path / name


@pytest.mark.parametrize("name", NAMES)
def test_a_full_disk_is_said_in_a_sentence_and_nothing_half_written_stays(name, on_a_full_disk):
    path = on_a_full_disk(name)
    sink = open_sink(path)
    with pytest.raises(SinkError) as caught:
        write(sink, frames=100)
    assert str(caught.value) == f"Cannot write {path}: the disk is full."
    assert list(path.parent.iterdir()) == []
    sink.close()  # nothing more happens
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_full_disk_keeps_the_file_that_was_to_be_replaced(name, on_a_full_disk):
    path = on_a_full_disk(name)
    path.write_text("from last week")
    with pytest.raises(SinkError, match="the disk is full"):
        write(open_sink(path, overwrite=True), frames=1)
    assert [file.name for file in path.parent.iterdir()] == [name]
    assert path.read_text() == "from last week"


def test_a_disk_that_fills_up_between_frames(tmp_path, monkeypatch):
    # The fifth write of text meets a full disk; the sentence comes then, not at the end of the run.
    class Filling(io.StringIO):
        writes = 0

        def write(self, text):
            self.writes += 1
            if self.writes == 5:
                raise OSError(28, "No space left on device")
            return super().write(text)

    def start(self, path):
        path.touch()
        self._text = Filling()

    monkeypatch.setattr(TextSink, "_start", start)
    sink = open_sink(tmp_path / "walk.csv")
    for frame in range(4):
        sink.write(made_poses(1, frame=frame))
    with pytest.raises(SinkError, match=r"walk\.csv: the disk is full\.$"):
        sink.write(made_poses(1, frame=4))
    with pytest.raises(SinkError, match="is closed"):
        sink.write(made_poses(1, frame=5))
    assert list(tmp_path.iterdir()) == []


def test_openpose_on_a_full_disk_keeps_whole_frames_only(tmp_path, full):
    folder = tmp_path / "walk.openpose"
    with OpenPoseFolder(folder) as sink:
        sink.write(made_poses(1, frame=0))
        full()
        with pytest.raises(SinkError, match=r"walk_000000000001_keypoints\.json: the disk is full\.$"):
            sink.write(made_poses(1, frame=1))
    assert [file.name for file in folder.iterdir()] == ["walk_000000000000_keypoints.json"]


def test_an_output_that_cannot_take_its_name_leaves_no_temporary_file(tmp_path):
    # While the film ran, somebody made a folder of the output's name.
    path = tmp_path / "walk.csv"
    with pytest.raises(SinkError, match=r"^Cannot write .*walk\.csv: "):
        write(open_sink(path), frames=1, between=path.mkdir)
    assert [file.name for file in tmp_path.iterdir()] == ["walk.csv"]


def test_a_folder_that_cannot_be_made_is_refused_at_opening(tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(SinkError, match=r"walk\.csv: "):
        open_sink(tmp_path / "out" / "walk.csv")


@pytest.mark.parametrize("name", NAMES)
def test_an_output_closed_before_it_began_takes_nothing_more(tmp_path, name):
    sink = open_sink(tmp_path / name)
    sink.close()
    with pytest.raises(SinkError, match="is closed"):
        sink.write(made_poses(1))
    assert list(tmp_path.glob(".*")) == []
