"""Other points than COCO's 17: labels find the model's places by name, and what cannot be meant is refused."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch
from scipy.io import savemat

from painted_movenet import CELLS, painted
from tendu.errors import DataError, SourceError
from tendu.estimator import Estimator
from tendu.models.movenet import HeadsDecoder
from tendu.runtimes.fake import FakeRuntime
from tendu.skeleton import COCO17
from tendu.skeletons import skeleton_of
from tendu.training.batches import planned_batch
from tendu.training.chances import guesses, is_right
from tendu.training.data import Crops, read_crops, read_set, read_sets
from tendu.training.held import held_figures, least
from tendu.training.network import Network, Shape
from tendu.training.photos import LEEDS
from tendu.training.plan import planned
from tendu.training.recipe import Recipe, Set, read_recipe
from tendu.training.rows import ROOM, SIDE
from test_labels import BOX, boxed, joints, write_set

NAMES = ("snout", "left_ear", "right_ear", "tail_base")
MOUSE = skeleton_of({"keypoints": list(NAMES)})
COLOURS = {
    "snout": (255, 0, 0),
    "left_ear": (0, 255, 0),
    "right_ear": (0, 0, 255),
    "tail_base": (255, 255, 0),
}
AT = {"snout": (150, 60), "left_ear": (140, 80), "right_ear": (160, 80), "tail_base": (150, 130)}
"""Where the mouse's points are in its photo, px from the corner of the pixels as COCO counts."""


def mice(folder, *, names=NAMES, annotations=None, categories=None, name="mice.json"):
    """A COCO file of a mouse drawn with a disc at each point, its points by those names and in that order."""
    import cv2

    photo = np.zeros((200, 300, 3), np.uint8)
    for point, xy in AT.items():
        cv2.circle(photo, xy, 5, COLOURS[point][::-1], -1)  # OpenCV writes BGR
    cv2.imwrite(str(folder / "mouse.png"), photo)
    points = [number for point in names for number in (*AT.get(point, (0, 0)), 2 * (point in AT))]
    mouse = {"id": 1, "image_id": 4, "category_id": 7, "bbox": [130, 50, 40, 90], "keypoints": points}
    mouse |= {"num_keypoints": 4, "area": 1800, "iscrowd": 0}
    labels = {
        "images": [{"id": 4, "file_name": "mouse.png"}],
        "annotations": [mouse] if annotations is None else [{**mouse, **one} for one in annotations],
        "categories": [{"id": 7, "name": "mouse", "keypoints": list(names)}]
        if categories is None
        else categories,
    }
    (folder / name).write_text(json.dumps(labels))
    return folder / name


def colour_at(crops, person):
    """Which point's disc is in the first crop where each of a person's labelled points is."""
    seen = {}
    for name, (x, y, v) in zip(crops.skeleton.names, person.tolist(), strict=True):
        if v:
            pixel = crops.pictures[0][int(y), int(x)].astype(int)
            seen[name] = min(COLOURS, key=lambda one: np.abs(pixel - COLOURS[one]).sum())
    return seen


def test_a_coco_file_of_four_points_is_read_by_the_names_of_its_category(tmp_path):
    crops = read_crops(mice(tmp_path), skeleton=MOUSE)
    assert crops.skeleton == MOUSE
    assert crops.people[0].shape == (1, 4, 3)
    assert colour_at(crops, crops.people[0][0]) == {name: name for name in NAMES}


def test_names_in_another_order_and_beside_fifteen_others_find_their_places(tmp_path):
    names = ("tail_base", *(f"paw_{number}" for number in range(15)), "right_ear", "left_ear", "snout")
    crops = read_crops(mice(tmp_path, names=names), skeleton=MOUSE)
    assert colour_at(crops, crops.people[0][0]) == {name: name for name in NAMES}


