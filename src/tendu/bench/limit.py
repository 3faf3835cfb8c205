"""The machine's limit: how fast a film or photos could be gone through if only decoding and the model took time.

Each of the two runs alone on one core, and its processor time for a frame is taken. The limit is the cores divided by
the sum: work cannot be parted better than evenly. The model is the faster of the file as published and as tendu cuts it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from tendu.estimator import Estimator


@dataclass(frozen=True)
class Limit:
    """What a frame costs at least, in milliseconds of one core.

    Attributes:
        decode: reading and decoding it.
        model: one inference.
        inferences: how many a frame needs.
        cores: how many there are.
    """

    decode: float
    model: float
    inferences: float
    cores: int

    @property
    def rate(self) -> float:
        """Frames a second if nothing else took time and all cores were always busy.

        >>> Limit(decode=2.0, model=3.0, inferences=1.0, cores=2).rate
        400.0
        """
        return 1e3 * self.cores / (self.decode + self.model * self.inferences)


def film_decoding(film: Path, *, frames: int) -> float:
    """Milliseconds of one core to decode a frame, by PyAV alone on one thread, over at most so many frames."""
    import av

    done, begun = 0, process_time()
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "NONE"
        for _ in container.decode(stream):
            done += 1
            if done == frames:
                break
    return (process_time() - begun) / max(done, 1) * 1e3


def photo_decoding(photos: list[Path]) -> float:
    """Milliseconds of one core to read and decode a photo, by OpenCV alone on one thread, at full size."""
    import cv2

    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    begun = process_time()
    for photo in photos:
        cv2.imdecode(np.frombuffer(photo.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    spent = process_time() - begun
    cv2.setNumThreads(threads)
    return spent / len(photos) * 1e3


def model_alone(estimators: list[Estimator], *, runs: int) -> float:
    """Milliseconds of one core for one inference on noise: the median run of the fastest estimator.

    Args:
        estimators: opened with one thread.
        runs: of each.
    """
    return min(_inference(estimator, runs) for estimator in estimators)


def _inference(estimator: Estimator, runs: int) -> float:
    port = estimator.runtime.inputs[0]
    noise = np.random.default_rng(0).integers(0, 256, (1, estimator.height, estimator.width, 3))
    tensor = noise.astype(port.dtype)
    estimator.runtime.raw(tensor)
    return float(np.median([_spent(lambda: estimator.runtime.raw(tensor)) for _ in range(runs)]))


def _spent(call: Callable[[], Any]) -> float:
    begun = process_time()
    call()
    return (process_time() - begun) * 1e3
