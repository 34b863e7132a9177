#!/usr/bin/env python3
"""Zeroes the smallest weights of every MatMul and Gemm of a model, in the forms that a kernel could skip: usage: sparse_weights.py MODEL OUT FORM SHARE   (FORM: 2of4, of each four weights of an output two stay, or ROWSxCOLUMNS, whole
blocks; SHARE: of the weights that become zero). Or writes the product that is left if a share of the reduction is skipped: sparse_weights.py product OUT ROWS REDUCTION COLUMNS"""
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def two_of_four(w):
    k, n = w.shape
    whole = k // 4 * 4
    groups = w[:whole].reshape(-1, 4, n)
    rank = np.argsort(np.argsort(np.abs(groups), axis=1), axis=1)
    return np.concatenate([(groups * (rank >= 2)).reshape(whole, n), w[whole:]])


def blocks(w, rows, columns, share):
    k, n = w.shape
    padded = np.pad(w, ((0, -k % rows), (0, -n % columns)))
    tiles = padded.reshape(padded.shape[0] // rows, rows, padded.shape[1] // columns, columns)
    norms = np.sqrt((tiles ** 2).sum((1, 3)))
    keep = norms >= np.quantile(norms, share)
    return (tiles * keep[:, None, :, None]).reshape(padded.shape)[:k, :n]


def product(out, rows, reduction, columns):
    value = helper.make_tensor_value_info
    w = np.random.default_rng(1).standard_normal((reduction, columns)).astype(np.float32)
    graph = helper.make_graph([helper.make_node('MatMul', ['x', 'w'], ['y'])], 'product', [value('x', TensorProto.FLOAT, [rows, reduction])], [value('y', TensorProto.FLOAT, [rows, columns])], [numpy_helper.from_array(w, 'w')])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=8), out)


def main():
    if sys.argv[1] == 'product':
        product(sys.argv[2], *map(int, sys.argv[3:]))
        return
    model = onnx.load(sys.argv[1])
    weights = {i.name: i for i in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type not in ('MatMul', 'Gemm') or node.input[1] not in weights:
            continue
        tensor = weights[node.input[1]]
        w = numpy_helper.to_array(tensor)
        if w.ndim != 2 or w.size < 1024:
            continue
        turned = any(a.name == 'transB' and a.i for a in node.attribute)
        w = w.T if turned else w
        w = two_of_four(w) if sys.argv[3] == '2of4' else blocks(w, *map(int, sys.argv[3].split('x')), float(sys.argv[4]))
        tensor.CopyFrom(numpy_helper.from_array(np.ascontiguousarray((w.T if turned else w).astype(np.float32)), tensor.name))
    onnx.save(model, sys.argv[2])


main()
