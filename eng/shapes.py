#!/usr/bin/env python3
"""Lists the matrix products and convolutions of real models in benchmarks/shapes/*.txt: eng/shapes.py FOLDER... (each holds NAME/model.onnx).

Needs Debian's python3-onnx. Free dimensions are taken as 1. One line a distinct shape, most frequent first, with the models that have it.
"""
import collections
import pathlib
import sys

import onnx
from onnx import shape_inference

OUT = pathlib.Path(__file__).resolve().parent.parent / "benchmarks" / "shapes"


def shapes_of(model):
    graph = shape_inference.infer_shapes(model, data_prop=True).graph
    found = {i.name: list(i.dims) for i in graph.initializer}
    for value in list(graph.input) + list(graph.value_info) + list(graph.output):
        if value.type.tensor_type.HasField("shape"):
            found.setdefault(value.name, [d.dim_value or 1 for d in value.type.tensor_type.shape.dim])
    return graph, found


def attributes(node):
    return {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}


def product(dims):
    result = 1
    for d in dims:
        result *= d
    return result


def gemm(node, found):
    a, b = found.get(node.input[0]), found.get(node.input[1])
    if not a or not b or len(a) < 2 or len(b) != 2:
        return None
    values = attributes(node)
    if values.get("transA"):
        a = a[::-1]
    if values.get("transB"):
        b = b[::-1]
    return f"{product(a[:-1])} {b[1]} {b[0]}"


def convolution(node, found):
    x, w = found.get(node.input[0]), found.get(node.input[1])
    if not x or not w or len(x) != 4:
        return None
    values = attributes(node)
    pads = values.get("pads", [0, 0, 0, 0])
    stride, dilation = values.get("strides", [1, 1]), values.get("dilations", [1, 1])
    return f"{x[0]} {x[1]} {x[2]} {x[3]} {w[0]} {w[2]} {w[3]} {values.get('group', 1)} {stride[0]} {dilation[0]} {pads[0]}"


def main():
    tables = {"gemm": collections.defaultdict(collections.Counter), "convolution": collections.defaultdict(collections.Counter)}
    for root in sys.argv[1:]:
        for file in sorted(pathlib.Path(root).glob("*/model.onnx")):
            try:
                graph, found = shapes_of(onnx.load(str(file)))
            except Exception as error:  # a newer file format than this onnx package knows
                print(f"{file.parent.name}: skipped ({type(error).__name__})", file=sys.stderr)
                continue
            for node in graph.node:
                row = gemm(node, found) if node.op_type in ("MatMul", "Gemm") else convolution(node, found) if node.op_type == "Conv" else None
                if row:
                    tables["gemm" if node.op_type != "Conv" else "convolution"][row][file.parent.name] += 1
    heads = {"gemm": "# M N K", "convolution": "# N C H W outC kH kW groups stride dilation pad"}
    OUT.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        ordered = sorted(rows.items(), key=lambda r: (-sum(r[1].values()), r[0]))
        lines = [heads[name] + " # models"] + [f"{row} # {', '.join(sorted(models))}" for row, models in ordered]
        (OUT / f"{name}.txt").write_text("\n".join(lines) + "\n")


main()
