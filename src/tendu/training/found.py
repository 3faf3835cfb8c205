"""Crops of people whom tendu itself has found: any photos, of which a table of poses says where people are."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from tendu.sinks.reading import read_poses
from tendu.training.naming import Naming
from tendu.training.photos import SKIN, PhotoCrop, photos_beside
from tendu.training.rows import Cut, Row

LEAST = 96
"""Pixels of the longer side of a person's box: whoever is smaller in the photo would be blurred in a crop."""


def found_rows(path: Path, limit: int | None, cut: Cut, naming: Naming) -> list[Row]:
    """The rows of a table of poses, .csv or .parquet, as `tendu photos/ -o people.csv` writes it.

    A crop for each person who is not too small. The table says who is meant, the teacher where the keypoints are.

    Args:
        path: the table; photos are in the folder `images` beside it, or directly beside it.
        limit: read no more than this.
        cut: how crops are cut.
        naming: how many points the model has.

    Raises:
        DataError: the file is no table of poses.
        MissingExtraError: it is .parquet, and pyarrow is not installed.
        SourceError: the file cannot be read.
    """
    return list(islice(_rows(path, cut, naming), limit))


def _rows(path: Path, cut: Cut, naming: Naming) -> Iterator[Row]:
    folder = photos_beside(path)
    for poses in read_poses(path):
        name = Path(poses.stamp.source).name
        for left, top, right, bottom in poses.box.tolist():
            longer = max(right - left, bottom - top)
            if longer < LEAST:
                continue
            room = (SKIN - 1) / 2 * longer
            window = cut.window(left - room, top - room, right - left + 2 * room, bottom - top + 2 * room)
            yield PhotoCrop(folder / name, cut.side, window), naming.unlabelled(1), name
