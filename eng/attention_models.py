#!/usr/bin/env python3
"""Writes models of one attention each, [1, tokens, 4 heads of 64], with rows to measure them on: usage: attention_models.py FOLDER"""
import os
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HEADS, SIZE = 4, 64

for tokens in (512, 1024, 2048, 4096):
    folder = os.path.join(sys.argv[1], str(tokens))
    os.makedirs(folder, exist_ok=True)
    constants = {'parts': np.array([0, tokens, 3, HEADS, SIZE]), 'zero': np.array([0]), 'flat': np.array([0, tokens, HEADS * SIZE]), 'scale': np.array(SIZE ** -0.5, np.float32)}
    nodes = [
        helper.make_node('Reshape', ['x', 'parts'], ['p']),
        helper.make_node('Transpose', ['p'], ['t'], perm=[2, 0, 3, 1, 4]),
        helper.make_node('Split', ['t'], ['q0', 'k0', 'v0'], axis=0),
        *[helper.make_node('Squeeze', [n + '0', 'zero'], [n]) for n in 'qkv'],
        helper.make_node('Transpose', ['k'], ['kt'], perm=[0, 1, 3, 2]),
        helper.make_node('MatMul', ['q', 'kt'], ['s']),
        helper.make_node('Mul', ['s', 'scale'], ['c']),
        helper.make_node('Softmax', ['c'], ['w'], axis=-1, name='attention'),
        helper.make_node('MatMul', ['w', 'v'], ['a']),
        helper.make_node('Transpose', ['a'], ['b'], perm=[0, 2, 1, 3]),
        helper.make_node('Reshape', ['b', 'flat'], ['y']),
    ]
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes, f'attention over {tokens} tokens', [value('x', TensorProto.FLOAT, ['n', tokens, 3 * HEADS * SIZE])], [value('y', TensorProto.FLOAT, ['n', tokens, HEADS * SIZE])],
        [numpy_helper.from_array(a, n) for n, a in constants.items()])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=8), os.path.join(folder, 'model.onnx'))
    np.savez(os.path.join(folder, 'rows'), x=np.random.default_rng(1).standard_normal((2, tokens, 3 * HEADS * SIZE)).astype(np.float32))
