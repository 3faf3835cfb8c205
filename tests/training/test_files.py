"""Files: the published graph in PyTorch, and PyTorch's networks as .tflite files that tendu opens."""

import numpy as np
import pytest
import torch

from tendu.errors import DataError, ModelError
from tendu.models.graph import HEADS, Graph
from tendu.models.movenet import HeadsDecoder
from tendu.models.opened import open_model
from tendu.runtimes.litert import LiteRT, scales_of
from tendu.training.export import file_of
from tendu.training.network import SHAPES, Network, Shape
from tendu.training.parity import parity, seen_by_file, seen_by_network
from tendu.training.quantize import finished, quantized
from tendu.training.rounding import rounded
from tendu.training.start import blended, network_from
from tendu.training.tflite import written


def pictures(count: int, size: int) -> list[np.ndarray]:
    rng = np.random.default_rng(7)
    return [rng.integers(0, 256, (size, size, 3), dtype=np.uint8) for _ in range(count)]


def heads_of(network, picture):
    with torch.no_grad():
        given = torch.from_numpy(picture).permute(2, 0, 1)[None].float()
        return [head.permute(0, 2, 3, 1).numpy() for head in network(given)]


def apart(network, model, looks):
    return parity(seen_by_network(network, looks), seen_by_file(model, looks))


@pytest.fixture(scope="module")
def published(shared):
    return shared / "models" / "movenet" / "movenet-lightning-int8.tflite"


def test_the_published_file_s_heads_are_pytorch_s(published):
    network = network_from(published).eval()
    graph = Graph(published.read_bytes())
    runtime = LiteRT(Graph(graph.cut(graph.heads())).floated())
    picture = pictures(1, 192)[0]
    found = runtime.run(picture[None].astype(runtime.inputs[0].dtype))
    for ours, theirs in zip(heads_of(network, picture), found, strict=True):
        assert np.abs(ours - theirs).max() < 1e-3


def test_a_written_file_is_recognised_and_says_what_pytorch_says(network):
    model = written(network)
    opened = open_model(model)
    assert isinstance(opened.decoder, HeadsDecoder)
    assert (opened.height, opened.width) == (64, 64)
    graph = Graph(model)
    assert [graph.name(tensor) for tensor in graph.outputs] == list(HEADS)
    assert graph.dtype(graph.inputs[0]) == np.uint8
    found = apart(network, model, pictures(2, 64))
    assert max(found.logits, found.cells) < 1e-3


def test_weights_written_and_read_again_are_the_same(network, tmp_path):
    path = tmp_path / "tiny.tflite"
    path.write_bytes(written(network))
    again = network_from(path)
    assert again.shape == network.shape
    for ours, theirs in zip(network.convolutions(), again.convolutions(), strict=True):
        assert torch.allclose(ours.weight, theirs.weight, atol=1e-6)
        assert torch.allclose(ours.bias, theirs.bias, atol=1e-6)


def test_weights_that_are_no_finite_numbers_are_refused(network, tmp_path):
    with torch.no_grad():
        network.stem.shift[3] = torch.inf
    path = tmp_path / "tiny.tflite"
    path.write_bytes(written(network))
    with pytest.raises(
        ModelError, match=r"^tiny\.tflite has weights that are no finite numbers in convolution 0\. Give"
    ):
        network_from(path)


def test_half_floats_take_half_the_room_and_stay_near(network):
    whole, half = written(network), written(network, weights="float16")
    assert len(half) < 0.62 * len(whole)
    found = apart(network, half, pictures(2, 64))
    assert 0 < found.points < 0.5
    assert found.score < 0.01


