"""The card of an exported file: what stands in it, and what it says where nothing is known."""

import numpy as np
import pytest

from tendu.models.card import ModelCard
from tendu.training.judge import Figure
from tendu.training.measured import NETWORK, Measured
from tendu.training.parity import Parity, Sight, parity
from tendu.training.report import Origin, report_of

CARD = ModelCard(
    name="mine",
    title="mine int8",
    decoder="movenet",
    file="mine.tflite",
    size=(192, 192),
    dtype="uint8",
    addresses=(),
    sha256="0123",
    bytes=2_578_600,
    licence="not stated",
    source="trained with tendu",
    people=1,
    stride=4,
)


def figures(*ap):
    rows = [("cropped", "once"), ("whole", "once"), ("whole", "zoom")]
    return [Figure("photos", *row, each, 220) for row, each in zip(rows, ap, strict=True)]


def test_ap_stands_before_and_after_with_the_commands_that_measure_it():
    found = Measured(5.71, before=figures(59.13, 35.9, 58.7), after=figures(58.5, 35.3, 58.4))
    report = report_of(CARD, found, Origin("checkpoint.pt", 3000, 4020.0))
    assert "| photos | 220 | cropped | once | 59.1 | 58.5 |\n" in report
    assert "| photos | 220 | whole | zoom | 58.7 | 58.4 |\n" in report
    commands = report.partition("```sh\n")[2].partition("\n```")[0].splitlines()
    assert commands == [
        "tendu evaluate photos --model mine.tflite --runtime litert --protocol cropped --look once",
        "tendu evaluate photos --model mine.tflite --runtime litert --protocol whole --look once --look zoom",
    ]
    assert "Judged only on `photos`." in report


def test_every_pair_stands_with_all_three_differences():
    found = Measured(
        5.71, 2, [(NETWORK, "`mine`", Parity(logits=3.25, cells=9.5, points=0.681, score=0.0483))], 20
    )
    report = report_of(CARD, found, Origin("checkpoint.pt"))
    assert "| the network and `mine` | 0.681 | 0.0483 | 3.250 | 9.500 |" in report
    assert "On 20 pictures of `--data`" in report
    assert "one run: 5.71 ms (LiteRT, 2 threads, median)" in report


def test_where_no_point_is_sure_no_distance_is_claimed():
    nothing = [np.full((1, 12, 12, channels), -9.0, np.float32) for channels in (1, 17)]
    somewhere = [np.zeros((1, 12, 12, 34), np.float32)] * 2
    apart = parity(*[Sight(((*nothing, *somewhere),), 48, 1.0)] * 2)
    report = report_of(CARD, Measured(1.0, pairs=[(NETWORK, "`mine`", apart)]), Origin("checkpoint.pt"))
    assert "| the network and `mine` | no point is sure | no point is sure | 0.000 | 0.000 |" in report


def test_what_nobody_stated_is_said_to_be_unstated():
    report = report_of(CARD, Measured(5.71), Origin("lightning.tflite"))
    assert report.startswith("# mine int8\n\n- file: `mine.tflite`, 2,578,600 bytes, sha256 `0123`\n")
    assert "- licence: not stated; source: trained with tendu\n" in report
    assert "From `lightning.tflite`, a file of weights. Which pictures it learned from" in report
    assert "`tendu export --about FILE` puts it here." in report
    assert "Its accuracy was not measured here (`--judge FOLDER` does)." in report
    assert "Not for finding out who somebody is." in report
    assert "| AP |" not in report


def test_how_it_came_about_is_told_as_far_as_it_is_known():
    origin = Origin("checkpoint.pt", 3000, 4020.0, [("start.json", 0.5)], made_smaller=True, settled=1600)
    report = report_of(CARD, Measured(5.71), origin, about="## Data\n\nMy photos.")
    assert (
        "From `checkpoint.pt`: 3,000 steps of `tendu train` in 67 min. Mixed in: 0.5 of `start.json`. Channels were left "
        "out without training (`--inner`, `--neck`). The rounded layers learned together for 1,600 steps (`--settle`).\n\n"
        "## Data\n\nMy photos.\n\n## Limits\n" in report
    )
    assert "is not stated" not in report


@pytest.mark.parametrize("heading", ["## Limits", "## Data and limits"])
def test_limits_of_the_makers_own_stand_instead_of_ours(heading):
    report = report_of(
        CARD, Measured(5.71), Origin("checkpoint.pt"), about=f"{heading}\n\nNot for goalkeepers."
    )
    assert report.endswith(f"{heading}\n\nNot for goalkeepers.\n")
    assert "who somebody is" not in report


def test_logits_that_say_nothing_is_there_are_alike_however_low():
    def sight(centre, offset):
        heads = tuple(
            np.full((1, 8, 8, channels), value, np.float32)
            for channels, value in [(1, centre), (17, -60.0), (34, offset), (34, 0.0)]
        )
        return Sight((heads,), 32, 1.0)

    assert parity(sight(-60.0, 0.0), sight(-10.0, 0.0)).logits == 0
    assert parity(sight(-9.0, 0.0), sight(-12.0, 0.0)).logits == 1
    assert parity(sight(-60.0, -20.0), sight(-60.0, -5.0)).cells == 15
