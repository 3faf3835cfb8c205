"""Reading, cutting and floating TFLite graphs, on small made files and on the real ones."""

import numpy as np
import pytest

from tendu.cache import store, stored
from tendu.errors import DataError, ModelError
from tendu.models import bundled
from tendu.models.graph import Graph
from tendu.models.movenet import HeadsDecoder, SinglePoseDecoder
from tendu.models.opened import open_model
from tendu.models.posenet import PoseNetDecoder
from tendu.runtimes.litert import LiteRT
from tiny_models import tiny_model


@pytest.fixture(scope="module")
def lightning(shared):
    return (shared / "models/movenet/movenet-lightning-int8.tflite").read_bytes()


@pytest.fixture(scope="module")
def ours():
    return (bundled.FOLDER / "tendu-lightning.tflite").read_bytes()


def test_a_file_without_the_mark_is_refused():
    with pytest.raises(ModelError, match="This is no TensorFlow Lite file: the mark TFL3 is missing"):
        Graph(b"PK\x03\x04 a zip file")


def test_inputs_and_outputs_are_read_never_assumed():
    graph = Graph(tiny_model(np.float32, shape=(1, 6, 8, 3), signature=(1, -1, -1, 3)))
    assert graph.shape(graph.inputs[0]) == (1, -1, -1, 3)
    assert graph.dtype(graph.inputs[0]) == np.float32
    assert len(graph.outputs) == 2


def test_a_cut_file_gives_the_same_numbers_with_fewer_operators():
    whole = tiny_model(np.float32)
    product = Graph(whole).outputs[1]
    cut = Graph(whole).cut([product])
    tensor = np.arange(48, dtype=np.float32).reshape(1, 4, 4, 3)
    assert np.array_equal(LiteRT(cut).run(tensor)[0], LiteRT(whole).run(tensor)[1])
    assert len(Graph(cut).operators) == len(Graph(whole).operators) - 1
    assert len(Graph(cut).outputs) == 1


def test_a_file_is_cut_before_a_custom_operator():
    graph = Graph(tiny_model(np.float32, custom="SomeDecoderOp"))
    assert graph.before("PosenetDecoderOp") is None
    ends = graph.before("SomeDecoderOp")
    assert ends is not None
    assert "SomeDecoderOp" in [graph.operator(one) for one in graph.operators]


def test_a_floated_file_computes_in_real_numbers():
    """The 8-bit file rounds to steps of 1 and 2; its floated brother does not."""
    coded = tiny_model(np.uint8, scale=(0.5, 1.0, 2.0), zero=(0, 10, 3))
    floated = Graph(coded).floated()
    assert Graph(floated).dtype(Graph(floated).inputs[0]) == np.float32
    tensor = np.full((1, 4, 4, 3), 2.5, np.float32)
    total, product = LiteRT(floated).run(tensor)
    assert np.allclose(total, 4.0)
    assert np.allclose(product, 5.0)


def test_the_four_heads_are_found_by_structure(lightning):
    graph = Graph(lightning)
    heads = graph.heads()
    assert [graph.shape(head) for head in heads] == [(1, 48, 48, c) for c in (1, 17, 34, 34)]
    names = [graph.name(head) for head in heads]
    assert [
        part in name for part, name in zip(("center", "heatmap", "offset", "regress"), names, strict=True)
    ] == [True] * 4


def test_a_file_without_heads_says_so(shared):
    posenet = (shared / "models/posenet/posenet-075-353_481-network.tflite").read_bytes()
    assert Graph(posenet).heads() is None
    assert Graph(tiny_model()).heads() is None


def test_float_activations_agree_with_the_8_bit_file(lightning, shared):
    """On a photo the two sets of heads are the same maps: correlation over 0.97."""
    import tendu
    from tendu.window import Window

    frame = tendu.read(shared / "images/people/squat.bmp")
    tensor = frame.sample(Window.letterbox(500, 610), 192, 192)[None]
    coded, floats = (
        LiteRT(open_model(lightning, precision=p).content).run(tensor) for p in ("file", "float")
    )
    for one, other in zip(coded, floats, strict=True):
        assert np.corrcoef(one.ravel(), other.ravel())[0, 1] > 0.97


@pytest.mark.parametrize(
    ("file", "options", "decoder", "size", "people"),
    [
        ("movenet/movenet-lightning-int8.tflite", {}, HeadsDecoder, (192, 192), 20),
        ("movenet/movenet-lightning-int8.tflite", {"decode": "published"}, SinglePoseDecoder, (192, 192), 1),
        ("posenet/posenet-075-353_481-decoder.tflite", {}, PoseNetDecoder, (353, 481), 20),
        ("posenet/posenet-075-721_1281-decoder.tflite", {}, PoseNetDecoder, (721, 1281), 20),
        ("posenet/posenet-075-481_641-network.tflite", {}, PoseNetDecoder, (481, 641), 20),
    ],
)
def test_files_are_recognised_by_their_structure(shared, file, options, decoder, size, people):
    opened = open_model((shared / "models" / file).read_bytes(), **options)
    assert isinstance(opened.decoder, decoder)
    assert (opened.height, opened.width) == size
    assert opened.people == people
    if decoder is PoseNetDecoder:
        assert opened.decoder.stride == 16


@pytest.fixture(scope="module")
def small():
    return (bundled.FOLDER / "tendu-thunder-int4.tflite").read_bytes()


