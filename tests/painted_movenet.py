"""MoveNet's four heads painted for known people, and an estimator that sees a painted scene through any window."""

import numpy as np

from tendu.estimator import Estimator
from tendu.models.movenet import HeadsDecoder
from tendu.runtimes.fake import FakeRuntime

CELLS = 48

STANDING = np.array(
    [(0, -9), (-.5, -9.5), (.5, -9.5), (-1, -9), (1, -9), (-2.5, -6.5), (2.5, -6.5), (-3.5, -3.5), (3.5, -3.5),
     (-3.5, -.5), (3.5, -.5), (-1.5, 0), (1.5, 0), (-1.5, 5), (1.5, 5), (-1.5, 9.5), (1.5, 9.5)], np.float32,
)  # fmt: skip
"""A standing body around the middle of its hips: 7 wide, 19 high."""


def standing(scale, x, y):
    """That body, so many times as large, with the middle of its hips at (x, y)."""
    return STANDING * np.float32(scale) + np.array([x, y], np.float32)


def painted(people, *, sure=6.0):
    """The outputs of a cut MoveNet, logits with y before x.

    Args:
        people: (k, 2) arrays of x, y in cells; points outside the map are left out; nobody has 17.
        sure: the logit of every peak; everything else has -8.
    """
    k = len(people[0]) if len(people) else 17
    centre = np.full((1, CELLS, CELLS, 1), -8, np.float32)
    heatmap = np.full((1, CELLS, CELLS, k), -8, np.float32)
    offset = np.zeros((1, CELLS, CELLS, k, 2), np.float32)
    regression = np.zeros((1, CELLS, CELLS, k, 2), np.float32)
    for xy in people:
        inside = ((xy >= 0) & (xy < CELLS)).all(axis=1)
        middle = np.clip(xy[inside].mean(axis=0), 0, CELLS - 1).astype(int) if inside.any() else None
        if middle is None:
            continue
        centre[0, middle[1], middle[0]] = sure
        regression[0, middle[1], middle[0]] = (xy - middle)[:, ::-1]
        for point in np.nonzero(inside)[0]:
            x, y = xy[point].astype(int)
            heatmap[0, y, x, point] = sure
            offset[0, y, x, point] = (xy[point] - (x, y))[::-1]
    return centre, heatmap, *(pair.reshape(1, CELLS, CELLS, 2 * k) for pair in (offset, regression))


class Scene:
    """A picture in which each painted person is one pixel-exact pose; it counts the looks at it.

    A model that looks at a window sees the people as MoveNet would, painted into its heads. A person smaller than
    `least` of the window's height is not seen. The window is found through a picture whose red and green channels
    hold x and y.
    """

    def __init__(self, people, *, width=256, height=256, least=0.0, sure=6.0):
        self.people = [np.asarray(person, np.float32) for person in people]
        self.sure = sure
        self.least = least
        x, y = np.meshgrid(np.arange(width), np.arange(height))
        self.picture = np.stack([x, y, np.full_like(x, 255)], axis=-1).astype(np.uint8)
        self.looks = 0

    def answer(self, tensor):
        self.looks += 1
        sample = tensor[0].astype(np.float64)
        flipped = sample[96, 60, 0] > sample[96, 130, 0]
        if flipped:
            sample = sample[:, ::-1]
        rows, columns = np.nonzero(sample[:, :, 2] > 254)
        a, b = (rows[0] + 1, columns[0] + 1), (rows[-1] - 1, columns[-1] - 1)
        red, green = (
            np.polyfit([a[i] + 0.5, b[i] + 0.5], [sample[a][c], sample[b][c]], 1) for c, i in ((0, 1), (1, 0))
        )
        seen = []
        for person in self.people:
            xy = (person - 0.5 - [red[1], green[1]]) / [red[0], green[0]] * (CELLS / 192)
            if np.ptp(xy[:, 1]) >= self.least * CELLS:
                seen.append(xy.astype(np.float32))
        outputs = painted(seen, sure=self.sure)
        return mirror(outputs) if flipped else outputs

    def estimator(self, **options):
        runtime = FakeRuntime(self.answer)
        return Estimator("painted", runtime, HeadsDecoder(), 192, 192, **options)


def mirror(outputs):
    """The heads that the flipped picture would give."""
    from tendu.skeleton import COCO17

    centre, heatmap, offset, regression = outputs
    pairs = [
        head.reshape(1, CELLS, CELLS, 17, 2)[:, :, ::-1][:, :, :, COCO17.flip].copy()
        for head in (offset, regression)
    ]
    for pair in pairs:
        pair[..., 1] = 1 - pair[..., 1]
    return (
        centre[:, :, ::-1].copy(),
        heatmap[:, :, ::-1][..., COCO17.flip].copy(),
        *(pair.reshape(1, CELLS, CELLS, 34) for pair in pairs),
    )
