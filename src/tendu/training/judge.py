"""Judging: a network's AP on annotated photos, through the very file that would be shipped."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tendu.evaluation import Protocol, evaluate
from tendu.loading import load
from tendu.looking import Look
from tendu.metrics.category import measuring
from tendu.metrics.coco import Truth, read_truth
from tendu.skeleton import Skeleton
from tendu.training.data import Crops
from tendu.training.held import held_figures
from tendu.training.network import Network
from tendu.training.notes import JUDGED, note
from tendu.training.tflite import written

PEOPLE = 20
"""How many people COCO's scorer counts in a photo (cocoeval.py, maxDets)."""


@dataclass(frozen=True)
class Figure:
    """One AP.

    Attributes:
        data: the folder's name.
        protocol: see `tendu.evaluation.Protocol`.
        look: how the model looked.
        ap: 0 to 100.
        photos: how many.
    """

    data: str
    protocol: Protocol
    look: Look
    ap: float
    photos: int

    @property
    def title(self) -> str:
        """What a column or a curve is called."""
        return f"{self.protocol}, {self.look}"


def check_judges(folders: Sequence[Path], skeleton: Skeleton) -> None:
    """Nothing, where a model of these keypoints can be judged on each of the folders.

    Args:
        folders: the photos.
        skeleton: the keypoints that it finds.

    Raises:
        DataError: a folder has no annotations, or marks a point that the model does not find.
    """
    for folder in folders:
        truth = read_truth(folder)
        measuring(truth.skeleton, skeleton, data=truth.name)


def judged(model: bytes, folder: Path, *, looks_many: bool = False, threads: int = 1) -> list[Figure]:
    """The figures of a .tflite file on a folder with COCO's person_keypoints annotations.

    Photos of one person are judged cropped and whole; a folder without any is judged by everyone in it.

    Args:
        model: the file.
        folder: the photos.
        looks_many: also with several looks: zoom, or tiles.
        threads: for the model.
    """
    truth = read_truth(folder)
    rows: list[tuple[Protocol, Look]] = [("people", "once"), ("people", "tiles")]
    if any(photo.lone for photo in truth.photos):
        rows = [("cropped", "once"), ("whole", "once"), ("whole", "zoom")]
    with TemporaryDirectory() as temporary:
        path = Path(temporary) / "judged.tflite"
        path.write_bytes(model)
        return [
            _figure(path, truth, protocol, look, threads)
            for protocol, look in rows
            if looks_many or look == "once"
        ]


def note_figures(
    network: Network,
    step: int,
    folder: Path,
    *,
    held: Mapping[str, Crops],
    folders: Sequence[Path],
    threads: int = 1,
) -> None:
    """Adds a line for each figure of a network to a run's `judged.jsonl`.

    Args:
        network: as it would be exported; it is on the processor afterwards.
        step: of the run.
        folder: of the run.
        held: crops that are held out, by the name of their set, see `held_figures`.
        folders: annotated photos, see `judged`.
        threads: for the model.

    Raises:
        SinkError: it cannot be written.
    """
    lines = [
        {"title": f"{name}: {title}", "oks": alike}
        for name, one in held.items()
        for title, alike in held_figures(network, one).items()
    ]
    model = written(network.cpu()) if folders else b""
    for photos in folders:
        figures = judged(model, photos, threads=threads)
        lines += [{"title": f"{figure.data}: {figure.title}", **asdict(figure)} for figure in figures]
    note(folder / JUDGED, [{"step": step, **line} for line in lines])


def _figure(path: Path, truth: Truth, protocol: Protocol, look: Look, threads: int) -> Figure:
    people = PEOPLE if protocol == "people" else 1
    with load(path, look=look, people=people, threads=threads) as estimator:
        report = evaluate(estimator, truth, protocol=protocol)
    return Figure(report.data, protocol, look, 100 * (report.scores.ap or 0.0), report.photos)
