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
