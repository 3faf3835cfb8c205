"""tendu finds people's poses in photos, films and live cameras: 17 COCO keypoints with a confidence each.

Names are loaded on first use, so `import tendu` alone starts no runtime and no OpenCV.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tendu.frame import Frame as Frame
    from tendu.pose import Point as Point
    from tendu.pose import Pose as Pose
    from tendu.pose import Poses as Poses
    from tendu.skeleton import COCO17 as COCO17
    from tendu.skeleton import Keypoint as Keypoint
    from tendu.skeleton import Skeleton as Skeleton
    from tendu.window import Window as Window

__version__ = "0.1.0"

_HOMES = {
    "COCO17": "skeleton",
    "Frame": "frame",
    "Keypoint": "skeleton",
    "Point": "pose",
    "Pose": "pose",
    "Poses": "pose",
    "Skeleton": "skeleton",
    "Window": "window",
}

__all__ = [
    "COCO17",
    "Frame",
    "Keypoint",
    "Point",
    "Pose",
    "Poses",
    "Skeleton",
    "Window",
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
