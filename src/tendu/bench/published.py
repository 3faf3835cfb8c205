"""The published table of these models, and why our numbers differ from it: data only.

From tensorflow/tensorflow, tensorflow/lite/g3doc/examples/pose_estimation/overview.md, mirrored on tensorflow.org.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Published:
    """One row of the published table.

    Attributes:
        name: the model's name in our catalog.
        megabytes: its size.
        map: mAP, 0 to 100, "measured on a subset of the COCO dataset in which we filter and crop each image to contain
            only one person".
        pixel5: milliseconds on a Pixel 5, four threads of its processor.
        pi4: the same on a Raspberry Pi 4.
    """

    name: str
    megabytes: float
    map: float
    pixel5: int
    pi4: int


PUBLISHED = (
    Published("movenet-thunder-fp16", 12.6, 72.0, 155, 594),
    Published("movenet-thunder-int8", 7.1, 68.9, 100, 251),
    Published("movenet-lightning-fp16", 4.8, 63.0, 60, 186),
    Published("movenet-lightning-int8", 2.9, 57.4, 52, 95),
    Published("posenet-mobilenet-257", 13.3, 45.6, 80, 338),
)

REASONS = (
    """mAP: the makers filtered and cropped COCO's photos, 919 by a copy of their model card; which photos, and with which
margin around a person, they do not say, and no code of theirs is public (tensorflow/hub issue 876). Ours are the photos
of the folder; two columns show what a margin changes.""",
    "mAP: COCO counts every guess however unsure; whether theirs left unsure ones out is not said.",
    """Latency: theirs is on a phone and a small board with four threads, ours on the machine above. Only ratios between
models compare.""",
)
"""What we know of why numbers differ."""

MARGINS = (1.0, 1.25)
"""The margins that the table shows: the true box itself, and the margin that the house uses for a closer look."""
