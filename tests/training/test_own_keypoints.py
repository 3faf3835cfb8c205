"""Networks of other keypoints: how they begin, what they are taught, and that their files say what they find."""

import json
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

import tendu
from tendu.cli.main import main
from tendu.errors import DataError, ModelError
from tendu.skeleton import COCO17
from tendu.skeletons import skeleton_of
from tendu.training.beginning import begun, gone_on, refuse_unlearned
from tendu.training.checkpoint import Checkpoint, averaged, load, save
from tendu.training.counts import Counts
from tendu.training.data import Crops, read_again
from tendu.training.export import PRECISIONS, files_of
from tendu.training.head_maps import HeadMaps
from tendu.training.joined import with_joined
from tendu.training.labels import Labels, pulled
from tendu.training.loop import Budget, Run
from tendu.training.losses import losses
from tendu.training.network import Network, Shape, fresh
from tendu.training.plan import Plan, Worse
from tendu.training.recipe import Recipe, Set
from tendu.training.rows import ROOM
from tendu.training.start import arranged, blended, network_from
from tendu.training.targets import Batch, Teacher
from tendu.training.tflite import written
from tendu.training.told import told
from tendu.training.views import Views
from tendu.window import Window
from test_other_points import MOUSE, crops_of, mice

TAILED = skeleton_of({"keypoints": ["tail", *reversed(COCO17.names), "crown"]})
CELLS = 16
PLACES = np.array([(5.5, 3.5), (4.5, 4.5), (6.5, 4.5), (5.5, 9.5)], np.float32)
"""A mouse in cells."""


def labelled(*flags, at=PLACES):
    """That mouse, of which these points are labelled."""
    return np.column_stack([at, np.array(flags or (2,) * 4)]).astype(np.float32)


OTHER = labelled(at=PLACES + np.float32([8, 5]))


def plan_of(people, others=(), *, taught=True, trust=1.0):
    people, others = (np.array(one, np.float32).reshape(-1, 4, 3) for one in (people, others))
    window = Window(0, 0, 9, 9)
    return Plan(0, None, window, None, None, False, people, others, trust, True, Worse(), taught)


def seeing(points, *, at=None):
    """A teacher's look at anything: nobody, or a keypoint of the first kind in a cell."""

    def look(pictures):
        heads = HeadMaps.nothing(len(pictures), points, CELLS, pictures.device)
        if at is not None:
            heads.heatmap[:, 0, at[1], at[0]] = 0.9
        return heads

    return look


def taught_by(skeleton, *plans, at=None):
    """The batch of these plans, by a teacher that finds a skeleton's points."""
    pictures = torch.zeros(len(plans), 3, 64, 64, dtype=torch.uint8)
    teacher = Teacher(
        seeing(len(skeleton), at=at), cells=CELLS, mirrored=False, skeleton=skeleton, student=MOUSE
    )
    return teacher(Views(plans, pictures, pictures, pictures[:0]))


EARS = skeleton_of({"keypoints": ["left_ear", "right_ear"]})


def test_a_start_keeps_the_points_that_it_knows_to_the_last_bit_and_new_ones_are_nowhere(network):
    made = arranged(network, TAILED)
    pictures = torch.rand(2, 3, 64, 64) * 255
    with torch.no_grad():
        before, after = network(pictures), made(pictures)
    places = [COCO17.names.index(name) if name in COCO17.names else None for name in TAILED.names]
    assert torch.equal(before[0], after[0])
    pairs = [(place, old) for place, old in enumerate(places) if old is not None]
    assert len(pairs) == 17
    for place, old in pairs:
        assert torch.equal(before[1][:, old], after[1][:, place])
        for head in (2, 3):
            assert torch.equal(
                before[head][:, 2 * old : 2 * old + 2], after[head][:, 2 * place : 2 * place + 2]
            )
    for place in (0, 18):
        for head, value in ((1, -4.6), (2, 0.5), (3, 0.0)):
            each = 1 if head == 1 else 2
            new = after[head][:, each * place : each * (place + 1)]
            torch.testing.assert_close(new, torch.full_like(new, value))
    assert arranged(network, COCO17) is network


