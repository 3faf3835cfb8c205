"""Files that are cut short or damaged are refused by one class of error, quickly, before a runtime sees them."""

import random
import struct
import time

import numpy as np
import pytest

from tendu.errors import ModelError
from tendu.models.soundness import check_tflite
from tiny_models import tiny_model

MODEL = tiny_model()


def refusal(data: bytes) -> str:
    """The sentence, or "" for a file that passes."""
    try:
        check_tflite(data)
    except ModelError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The model is not a TensorFlow Lite file: bytes 4 to 8 are b'', not b'TFL3'. Load it again."),
        (MODEL[:8], "The model is damaged or cut short: the root lies outside the file. Load it again."),
        (
            struct.pack("<I", 0x18) + b"TFL3",
            "The model is damaged or cut short: the root lies outside the file. Load it again.",
        ),
        (
            tiny_model(np.uint8, scale=(1e18, 1.0, 2.0)),
            "The model is damaged or cut short: a scale of tensor 0 is not from 0 to 1000. Load it again.",
        ),
        (
            tiny_model(np.uint8, scale=(float("nan"), 1.0, 2.0)),
            "The model is damaged or cut short: a scale of tensor 0 is not from 0 to 1000. Load it again.",
        ),
        (
            tiny_model(np.uint8, zero=(1 << 40, 10, 3)),
            "The model is damaged or cut short: a zero point of tensor 0 does not fit 8 bits. Load it again.",
        ),
        (
            MODEL.replace(struct.pack("<3i", 2, 0, 3), struct.pack("<3i", 2, 0, 7)),
            "The model is damaged or cut short: a tensor of operator 0 is number 7 of 5. Load it again.",
        ),
        (
            MODEL.replace(struct.pack("<2i", 1, 1), struct.pack("<2i", 1, 9)),
            "The model is damaged or cut short: tensor 3 of shape (9,) has 4 bytes. Load it again.",
        ),
    ],
    ids=["empty", "header only", "root far outside", "huge scale", "no scale", "huge zero", "index", "shape"],
)
def test_each_kind_of_damage_is_named(data, sentence):
    assert refusal(data) == sentence


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ModelError, match=r"^Cannot read .*none\.tflite: No such file or directory\.$"):
        check_tflite(tmp_path / "none.tflite")


def test_the_file_is_named_in_the_sentence(tmp_path):
    path = tmp_path / "thunder.tflite"
    path.write_bytes(b"<!DOCTYPE html>")
    with pytest.raises(ModelError, match=r"^thunder\.tflite is not a TensorFlow Lite file: "):
        check_tflite(path)


def test_every_cut_of_the_file_is_refused_or_lost_only_padding():
    passed = [size for size in range(len(MODEL)) if not refusal(MODEL[:size])]
    assert all(MODEL[size:].strip(b"\0") == b"" for size in passed), passed


def test_flipped_bytes_are_refused_or_pass_but_raise_nothing_else():
    chance = random.Random(7)
    refused = 0
    for _ in range(1000):
        data = bytearray(MODEL)
        for _ in range(chance.choice((1, 2, 8))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        refused += bool(refusal(bytes(data)))
    assert refused > 333, "most bytes of this file are structure"


def test_a_file_built_to_be_read_for_ever_is_refused_soon():
    # One million subgraphs that are all the same subgraph of as many tensors.
    count = 1_000_000
    header = struct.pack("<I4s", 28, b"TFL3") + struct.pack(
        "<5H", 10, 8, 0, 0, 4
    )  # vtable at 8: field 2 at 4
    model = header.ljust(28, b"\0") + struct.pack("<iI", 20, 4) + struct.pack("<I", count)
    vector = len(model)
    graph = vector + 4 * count
    offsets = (graph - vector - 4 * np.arange(count)).astype("<u4").tobytes()
    data = model + offsets + struct.pack("<iI", graph - 8, 0)
    start = time.perf_counter()
    assert refusal(data)
    assert time.perf_counter() - start < 5


def test_real_models_pass_and_their_cuts_do_not(shared):
    for path in sorted((shared / "models").glob("*/*.tflite")):
        data = path.read_bytes()
        check_tflite(path)
        for part in np.linspace(0, len(data) - 64, 40).astype(int):
            assert refusal(data[:part]), f"{path.name} cut to {part} bytes passes"
