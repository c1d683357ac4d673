#!/usr/bin/env python3
"""Collects ONNX's own tests of single operators (onnx.backend.test.case.node) into node_tests.zip beside this file.

A test gives everything as inputs of the graph. In a model as exporters write it, weights, shapes, axes, indices and bounds are
constants; so what is such a parameter of its operator becomes an initializer here. Where an operator takes two tensors of one kind,
both stay inputs, and a second case, NAME_constant, has one of them as a constant. Where all inputs are parameters, a zero input
`zero` is added to the result, for a model needs an input.

    manifest.json            onnx's version, the cases, and the tests that were left out, each with the reason
    NAME/model.onnx          the model
    NAME/input_0.npy ..      inputs, in the order of the manifest's names
    NAME/output_0.npy ..     outputs, likewise, by onnx's reference

Needs onnx of the version below, since other versions have other tests. The archive is the same wherever it is made.
"""
import io
import json
import pathlib
import warnings
import zipfile

import numpy as np
import onnx
from onnx import TensorProto as TP, helper as H, numpy_helper as NH
from onnx.backend.test.case.node import collect_testcases
from onnx.reference import ReferenceEvaluator

ONNX = "1.23.2"
OUT = pathlib.Path(__file__).resolve().parent / "node_tests.zip"
# Above this many bytes of tensors a test is left out.
LARGEST = 256 * 1024

OPERATORS = """
    Abs Acos Acosh Add And ArgMax ArgMin Asin Asinh Atan Atanh AveragePool BatchNormalization Cast CastLike Ceil Celu Clip Concat
    Constant ConstantOfShape Conv ConvTranspose Cos Cosh DepthToSpace Div Dropout Elu Equal Erf Exp Expand Flatten Floor Gather
    Gelu Gemm GlobalAveragePool GlobalMaxPool Greater GreaterOrEqual HardSigmoid HardSwish Identity IsInf IsNaN LeakyRelu Less
    LessOrEqual Log LogSoftmax MatMul Max MaxPool Mean Min Mish Mod Mul Neg Not Or PRelu Pad Pow Range Reciprocal ReduceL1
    ReduceL2 ReduceMax ReduceMean ReduceMin ReduceSum ReduceSumSquare Relu Reshape Resize Round Selu Shape Shrink Sigmoid Sign Sin
    Sinh Size Slice Softmax Softplus Softsign SpaceToDepth Split Sqrt Squeeze Sub Sum Swish Tan Tanh ThresholdedRelu Tile
    Transpose Unsqueeze Upsample Where Xor
""".split()
# Operator: which of its inputs are parameters.
PARAMETERS = {
    "BatchNormalization": [1, 2, 3, 4], "Clip": [1, 2], "ConstantOfShape": [0], "Conv": [1, 2], "ConvTranspose": [1, 2],
    "Dropout": [1, 2], "Expand": [1], "Gather": [1], "Gemm": [1, 2], "Pad": [1, 2, 3], "PRelu": [1], "Range": [0, 1, 2],
    "ReduceL1": [1], "ReduceL2": [1], "ReduceMax": [1], "ReduceMean": [1], "ReduceMin": [1], "ReduceSum": [1],
    "ReduceSumSquare": [1], "Reshape": [1], "Resize": [1, 2, 3], "Slice": [1, 2, 3, 4], "Split": [1], "Squeeze": [1], "Tile": [1],
    "Unsqueeze": [1], "Upsample": [1],
}
# Operator: which of its inputs is the constant in NAME_constant.
CONSTANT = {
    "Add": 1, "And": 1, "Div": 1, "Equal": 1, "Greater": 1, "GreaterOrEqual": 1, "Less": 1, "LessOrEqual": 1, "MatMul": 1, "Max": 1,
    "Min": 1, "Mod": 1, "Mul": 1, "Or": 1, "Pow": 1, "Sub": 1, "Where": 0, "Xor": 1,
}
TYPES = [TP.FLOAT, TP.DOUBLE, TP.INT8, TP.INT16, TP.INT32, TP.INT64, TP.UINT8, TP.UINT16, TP.UINT32, TP.BOOL]


def arrays(case):
    """The test's inputs and outputs."""
    to_array = lambda a: NH.to_array(a) if isinstance(a, TP) else np.asarray(a)
    return [[to_array(a) for a in part] for part in case.data_sets[0]]


