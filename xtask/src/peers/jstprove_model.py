"""Writes the defaults of attributes out, without which JSTprove takes no model: MODEL OUT."""
import sys

import onnx


def defaults(node):
    """The attributes that a node may leave out, and what they then are."""
    if node.op_type == "Gemm":
        return {"alpha": 1.0, "beta": 1.0, "transA": 0, "transB": 0}
    if node.op_type not in ("Conv", "MaxPool"):
        return {}
    axes = next(len(a.ints) for a in node.attribute if a.name == "kernel_shape")
    window = {"dilations": [1] * axes, "strides": [1] * axes, "pads": [0] * 2 * axes}
    return window | ({"group": 1} if node.op_type == "Conv" else {"ceil_mode": 0})


model = onnx.load(sys.argv[1])
for node in model.graph.node:
    has = {attribute.name for attribute in node.attribute}
    missing = {name: value for name, value in defaults(node).items() if name not in has}
    node.attribute.extend(onnx.helper.make_attribute(name, value) for name, value in missing.items())
onnx.save(model, sys.argv[2])