def test_a_run_goes_on_with_the_start_that_it_was_begun_with(tmp_path, network):
    (tmp_path / "start.tflite").write_bytes(written(network))
    recipe = Recipe((Set("a"),), skeleton=TAILED)
    student, teacher = begun(recipe, tmp_path / "start.tflite", None)
    assert (student.shape.skeleton, teacher.shape.skeleton) == (TAILED, COCO17)
    run = Run(recipe, [], student, teacher, folder=tmp_path)
    run.save()
    again, taught = gone_on(load(run.path), recipe, tmp_path / "start.tflite", tmp_path / "start.tflite")
    assert (again.shape, taught.shape.skeleton) == (student.shape, COCO17)
    other = skeleton_of({"keypoints": [*TAILED.names[:-1], "brow"]})
    with pytest.raises(
        DataError, match=r"^The recipe has the skeleton's names = .*'brow'\), and the run was begun with "
    ):
        gone_on(load(run.path), replace(recipe, skeleton=other), None, None)


def test_a_fresh_network_has_the_recipes_points():
    assert fresh("lightning", seed=1, skeleton=MOUSE).shape.maps == (1, 4, 8, 8)


@pytest.fixture(scope="module")
def mouse():
    """A tiny network of four points."""
    torch.manual_seed(5)
    return Network(Shape(size=64, width=0.25, head=16, skeleton=MOUSE))


def test_a_checkpoint_says_its_points_and_an_older_one_has_cocos(tmp_path, mouse, network):
    for one in (mouse, network):
        state = one.state_dict()
        save(Checkpoint(one.shape, 0, 0.0, state, state, {}, {}), tmp_path / "run.pt")
        assert averaged(load(tmp_path / "run.pt")).shape == one.shape
    assert "skeleton" not in network.shape.plain()
    fields = torch.load(tmp_path / "run.pt", weights_only=True)
    fields["shape"]["skeleton"] = {"keypoints": ["one"]}
    torch.save(fields, tmp_path / "run.pt")
    with pytest.raises(
        ModelError, match=r"is no checkpoint of tendu train of this version: A skeleton has 2 to 200"
    ):
        load(tmp_path / "run.pt")


def test_every_file_says_its_points(tmp_path, mouse):
    rng = np.random.default_rng(1)
    pictures = [rng.integers(0, 256, (64, 64, 3)).astype(np.uint8) for _ in range(6)]
    for precision, model in files_of(mouse, PRECISIONS, pictures).items():
        path = tmp_path / f"{precision}.tflite"
        path.write_bytes(model)
        with tendu.load(path, runtime="litert", min_score=0.0) as estimator:
            assert estimator.skeleton == MOUSE
            assert estimator(pictures[0])[0].xy.shape == (4, 2)
        again = network_from(path)
        assert again.shape == mouse.shape
        with torch.no_grad():
            heads = [
                one(torch.from_numpy(pictures[0]).permute(2, 0, 1)[None].float()) for one in (mouse, again)
            ]
        if precision == "float32":
            assert all(torch.allclose(a, b, atol=1e-4) for a, b in zip(*heads, strict=True))


def test_networks_of_other_points_are_not_blended(tmp_path, mouse, network):
    (tmp_path / "other.tflite").write_bytes(written(network))
    with pytest.raises(
        DataError,
        match=r"^other\.tflite is a network of another width \(0\.25, not 0\.25\), of other keypoints",
    ):
        blended(mouse, [(tmp_path / "other.tflite", 0.5)])


