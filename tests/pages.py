"""The pages of the documentation: their code blocks, tables and headings, and a room in which the blocks can run."""

import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
from PIL import Image

import tendu

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "README.ko.md", *sorted((ROOT / "docs").glob("*.md"))]
OTHERS = [ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", ROOT / "recipes" / "README.md"]

_BLOCK = re.compile(r"(?:<!-- needs: (\w+) -->\n)?^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, what it needs, the line its code begins on, and the code."""

    language: str
    needs: str | None
    line: int
    code: str


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path, language: str) -> list[Block]:
    """The page's blocks of a language, in order."""
    text = page.read_text(encoding="utf-8")
    found = [
        Block(match[2], match[1], text.count("\n", 0, match.start(3)) + 1, match[3])
        for match in _BLOCK.finditer(text)
    ]
    return [block for block in found if block.language == language]


def sections(page: Path) -> dict[str, str]:
    """Each heading of the second level with the text below it."""
    parts = re.split(r"^##? (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def furnish(room: Path) -> None:
    """Puts what the pages speak of into a folder: photos of one person, and films in which she is shaken."""
    with Image.open(str(files("skimage") / "data" / "astronaut.png")) as photo:
        astronaut = np.asarray(photo.convert("RGB").resize((256, 256)))
    (room / "photos").mkdir()
    for name in ("squat.jpg", "photo.jpg", "photos/a.jpg"):
        Image.fromarray(astronaut).save(room / name)
    for name in ("squats.mp4", "film.mp4"):
        with tendu.save(room / name) as film:
            for number in range(12):
                film.write(
                    tendu.Frame.of(np.roll(astronaut, number, axis=1), number=number, time=number / 30)
                )
