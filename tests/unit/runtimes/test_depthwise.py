"""Depthwise weights in OpenVINO: the same numbers, as codes of 8 bits right before the layer."""

import platform

import numpy as np
import pytest

from tendu.models.bundled import FOLDER
from tendu.runtimes.depthwise import in_eight_bits
from tendu.runtimes.openvino import OpenVINO

openvino = pytest.importorskip("openvino")

DEPTHWISE = 24
"""Of MoveNet: 17 in the trunk, 3 in the pyramid, 4 in the heads."""


def layers(model):
    return [one for one in model.get_ops() if one.get_type_name() == "GroupConvolution"]


def weights(model):
    """The numbers that depthwise layers convolve with."""
    made = openvino.Model([one.input_value(1) for one in layers(model)], [])
    return list(openvino.compile_model(made, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})({}).values())


def before(layer):
    """The kinds of the operators from a layer's weights up."""
    found, node = [], layer.input_value(1).get_node()
    while node.get_input_size():
        found.append(node.get_type_name())
        node = node.input_value(0).get_node()
    return [*found, node.get_element_type().to_string()]


def test_weights_of_an_8_bit_file_stay_the_same_numbers():
    model = openvino.Core().read_model(FOLDER / "tendu-lightning.tflite")
    old = weights(model)
    assert in_eight_bits(model) == DEPTHWISE
    assert all(before(one) == ["Multiply", "Convert", "i8"] for one in layers(model))
    for a, b in zip(old, weights(model), strict=True):
        np.testing.assert_array_equal(a, b)


def test_weights_that_are_floats_stay_as_they_are():
    model = openvino.Core().read_model(FOLDER / "tendu-lightning-fp16.tflite")
    old = [before(one) for one in layers(model)]
    assert in_eight_bits(model) == 0
    assert [before(one) for one in layers(model)] == old


@pytest.mark.skipif(
    platform.machine() not in {"x86_64", "AMD64"}, reason="8-bit layers are OpenVINO's on x86"
)
def test_openvino_computes_them_in_8_bits(tmp_path, monkeypatch):
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: tmp_path / name)
    runtime = OpenVINO(FOLDER / "tendu-lightning.tflite", threads=1)
    ran = [one.get_rt_info() for one in runtime._request.get_compiled_model().get_runtime_model().get_ops()]
    said = [{key: value.astype(str) for key, value in one.items()} for one in ran]
    kinds = [
        one["runtimePrecision"]
        for one in said
        if one["layerType"] == "Convolution" and "GroupConvolution" in one["originalLayersNames"]
    ]
    assert len(kinds) == DEPTHWISE
    assert set(kinds) <= {"i8", "u8"}