def test_a_set_s_own_names_come_before_those_of_its_file(tmp_path):
    crops = read_crops(
        mice(tmp_path), skeleton=MOUSE, keypoints=("snout", "right_ear", "left_ear", "a point of no use")
    )
    seen = colour_at(crops, crops.people[0][0])
    assert seen == {"snout": "snout", "left_ear": "right_ear", "right_ear": "left_ear"}


def test_an_annotation_s_points_are_called_as_its_category_has_them(tmp_path):
    turned = [*AT["tail_base"], 2, *AT["snout"], 2]
    categories = [
        {"id": 7, "keypoints": list(NAMES)},
        {"id": 8, "keypoints": ["tail_base", "snout"]},
        {"id": 9, "name": "cage", "keypoints": []},
    ]
    annotations = [{}, {"category_id": 8, "keypoints": turned}]
    path = mice(tmp_path, annotations=annotations, categories=categories)
    crops = read_crops(path, skeleton=MOUSE)
    assert colour_at(crops, crops.people[1][0]) == {"snout": "snout", "tail_base": "tail_base"}
    assert np.array_equal(crops.people[1][1], crops.people[0][0])
    path = mice(tmp_path, annotations=[*annotations, {"category_id": 9}], categories=categories)
    with pytest.raises(
        SourceError, match=r"Annotation with id 1 of .* does not fit: its category_id is 9, which none of the"
    ):
        read_crops(path, skeleton=MOUSE)


def test_points_of_coco_s_with_some_more_keep_coco_s_places(tmp_path):
    more = skeleton_of({"keypoints": [*COCO17.names, "left_heel", "right_heel"]})
    path = mice(tmp_path, names=COCO17.names, annotations=[{"keypoints": [150, 60, 2] * 17}])
    crops = read_crops(path, skeleton=more)
    assert crops.people[0][0, :, 2].tolist() == [2.0] * 17 + [0.0] * 2
    assert np.array_equal(crops.people[0][:, :17], read_crops(path).people[0])


def test_leeds_neck_and_top_of_the_head_have_places_where_the_model_has_them(tmp_path):
    import cv2

    for number in (1, 2):
        cv2.imwrite(str(tmp_path / f"im{number:05d}.jpg"), np.full((220, 200, 3), 50, np.uint8))
    given = joints()
    given[1, :12, 2] = 0  # of the second only neck and head are labelled
    savemat(tmp_path / "joints.mat", {"joints": given.transpose(1, 2, 0)})
    assert len(read_crops(tmp_path / "joints.mat")) == 1
    skeleton = skeleton_of({"keypoints": ["head_top", "neck", "left_wrist", "nose"]})
    one, two = read_crops(tmp_path / "joints.mat", skeleton=skeleton).people
    assert (one[0, :, 2].tolist(), two[0, :, 2].tolist()) == ([2, 2, 2, 0], [2, 2, 0, 0])
    # From joint to joint it is (10, 12) px, and the head's top is the last, after the neck and the left wrist.
    step = one[0, 0, :2] - one[0, 1, :2]
    assert step[0] / step[1] == pytest.approx(10 / 12, abs=1e-4)
    assert np.allclose(one[0, 1, :2] - one[0, 2, :2], step, atol=1e-3)


def shard_of(folder, names):
    """A .jsonl whose two crops show a mouse, its points in that order."""
    return write_set(folder, people=[[n for name in names for n in (*AT.get(name, (9, 9)), 2)]])


def test_sets_of_several_kinds_give_one_model_its_points_by_name(tmp_path):
    mice(tmp_path)
    shard_of(tmp_path, ("tail_base", "left_paw", "snout"))
    sets = (Set("mice.json"), Set("set.jsonl", keypoints=("tail_base", "left_paw", "snout"), held=0.5))
    (coco, shard), (_, held) = read_sets(Recipe(sets, skeleton=MOUSE), tmp_path)
    assert {one.skeleton for one in (coco, shard, held)} == {MOUSE}
    assert shard.people[0][0].tolist() == [[150, 60, 2], [0, 0, 0], [0, 0, 0], [150, 130, 2]]
    assert coco.people[0][0, :, 2].tolist() == [2] * 4


