"""Every output of poses through the same checks."""

import json
from dataclasses import replace

import numpy as np
import pytest

from made_poses import FEET, MOUSE, assert_same, made_film, made_poses
from tendu.errors import DataError, SinkError
from tendu.frame import Stamp
from tendu.pose import Poses
from tendu.sinks.open_sink import open_sink
from tendu.sinks.reading import read_poses
from tendu.sinks.sink import PoseSink
from tendu.skeleton import COCO17
from tendu.skeletons import skeleton_of

NAMES = ["walk.jsonl", "walk.json", "walk.csv", "walk.parquet", "walk.coco.json", "walk.openpose"]
READABLE = [name for name in NAMES if "coco" not in name and "openpose" not in name]


def people_in(path):
    """How many people each frame has, as any reader of the format would find; COCO's has no frames without people."""
    if path.name.endswith(".coco.json"):
        images = [entry["image_id"] for entry in json.loads(path.read_text())]
        return [images.count(image) for image in dict.fromkeys(images)]
    if path.is_dir():
        assert all(file.name.endswith("_keypoints.json") for file in path.iterdir())
        return [len(json.loads(file.read_text())["people"]) for file in sorted(path.iterdir())]
    return [len(poses) for poses in read_poses(path)]


def expected(path, counts):
    return [count for count in counts if count] if path.name.endswith(".coco.json") else counts


def folder_holds(path):
    """Everything in the output's folder: no temporary file may be left."""
    return [file.name for file in path.parent.iterdir()]


@pytest.fixture(params=NAMES)
def path(request, tmp_path):
    return tmp_path / "out" / request.param


def test_it_is_a_pose_sink(path):
    assert isinstance(open_sink(path), PoseSink)


def test_nothing_is_written_before_it_is_begun(path):
    open_sink(path).close()
    assert not path.exists()


def test_frames_come_back_with_nobody_with_one_and_with_two(path):
    with open_sink(path) as sink:
        for poses in made_film():
            sink.write(poses)
    assert people_in(path) == expected(path, [0, 1, 2, 0, 1])
    assert folder_holds(path) == [path.name]


def test_a_film_without_frames_is_a_whole_file(path):
    with open_sink(path):
        pass
    assert people_in(path) == []
    assert folder_holds(path) == [path.name]


def test_it_works_without_a_with_block_and_closes_twice(path):
    sink = open_sink(path)
    sink.write(made_poses(2))
    sink.close()
    sink.close()
    assert people_in(path) == [2]
    assert folder_holds(path) == [path.name]


def test_writing_after_closing_is_refused(path):
    with open_sink(path) as sink:
        sink.write(made_poses(1))
    with pytest.raises(SinkError, match=r"is closed\. Open a new sink to write more\.$"):
        sink.write(made_poses(1, frame=1))
    assert people_in(path) == [1]


def test_what_is_there_already_is_refused_at_opening_and_kept(path):
    with open_sink(path) as sink:
        sink.write(made_poses(2))
    with pytest.raises(SinkError, match=r"already. Give --overwrite \(overwrite=True\) to replace"):
        open_sink(path)
    assert people_in(path) == [2]


def test_overwriting_replaces_all_of_the_longer_film_before(path):
    with open_sink(path) as sink:
        for poses in made_film():
            sink.write(poses)
    with open_sink(path, overwrite=True) as sink:
        sink.write(made_poses(2, frame=9))
    assert people_in(path) == [2]
    assert folder_holds(path) == [path.name]


def test_ctrl_c_leaves_what_was_written_and_no_temporary_file(path):
    def interrupted():
        with open_sink(path) as sink:
            for poses in made_film()[:3]:
                sink.write(poses)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert people_in(path) == expected(path, [0, 1, 2])
    assert folder_holds(path) == [path.name]


def test_an_error_before_the_first_frame_keeps_what_was_there(path):
    with open_sink(path) as sink:
        sink.write(made_poses(2))

    def broken():
        with open_sink(path, overwrite=True):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
    assert people_in(path) == [2]
    assert folder_holds(path) == [path.name]


