"""Report: the card of an exported file for people, in Markdown: what it is, what was measured and by which command, what it is not for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import isnan

from tendu.metrics.calibration import Bin, Calibration
from tendu.models.card import ModelCard
from tendu.training.chances import Chances
from tendu.training.measured import Measured

TENTHS = range(10)
"""The bins of a reliability table."""


@dataclass(frozen=True)
class Origin:
    """What is known of how a network came about.

    Attributes:
        file: its name.
        steps: of `tendu train`; None where the file is no checkpoint of it.
        seconds: how long these took.
        blend: the names of other networks mixed in, each with its share, 0 to 1.
        made_smaller: whether channels were left out.
        settled: the steps in which the rounded layers learned together; 0 for none.
    """

    file: str
    steps: int | None = None
    seconds: float = 0.0
    blend: Sequence[tuple[str, float]] = ()
    made_smaller: bool = False
    settled: int = 0


def report_of(card: ModelCard, found: Measured, origin: Origin, *, about: str = "") -> str:
    """The card for people.

    Args:
        card: the catalog's.
        found: what was measured.
        origin: what is known of how it came about.
        about: what its makers say of data, training and limits; a heading on limits in it stands instead of ours.
    """
    side = card.size[0] if card.size else 0
    threads = "one thread" if found.threads == 1 else f"{found.threads} threads"
    facts = f"""- file: `{card.file}`, {card.bytes or 0:,} bytes, sha256 `{card.sha256}`
- input: uint8 [1, {side}, {side}, 3], RGB
- outputs: heads centre, heatmap, offset, regression, float32; logits and cells, y before x
- licence: {card.licence}; source: {card.source}
- one run: {found.milliseconds:.2f} ms (LiteRT, {threads}, median)"""
    judged = dict.fromkeys(figure.data for figure in found.after)
    parts = [
        f"# {card.title}",
        card.note,
        facts,
        _parity(found),
        _accuracy(card, found),
        "" if found.chances is None else reliability(found.chances),
        _origin(origin, told=bool(about)),
        about,
        ""
        if re.search(r"^#+ .*limits", about, re.MULTILINE | re.IGNORECASE)
        else _limits(list(judged), card),
    ]
    return "\n\n".join(part.strip() for part in parts if part) + "\n"


def _parity(found: Measured) -> str:
    if not found.pairs:
        return ""
    rows = "\n".join(
        f"| {one} and {other} | {_sure(apart.points, 3)} | {_sure(apart.score, 4)} | {apart.logits:.3f} | {apart.cells:.3f} |"
        for one, other, apart in found.pairs
    )
    return f"""## How far from the network

On {found.pictures} pictures of `--data`, against PyTorch in float32: the mean differences of the points of which the first is sure (score above
0.3), and the largest difference anywhere in the heads. Logits count from -10 on. Cells are read near points and centres alone, and differ most
elsewhere.

| | points, px of the input | scores | logits, the largest | cells, the largest |
|---|---|---|---|---|
{rows}"""


def _sure(mean: float, digits: int) -> str:
    return "no point is sure" if isnan(mean) else f"{mean:.{digits}f}"


def _accuracy(card: ModelCard, found: Measured) -> str:
    if not found.after:
        return ""
    rows = "\n".join(
        f"| {after.data} | {after.photos} | {after.protocol} | {after.look} | {before.ap:.1f} | {after.ap:.1f} |"
        for before, after in zip(found.before, found.after, strict=True)
    )
    commands = "\n".join(
        f"tendu evaluate {data} --model {card.file} --runtime litert --protocol {protocol} "
        + " ".join(f"--look {figure.look}" for figure in several)
        for (data, protocol), several in groupby(found.after, key=lambda each: (each.data, each.protocol))
    )
    return f"""## How good

AP, 0 to 100, before (the network as a float32 file) and after (this file).

| data | photos | protocol | look | before | after |
|---|---|---|---|---|---|
{rows}

```sh
{commands}
```"""


def _origin(origin: Origin, *, told: bool) -> str:
    said = [
        f"From `{origin.file}`"
        + (
            ", a file of weights."
            if origin.steps is None
            else f": {origin.steps:,} steps of `tendu train` in {origin.seconds / 60:.3g} min."
        )
    ]
    if origin.blend:
        shares = ", ".join(f"{share:g} of `{name}`" for name, share in origin.blend)
        said.append(f"Mixed in: {shares}.")
    if origin.made_smaller:
        said.append("Channels were left out without training (`--inner`, `--neck`).")
    if origin.settled:
        said.append(f"The rounded layers learned together for {origin.settled:,} steps (`--settle`).")
    if not told:
        said.append(
            "Which pictures it learned from, under which licences, and by which recipe is not stated: `tendu export --about FILE` "
            "puts it here."
        )
    return "## How it came about\n\n" + " ".join(said)


def _limits(judged: list[str], card: ModelCard) -> str:
    where = " and ".join(f"`{data}`" for data in judged)
    measured = (
        f"Judged only on {where}" if judged else "Its accuracy was not measured here (`--judge FOLDER` does)"
    )
    points, whom = (
        "COCO's 17 keypoints",
        "people of different ages, builds, skin colours, clothes and with mobility aids",
    )
    if card.skeleton is not None:
        points, whom = ", ".join(card.skeleton["keypoints"]), "other bodies, cameras and light"
    return f"""## Limits

- Not for finding out who somebody is.
- Not for decisions on health, safety, work or liberty without checking it on data of the very use.
- {measured}. How it fares with {whom} was not measured.
- It finds {points} and no others; hidden points are guesses and have scores all the same."""


def reliability(chances: Chances) -> str:
    """The calibration in Markdown: the numbers, and the curve before and after in ten bins."""
    platt, before, after = chances.platt, chances.before, chances.after
    text = f"""## How sure it is

Confidence is the chance that a pose is right (OKS at least 0.5): 1 / (1 + exp(-({platt.slope:.3f} · logit(c) {platt.shift:+.3f}))) of the
network's own confidence c, fitted to {chances.guesses} looks at people whom training held out (Platt scaling). On these very looks the
expected calibration error was {before.error:.3f} and is {after.error:.3f}. Looks, of which so many are right, by confidence:

| confidence | before: looks | confidence | right | after: looks | confidence | right |
|---|---|---|---|---|---|---|
"""
    bins = len(TENTHS)
    return text + "\n".join(
        f"| {low / bins:.1f} to {(low + 1) / bins:.1f} | {_cells(before, low)} | {_cells(after, low)} |"
        for low in TENTHS
    )


def _cells(curve: Calibration, tenth: int) -> str:
    held: Bin | None = next((each for each in curve.bins if round(each.low * len(TENTHS)) == tenth), None)
    return "0 | – | –" if held is None else f"{held.count} | {held.confidence:.2f} | {held.right:.2f}"