def test_what_a_teacher_knows_is_its_own_and_the_rest_is_the_labels():
    batch = taught_by(EARS, plan_of([labelled()], trust=0.5))
    assert batch.counts is not None
    heatmap = batch.wanted.heatmap[0]
    assert heatmap[0].max() > 0.9, "a point that the teacher does not know is taken whole"
    assert heatmap[1].max() == pytest.approx(0.5, abs=0.05), (
        "one that it knows as far as the labels are trusted"
    )
    assert batch.counts.heatmap.min() == 1, "outside the box nobody is, as far as anybody knows"
    near = batch.counts.offset[0, ..., 0]
    assert near[3, 5] == near[4, 5] == 1
    assert near.sum() < 20
    assert batch.counts.offset[0, ..., 1].min() == 1
    x, y = (
        PLACES[1:3].mean(axis=0).astype(int)
    )  # the teacher's centre is the middle of the points that it knows
    assert batch.wanted.centre[0].argmax() == y * CELLS + x
    assert batch.counts.regression[0, y, x].tolist() == [1, 1, 1, 1]
    torch.testing.assert_close(
        batch.wanted.regression[0, y, x, 3], torch.tensor(PLACES[3] - np.float32([x, y]))
    )
    assert batch.counts.regression[0, 15, 15].tolist() == [0, 1, 1, 0]
    assert batch.counts.centre.min() == 1


def test_of_a_point_that_neither_knows_nothing_is_learned_where_the_body_is():
    counts = taught_by(EARS, plan_of([labelled(0, 2, 2, 2)])).counts
    assert counts.heatmap[0, 0].max() == 0
    assert counts.heatmap[0, 3].min() == 1
    assert counts.offset[0, ..., 0].max() == 0
    assert counts.regression[0, ..., 0].max() == 0


def test_where_the_teacher_sees_somebody_who_is_not_labelled_new_points_are_not_denied():
    batch = taught_by(EARS, plan_of([labelled()]), at=(13, 12))
    counts = batch.counts.heatmap[0, 0]
    assert counts[12, 13] == counts[10, 11] == 0
    assert counts[12, 8] == counts[5, 5] == 1


def test_somebody_seen_or_boxed_but_not_labelled_leaves_new_points_open_everywhere():
    boxed = plan_of([labelled(0, 0, 0, 0)])
    filled = replace(plan_of([labelled()]), filling=3)
    open_, doubted = taught_by(EARS, boxed, filled).counts.heatmap[:, 0]
    assert open_.max() == 0, "a body of which a box alone is known may have the point anywhere"
    assert doubted[3, 5] == 1
    assert doubted[15, 15] == 0, "whoever is in the crop that fills the picture may have it"


def test_a_teacher_sees_strangers_by_points_that_the_student_lacks():
    face = skeleton_of({"keypoints": ["nose", "left_eye"]})
    counts = taught_by(face, plan_of([]), plan_of([labelled()]), at=(13, 13)).counts.heatmap[:, 0]
    assert counts[0].min() == 1, "labels say that nobody is there"
    assert counts[1, 15, 15] == 0
    assert counts[1, 3, 5] == 1


def test_in_one_body_s_box_nothing_is_said_of_another_s_point_that_is_not_labelled():
    beside = labelled(2, 2, 2, 0, at=PLACES + np.float32([2, 0]))
    for plan in (plan_of([labelled(), beside]), plan_of([labelled()], [beside])):
        for teacher in (EARS, MOUSE):
            one = replace(plan, taught=teacher is EARS)
            tail = taught_by(teacher, one).counts.heatmap[0, 3]
            assert tail[9, 5] == 1, "where it is labelled of the other"
            assert tail[4, 7] == 0


def test_who_has_only_points_that_the_teacher_does_not_know_is_no_body_of_their_own():
    batch = taught_by(EARS, plan_of([labelled(2, 0, 0, 2)], trust=0.5))
    assert batch.wanted.centre.max() == 0
    assert batch.counts.regression[0, ..., 0].max() == 0
    assert batch.counts.heatmap[0, 0, 3, 5] == 1


