"""Joined pictures show what they are joined of, and their targets say where it is there."""

import numpy as np
import torch

from tendu.training.head_maps import HeadMaps
from tendu.training.joined import with_joined
from tendu.training.targets import Batch

SIDE, CELLS = 96, 24


def batch_of(count):
    """Pictures of one colour each; in each a keypoint in one cell, and a centre there that leads to it."""
    rng = np.random.default_rng(5)
    cells = rng.integers(0, CELLS, (count, 2))
    colours = torch.arange(1, count + 1, dtype=torch.uint8).view(-1, 1, 1, 1)
    centre, heatmap = torch.zeros(count, CELLS, CELLS), torch.zeros(count, 17, CELLS, CELLS)
    for row, (x, y) in enumerate(cells.tolist()):
        centre[row, y, x] = heatmap[row, 3, y, x] = 0.9
    offset, regression = (torch.full((count, CELLS, CELLS, 17, 2), 0.5) for _ in range(2))
    pictures = colours.expand(count, 3, SIDE, SIDE).contiguous()
    return cells, Batch(pictures, HeadMaps(centre, heatmap, offset, regression))


def test_a_batch_without_joined_pictures_is_what_it_was():
    _, batch = batch_of(3)
    made = with_joined(batch, 0.0, np.random.default_rng(1))
    assert torch.equal(made.pictures, batch.pictures)
    assert all(map(torch.equal, made.wanted.four, batch.wanted.four))


def test_each_part_of_a_joined_picture_has_its_keypoint_where_its_picture_had_it():
    cells, batch = batch_of(20)
    made = with_joined(batch, 0.5, np.random.default_rng(2))
    assert torch.equal(made.pictures[:20], batch.pictures)
    seen = set()
    for row in range(20, 30):
        picture, heads = made.pictures[row, 0], made.wanted.part(slice(row, row + 1))
        # How many different colours a row and a column have says how many pictures are joined.
        times = round(heads.heatmap[0, 3].gt(0).sum().item() ** 0.5)
        seen.add(times)
        part = SIDE // times
        for down in range(times):
            for across in range(times):
                colour = picture[down * part + part // 2, across * part + part // 2].item()
                x, y = (cells[colour - 1] + 0.5) / times + np.array([across, down]) * CELLS / times
                column, line = int(x), int(y)
                cell = np.array([column, line])
                assert heads.heatmap[0, 3, line, column] == heads.centre[0, line, column] == np.float32(0.9)
                found = cell + heads.offset[0, line, column, 3].numpy()
                assert np.allclose(found, [x, y], atol=1e-5)
                led = cell + heads.regression[0, line, column, 3].numpy()
                assert np.allclose(led, [x, y], atol=1e-5)
    assert seen == {2, 3, 4}
