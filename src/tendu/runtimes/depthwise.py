"""Depthwise convolutions of 8-bit files, put so that OpenVINO computes them in 8 bits.

OpenVINO reads an 8-bit .tflite's weights as codes that are made real, and computes in 8 bits where that stands right
before a convolution. Depthwise weights it then turns and reshapes as well, no longer knows them for codes, and computes
these layers in floats, with the maps before and after them: a quarter of Thunder's time. Here the codes are turned
before they are made real. The weights are the same numbers.
"""

from typing import Any

_TURNING = {"Transpose", "Reshape", "Unsqueeze"}


def in_eight_bits(model: Any) -> int:
    """Puts the depthwise weights of an OpenVINO model so, in place; how many layers' there were.

    Weights that are floats or have a zero point stay as they are.
    """
    return sum(_put(one) for one in model.get_ops() if one.get_type_name() == "GroupConvolution")


def _put(convolution: Any) -> bool:
    from openvino import opset13

    turning: list[Any] = []
    node = _given(convolution, 1)
    while node.get_type_name() in _TURNING:
        turning.append(node)
        node = _given(node, 0)
    if node.get_type_name() != "Multiply":
        return False
    real, steps = _given(node, 0), _given(node, 1)
    if (real.get_type_name(), steps.get_type_name()) != ("Convert", "Constant"):
        return False
    given, shape = _given(real, 0), convolution.get_input_shape(1)
    if given.get_type_name() != "Constant" or steps.data.size != shape[0]:
        return False
    codes = given.data
    for one in reversed(turning):
        turned = one.get_type_name() == "Transpose"
        codes = codes.transpose(_given(one, 1).data) if turned else codes.reshape(one.get_output_shape(0))
    step = steps.data.reshape(-1, *(1 for _ in shape[1:]))
    weights = opset13.multiply(opset13.convert(opset13.constant(codes), "f32"), opset13.constant(step))
    convolution.input(1).replace_source_output(weights.output(0))
    return True


def _given(node: Any, number: int) -> Any:
    """What an operator is given as one of its inputs."""
    return node.input_value(number).get_node()