def test_a_run_of_an_older_version_is_no_run_of_other_points(network):
    state = network.state_dict()
    older = Checkpoint(network.shape, 3, 0.0, state, state, {}, {}, recipe={"batch": 32})
    with pytest.raises(
        DataError,
        match=r"^The recipe's model finds snout, left_ear, right_ear, tail_base, and the run's nose, left_eye, ",
    ):
        gone_on(older, Recipe((Set("a"),), skeleton=MOUSE), None, None)


def test_a_point_that_nothing_teaches_is_refused(network):
    misspelt = skeleton_of({"keypoints": ["snout", "left_ear", "right_ear", "tail_bse"]})
    crops = Crops(*(getattr(crops_of(), part) for part in ("pictures", "people", "sources")), misspelt)
    unsaid = replace(
        crops, people=tuple(people * np.float32([[1], [1], [1], [0]]) for people in crops.people)
    )
    recipe = Recipe((Set("a", taught=False),), skeleton=misspelt)
    refuse_unlearned(recipe, [crops], network)
    for taught, lacking in ((False, "tail_bse"), (True, "snout")):
        given = replace(recipe, sets=(Set("a", taught=taught),))
        nothing = replace(unsaid, people=(unsaid.people[0] * 0,)) if taught else unsaid
        with pytest.raises(
            DataError, match=rf"^Nothing says where '{lacking}' is: no set labels it, and the teacher "
        ):
            refuse_unlearned(given, [nothing], network)


def test_others_teach_no_new_points():
    batch = taught_by(EARS, plan_of([labelled()], [OTHER]))
    assert batch.counts.heatmap[0, 0, 8:15, 12:15].max() == 0
    assert batch.wanted.heatmap[0, 0, 8, 13] == 0


def test_a_picture_of_nobody_denies_all_points():
    trusted, doubted = taught_by(EARS, plan_of([]), plan_of([], trust=0.0), at=(8, 8)).counts.heatmap
    assert trusted.min() == 1
    assert doubted[0, 8, 8] == 0, "a set without trust says nothing of what the teacher sees"
    assert doubted[1].min() == 1


def test_pictures_that_the_teacher_does_not_know_are_the_labels_alone():
    plans = plan_of([labelled(2, 2, 2, 0)], [OTHER], taught=False), plan_of([labelled()])
    untaught, taught = taught_by(MOUSE, *plans, at=(1, 14)).wanted.heatmap[:, 0, 14, 1].tolist()
    assert (untaught, taught) == (0, pytest.approx(0.9)), "what the teacher sees there is not taken"
    batch = taught_by(MOUSE, *plans, at=(1, 14))
    assert batch.counts.heatmap[0, 0, 14, 1] == 1
    assert batch.counts.heatmap[0, 3].max() == 0, "nobody says where the tail is"
    x, y = OTHER[:, :2].mean(axis=0).astype(int)
    assert batch.counts.centre[0, y, x] == 0
    assert batch.counts.centre[0, 0, 15] == 1
    assert min(float(one[1].min()) for one in batch.counts.four) == 1


def test_a_teacher_does_not_look_where_it_knows_nothing():
    def look(_pictures):
        raise AssertionError("it looked")

    pictures = torch.zeros(1, 3, 64, 64, dtype=torch.uint8)
    teacher = Teacher(look, cells=CELLS, skeleton=COCO17, student=MOUSE)
    batch = teacher(Views([plan_of([labelled()], taught=False)], pictures, pictures, pictures[:0]))
    assert batch.wanted.heatmap[0].amax(dim=(1, 2)).min() > 0.8


def test_a_teacher_that_knows_all_counts_everywhere_without_a_word():
    assert taught_by(MOUSE, plan_of([labelled()])).counts is None


def some_heads(count, points, seed=0):
    rng = torch.Generator().manual_seed(seed)
    maps = [
        torch.randn(count, channels, CELLS, CELLS, generator=rng)
        for channels in (1, points, 2 * points, 2 * points)
    ]
    return maps, HeadMaps.of([one.roll(1) for one in maps])


