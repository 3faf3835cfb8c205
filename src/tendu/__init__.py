"""tendu finds people's poses in photos, films and live cameras: 17 COCO keypoints with a confidence each.

Names are loaded on first use, so `import tendu` alone starts no runtime and no OpenCV.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tendu.analysis.reps import RepCounter as RepCounter
    from tendu.drawing.draw import draw as draw
    from tendu.errors import DataError as DataError
    from tendu.errors import MissingExtraError as MissingExtraError
    from tendu.errors import ModelError as ModelError
    from tendu.errors import SinkError as SinkError
    from tendu.errors import SourceError as SourceError
    from tendu.errors import TenduError as TenduError
    from tendu.errors import UnknownModelError as UnknownModelError
    from tendu.estimator import Estimator as Estimator
    from tendu.follower import Follower as Follower
    from tendu.frame import Frame as Frame
    from tendu.loading import load as load
    from tendu.motion.smooth import Smoother as Smoother
    from tendu.motion.track import Tracker as Tracker
    from tendu.pipeline import Summary as Summary
    from tendu.pipeline import run as run
    from tendu.pose import Point as Point
    from tendu.pose import Pose as Pose
    from tendu.pose import Poses as Poses
    from tendu.similarity import iou as iou
    from tendu.similarity import oks as oks
    from tendu.sinks.open_sink import open_sink as save
    from tendu.sinks.reading import read_poses as read_poses
    from tendu.skeleton import COCO17 as COCO17
    from tendu.skeleton import Keypoint as Keypoint
    from tendu.skeleton import Skeleton as Skeleton
    from tendu.sources.images import read_photo as read
    from tendu.sources.open_source import open_source as open  # noqa: A004 - tendu.open reads as the built-in does
    from tendu.window import Window as Window

__version__ = "0.1.0"

_HOMES = {
    "COCO17": "skeleton",
    "DataError": "errors",
    "Estimator": "estimator",
    "Follower": "follower",
    "Frame": "frame",
    "Keypoint": "skeleton",
    "MissingExtraError": "errors",
    "ModelError": "errors",
    "Point": "pose",
    "Pose": "pose",
    "Poses": "pose",
    "RepCounter": "analysis.reps",
    "SinkError": "errors",
    "Skeleton": "skeleton",
    "Smoother": "motion.smooth",
    "SourceError": "errors",
    "Summary": "pipeline",
    "TenduError": "errors",
    "Tracker": "motion.track",
    "UnknownModelError": "errors",
    "Window": "window",
    "draw": "drawing.draw",
    "iou": "similarity",
    "load": "loading",
    "oks": "similarity",
    "open": "sources.open_source:open_source",
    "read": "sources.images:read_photo",
    "read_poses": "sinks.reading",
    "run": "pipeline",
    "save": "sinks.open_sink:open_sink",
}

__all__ = [
    "COCO17",
    "DataError",
    "Estimator",
    "Follower",
    "Frame",
    "Keypoint",
    "MissingExtraError",
    "ModelError",
    "Point",
    "Pose",
    "Poses",
    "RepCounter",
    "SinkError",
    "Skeleton",
    "Smoother",
    "SourceError",
    "Summary",
    "TenduError",
    "Tracker",
    "UnknownModelError",
    "Window",
    "draw",
    "iou",
    "load",
    "oks",
    "open",
    "read",
    "read_poses",
    "run",
    "save",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'tendu' has no attribute {name!r}")
    from importlib import import_module

    home, _, attribute = _HOMES[name].partition(":")
    value = getattr(import_module(f"tendu.{home}"), attribute or name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
