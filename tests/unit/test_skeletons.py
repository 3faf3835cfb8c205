"""Skeletons of one's own: what their table says, and what is no skeleton."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from tendu import DataError
from tendu.skeleton import COCO17
from tendu.skeletons import MEAN_SIGMA, skeleton_of, table_of

ROOT = Path(__file__).parents[2]
MOUSE = {"keypoints": ["snout", "left_ear", "right_ear", "tail_base"], "bones": [["snout", "tail_base"]]}


def test_names_alone_tell_the_sides_and_the_sigmas_of_known_points():
    made = skeleton_of(MOUSE)
    assert made.mirrors == ((1, 2),)
    assert made.flip.tolist() == [0, 2, 1, 3]
    assert made.bones == ((0, 3),)
    assert made.sigmas == (MEAN_SIGMA, 0.035, 0.035, MEAN_SIGMA)
    assert made.korean == ("snout", "왼쪽 귀", "오른쪽 귀", "tail_base")


def test_the_mean_sigma_is_cocos():
    assert pytest.approx(sum(COCO17.sigmas) / 17, abs=5e-4) == MEAN_SIGMA


def test_a_table_says_a_skeleton_in_full():
    assert skeleton_of(json.loads(json.dumps(table_of(COCO17)))) == COCO17


def test_what_is_given_comes_before_what_names_say():
    made = skeleton_of(
        {"keypoints": ["left_a", "right_a", "b"], "mirrors": [["left_a", "b"]], "sigmas": [0.1, 0.2, 0.3]}
    )
    assert (made.mirrors, made.sigmas) == (((0, 2),), (0.1, 0.2, 0.3))


@pytest.mark.parametrize(
    "names",
    [("l_ear", "r_ear"), ("ear_L", "ear_R"), ("earL", "earR"), ("LEFT EAR", "RIGHT EAR"), ("LEar", "REar")],
)
def test_left_and_right_are_known_however_they_are_written(names):
    assert skeleton_of({"keypoints": ["nose", *names]}).mirrors == ((1, 2),)
    assert skeleton_of({"keypoints": ["nose", *reversed(names)]}).mirrors == ((2, 1),)


def test_names_that_only_sound_like_sides_are_none():
    assert skeleton_of({"keypoints": ["lip", "rip", "tail", "tair", "well", "welr"]}).mirrors == ()


def test_the_page_and_the_recipe_show_a_skeleton_and_every_key_of_it():
    page = (ROOT / "docs" / "own-keypoints.md").read_text(encoding="utf-8")
    shown = tomllib.loads(re.search(r"```toml\n(.+?)```", page, re.DOTALL)[1])
    recipe = tomllib.loads((ROOT / "recipes" / "mouse.toml").read_text(encoding="utf-8"))
    assert recipe["skeleton"] == shown["skeleton"]
    assert skeleton_of(shown["skeleton"]).mirrors == ((1, 2),)
    assert set(table_of(COCO17)) == set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({}, "A skeleton's keypoints are a list of names, not None."),
        ({"keypoints": "nose"}, "A skeleton's keypoints are a list of names, not 'nose'."),
        ({"keypoints": ["nose", 3]}, r"A skeleton's keypoints are a list of names, not \['nose', 3\]."),
        ({"keypoints": ["nose"]}, "A skeleton has 2 to 200 keypoints, not 1."),
        (
            {"keypoints": ["a", "b", "a"]},
            "A skeleton has two keypoints called 'a'. Give each a name of its own.",
        ),
        (["nose"], r"A skeleton is a table with keypoints, not \['nose'\]."),
        ({"keypoints": ["nose", "a\ud800"]}, "A skeleton's keypoints are a list of names, not "),
        (
            {"keypoints": ["nose", "코"]},
            "A skeleton has two korean called '코'. Give each a name of its own.",
        ),
        (
            {"points": ["a", "b"]},
            "A skeleton has keypoints, bones, mirrors, sigmas, korean, not 'points'. Leave it out.",
        ),
        (
            {**MOUSE, "korean": ["코", "귀"]},
            "A skeleton of 4 keypoints has 2 Korean names. Give one for each.",
        ),
        ({**MOUSE, "bones": "snout"}, "A skeleton's bones are a list of pairs of names, not 'snout'."),
        (
            {**MOUSE, "bones": [["snout", "nose"]]},
            r"A skeleton's bones are pairs of two of its keypoints, not \['snout', 'nose'\]. The names are snout, left_ear, ",
        ),
        (
            {**MOUSE, "bones": [[0, 1]]},
            r"A skeleton's bones are pairs of two of its keypoints, not \[0, 1\].",
        ),
        (
            {**MOUSE, "mirrors": [["snout", "snout"]]},
            "A skeleton's mirrors are pairs of two of its keypoints",
        ),
        (
            {**MOUSE, "mirrors": [["left_ear", "right_ear"], ["snout", "left_ear"]]},
            "A keypoint of a skeleton's mirrors changes places with two others. Give it one.",
        ),
        (
            {**MOUSE, "sigmas": [0.1]},
            r"A skeleton's sigmas are 4 numbers between 0 and 1, one for each keypoint, not \[0.1\].",
        ),
        ({**MOUSE, "sigmas": [0.1, 0.1, 0.1, 2]}, "A skeleton's sigmas are 4 numbers between 0 and 1"),
        ({**MOUSE, "sigmas": [0.1, 0.1, 0.1, True]}, "A skeleton's sigmas are 4 numbers between 0 and 1"),
    ],
)
def test_what_is_no_skeleton_is_refused(table, sentence):
    with pytest.raises(DataError, match=sentence):
        skeleton_of(table)