def test_a_set_without_a_name_of_the_model_s_is_refused_where_it_is_trusted(tmp_path):
    sentence = (
        r"has labels of snout, left_ear, right_ear, tail_base, and the model finds hoof, horn: no name is in both\. Give "
        r"the set's points the model's names \(keypoints = \[\.\.\.\]\), or do without its labels \(trust = 0\)\.$"
    )
    goat = skeleton_of({"keypoints": ["hoof", "horn"]})
    mice(tmp_path)
    shard_of(tmp_path, NAMES)
    for given in (Set("mice.json"), Set("set.jsonl", keypoints=NAMES)):
        with pytest.raises(DataError, match=sentence):
            read_set(Recipe((), skeleton=goat), given, tmp_path)
        crops = read_set(Recipe((), skeleton=goat), replace(given, trust=0.0), tmp_path)
        assert [people.tolist() for people in crops.people] == [[[[0] * 3] * 2]] * len(crops)
        with pytest.raises(DataError, match=sentence):
            read_set(Recipe((), skeleton=goat), replace(given, trust=0.0, taught=False), tmp_path)
    savemat(tmp_path / "joints.mat", {"joints": joints().transpose(1, 2, 0)})
    with pytest.raises(
        DataError, match=r"joints\.mat has labels of right_ankle, .*, head_top, and the model finds hoof"
    ):
        read_crops(tmp_path / "joints.mat", skeleton=goat)


def test_another_number_of_points_than_names_is_refused_with_both(tmp_path):
    five = mice(tmp_path, annotations=[{"keypoints": [1, 2, 2] * 5}])
    with pytest.raises(
        SourceError,
        match=r"^Annotation with id 1 of .*mice\.json does not fit: keypoints are 4 x \(x, y, v\), 12 numbers of at most "
        r"1,000,000, not 15: \[.*\. The names are snout, left_ear, right_ear, tail_base; a set's keypoints give others\.",
    ):
        read_crops(five, skeleton=MOUSE)
    unnamed = shard_of(tmp_path, NAMES)
    with pytest.raises(
        SourceError,
        match=r"^Line 1 of .*: expected file, shard and people of 17 x .*; keypoints are 17 x .*, not 12: .* nose, left_eye",
    ):
        read_crops(unnamed)


@pytest.mark.parametrize("names", ["snout", ["snout", "snout"], ["snout", 3], [""]])
def test_a_category_whose_names_are_none_is_refused(tmp_path, names):
    path = mice(tmp_path, categories=[{"id": 7, "keypoints": names}])
    with pytest.raises(
        SourceError,
        match=r"has a category whose keypoints are .*; expected a list of names, each once\. Correct",
    ):
        read_crops(path, skeleton=MOUSE)


def test_categories_that_are_none_are_one_sentence(tmp_path):
    with pytest.raises(SourceError, match=r"^Cannot read .*mice\.json as COCO keypoints: AttributeError"):
        read_crops(mice(tmp_path, categories=[7]), skeleton=MOUSE)


def test_leeds_joints_have_fourteen_names(tmp_path):
    savemat(tmp_path / "joints.mat", {"joints": joints().transpose(1, 2, 0)})
    with pytest.raises(
        DataError,
        match=r"^Leeds Sports Pose has 14 joints, and 2 keypoints are named for .*\. Leave them out: it has right",
    ):
        read_crops(tmp_path / "joints.mat", keypoints=LEEDS[:2])


def test_names_for_labels_without_points_are_refused(tmp_path):
    boxed(tmp_path, "a", f"<object><name>person</name>{BOX}</object>")
    with pytest.raises(
        DataError,
        match=r"^.*boxes says where people are and nothing of their points\. Leave out its keypoints\.$",
    ):
        read_crops(tmp_path / "boxes", keypoints=NAMES)
    assert read_crops(tmp_path / "boxes", skeleton=MOUSE).people[0].shape == (1, 4, 3)


