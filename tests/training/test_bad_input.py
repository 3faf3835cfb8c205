"""Bad input: recipes, labels and starts that cannot be meant end in a sentence, and never in wrong crops."""

import pytest

from tendu.errors import DataError
from tendu.training.recipe import read_recipe


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"rate = 1{'0' * 400}", "a number above 0"),
        (f"seed = {2**70}", "a whole number from 0 to 4294967295"),
    ],
    ids=["rate", "seed"],
)
def test_whole_numbers_too_large_for_their_place_are_refused(tmp_path, line, expected):
    (tmp_path / "r.toml").write_text(f'{line}\n[[sets]]\nlabels = "a"')
    with pytest.raises(DataError, match=rf"r\.toml has {line}, which is not {expected}\. Change it\.$"):
        read_recipe(tmp_path / "r.toml")