def test_two_weights_of_four_bits_lie_in_a_byte_the_first_in_its_lower_half(small):
    from ai_edge_litert import schema_py_generated as schema

    tables = schema.ModelT.InitFromPackedBuf(small, 0)
    tensors = tables.subgraphs[0].tensors
    number = next(number for number, one in enumerate(tensors) if one.type == schema.TensorType.INT4)
    stored = bytes(tables.buffers[tensors[number].buffer].data)
    codes = Graph(small).constant(number)
    assert codes.size == 2 * len(stored)
    assert codes.min() == -7
    assert codes.max() == 7
    for place in (0, 1, 1000, codes.size - 1):
        half = stored[place // 2] >> (4 * (place % 2)) & 15
        assert codes.flat[place] == (half - 16 if half > 7 else half)


def test_a_file_with_weights_of_four_bits_runs_as_one_with_eight(small):
    """LiteRT runs it as it is too, by kernels that round differently in every layer."""
    assert Graph(small).halved
    ready = open_model(small).content
    assert not Graph(ready).halved
    assert len(ready) > 1.5 * len(small)
    picture = np.random.default_rng(2).integers(0, 256, (6, 6, 3), np.uint8).repeat(32, 0).repeat(32, 1)[None]
    for itself, ours in zip(LiteRT(small).run(picture), LiteRT(ready).run(picture), strict=True):
        assert np.corrcoef(itself.ravel(), ours.ravel())[0, 1] > 0.97


def test_heads_that_the_file_makes_real_are_read_as_the_codes_before_that(ours):
    """Browsers need floats (LiteRT.js knows no int8 tensors); codes are quicker where few cells are read."""
    graph, ready = Graph(ours), open_model(ours).content
    assert [graph.dtype(one) for one in graph.outputs] == [np.float32] * 4
    assert [graph.name(one) for one in graph.outputs] == ["centre", "heatmap", "offset", "regression"]
    assert [Graph(ready).dtype(one) for one in Graph(ready).outputs] == [np.int8] * 4
    picture = np.random.default_rng(0).integers(0, 256, (1, 192, 192, 3)).astype(np.uint8)
    for real, coded in zip(LiteRT(ours).run(picture), LiteRT(ready).run(picture), strict=True):
        assert np.allclose(real, coded, rtol=1e-6)


def test_a_file_resized_to_its_own_size_gives_the_same_numbers(ours):
    picture = np.random.default_rng(0).integers(0, 256, (1, 192, 192, 3)).astype(np.uint8)
    for one, other in zip(
        LiteRT(ours).run(picture), LiteRT(Graph(ours).resized(192)).run(picture), strict=True
    ):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("side", [96, 256])
def test_all_maps_of_a_resized_file_grow_and_shrink_with_its_input(ours, side):
    model = LiteRT(Graph(ours).resized(side))
    assert model.inputs[0].shape == (1, side, side, 3)
    grey = np.full((1, side, side, 3), 128, np.uint8)
    cells = side // 4
    assert [output.shape for output in model.run(grey)] == [(1, cells, cells, c) for c in (1, 17, 34, 34)]


def test_a_published_file_is_cut_and_floated_before_it_is_resized(lightning):
    opened = open_model(lightning, precision="float", size=224)
    assert (opened.height, opened.width) == (224, 224)
    assert [output.shape for output in LiteRT(opened.content).outputs][1] == (1, 56, 56, 17)


def test_a_map_without_whole_cells_is_refused(ours):
    with pytest.raises(DataError, match="This model's maps have no whole cells at 200 px"):
        Graph(ours).resized(200)


@pytest.mark.parametrize("size", [200, 0, -32])
def test_a_size_that_is_no_multiple_of_32_is_refused(ours, size):
    with pytest.raises(DataError, match=f"size is a multiple of 32, not {size}"):
        open_model(ours, size=size)


def test_an_input_that_cannot_change_says_why(shared, lightning):
    posenet = (shared / "models/posenet/posenet-075-353_481-decoder.tflite").read_bytes()
    with pytest.raises(DataError, match=r"This model's input stays 353 × 481: size=256 needs a MoveNet read"):
        open_model(posenet, size=256)
    with pytest.raises(DataError, match=r"This model's input stays 192 × 192: size=256 needs a MoveNet read"):
        open_model(lightning, decode="published", size=256)


def test_a_model_that_is_no_pose_model_is_refused(shared):
    with pytest.raises(ModelError, match=r"one picture \[1, height, width, 3\]; this file takes \(-1, 51\)"):
        open_model((shared / "models/classifier/yoga.tflite").read_bytes())
    with pytest.raises(
        ModelError, match=r"This file is no pose model that tendu knows: its outputs are \[\(1, 4, 4, 3\)"
    ):
        open_model(tiny_model())


def test_a_cut_file_is_kept_and_found_again(lightning, monkeypatch, tmp_path):
    monkeypatch.setattr("platformdirs.user_cache_path", lambda _: tmp_path)
    first = open_model(lightning).content
    (kept,) = (path for path in tmp_path.rglob("*") if path.is_file())
    assert stored(kept) == first
    store(kept, b"found")
    assert open_model(lightning).content == b"found"


@pytest.mark.parametrize("damage", [lambda old: old[:1000], lambda old: bytes(len(old)), lambda _: b""])
def test_a_damaged_cache_is_made_again(lightning, monkeypatch, tmp_path, damage):
    monkeypatch.setattr("platformdirs.user_cache_path", lambda _: tmp_path)
    first = open_model(lightning).content
    (kept,) = (path for path in tmp_path.rglob("*") if path.is_file())
    kept.write_bytes(damage(kept.read_bytes()))
    assert open_model(lightning).content == first
    assert stored(kept) == first


def test_a_cache_that_cannot_be_written_costs_only_time(lightning, monkeypatch, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    monkeypatch.setattr("platformdirs.user_cache_path", lambda _: blocked)
    assert len(open_model(lightning).content) > 2_000_000
