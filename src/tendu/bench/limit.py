"""The machine's limit: how fast a film or photos could be gone through if only decoding and the model took time.

Each of the two runs alone on one core, and its processor time for a frame is taken. The limit is the cores divided by
the sum: work cannot be parted better than evenly. The model is the faster of the file as published and as tendu cuts it.

Cores that share caches, memory or, as two threads of one core do, all their arithmetic slow each other down. So both
times are taken once more while the other goes on: what the machine could do of the two and nothing else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from time import process_time, thread_time
from typing import Any

import numpy as np
from jaxtyping import Shaped

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

    done, begun = 0, thread_time()
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "NONE"
        for _ in container.decode(stream):
            done += 1
            if done == frames:
                break
    return (thread_time() - begun) / max(done, 1) * 1e3


def photo_decoding(photos: list[Path]) -> float:
    """Milliseconds of one core to read and decode a photo, by OpenCV alone on one thread, at full size."""
    import cv2

    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    begun = thread_time()
    for photo in photos:
        cv2.imdecode(np.frombuffer(photo.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    spent = thread_time() - begun
    cv2.setNumThreads(threads)
    return spent / len(photos) * 1e3


def together(decode: Callable[[], float], estimator: Estimator) -> tuple[float, float]:
    """What decoding and one inference cost while the other goes on, in milliseconds of one core each.

    The model's time is that of the whole process less the decoder's, so a runtime's own threads count.

    Args:
        decode: one of the functions above; it goes on in a thread of its own.
        estimator: opened with one thread, the fastest of them.
    """
    decoded: list[float] = []

    def decoding() -> None:
        started = thread_time()
        decoded.extend([decode(), thread_time() - started])

    tensor = noise_for(estimator)
    estimator.runtime.raw(tensor)
    decoder = Thread(target=decoding, name="tendu bench decoder")
    runs, begun = 0, process_time()
    decoder.start()
    while runs == 0 or decoder.is_alive():
        estimator.runtime.raw(tensor)
        runs += 1
    decoder.join()
    each, spent = decoded
    return each, (process_time() - begun - spent) / runs * 1e3


def model_alone(estimators: list[Estimator], *, runs: int) -> tuple[float, Estimator]:
    """Milliseconds of one core for one inference on noise, the median run of the fastest estimator, and which it is.

    Args:
        estimators: opened with one thread.
        runs: of each.
    """
    return min(((_inference(one, runs), one) for one in estimators), key=lambda pair: pair[0])


def _inference(estimator: Estimator, runs: int) -> float:
    tensor = noise_for(estimator)
    estimator.runtime.raw(tensor)
    return float(np.median([_spent(lambda: estimator.runtime.raw(tensor)) for _ in range(runs)]))


def noise_for(estimator: Estimator) -> Shaped[np.ndarray, "1 h w 3"]:
    """What a model is given where only time counts: always the same noise, in its input's type."""
    noise = np.random.default_rng(0).integers(0, 256, (1, estimator.height, estimator.width, 3))
    return noise.astype(estimator.runtime.inputs[0].dtype)


def _spent(call: Callable[[], Any]) -> float:
    begun = process_time()
    call()
    return (process_time() - begun) * 1e3
