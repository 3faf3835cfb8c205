"""A small .onnx file made on the spot: the float model of tiny_models in ONNX's form."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from tiny_models import SHAPE


def tiny_onnx(*, shape=SHAPE) -> bytes:
    """The bytes of an .onnx file; names stand for sizes that are left open."""
    constants = [
        numpy_helper.from_array(np.float32(1.5), "addend"),
        numpy_helper.from_array(np.float32(2.0), "factor"),
    ]
    nodes = [
        helper.make_node("Add", ["picture", "addend"], ["sum"]),
        helper.make_node("Mul", ["picture", "factor"], ["product"]),
    ]
    sides = {
        name: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name in ("picture", "sum", "product")
    }
    graph = helper.make_graph(nodes, "tiny", [sides["picture"]], [sides["sum"], sides["product"]], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return model.SerializeToString()


def tiny_movenet(*, side=64) -> bytes:
    """An .onnx file with MoveNet's published input and output, int32 [1, side, side, 3] and [1, 1, 17, 3] (y, x, score).

    Every keypoint lies in the middle and is as sure as the picture is bright.
    """
    constants = [
        numpy_helper.from_array(np.tile(np.float32([0.5, 0.5, 0]), (1, 1, 17, 1)), "places"),
        numpy_helper.from_array(np.tile(np.float32([0, 0, 1 / 255]), (1, 1, 17, 1)), "brightness"),
    ]
    nodes = [
        helper.make_node("Cast", ["input"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["floats"], ["mean"], axes=[1, 2, 3], keepdims=1),
        helper.make_node("Mul", ["mean", "brightness"], ["score"]),
        helper.make_node("Add", ["places", "score"], ["output_0"]),
    ]
    taken = helper.make_tensor_value_info("input", TensorProto.INT32, [1, side, side, 3])
    given = helper.make_tensor_value_info("output_0", TensorProto.FLOAT, [1, 1, 17, 3])
    graph = helper.make_graph(nodes, "tiny", [taken], [given], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return model.SerializeToString()