def test_what_counts_everywhere_is_as_if_nothing_were_said_and_what_does_not_costs_nothing():
    outputs, wanted = some_heads(2, 4)
    ones = Counts(
        *(torch.ones(shape) for shape in ((2, 16, 16), (2, 4, 16, 16), (2, 16, 16, 4), (2, 16, 16, 4)))
    )
    plain, counted = losses(outputs, wanted), losses(outputs, wanted, ones)
    for part, loss in vars(plain).items():
        torch.testing.assert_close(getattr(counted, part), loss)
    none = Counts(*(0 * one for one in ones.four))
    assert all(
        float(loss) == pytest.approx(0, abs=1e-6) for loss in vars(losses(outputs, wanted, none)).values()
    )


def test_joined_pictures_count_where_their_parts_do():
    heads = HeadMaps.nothing(4, 4, CELLS, torch.device("cpu"))
    heads.centre[:] = 0.1
    labels = Labels.of([plan_of([labelled(0, 2, 2, 2)], taught=False)] * 4, torch.device("cpu"), MOUSE)
    known = torch.zeros(4, 4, dtype=torch.bool)
    batch = Batch(
        torch.zeros(4, 3, 64, 64, dtype=torch.uint8),
        pulled(heads, labels, known),
        told(heads, heads.centre * 0, labels, known, known[:, 0]),
    )
    joined = with_joined(batch, 0.25, np.random.default_rng(0))
    assert joined.counts is not None
    assert all(one.shape[0] == 5 for one in (*joined.counts.four, joined.pictures))
    assert joined.counts.heatmap[4, 0].max() == 0
    assert joined.counts.heatmap[4, 3].min() == 1
    where = joined.wanted.heatmap[4, 3].flatten().argmax()
    assert joined.counts.offset[4, ..., 3].flatten()[where] == 1
    assert 0 < joined.counts.offset[4, ..., 3].mean() < 0.5
    assert joined.counts.regression[4].flatten(0, 1).max(dim=0).values.tolist() == [0, 1, 1, 1]


def untaught(count=8):
    """Crops of mice drawn as four discs of their own colours."""
    import cv2

    rng, blank = np.random.default_rng(2), crops_of(count)
    pictures, people = [], []
    for person in blank.people:
        moved = person + np.float32([*rng.uniform(-12, 12, 2), 0])
        picture = np.full((blank.side, blank.side, 3), rng.integers(0, 90, 3), np.uint8)
        for (x, y), colour in zip(
            moved[0, :, :2], ((255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0)), strict=True
        ):
            cv2.circle(picture, (int(x), int(y)), 9, colour, -1)
        pictures.append(picture)
        people.append(moved)
    return Crops(np.stack(pictures), tuple(people), ("made",) * count, MOUSE)


def test_a_mouse_is_learned_from_labels_alone_and_a_run_goes_on_bit_for_bit(tmp_path, mouse, network):
    recipe = Recipe(
        (Set("mice", taught=False),), batch=8, rate=0.01, warm=1, average=0.5, joined=0.25, skeleton=MOUSE
    )
    crops = [untaught()]

    def run_in(name):
        (tmp_path / name).mkdir()
        return Run(recipe, crops, deepcopy(mouse), network, folder=tmp_path / name)

    seen = []
    whole = run_in("whole")
    whole.train(Budget(steps=40), tell=seen.append, every=10)
    assert seen[-1].loss < 0.7 * seen[0].loss
    budget = Budget(steps=6)
    once, twice = run_in("once"), run_in("twice")
    once.train(budget)

    def stop(progress):
        if progress.step == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        twice.train(budget, tell=stop, every=3)
    again = Run(recipe, crops, deepcopy(mouse), network, folder=tmp_path / "twice")
    again.resume()
    assert again.step == 3
    again.train(budget)
    for name, values in once.network.state_dict().items():
        assert torch.equal(values, again.network.state_dict()[name]), name


