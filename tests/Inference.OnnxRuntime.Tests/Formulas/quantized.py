"""Quantized operators of com.microsoft and of the standard: dequantize, compute, quantize."""
import itertools
import math

import numpy as np

from formulas import formula


def real(case, x, scale, zero):
    return (case.real(x) - case.real(zero, 0)) * case.real(scale)


def codes(y, scale, zero, limits):
    """Halves go to the even neighbour."""
    return np.clip(np.rint(y / scale) + zero, *limits)


def result(case, y, scale, zero, like):
    return codes(y, case.real(scale), case.real(zero, 0), case.limits(like))


@formula('com.microsoft.QLinearAdd')
def add(case):
    return result(case, real(case, 0, 1, 2) + real(case, 3, 4, 5), 6, 7, 0)


@formula('com.microsoft.QLinearMul')
def multiply(case):
    return result(case, real(case, 0, 1, 2) * real(case, 3, 4, 5), 6, 7, 0)


@formula('com.microsoft.QLinearSigmoid')
def sigmoid(case):
    return result(case, 1 / (1 + np.exp(-real(case, 0, 1, 2))), 3, 4, 0)


@formula('com.microsoft.QLinearLeakyRelu')
def leaky(case):
    x = real(case, 0, 1, 2)
    return result(case, np.where(x < 0, np.float32(case.attr('alpha', 0.01)) * x, x), 3, 4, 0)


@formula('com.microsoft.QLinearWhere')
def where(case):
    return result(case, np.where(case.raw(0), real(case, 1, 2, 3), real(case, 4, 5, 6)), 7, 8, 1)


@formula('com.microsoft.QLinearConcat')
def concat(case):
    parts = [real(case, i, i + 1, i + 2) for i in range(2, len(case.inputs), 3)]
    return result(case, np.concatenate(parts, axis=int(case.attr('axis'))), 0, 1, 2)


@formula('com.microsoft.QLinearSoftmax')
def softmax(case):
    x = real(case, 0, 1, 2)
    axis = int(case.attr('axis', -1)) % x.ndim
    own = x if int(case.attr('opset')) >= 13 else x.reshape(x.shape[:axis] + (-1,))
    e = np.exp(own - own.max(axis=axis, keepdims=True))
    return result(case, (e / e.sum(axis=axis, keepdims=True)).reshape(x.shape), 3, 4, 0)


@formula('com.microsoft.QLinearGlobalAveragePool')
def pool_all(case):
    x = real(case, 0, 1, 2)
    axes = tuple(range(1, x.ndim - 1)) if case.attr('channels_last', 0) else tuple(range(2, x.ndim))
    return result(case, x.mean(axis=axes, keepdims=True), 3, 4, 0)