def test_eight_bits_take_a_quarter_and_keep_the_published_model_s_points(published, tmp_path):
    network = network_from(published).eval()
    import cv2

    photo = cv2.imread(str(published.parents[2] / "images" / "people" / "squat.bmp"), cv2.IMREAD_COLOR_RGB)
    looks = [cv2.resize(photo, (192, 192))[:, ::step].copy() for step in (1, -1)]
    model = file_of(network, "int8", looks)
    assert len(model) < 3_000_000
    found = apart(network, model, looks)
    assert 0 < found.points < 2
    assert found.score < 0.1
    graph = Graph(model)
    assert [graph.dtype(tensor).name for tensor in graph.outputs] == ["float32"] * 4
    assert [graph.name(tensor) for tensor in graph.outputs] == list(HEADS)
    assert finished(model) == model
    codes = scales_of(open_model(model).content)
    ends = [scale.real(np.array([-128, 127], np.int8)) for scale in codes if scale is not None]
    # Logits, offsets and regressions keep the part of their range that matters, whatever calibration saw.
    assert np.allclose(ends, [(-10, 4), (-10, 4), (-4, 5), (-36, 36)], atol=0.3)
    made = rounded(network, looks)
    (tmp_path / "eight.tflite").write_bytes(quantized(written(made), looks))
    again = network_from(tmp_path / "eight.tflite")
    for ours, theirs in zip(made.convolutions(), again.convolutions(), strict=True):
        # Rounded once more they would be a hundredth apart.
        assert (ours.weight - theirs.weight).norm() < 0.001 * ours.weight.norm()


def test_thunder_is_the_same_family_wider_and_larger():
    network = Network(SHAPES["thunder"])
    assert network.shape.size == 256
    assert network.last.unit.shape == (1280, 560, 1, 1)
    assert [layer.unit.shape[:2] for layer in network.laterals] == [(24, 40), (32, 56), (64, 112)]
    assert 6_000_000 < sum(weights.numel() for weights in network.parameters()) < 6_500_000


def test_a_file_without_heads_is_refused(shared):
    with pytest.raises(ModelError, match=r"is no MoveNet: its four heads are not there"):
        network_from(shared / "models" / "classifier" / "yoga.tflite")


def test_a_missing_file_is_one_sentence(tmp_path):
    with pytest.raises(ModelError, match=r"Cannot read .*gone\.tflite: No such file"):
        network_from(tmp_path / "gone.tflite")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", r"^start\.tflite is not a TensorFlow Lite file: bytes 4 to 8 are b''"),
        (b"<!DOCTYPE html>", r"^start\.tflite is not a TensorFlow Lite file: bytes 4 to 8 are b'CTYP'"),
    ],
)
def test_a_start_that_is_no_model_is_one_sentence(tmp_path, content, sentence):
    (tmp_path / "start.tflite").write_bytes(content)
    with pytest.raises(ModelError, match=sentence):
        network_from(tmp_path / "start.tflite")


def test_a_start_that_is_cut_short_is_one_sentence(network, tmp_path):
    content = written(network)
    (tmp_path / "start.tflite").write_bytes(content[: len(content) // 2])
    with pytest.raises(ModelError, match=r"^start\.tflite is damaged or cut short: .*\. Load it again\.$"):
        network_from(tmp_path / "start.tflite")


def test_a_start_that_is_compiled_for_the_edge_tpu_is_said(shared):
    with pytest.raises(ModelError, match=r"-edgetpu\.tflite is compiled for the Edge TPU, and its weights"):
        network_from(shared / "models" / "movenet" / "movenet-lightning-int8-edgetpu.tflite")


def test_a_blend_s_weights_lie_between(network, tmp_path):
    other = Network(network.shape)
    (tmp_path / "other.tflite").write_bytes(written(other))
    mixed = blended(network, [(tmp_path / "other.tflite", 0.25)])
    layers = zip(mixed.convolutions(), network.convolutions(), other.convolutions(), strict=True)
    for between, one, two in layers:
        assert torch.allclose(between.weight, 0.75 * one.weight + 0.25 * two.weight, atol=1e-5)
        assert torch.allclose(between.bias, 0.75 * one.bias + 0.25 * two.bias, atol=1e-5)


@pytest.mark.parametrize("share", [0.0, 1.0, -0.5])
def test_a_blend_leaves_something_for_the_checkpoint(network, tmp_path, share):
    with pytest.raises(DataError, match="lie between 0 and 1 and leave something for the checkpoint"):
        blended(network, [(tmp_path / "any.tflite", share)])


def test_only_networks_of_one_width_are_blended(network, tmp_path):
    (tmp_path / "wide.tflite").write_bytes(written(Network(Shape(size=64, width=0.5, head=16))))
    with pytest.raises(DataError, match=r"wide\.tflite is a network of another width \(0\.5, not 0\.25\)"):
        blended(network, [(tmp_path / "wide.tflite", 0.5)])
