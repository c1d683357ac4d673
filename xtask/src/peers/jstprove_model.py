"""Writes the defaults of Gemm's attributes out, without which JSTprove takes no model: MODEL OUT."""
import sys

import onnx

model = onnx.load(sys.argv[1])
for node in model.graph.node:
    if node.op_type == "Gemm":
        has = {attribute.name for attribute in node.attribute}
        defaults = {"alpha": 1.0, "beta": 1.0, "transA": 0, "transB": 0}
        node.attribute.extend(onnx.helper.make_attribute(name, value) for name, value in defaults.items() if name not in has)
onnx.save(model, sys.argv[2])
