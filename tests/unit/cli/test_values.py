"""What options take, and the sentence for what they do not."""

import click
import pytest

from tendu.cli.values import above_nothing, moment, one_of, rate, share, whole


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("90.5", 90.5), (".5", 0.5), ("0", 0), ("1:30", 90), ("01:30.25", 90.25), ("2:00:00", 7200)],
)
def test_a_moment_is_seconds_or_minutes_and_seconds(text, seconds):
    assert moment(text) == seconds


@pytest.mark.parametrize("text", ["", "-1", "1m30", "1:", ":30", "1:2:3:4", "nan", "1,5"])
def test_what_is_no_moment_is_refused(text):
    with pytest.raises(click.BadParameter) as refused:
        moment(text)
    assert refused.value.message == (
        f"{text!r} is no moment of a film. Give seconds (90.5) or minutes and seconds (1:30.5)."
    )


def test_numbers_within_their_range_are_taken():
    assert (whole("1"), whole("20")) == (1, 20)
    assert (share("0"), share("1"), share(".25")) == (0, 1, 0.25)
    assert (rate("0.5"), rate("1000")) == (0.5, 1000)


@pytest.mark.parametrize(
    ("kind", "text", "sentence"),
    [
        (whole, "0", "'0' is not a whole number of 1 or more."),
        (whole, "-1", "'-1' is not a whole number of 1 or more."),
        (whole, "1.5", "'1.5' is not a whole number of 1 or more."),
        (whole, "two", "'two' is not a whole number of 1 or more."),
        (share, "1.1", "'1.1' is not a number from 0 to 1."),
        (share, "nan", "'nan' is not a number from 0 to 1."),
        (share, "half", "'half' is not a number from 0 to 1."),
        (rate, "0", "'0' is not a number above 0 and at most 1000."),
        (above_nothing, "0", "'0' is not a number above 0."),
        (above_nothing, "nan", "'nan' is not a number above 0."),
        (above_nothing, "inf", "'inf' is not a number above 0."),
        (rate, "inf", "'inf' is not a number above 0 and at most 1000."),
    ],
)
def test_numbers_out_of_range_are_refused(kind, text, sentence):
    with pytest.raises(click.BadParameter) as refused:
        kind(text)
    assert refused.value.message == sentence


def test_a_misspelt_word_is_met_with_a_guess():
    look = one_of(("auto", "zoom", "tiles"))
    assert look("zoom") == "zoom"
    for text, guess in (("zom", " Did you mean 'zoom'?"), ("TILES", ""), ("x", "")):
        with pytest.raises(click.BadParameter) as refused:
            look(text)
        assert refused.value.message == f"{text!r} is none of auto, zoom, tiles.{guess}"
