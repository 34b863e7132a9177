"""The witness that shares no code with the other two: formulas of operators, stated for NumPy in double precision and with plain loops.

usage: judge.py CASES RESULTS

CASES is a JSON file: a list of {operator, domain, opset, attributes, inputs, outputs}; an input is null or {dtype, shape, data (base64 of the
elements)}, outputs tells how many are asked for. RESULTS gets a list with, for each case, {outputs: [null or {shape, data (base64 of float64)}]} or
{unstated: why} where the formula does not cover the case. Each formula is written from the operator's definition, none from an implementation.
"""
import base64
import json
import sys

import numpy as np

import attention  # noqa: F401
import images  # noqa: F401
import normalization  # noqa: F401
import products  # noqa: F401
import quantized  # noqa: F401
import signals  # noqa: F401
from formulas import FORMULAS, Case, Unstated


def main(cases, results):
    with open(cases, encoding='utf-8') as file:
        given = json.load(file)
    answers = []
    for one in given:
        name = one['operator'] if one['domain'] == '' else f"{one['domain']}.{one['operator']}"
        try:
            outputs = FORMULAS[name](Case(one))
            outputs = list(outputs) if isinstance(outputs, (tuple, list)) else [outputs]
            answers.append({'outputs': [None if y is None else encode(y) for y in outputs]})
        except Unstated as reason:
            answers.append({'unstated': str(reason)})
    with open(results, 'w', encoding='utf-8') as file:
        json.dump(answers, file)


def encode(y):
    y = np.asarray(y)
    return {'shape': list(y.shape), 'data': base64.b64encode(np.ascontiguousarray(y, dtype=np.float64).tobytes()).decode()}


if __name__ == '__main__':
    main(sys.argv[1], sys.argv[2])
