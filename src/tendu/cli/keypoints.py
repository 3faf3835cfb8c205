"""Keypoints: what was seen in photos, for people to read on standard output."""

from types import TracebackType
from typing import ClassVar, Literal

import click

from tendu.cli.spoken import cells, counted, language, padded, say, say_reason
from tendu.pose import Pose, Poses

_COLUMN = 22


class Keypoints:
    """Everyone's keypoints printed as a table for each person, in the language that is spoken."""

    takes: ClassVar[Literal["poses"]] = "poses"

    def __enter__(self) -> "Keypoints":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def write(self, poses: Poses, /) -> None:
        """Prints one photo's people, or why nobody is reported."""
        stamp = poses.stamp
        name = f"{stamp.source or say('photo')} ({stamp.width} × {stamp.height} px)"
        if len(poses) == 0:
            click.echo(say("{name}: nobody, {reason}", name=name, reason=say_reason(poses.reason or "-")))
        else:
            click.echo(f"{name}: {counted(len(poses), '{n} person', '{n} people')}")
        for pose in poses:
            for line in table(pose):
                click.echo(line)

    def close(self) -> None:
        """Nothing is left to do."""


def table(pose: Pose) -> list[str]:
    """One person as lines of text: each keypoint's name, place in pixels and score."""
    title = say("person {n}, confidence {confidence:.2f}", n=pose.row + 1, confidence=pose.confidence)
    skeleton = pose.poses.skeleton
    names = skeleton.korean if language() == "ko" else [name.replace("_", " ") for name in skeleton.names]
    score = say("score")
    column = max(_COLUMN, *(cells(name) + 2 for name in names))
    rows = [f"  {padded(title, column + 2)}{'x':>9}{'y':>9}  {' ' * (5 - cells(score))}{score}"]
    for name, point in zip(names, pose, strict=True):
        rows.append(f"    {padded(name, column)}{point.x:>9.1f}{point.y:>9.1f}  {point.score:>5.2f}")
    return rows
