"""Small .tflite files made on the spot, so that runtimes can be tested without any real model.

Each takes one tensor and gives two: the input plus 1.5, and the input times 2, in real units.
"""

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

SHAPE = (1, 4, 4, 3)
NUMBERS = {np.float32: 0, np.int32: 2, np.uint8: 3, np.int8: 9}  # TensorType in schema.fbs


def tiny_model(
    dtype=np.float32,
    *,
    shape=SHAPE,
    signature=None,
    scale=(0.5, 1.0, 2.0),
    zero=(0, 10, 3),
    custom=None,
) -> bytes:
    """The bytes of a .tflite file.

    Args:
        dtype: of the input and both outputs: np.float32, np.uint8 or np.int8 (the latter two quantised).
        shape: sizes of the input and both outputs.
        signature: the same with -1 where a size is left open.
        scale: real units per step of the input, the sum and the product; used where quantised.
        zero: which code means 0.0 in each.
        custom: the name of a custom operator put in the place of the product.
    """
    quantised = dtype is not np.float32
    model = schema.ModelT()
    model.version, model.description = 3, "tiny"
    model.buffers = [schema.BufferT()]
    graph = schema.SubGraphT()
    graph.name, graph.tensors = "main", []

    def tensor(name, sizes, scale, zero, data=None, open_sizes=None):
        made = schema.TensorT()
        made.name, made.shape, made.type = name, np.asarray(sizes, np.int32), NUMBERS[dtype]
        if open_sizes is not None:
            made.shapeSignature = np.asarray(open_sizes, np.int32)
        if quantised:
            made.quantization = schema.QuantizationParametersT()
            made.quantization.scale = np.asarray([scale], np.float32)
            made.quantization.zeroPoint = np.asarray([zero], np.int64)
        if data is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(data.tobytes(), np.uint8)
            model.buffers.append(buffer)
            made.buffer = len(model.buffers) - 1
        graph.tensors.append(made)
        return len(graph.tensors) - 1

    def constant(name, value):
        # A quantised constant: the code 1 stands for `value`.
        return tensor(name, (1,), value, 0, np.asarray([1 if quantised else value], dtype))

    picture = tensor("picture", shape, scale[0], zero[0], open_sizes=signature)
    total = tensor("sum", shape, scale[1], zero[1], open_sizes=signature)
    double = tensor("product", shape, scale[2], zero[2], open_sizes=signature)
    graph.operators = []
    for code, options, kind, given, result in (
        (schema.BuiltinOperator.ADD, schema.AddOptionsT(), schema.BuiltinOptions.AddOptions, 1.5, total),
        (schema.BuiltinOperator.MUL, schema.MulOptionsT(), schema.BuiltinOptions.MulOptions, 2.0, double),
    ):
        operator = schema.OperatorT()
        operator.opcodeIndex = len(graph.operators)
        operator.inputs = np.asarray([picture, constant(f"constant {given}", given)], np.int32)
        operator.outputs = np.asarray([result], np.int32)
        operator.builtinOptionsType, operator.builtinOptions = kind, options
        opcode = schema.OperatorCodeT()
        opcode.builtinCode = opcode.deprecatedBuiltinCode = code
        opcode.version = 2 if dtype is np.int8 else 1
        model.operatorCodes = [*(model.operatorCodes or []), opcode]
        graph.operators.append(operator)
    if custom is not None:
        last, opcode = graph.operators[-1], model.operatorCodes[-1]
        opcode.builtinCode = opcode.deprecatedBuiltinCode = schema.BuiltinOperator.CUSTOM
        opcode.customCode = custom
        last.builtinOptionsType, last.builtinOptions = 0, None
    graph.inputs, graph.outputs = np.asarray([picture], np.int32), np.asarray([total, double], np.int32)
    model.subgraphs = [graph]
    builder = flatbuffers.Builder(4096)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())