def test_from_the_command_a_mouse_is_trained_exported_measured_and_found(tmp_path, network, capsys):
    mice(tmp_path)
    (tmp_path / "start.tflite").write_bytes(written(network))
    (tmp_path / "mouse.toml").write_text(
        "batch = 2\n[skeleton]\n"
        f"keypoints = {json.dumps(MOUSE.names)}\n"
        '[[sets]]\nlabels = "mice.json"\ntaught = false\nroom = 3.0\nside = 128\n'
    )
    said = [
        "train",
        str(tmp_path / "mouse.toml"),
        "--data",
        str(tmp_path),
        "--start",
        str(tmp_path / "start.tflite"),
    ]
    assert main([*said, "-o", str(tmp_path / "run"), "--steps", "2"]) == 0
    said = ["export", str(tmp_path / "run" / "checkpoint.pt"), "-o", str(tmp_path / "mouse.tflite")]
    assert main([*said, "--data", str(tmp_path / "mice.json"), "--precision", "float32"]) == 0
    card, report = (json.loads((tmp_path / "mouse.json").read_text()), (tmp_path / "mouse.md").read_text())
    assert card["skeleton"]["keypoints"] == list(MOUSE.names)
    assert "- It finds snout, left_ear, right_ear, tail_base and no others;" in report
    assert "COCO's 17" not in report
    capsys.readouterr()
    assert (
        main([str(tmp_path / "mouse.png"), "--model", str(tmp_path / "mouse.tflite"), "--min-score", "0"])
        == 0
    )
    assert "tail base" in capsys.readouterr().out


@pytest.mark.parametrize("verb", ["train", "export"])
def test_photos_that_mark_points_which_the_model_lacks_are_refused_first(
    tmp_path, network, monkeypatch, capsys, verb
):
    def rounded(*_given, **_options):
        raise AssertionError("it was rounded")

    monkeypatch.setattr("tendu.training.export.files_of", rounded)
    photos = tmp_path / "photos"
    photos.mkdir()
    labels = mice(photos, name="person_keypoints_mice.json")
    start, recipe = tmp_path / "start.tflite", tmp_path / "coco.toml"
    start.write_bytes(written(network))
    recipe.write_text(f'[[sets]]\nlabels = "{labels.name}"\n')
    said = {
        "train": [recipe, "--start", start, "--data", photos, "-o", tmp_path / "made", "--steps", "1"],
        "export": [start, "--data", labels, "-o", tmp_path / "made.tflite"],
    }[verb]
    assert main([verb, *map(str, said), "--judge", str(photos)]) == 1
    assert "photos marks 'snout', and the model finds nose, left_eye," in capsys.readouterr().err
    assert not list(tmp_path.glob("made*"))


def test_a_set_is_read_again_as_its_run_read_it(tmp_path):
    path = mice(tmp_path, annotations=[{}, {"id": 2, "keypoints": [0] * 12}])
    recipe = {"sets": [{"labels": path.name, "keypoints": (), "taught": False, "room": 3.0, "side": 300}]}
    again = read_again(path, recipe, MOUSE, limit=2000)
    assert (len(again), again.side, again.room, again.skeleton) == (1, 300, 3.0, MOUSE)
    assert read_again(path, {}, MOUSE).room == ROOM


def test_a_set_is_known_by_its_place_and_not_by_its_name_s_end(tmp_path, monkeypatch):
    (tmp_path / "train").mkdir()
    path = mice(tmp_path / "train")
    recipe = {"sets": [{"labels": "../train/mice.json", "room": 3.0, "side": 300}]}
    monkeypatch.chdir(tmp_path / "train")
    assert read_again(Path("mice.json"), recipe, MOUSE).room == 3.0
    dormice = path.rename(path.with_name("dormice.json"))
    with pytest.raises(
        DataError,
        match=r"^.*dormice\.json is none of the recipe's sets, whose labels are \.\./train/mice\.json\. Give one of these",
    ):
        read_again(dormice, recipe, MOUSE)
