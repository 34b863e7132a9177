"""What the formulas share: a case takes a node's attributes and inputs, a formula gives its outputs. judge.py runs them."""
import base64

import numpy as np

FORMULAS = {}


class Unstated(Exception):
    """The formula does not cover the case."""


class Case:
    """One node with its inputs."""

    def __init__(self, given):
        self.operator, self.domain, self.opset = given['operator'], given['domain'], given['opset']
        self.attributes, self.outputs = given['attributes'], given['outputs']
        self.inputs = [None if x is None else tensor(x) for x in given['inputs']]
        self.types = [None if x is None else x['dtype'] for x in given['inputs']]

    def attr(self, name, default=None):
        return self.attributes.get(name, default)

    def has(self, i):
        return i < len(self.inputs) and self.inputs[i] is not None

    def raw(self, i):
        """Input i as it came; None where it is left out."""
        return self.inputs[i] if self.has(i) else None

    def limits(self, i):
        """The least and the largest code of input i's type."""
        if self.types[i] in ('int4', 'uint4'):
            return (-8, 7) if self.types[i] == 'int4' else (0, 15)
        info = np.iinfo(self.types[i])
        return info.min, info.max

    def real(self, i, default=None):
        """Input i in double precision."""
        return self.inputs[i].astype(np.float64) if self.has(i) else default


def tensor(given):
    dtype = {'int4': 'int8', 'uint4': 'uint8'}.get(given['dtype'], given['dtype'])
    return np.frombuffer(base64.b64decode(given['data']), dtype=dtype).reshape(given['shape'])


def formula(*names):
    def add(function):
        for name in names:
            FORMULAS[name] = function
        return function
    return add
