"""Measured: what is found out about exported files: parity, time, AP before and after, and how sure they may be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from jaxtyping import UInt8
from numpy import ndarray

from tendu.training.chances import Chances, chances, estimator_of, guesses
from tendu.training.data import Crops
from tendu.training.judge import Figure, judged
from tendu.training.network import Network
from tendu.training.parity import Parity, Sight, parity, seen_by_file, seen_by_network
from tendu.training.tflite import written

NETWORK = "the network"
"""What the network in PyTorch, float32, is called in tables."""


@dataclass(frozen=True)
class Measured:
    """What was measured of an exported file.

    Attributes:
        milliseconds: the median time of one run, LiteRT.
        threads: of that run.
        pairs: who was compared with whom, `NETWORK` and files by their names, and how far apart they are.
        pictures: on how many pictures.
        before: AP of the network in float32, as a file; empty where nothing was judged.
        after: AP of the file, in the same order.
        chances: its calibration, where people were held out for one.
    """

    milliseconds: float
    threads: int = 1
    pairs: Sequence[tuple[str, str, Parity]] = ()
    pictures: int = 0
    before: Sequence[Figure] = ()
    after: Sequence[Figure] = ()
    chances: Chances | None = None


def measured(
    network: Network,
    models: Mapping[str, bytes],
    pictures: list[UInt8[ndarray, "s s 3"]],
    *,
    held: list[Crops],
    judges: Sequence[Path] = (),
    threads: int = 1,
) -> dict[str, Measured]:
    """What there is to say of each file that was made of a network.

    Args:
        network: it, float32 and on the processor.
        models: the files by their names.
        pictures: on which they are compared, one or more.
        held: people whom training has not seen; none for no calibration.
        judges: folders of annotated photos, see `judged`.
        threads: for the files.

    Raises:
        DataError: the held people are too few, or a folder has no annotations.
    """
    seen = {name: seen_by_file(model, pictures, threads=threads) for name, model in models.items()}
    pairs = _pairs(seen_by_network(network, pictures), seen)

    def figures(model: bytes) -> list[Figure]:
        return [each for folder in judges for each in judged(model, folder, looks_many=True, threads=threads)]

    whole = written(network) if judges else b""
    before = figures(whole)
    found: dict[str, Measured] = {}
    for name, model in models.items():
        learned = None
        if held:
            with estimator_of(model, threads=threads) as estimator:
                learned = chances(*guesses(estimator, held))
        after = before if model == whole else figures(model)
        time = seen[name].milliseconds
        found[name] = Measured(time, threads, pairs, len(pictures), before, after, learned)
    return found


def _pairs(network: Sight, files: Mapping[str, Sight]) -> list[tuple[str, str, Parity]]:
    """The network beside each file, then every two files."""
    alone = [(NETWORK, f"`{name}`", parity(network, sight)) for name, sight in files.items()]
    two = [(f"`{a}`", f"`{b}`", parity(files[a], files[b])) for a, b in combinations(files, 2)]
    return alone + two
