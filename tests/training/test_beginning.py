"""Beginning: a run goes on only as what it was, and a recipe says how wide a new network is."""

from copy import deepcopy
from dataclasses import replace

import pytest
import torch

from tendu.errors import DataError, ModelError
from tendu.training.beginning import begun, gone_on, mark
from tendu.training.checkpoint import Checkpoint, load, save
from tendu.training.loop import Budget, Run
from tendu.training.network import Network, Shape
from tendu.training.recipe import Recipe, Set
from tendu.training.tflite import written
from test_learning import RECIPE, run_in

SMALL = replace(RECIPE, batch=2)


def kept(path, network):
    state = network.state_dict()
    save(Checkpoint(network.shape, 0, 0.0, state, state, {}, {}), path)
    return path


@pytest.fixture
def stopped(tmp_path, crops, network):
    """A folder with the start, the teacher and the checkpoint of a run."""
    kept(tmp_path / "start.pt", network)
    teacher = Network(Shape(size=96, width=0.25, head=16))
    kept(tmp_path / "teacher.pt", teacher)
    Run(SMALL, [crops], deepcopy(network), teacher, folder=tmp_path).train(Budget(steps=1))
    return tmp_path


def test_the_networks_of_a_run_that_goes_on_come_from_its_checkpoint(stopped):
    found = load(stopped / "checkpoint.pt")
    for start, teacher in ((None, None), (stopped / "start.pt", stopped / "teacher.pt")):
        student, taught = gone_on(found, SMALL, start, teacher)
        assert student.shape == found.shape
        assert taught.shape.size == 96
        assert torch.equal(taught.stem.unit, found.teacher["weights"]["stem.unit"])


@pytest.mark.parametrize(
    ("name", "shape", "sentence"),
    [
        ("start", Shape(64, 0.25, 16), r"did not begin with .*other\.pt\. Leave out --start"),
        ("start", Shape(64, 0.5, 16), r"did not begin with .*other\.pt\. Leave out --start"),
        ("teacher", Shape(96, 0.25, 16), r"teacher is not .*other\.pt\. Leave out --teacher"),
        ("teacher", Shape(64, 0.5, 24), r"teacher is not .*other\.pt\. Leave out --teacher"),
    ],
)
def test_another_start_or_teacher_is_refused(stopped, name, shape, sentence):
    files = {"start": None, "teacher": None, name: kept(stopped / "other.pt", Network(shape))}
    with pytest.raises(DataError, match=sentence):
        gone_on(load(stopped / "checkpoint.pt"), SMALL, **files)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"rate": 0.02}, "The recipe has rate = 0.02, and the run was begun with 0.01. Give the recipe that"),
        ({"frozen": 2}, "The recipe has frozen = 2, and the run was begun with 0."),
        ({"size": 96}, "The recipe has size = 96, and the run was begun with None."),
        ({"sets": (Set("made", trust=0.5),)}, "has trust of set 1 = 0.5, and the run was begun with 1.0."),
        ({"sets": (*SMALL.sets, Set("more"))}, "has the number of sets = 2, and the run was begun with 1."),
    ],
)
def test_another_recipe_is_refused(stopped, change, sentence):
    with pytest.raises(DataError, match=sentence):
        gone_on(load(stopped / "checkpoint.pt"), replace(SMALL, **change), None, None)


def test_another_number_of_crops_is_refused(stopped, crops, network):
    fewer = crops.parted(0.0)[0]._only(torch.arange(7).numpy())
    with pytest.raises(
        DataError,
        match=r"^made has 7 crops to learn from, and the run was begun with 12\. Give the same data",
    ):
        run_in(stopped, fewer, network, SMALL).resume()


def test_a_checkpoint_that_does_not_say_what_it_began_with_is_gone_on_from(stopped, crops, network):
    found = load(stopped / "checkpoint.pt")
    save(replace(found, recipe={}, crops=[], start=""), stopped / "checkpoint.pt")
    older = load(stopped / "checkpoint.pt")
    gone_on(older, replace(SMALL, rate=0.02), stopped / "start.pt", None)
    run = run_in(stopped, crops, deepcopy(network), replace(SMALL, rate=0.02))
    run._teacher_network = Network(Shape(size=96, width=0.25, head=16))
    run.resume()
    assert run.step == 1
    with pytest.raises(ModelError, match="is of another network than this run's, or of other frozen blocks"):
        run_in(stopped, crops, network, replace(SMALL, frozen=2)).resume()


def test_a_recipe_says_how_wide_a_new_network_is(tmp_path, network):
    sets = (Set("made"),)
    teacher = kept(tmp_path / "teacher.pt", network)
    student, _ = begun(Recipe(sets, size=64, width=0.25, head=24), None, teacher)
    assert student.shape == Shape(size=64, width=0.25, head=24)
    student, _ = begun(Recipe(sets), None, teacher)
    assert student.shape == Shape(192, 1.0, 96)
    student, _ = begun(Recipe(sets, width=0.25), teacher, None)
    assert mark(student) == mark(network)
    with pytest.raises(DataError, match=r"has width = 0\.5, and .*teacher\.pt has 0\.25\. Leave it out\."):
        begun(Recipe(sets, width=0.5), teacher, None)


def test_a_new_network_of_any_width_can_be_read_from_its_file_again(tmp_path):
    sets = (Set("made"),)
    for width, head in ((0.75, 8), (1.25, 40)):
        network = Network(Shape(64, width, head))
        (tmp_path / "new.tflite").write_bytes(written(network))
        student, _ = begun(Recipe(sets), tmp_path / "new.tflite", None)
        assert student.shape == network.shape
