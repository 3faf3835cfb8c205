"""PoseNet outputs painted for known people, so that decoding can be tested without any model."""

import numpy as np

TREE = [
    (0, 1), (1, 3), (0, 2), (2, 4), (0, 5), (5, 7), (7, 9), (5, 11), (11, 13), (13, 15),
    (0, 6), (6, 8), (8, 10), (6, 12), (12, 14), (14, 16),
]  # fmt: skip

# A standing person seen from the front, 100 px wide and 240 px tall, upper left corner at (0, 0); x, y.
STANDING = np.array(
    [
        (50, 20), (58, 12), (42, 12), (68, 18), (32, 18), (80, 55), (20, 55), (90, 100), (10, 100), (98, 140),
        (2, 140), (70, 130), (30, 130), (72, 185), (28, 185), (74, 238), (26, 238),
    ],
    np.float32,
)  # fmt: skip


def painted(people, *, height=257, width=353, stride=16, sure=4.0, split=False):
    """The maps of people whose parts are at given pixels.

    Every cell tells how to reach the nearest person's part, exactly; a part's own four cells around it are sure of it.

    Args:
        people: (n, 17, 2) input pixels counted from the centre of the first, x before y.
        height, width, stride: of the input.
        sure: log-odds in the cells around a part, one number or (n, 17); -6 elsewhere.
        split: whether forward and backward offsets are two maps, as in Google's files.
    """
    people = np.asarray(people, np.float32).reshape(-1, 17, 2)
    sure = np.broadcast_to(np.asarray(sure, np.float32), people.shape[:2])
    grid = np.mgrid[: (height - 1) // stride + 1, : (width - 1) // stride + 1][::-1]
    cells = np.moveaxis(grid, 0, -1).astype(np.float32) * stride
    heat = np.full((*cells.shape[:2], 17), -6, np.float32)
    short = np.zeros((*cells.shape[:2], 34), np.float32)
    mid = np.zeros((*cells.shape[:2], 64), np.float32)
    if len(people) == 0:
        return heat[None], short[None], mid[None]
    away = people - cells[:, :, None, None]  # (h, w, n, 17, 2)
    nearest = np.square(away).sum(-1).argmin(axis=2)
    rows, columns = np.indices(cells.shape[:2])
    for part in range(17):
        who = nearest[..., part]
        to_part = away[rows, columns, who, part]
        close = (np.abs(to_part) < stride).all(axis=-1)
        heat[..., part] = np.where(close, sure[who, part] - np.abs(to_part).sum(-1) / stride, heat[..., part])
        short[..., part], short[..., 17 + part] = to_part[..., 1], to_part[..., 0]
        for edge, ends in enumerate(TREE):
            for start, base in ((0, 0), (1, 32)):
                if ends[start] == part:
                    arrow = (people[:, ends[1 - start]] - people[:, part])[who]
                    mid[..., base + edge], mid[..., base + 16 + edge] = arrow[..., 1], arrow[..., 0]
    mids = (mid[None, ..., :32], mid[None, ..., 32:]) if split else (mid[None],)
    return heat[None], short[None], *mids