def test_a_recipe_s_skeleton_stands_in_its_table_and_is_plain_in_a_checkpoint(tmp_path):
    path = tmp_path / "r.toml"
    path.write_text(
        '[[sets]]\nlabels = "a"\nkeypoints = ["tail_base", "snout"]\ntaught = false\n'
        '[skeleton]\nkeypoints = ["snout", "left_ear", "right_ear", "tail_base"]\n'
    )
    read = read_recipe(path)
    assert read == Recipe((Set("a", keypoints=("tail_base", "snout"), taught=False),), skeleton=MOUSE)
    assert read.sets[0].counted == 1.0
    plain = json.loads(json.dumps(asdict(read)))
    assert plain["skeleton"]["names"] == list(NAMES)
    assert plain["sets"][0]["keypoints"] == ["tail_base", "snout"]
    path.write_text('[[sets]]\nlabels = "a"\ntrust = 0.25')
    assert (read_recipe(path).skeleton, read_recipe(path).sets[0].counted) == (COCO17, 0.25)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("skeleton = 3\n{}", "has skeleton = 3, which is not a table [skeleton]. Change it."),
        (
            "{}[skeleton]\nkeypoints = ['a']",
            "has a [skeleton] that is none. A skeleton has 2 to 200 keypoints, not 1.",
        ),
        (
            "{}keypoints = ['a', 'a']",
            "has keypoints = ['a', 'a'], which is not a list of names, each once. Change it.",
        ),
        ("{}keypoints = []", "has keypoints = [], which is not a list of names, each once. Change it."),
        ("{}taught = 0", "has taught = 0, which is not true or false. Change it."),
        (
            "{}taught = false\ncentred = false",
            (
                "has a set mice.json with taught = false and centred = false, and then nothing says where a person's "
                "centre is. Leave out one of them."
            ),
        ),
    ],
)
def test_a_recipe_whose_points_cannot_be_meant_is_one_sentence(tmp_path, text, sentence):
    path = tmp_path / "r.toml"
    path.write_text(text.format('[[sets]]\nlabels = "mice.json"\n'))
    with pytest.raises(DataError) as caught:
        read_recipe(path)
    assert str(caught.value) == f"The recipe {path} {sentence}"


def test_untaught_crops_are_those_whose_labels_say_something(tmp_path):
    import cv2

    cv2.imwrite(str(tmp_path / "cage.png"), np.zeros((100, 100, 3), np.uint8))
    path = mice(
        tmp_path, names=(*NAMES, "paw"), annotations=[{}, {"keypoints": [0, 0, 0] * 4 + [150, 60, 2]}]
    )
    labels = json.loads(path.read_text())
    labels["images"].append({"id": 5, "file_name": "cage.png"})
    path.write_text(json.dumps(labels))
    recipe = Recipe((Set("mice.json", trust=0.1), Set("mice.json", trust=0.1, taught=False)), skeleton=MOUSE)
    (taught, untaught), _ = read_sets(recipe, tmp_path)
    assert [len(people) for people in taught.people] == [2, 2, 0]
    assert [len(people) for people in untaught.people] == [2, 0]
    assert untaught.sources == ("mouse.png", "cage.png")


def test_boxes_alone_teach_nothing_without_a_teacher(tmp_path):
    boxed(tmp_path, "a", f"<object><name>person</name>{BOX}</object>")
    with pytest.raises(
        DataError,
        match=r"^boxes says nothing of its people's points, and with taught = false no teacher says it either\. Label them",
    ):
        read_set(Recipe(()), Set("boxes", taught=False), tmp_path)


ONE = np.array([[1, 1, 1], *[[1, 1, 0]] * 3], np.float32)
"""Times a mouse it is one with the first point labelled and no other."""