def left_out(case):
    """Why a test is left out, or None."""
    graph, node = case.model.graph, case.model.graph.node[0]
    for value in (*graph.input, *graph.output):
        if value.type.WhichOneof("value") != "tensor_type":
            return f"type: `{value.name}` is no tensor ({value.type.WhichOneof('value')})"
        tensor = value.type.tensor_type
        if tensor.elem_type not in TYPES:
            return f"type: `{value.name}` is {TP.DataType.Name(tensor.elem_type).lower()}"
        if any(d.WhichOneof("value") != "dim_value" for d in tensor.shape.dim):
            return f"dynamic shape: of `{value.name}`"
    inputs, outputs = arrays(case)
    attributes = {a.name: H.get_attribute_value(a) for a in node.attribute}
    if attributes.get("training_mode") or (node.op_type == "Dropout" and len(inputs) == 3 and inputs[2]):
        return "training mode"
    named = dict(zip((i.name for i in graph.input), inputs))
    data = [named[name] for name in node.input if name and name not in parameters(node, PARAMETERS.get(node.op_type, []))]
    if any(np.size(a) == 0 for a in (*data, *outputs)):
        return "empty tensor"
    if any(not np.all(np.isfinite(a)) for a in (*inputs, *outputs)):
        return "not finite"
    size = sum(a.nbytes for a in (*inputs, *outputs))
    if size > LARGEST:
        return f"too large: {size} bytes of tensors"
    return None


def parameters(node, at):
    """Names of the inputs at these places that are there."""
    return [node.input[i] for i in at if i < len(node.input) and node.input[i]]


def build(case, constants):
    """The model with these inputs as constants; the names of the others; the arrays of inputs and outputs."""
    model = onnx.ModelProto()
    model.CopyFrom(case.model)
    # Since version 4 an initializer need not be an input as well.
    model.ir_version = max(model.ir_version, 4)
    graph = model.graph
    inputs, outputs = arrays(case)
    named = {i.name: np.array(a, order="C") for i, a in zip(graph.input, inputs)}
    kept = [i for i in graph.input if i.name not in constants]
    graph.initializer.extend(NH.from_array(named[name], name) for name in constants)
    names = [i.name for i in kept]
    if not kept:
        node, output = graph.node[0], graph.output[0]
        node.output[0] = "constant"
        graph.node.append(H.make_node("Add", ["constant", "zero"], [output.name]))
        kept = [H.make_tensor_value_info("zero", output.type.tensor_type.elem_type, outputs[0].shape)]
        names, named["zero"] = ["zero"], np.zeros_like(outputs[0])
    del graph.input[:]
    graph.input.extend(kept)
    return model, names, [named[name] for name in names], [np.array(a, order="C") for a in outputs]


def checked(model, names, inputs, outputs, case):
    """What was built must still compute what the test demands."""
    onnx.checker.check_model(model, full_check=True)
    got = ReferenceEvaluator(model).run(None, dict(zip(names, inputs)))
    for a, b in zip(got, outputs, strict=True):
        np.testing.assert_allclose(np.asarray(a), b, rtol=case.rtol, atol=case.atol, err_msg=case.name)


def main():
    if onnx.__version__ != ONNX:
        raise SystemExit(f"onnx {onnx.__version__}: needed is {ONNX} (pip install onnx=={ONNX})")
    warnings.simplefilter("ignore")
    tests = [c for c in collect_testcases(None)
             if len(c.model.graph.node) == 1 and c.model.graph.node[0].op_type in OPERATORS and not c.name.endswith("_expanded")]
    cases, excluded, files = [], [], {}
    for test in sorted(tests, key=lambda t: t.name):
        node = test.model.graph.node[0]
        reason = left_out(test)
        if reason:
            excluded.append({"name": test.name, "operator": node.op_type, "reason": reason})
            continue
        constants = parameters(node, PARAMETERS.get(node.op_type, []))
        variants = [(test.name, constants)]
        if node.op_type in CONSTANT and len(node.input) > 1:
            variants.append((test.name + "_constant", parameters(node, [CONSTANT[node.op_type]])))
        for name, constants in variants:
            model, names, inputs, outputs = build(test, constants)
            checked(model, names, inputs, outputs, test)
            files[f"{name}/model.onnx"] = model.SerializeToString(deterministic=True)
            for kind, values in (("input", inputs), ("output", outputs)):
                files.update({f"{name}/{kind}_{i}.npy": npy(a) for i, a in enumerate(values)})
            opset = next(o.version for o in model.opset_import if o.domain == "")
            cases.append({"name": name, "operator": node.op_type, "opset": opset, "inputs": names,
                          "outputs": [o.name for o in model.graph.output], "constants": constants, "rtol": test.rtol, "atol": test.atol})
    lines = lambda items: "[\n" + ",\n".join(json.dumps(item) for item in items) + "\n]"
    files["manifest.json"] = f'{{"onnx": "{ONNX}",\n"cases": {lines(cases)},\n"excluded": {lines(excluded)}}}\n'.encode()
    with zipfile.ZipFile(OUT, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            archive.writestr(entry, files[name])
    reasons = sorted({e["reason"].split(":")[0] for e in excluded})
    print(f"{OUT.name}: {OUT.stat().st_size:,} bytes, {len(cases)} cases of {len(cases) - sum(c['name'].endswith('_constant') for c in cases)} "
          f"tests; {len(excluded)} left out")
    for reason in reasons:
        print(f"  {reason}: {sum(e['reason'].split(':')[0] == reason for e in excluded)}")


def npy(array):
    out = io.BytesIO()
    np.lib.format.write_array(out, array, version=(1, 0), allow_pickle=False)
    return out.getvalue()


if __name__ == "__main__":
    main()