@formula('com.microsoft.QLinearAveragePool')
def pool(case):
    x = real(case, 0, 1, 2)
    last = case.attr('channels_last', 0)
    x = np.moveaxis(x, -1, 1) if last else x
    rank = x.ndim - 2
    kernel, step, pads = case.attr('kernel_shape'), case.attr('strides', [1] * rank), list(case.attr('pads', [0] * 2 * rank))
    up, automatic = case.attr('ceil_mode', 0), case.attr('auto_pad', 'NOTSET')
    out = []
    for i in range(rank):
        size = x.shape[2 + i]
        if automatic.startswith('SAME'):
            out.append(-(-size // step[i]))
            room = max((out[i] - 1) * step[i] + kernel[i] - size, 0)
            pads[i] = room // 2 if automatic == 'SAME_UPPER' else room - room // 2
            pads[rank + i] = room - pads[i]
            continue
        room = size + pads[i] + pads[rank + i] - kernel[i]
        count = (-(-room // step[i]) if up else room // step[i]) + 1
        # A window begins in the input or in the pads before it.
        out.append(count - 1 if up and (count - 1) * step[i] >= size + pads[i] else count)
    y = np.zeros(x.shape[:2] + tuple(out))
    for place in np.ndindex(*out):
        spans = [range(max(p * s - b, 0), min(p * s - b + k, d)) for p, s, b, k, d in zip(place, step, pads, kernel, x.shape[2:])]
        inside = x[(slice(None), slice(None)) + tuple(slice(r.start, r.stop) for r in spans)]
        count = math.prod(kernel) if case.attr('count_include_pad', 0) else math.prod(len(r) for r in spans)
        y[(slice(None), slice(None)) + place] = inside.sum(axis=tuple(range(2, x.ndim))) / max(count, 1)
    return result(case, np.moveaxis(y, 1, -1) if last else y, 3, 4, 0)


@formula('com.microsoft.QGemm')
def gemm(case):
    a, b = real(case, 0, 1, 2), real(case, 3, 4, 5)
    a, b = a.T if case.attr('transA', 0) else a, b.T if case.attr('transB', 0) else b
    scale = case.real(1) * case.real(4)
    y = np.float32(case.attr('alpha', 1.0)) * (a @ b + (case.real(6) * scale if case.has(6) else 0))
    return result(case, y, 7, 8, 0) if case.has(7) else y


@formula('QLinearMatMul')
def product(case):
    return result(case, real(case, 0, 1, 2) @ real(case, 3, 4, 5), 6, 7, 0)


def along(case, parameter, rank):
    if not case.has(parameter):
        return 0
    values = case.real(parameter)
    if values.ndim == 0 or values.size == 1:
        return values
    if case.attr('block_size', 0):
        axis = int(case.attr('axis', 1)) % rank
        size = case.raw(0).shape[axis]
        return np.take(values, np.arange(size) // case.attr('block_size'), axis=axis)
    return values.reshape([-1 if k == int(case.attr('axis', 1)) % rank else 1 for k in range(rank)])


@formula('DequantizeLinear', 'com.microsoft.DequantizeLinear')
def dequantize(case):
    rank = case.raw(0).ndim
    return (case.real(0) - along(case, 2, rank)) * along(case, 1, rank)


@formula('QuantizeLinear', 'com.microsoft.QuantizeLinear')
def quantize(case):
    rank = case.raw(0).ndim
    limits = case.limits(2) if case.has(2) else (0, 255)
    # The quotient is one of float32.
    y = (case.raw(0) / along(case, 1, rank).astype(np.float32)).astype(np.float32)
    return codes(y, 1, along(case, 2, rank), limits)


@formula('DynamicQuantizeLinear')
def dynamic(case):
    x = case.raw(0)
    low, high = min(np.float32(0), x.min()), max(np.float32(0), x.max())
    scale = np.float32((high - low) / np.float32(255)) or np.float32(1)
    zero = np.clip(np.rint(-low / scale), 0, 255)
    return np.clip(np.rint(x / scale) + zero, 0, 255), scale, zero


@formula('com.microsoft.MatMulIntegerToFloat')
def to_float(case):
    return (case.real(0) - case.real(4, 0)) @ (case.real(1) - case.real(5, 0)) * (case.real(2) * case.real(3)) + case.real(6, 0)


@formula('QLinearConv')
def conv(case):
    x = real(case, 0, 1, 2)
    w = case.real(3)
    each = (-1,) + (1,) * (w.ndim - 1)
    scales = np.broadcast_to(case.real(4), w.shape[:1])
    w = (w - np.broadcast_to(case.real(5, np.zeros(())), w.shape[:1]).reshape(each)) * scales.reshape(each)
    bias = None if not case.has(8) else case.real(8) * case.real(1) * scales
    return result(case, convolution(case, x, w, bias), 6, 7, 0)


def convolution(case, x, w, bias):
    rank = x.ndim - 2
    groups = int(case.attr('group', 1))
    step, dilation, pads = case.attr('strides', [1] * rank), case.attr('dilations', [1] * rank), list(case.attr('pads', [0] * 2 * rank))
    automatic = case.attr('auto_pad', 'NOTSET')
    if automatic.startswith('SAME'):
        for i in range(rank):
            size = x.shape[2 + i]
            room = max((-(-size // step[i]) - 1) * step[i] + (w.shape[2 + i] - 1) * dilation[i] + 1 - size, 0)
            pads[i] = room // 2 if automatic == 'SAME_UPPER' else room - room // 2
            pads[rank + i] = room - pads[i]
    x = np.pad(x, [(0, 0), (0, 0)] + [(pads[i], pads[rank + i]) for i in range(rank)])
    out = [(x.shape[2 + i] - dilation[i] * (w.shape[2 + i] - 1) - 1) // step[i] + 1 for i in range(rank)]
    y = np.zeros((x.shape[0], w.shape[0]) + tuple(out))
    own, made = x.shape[1] // groups, w.shape[0] // groups
    for k in itertools.product(*(range(d) for d in w.shape[2:])):
        window = x[(slice(None), slice(None)) + tuple(slice(k[i] * dilation[i], k[i] * dilation[i] + (out[i] - 1) * step[i] + 1, step[i]) for i in range(rank))]
        for g in range(groups):
            part = np.einsum('nc...,mc->nm...', window[:, g * own:(g + 1) * own], w[(slice(g * made, (g + 1) * made), slice(None)) + k])
            y[:, g * made:(g + 1) * made] += part
    return y if bias is None else y + bias.reshape((1, -1) + (1,) * rank)
