"""The body as MoveNet and PoseNet name it: 17 keypoints, their bones, their mirror pairs, their OKS sigmas.

Order and English names are COCO's (cocodataset/cocoapi). The Korean names are those of TensorFlow Lite's
pose-estimation page. The sigmas are from pycocotools' cocoeval.py, line 206, divided by 10 as there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np
from jaxtyping import Float32, Int64

from tendu.errors import DataError


class Keypoint(IntEnum):
    """The 17 COCO keypoints by index; left and right are the person's own.

    >>> Keypoint.LEFT_KNEE, int(Keypoint.LEFT_KNEE)
    (<Keypoint.LEFT_KNEE: 13>, 13)
    """

    NOSE = 0
    LEFT_EYE = 1
    RIGHT_EYE = 2
    LEFT_EAR = 3
    RIGHT_EAR = 4
    LEFT_SHOULDER = 5
    RIGHT_SHOULDER = 6
    LEFT_ELBOW = 7
    RIGHT_ELBOW = 8
    LEFT_WRIST = 9
    RIGHT_WRIST = 10
    LEFT_HIP = 11
    RIGHT_HIP = 12
    LEFT_KNEE = 13
    RIGHT_KNEE = 14
    LEFT_ANKLE = 15
    RIGHT_ANKLE = 16


@dataclass(frozen=True)
class Skeleton:
    """What the points of a pose are called and how they hang together.

    Attributes:
        names: English names in index order, lower case with underscores.
        korean: Korean names in the same order.
        bones: pairs of indices that a drawing connects.
        mirrors: pairs of indices that change places when a picture is flipped.
        sigmas: OKS fall-off of each point, the standard deviation of human labels (COCO).
    """

    names: tuple[str, ...]
    korean: tuple[str, ...]
    bones: tuple[tuple[int, int], ...]
    mirrors: tuple[tuple[int, int], ...]
    sigmas: tuple[float, ...]

    def __len__(self) -> int:
        return len(self.names)

    def index(self, name: str) -> int:
        """The index of a point by its English or Korean name.

        Raises:
            DataError: no point has that name.

        >>> COCO17.index("left_knee"), COCO17.index("왼쪽 무릎")
        (13, 13)
        >>> COCO17.index("left_toe")
        Traceback (most recent call last):
        tendu.errors.DataError: No keypoint is called 'left_toe'. The names are nose, left_eye, ...
        """
        for names in (self.names, self.korean):
            if name in names:
                return names.index(name)
        raise DataError(f"No keypoint is called {name!r}. The names are {', '.join(self.names)}.")

    def place(self, point: int | str) -> int:
        """The index of a point by `Keypoint`, index, or English or Korean name; a `Keypoint` is found by its name.

        Raises:
            DataError: no point has that name or index.
        """
        if isinstance(point, Keypoint):
            point = point.name.lower()
        index = self.index(point) if isinstance(point, str) else int(point)
        if not 0 <= index < len(self):
            raise DataError(f"Keypoints are numbered 0 to {len(self) - 1}, not {index}.")
        return index

    def among(self, names: Iterable[str]) -> list[int]:
        """The indices of those points that it has, of several by their English names, in their order.

        >>> COCO17.among(["left_ankle", "left_big_toe"])
        [15]
        """
        return [self.names.index(name) for name in names if name in self.names]

    @cached_property
    def flip(self) -> Int64[np.ndarray, "k"]:
        """The order of the points after a left-right flip: `xy[:, COCO17.flip]`.

        >>> COCO17.flip.tolist()
        [0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15]
        """
        order = np.arange(len(self), dtype=np.int64)
        for left, right in self.mirrors:
            order[left], order[right] = right, left
        order.flags.writeable = False
        return order

    @cached_property
    def oks_sigmas(self) -> Float32[np.ndarray, "k"]:
        """The sigmas as an array, for arithmetic."""
        sigmas = np.asarray(self.sigmas, dtype=np.float32)
        sigmas.flags.writeable = False
        return sigmas


HEAD = ("nose", "left_eye", "right_eye", "left_ear", "right_ear")
"""COCO's points of the head."""

COCO17 = Skeleton(
    names=tuple(point.name.lower() for point in Keypoint),
    korean=(
        "코",
        "왼쪽 눈",
        "오른쪽 눈",
        "왼쪽 귀",
        "오른쪽 귀",
        "왼쪽 어깨",
        "오른쪽 어깨",
        "왼쪽 팔꿈치",
        "오른쪽 팔꿈치",
        "왼쪽 손목",
        "오른쪽 손목",
        "왼쪽 골반 부위",
        "오른쪽 골반 부위",
        "왼쪽 무릎",
        "오른쪽 무릎",
        "왼쪽 발목",
        "오른쪽 발목",
    ),
    bones=(
        (0, 1), (0, 2), (1, 3), (2, 4), (0, 5), (0, 6), (5, 7), (7, 9), (6, 8), (8, 10), (5, 6),
        (5, 11), (6, 12), (11, 12), (11, 13), (13, 15), (12, 14), (14, 16),
    ),  # the edges that the MoveNet tutorial draws (tensorflow/docs, hub/tutorials/movenet.ipynb)
    mirrors=((1, 2), (3, 4), (5, 6), (7, 8), (9, 10), (11, 12), (13, 14), (15, 16)),
    sigmas=(
        0.026, 0.025, 0.025, 0.035, 0.035, 0.079, 0.079, 0.072, 0.072, 0.062, 0.062,
        0.107, 0.107, 0.087, 0.087, 0.089, 0.089,
    ),
)  # fmt: skip
