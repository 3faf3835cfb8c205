"""What `tendu photo.jpg` prints of points of one's own."""

import pytest

from made_poses import MOUSE, made_poses
from tendu.cli.keypoints import Keypoints, table
from tendu.cli.spoken import speaking
from tendu.skeletons import skeleton_of


@pytest.mark.parametrize(
    ("spoken", "names"), [("en", ["snout", "left ear", "right ear", "tail base"]), ("ko", MOUSE.korean)]
)
def test_the_table_names_the_models_points_in_the_language_that_is_spoken(spoken, names, capsys):
    with speaking(spoken):
        Keypoints().write(made_poses(1, skeleton=MOUSE))
    _, _, *lines = capsys.readouterr().out.splitlines()
    assert [line[4:-25].strip() for line in lines] == list(names)


def test_long_names_widen_their_column():
    long = skeleton_of({"keypoints": ["snout", "the_middle_of_the_lower_left_incisor"]})
    title, *lines = table(made_poses(1, skeleton=long)[0])
    assert {len(line) for line in (title, *lines)} == {len(title)}
    assert "incisor " in lines[1]
    short = table(made_poses(1, skeleton=MOUSE)[0])
    assert len(short[0]) == len(table(made_poses(1)[0])[0])