def crops_of(count=3):
    """Crops of a mouse in the middle."""
    xy = np.array(list(AT.values()), np.float32) - [150, 95] + [SIDE / 2, SIDE / 2]
    person = np.column_stack([xy, np.full(4, 2)])[None].astype(np.float32)
    pictures = np.zeros((count, SIDE, SIDE, 3), np.uint8)
    return Crops(pictures, (person,) * count, ("a photo",) * count, MOUSE)


def test_left_and_right_of_the_skeleton_change_places_in_a_mirrored_picture():
    crops, mirrored = crops_of(), set()
    for seed in range(12):
        plan = planned(crops, 0, np.random.default_rng(seed), size=192, small=0.0, trust=1.0)
        mirrored.add(plan.flipped)
        snout, left, right, tail = plan.people[0, :, :2]
        # In the crop the left ear is left of the right one as one looks from the tail to the snout, and stays there.
        along, across = snout - tail, right - left
        assert along[0] * across[1] - along[1] * across[0] > 0
    assert mirrored == {True, False}


def test_untaught_plans_are_as_by_chance_and_count_in_full_with_nothing_unlabelled_in_them():
    sets = Set("a", trust=0.25, within=0.3), Set("a", trust=0.25, within=0.3, taught=False)
    several = [crops_of()]
    taught, untaught = (
        planned_batch(Recipe((one,), batch=40, small=0.4, skeleton=MOUSE), several, 0, size=96)[1]
        for one in sets
    )
    assert any(plan.filling is not None for plan in taught)
    assert any(plan.close is not None for plan in taught)
    first = taught[0], untaught[0]
    assert first[0].window == first[1].window
    assert {(plan.trust, plan.taught) for plan in taught} == {(0.25, True)}
    assert {(p.trust, p.taught, p.filling, p.close, p.inner) for p in untaught} == {
        (1.0, False, None, None, None)
    }
    assert any(plan.window.width > 2 * SIDE for plan in untaught)  # small people are still seen


def test_a_person_counts_with_five_points_of_seventeen_and_with_two_of_four():
    assert [least(skeleton_of({"keypoints": [f"p{i}" for i in range(k)]})) for k in (2, 4, 10, 23)] == [
        2,
        2,
        3,
        7,
    ]
    assert least(COCO17) == 5


class Seer(Network):
    """It sees a mouse as large as the picture in every one."""

    def forward(self, pictures):
        side = SIDE / ROOM
        xy = (crops_of().people[0][0, :, :2] - (SIDE - side) / 2) * np.float32(CELLS / side)
        heads = (torch.from_numpy(head).permute(0, 3, 1, 2) for head in painted([xy]))
        return [head.expand(len(pictures), -1, -1, -1) for head in heads]


def test_held_out_mice_are_judged_by_their_four_points():
    seer = Seer(Shape(size=192, width=0.25, head=16))
    found = held_figures(seer, crops_of())
    assert found["held, close"] > 99
    assert found["held, far"] < 50  # there it is half as large
    hardly = replace(crops_of(), people=(crops_of().people[0] * ONE,) * 3)
    assert held_figures(seer, hardly) == {}


def test_guesses_of_other_points_are_judged_with_their_own_sigmas():
    xy = crops_of().people[0][0, :, :2]
    heads = painted([xy * np.float32(CELLS / SIDE)])
    decoder = HeadsDecoder(skeleton=MOUSE)
    seer = Estimator(
        "fixed", FakeRuntime(list(heads)), decoder, 192, 192, look="once", min_score=0.0, skeleton=MOUSE
    )
    assert guesses(seer, [crops_of(1)])[1].tolist() == [True, False]
    hardly = replace(crops_of(1), people=(crops_of(1).people[0] * ONE,))
    assert len(guesses(seer, [hardly])[0]) == 0
    beside = xy + np.float32(12)
    exact, loose = (skeleton_of({"keypoints": list(NAMES), "sigmas": [s] * 4}) for s in (0.02, 0.5))
    people = crops_of(1).people[0]
    assert (is_right(beside, people, exact), is_right(beside, people, loose)) == (False, True)
