"""TensorFlow.js graph models: a network written as one and read again, and files that are none."""

import json

import numpy as np
import pytest
import torch

from tendu.errors import ModelError
from tendu.training.convolution import Convolution
from tendu.training.network import Network, Shape
from tendu.training.start import network_from

PLACES = {
    "trunk": "f/model/block",
    "pyramid": "f/separable_conv2d",
    **{
        head: f"g/{head}/separable_conv2d"
        for head in ("center_0", "kpt_heatmap_0", "kpt_offset_0", "kpt_regress_0")
    },
}


def parts_of(network: Network) -> list[tuple[str, Convolution]]:
    """Each convolution with the part of the published graph that it belongs to, in the network's order."""
    layers = network.convolutions()
    heads = list(PLACES)[2:]
    names = ["trunk"] * (len(layers) - 18) + ["pyramid"] * 6 + [head for head in heads for _ in range(3)]
    return list(zip(names, layers, strict=True))


def write_graph_model(folder, network, *, shards=1, size=64):
    """A network as TensorFlow.js would have it: float16 weights, the heads in another order than ours."""
    nodes, weights, content = [], [], b""
    numbered = list(enumerate(parts_of(network)))
    for number, (part, layer) in [*numbered[:-12], *numbered[-9:], *numbered[-12:-9]]:
        deep = layer.groups > 1
        weight = layer.weight.detach().numpy().transpose((2, 3, 0, 1) if deep else (2, 3, 1, 0))
        named = f"{PLACES[part]}_{number}"
        given = [("weights", weight)]
        if layer.bias.detach().abs().max() > 0:
            given.append(("bias", layer.bias.detach().numpy()))
        for kind, values in given:
            weights.append(
                {
                    "name": f"{named}/{kind}",
                    "shape": list(values.shape),
                    "dtype": "float32",
                    "quantization": {"dtype": "float16", "original_dtype": "float32"},
                }
            )
            content += values.astype(np.float16).tobytes()
        kind = "FusedDepthwiseConv2dNative" if deep else "_FusedConv2D"
        nodes.append(
            {"name": named, "op": kind, "input": ["before", *(f"{named}/{kind}" for kind, _ in given)]}
        )
    nodes.append({"name": "out", "op": "Identity", "input": []})
    cut = [len(content) * i // shards for i in range(shards + 1)]
    paths = [f"group1-shard{i + 1}of{shards}.bin" for i in range(shards)]
    for path, begin, end in zip(paths, cut, cut[1:], strict=False):
        (folder / path).write_bytes(content[begin:end])
    sides = [{"size": str(side)} for side in (1, size, size, 3)]
    model = {
        "modelTopology": {"node": nodes},
        "weightsManifest": [{"paths": paths, "weights": weights}],
        "signature": {"inputs": {"input:0": {"tensorShape": {"dim": sides}}}},
    }
    path = folder / "model.json"
    path.write_text(json.dumps(model))
    return path


@pytest.mark.parametrize("shards", [1, 3])
def test_a_graph_model_s_weights_find_their_places(network, tmp_path, shards):
    for layer in network.convolutions():
        torch.nn.init.normal_(layer.shift)
    again = network_from(write_graph_model(tmp_path, network, shards=shards))
    assert again.shape == Shape(size=64, width=0.25, head=16)
    for ours, theirs in zip(network.convolutions(), again.convolutions(), strict=True):
        assert torch.allclose(ours.weight, theirs.weight, atol=1e-3, rtol=1e-3)
        assert torch.allclose(ours.bias, theirs.bias, atol=1e-3, rtol=1e-3)


def test_a_convolution_without_bias_has_one_of_nothing(network, tmp_path):
    again = network_from(write_graph_model(tmp_path, network))
    assert again.stem.bias.abs().max() == 0


def test_what_is_no_graph_model_is_one_sentence(network, tmp_path):
    path = tmp_path / "card.json"
    path.write_text('{"name": "something"}')
    with pytest.raises(ModelError, match=r"card\.json is no TensorFlow\.js graph model: KeyError"):
        network_from(path)
    model = write_graph_model(tmp_path, network)
    content = json.loads(model.read_text())
    content["modelTopology"]["node"] = content["modelTopology"]["node"][:-4]
    model.write_text(json.dumps(content))
    with pytest.raises(ModelError, match=r"model\.json is no MoveNet: its heads are not there"):
        network_from(model)


def test_missing_and_short_weights_are_one_sentence(network, tmp_path):
    model = write_graph_model(tmp_path, network)
    weights = tmp_path / "group1-shard1of1.bin"
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(ModelError, match=r"model\.json is no TensorFlow\.js graph model: ValueError"):
        network_from(model)
    weights.unlink()
    with pytest.raises(ModelError, match=r"Cannot read .*group1-shard1of1\.bin: No such file"):
        network_from(model)