def test_a_number_that_is_not_finite_is_refused_and_the_other_frames_stay(path):
    bad = made_poses(2, frame=1)
    bad.xy[1, 3, 0] = np.nan
    with open_sink(path) as sink:
        sink.write(made_poses(1, frame=0))
        with pytest.raises(DataError, match=r"^Frame 1 has a number that is not finite; files of"):
            sink.write(bad)
        sink.write(made_poses(2, frame=2))
    assert people_in(path) == [1, 2]


def test_another_skeleton_than_the_first_frame_s_is_refused_and_the_other_frames_stay(path):
    with open_sink(path) as sink:
        sink.write(made_poses(2, frame=0))
        with pytest.raises(DataError) as caught:
            sink.write(made_poses(1, frame=1, skeleton=MOUSE))
        sink.write(made_poses(1, frame=2))
    mouse = "snout, left_ear, right_ear, tail_base"
    assert str(caught.value) == (
        f"OpenPose's files hold COCO's points. These poses have no 'nose': their points are {mouse}. Write .jsonl or .csv."
        if path.name == "walk.openpose"
        else f"This output has frames with the points {', '.join(COCO17.names)}, and frame 1 has {mouse} of another "
        "skeleton. Give each model an output of its own."
    )
    assert people_in(path) == [2, 1]


@pytest.mark.parametrize("name", READABLE)
@pytest.mark.parametrize("skeleton", [MOUSE, FEET], ids=["mouse", "feet"])
def test_points_of_one_s_own_come_back_by_their_names(name, skeleton, tmp_path):
    film = made_film(skeleton)
    with open_sink(tmp_path / name) as sink:
        for poses in film:
            sink.write(poses)
    read = list(read_poses(tmp_path / name))
    if name == "walk.csv":  # its header holds names alone
        named = skeleton_of({"keypoints": list(skeleton.names)})
        film = [replace(poses, skeleton=named) for poses in film]
    assert_same(film, read)


@pytest.mark.parametrize("name", READABLE)
def test_a_frame_that_is_refused_does_not_say_which_points_a_file_has(name, tmp_path):
    bad = made_poses(1)
    bad.xy[0, 3, 0] = np.nan
    with open_sink(tmp_path / name) as sink:
        with pytest.raises(DataError, match="not finite"):
            sink.write(bad)
        sink.write(made_poses(1, skeleton=MOUSE))
    (read,) = read_poses(tmp_path / name)
    assert read.skeleton.names == MOUSE.names


@pytest.mark.parametrize("name", READABLE)
def test_what_is_read_is_what_was_written_to_the_last_bit(name, tmp_path):
    with open_sink(tmp_path / name) as sink:
        for poses in made_film():
            sink.write(poses)
    assert_same(made_film(), list(read_poses(tmp_path / name)))


@pytest.mark.parametrize("name", READABLE)
@pytest.mark.parametrize("seed", range(5))
def test_any_float32_comes_back(name, seed, tmp_path):
    random = np.random.default_rng(seed)
    film = []
    for frame in range(4):
        count = int(random.integers(0, 5))
        # Any finite bit pattern: huge, tiny, negative, subnormal.
        bits = random.integers(0, 2**32, (count, 56), dtype=np.uint32).view(np.float32)
        numbers = np.where(np.isfinite(bits), bits, np.float32(-0.0))
        stamp = Stamp(frame, float(random.random()), '길 위의 사람, "걷기"\n\udcff.mp4', 640, 480)
        film.append(
            Poses(
                xy=numbers[:, :34].reshape(count, 17, 2),
                score=numbers[:, 34:51],
                box=numbers[:, 51:55],
                confidence=numbers[:, 55],
                stamp=stamp
                if name != "walk.parquet"
                else Stamp(frame, stamp.time, "길 위의 사람.mp4", 640, 480),
                track=random.integers(-(2**63), 2**63, count) if frame % 2 and count else None,
                reason="" if count else "아무도 없다",
            )
        )
    with open_sink(tmp_path / name) as sink:
        for poses in film:
            sink.write(poses)
    assert_same(film, list(read_poses(tmp_path / name)))


@pytest.mark.parametrize("name", READABLE)
def test_scores_are_never_zeroed_nor_raised(name, tmp_path):
    faint = made_poses(1)
    faint.score[:] = np.float32(1e-7)
    with open_sink(tmp_path / name) as sink:
        sink.write(faint)
    (read,) = read_poses(tmp_path / name)
    assert (read.score == np.float32(1e-7)).all()
