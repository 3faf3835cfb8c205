"""Staged movements for tests of motion and analysis: people whose every place is known."""

import numpy as np

from tendu.frame import Stamp
from tendu.pose import Poses
from tendu.similarity import extent
from tendu.skeleton import COCO17

# A person walking to the right, seen from the side: x from the middle, y from the crown down, in body heights.
STRIDE = np.array([
    (0.00, 0.07), (0.01, 0.05), (-0.01, 0.05), (-0.03, 0.06), (-0.05, 0.06), (0.05, 0.19), (-0.05, 0.19),
    (0.07, 0.34), (-0.07, 0.34), (0.08, 0.47), (-0.08, 0.47), (0.04, 0.50), (-0.04, 0.50), (0.05, 0.73),
    (-0.05, 0.73), (0.05, 0.95), (-0.05, 0.95),
])  # fmt: skip
# How far wrists, elbows, knees and ankles swing forth and back, left against right.
SWING = np.zeros(17)
SWING[[7, 8, 9, 10, 13, 14, 15, 16]] = -0.04, 0.04, -0.08, 0.08, 0.06, -0.06, 0.13, -0.13


def walker(time, *, x, top, height, pace, swing=0.0):
    """Where the 17 points of a walker are, px: at `x` at time 0, `pace` px/s to the right, two steps a second."""
    points = STRIDE.copy()
    points[:, 0] += np.sign(pace) * SWING * np.sin(2 * np.pi * 0.9 * time + swing)
    return points * height + (x + pace * time, top)


def moved(points, *, right=0.0, down=0.0):
    """The same points elsewhere, px."""
    return points + np.array([right, down])


def frame_of(people, *, time=0.0, score=0.9, track=None, size=(640, 480), skeleton=COCO17):
    """Poses of people given as points (n, k, 2); boxes are the extents of the points above 0.2."""
    xy = np.asarray(people, np.float32).reshape(-1, len(skeleton), 2)
    score = np.broadcast_to(np.asarray(score, np.float32), xy.shape[:2]).copy()
    return Poses(
        xy=xy,
        score=score,
        box=extent(xy, score >= 0.2),
        confidence=score.mean(axis=1),
        stamp=Stamp(0, time, "", *size),
        track=None if track is None else np.array(track, np.int64),
        skeleton=skeleton,
    )


def crossing(seed, *, hidden, rate=30, shaking=2.0):
    """Two walkers who pass each other after 1.5 s; for `hidden` seconds round that time only the nearer one is seen.

    The nearer is a little taller and lower in the picture. Each element: time, who is in which row, poses. The rows
    come in random order, as they do from a detector that sorts by confidence.
    """
    random = np.random.default_rng(seed)
    paces = random.uniform(120, 200, 2) * (1, -1)
    swings = random.uniform(0, 2 * np.pi, 2)
    for number in range(3 * rate):
        time = number / rate
        places = [
            walker(time, x=320 - 1.5 * pace, top=top, height=height, pace=pace, swing=swing)
            for pace, swing, top, height in zip(paces, swings, (100, 90), (200, 185), strict=True)
        ]
        rows = [0] if abs(time - 1.5) < hidden / 2 else list(random.permutation(2))
        shaken = [places[row] + random.normal(0, shaking, (17, 2)) for row in rows]
        yield time, rows, frame_of(shaken, time=time)


def swapped(tracker, frames):
    """How often somebody's number is not the one they had before."""
    numbers, count = {}, 0
    for _, rows, poses in frames:
        for who, number in zip(rows, tracker.update(poses).track.tolist(), strict=True):
            count += numbers.setdefault(who, number) != number
            numbers[who] = number
    return count


def squatter(knee, *, time=0.0, score=0.9, track=None):
    """Somebody seen from the side whose knees are bent to an angle in degrees (180 stands); one person, 400 px tall."""
    points = STRIDE * 400
    bend = np.radians(180 - knee) / 2
    thigh = 92 * np.array([-np.sin(bend), -np.cos(bend)])
    shin = 88 * np.array([-np.sin(bend), np.cos(bend)])
    for hip, joint, ankle in ((11, 13, 15), (12, 14, 16)):
        points[hip], points[ankle] = points[joint] + thigh, points[joint] + shin
    return frame_of([moved(points, right=320, down=40)], time=time, score=score, track=track)
