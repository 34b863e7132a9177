"""Products with what ONNX Runtime fuses into them, and small operators that are defined there alone."""
import math

import numpy as np

from formulas import formula
from quantized import convolution


def erf(x):
    return np.vectorize(math.erf)(x)


ACTIVATIONS = {
    'Relu': lambda x, a, b, g: np.maximum(x, 0),
    'Tanh': lambda x, a, b, g: np.tanh(x),
    'Sigmoid': lambda x, a, b, g: 1 / (1 + np.exp(-x)),
    'LeakyRelu': lambda x, a, b, g: np.where(x < 0, a * x, x),
    'Clip': lambda x, a, b, g: np.clip(x, a, b),
    'HardSigmoid': lambda x, a, b, g: np.clip(a * x + b, 0, 1),
    'Elu': lambda x, a, b, g: np.where(x < 0, a * np.expm1(x), x),
    'Softplus': lambda x, a, b, g: np.logaddexp(0, x),
    'Softsign': lambda x, a, b, g: x / (1 + np.abs(x)),
    'Selu': lambda x, a, b, g: g * np.where(x < 0, a * np.expm1(x), x),
    'ThresholdedRelu': lambda x, a, b, g: np.where(x > a, x, 0),
}


@formula('com.microsoft.FusedGemm')
def fused_gemm(case):
    a, b = case.real(0), case.real(1)
    a, b = a.T if case.attr('transA', 0) else a, b.T if case.attr('transB', 0) else b
    y = case.attr('alpha', 1.0) * (a @ b) + case.attr('beta', 1.0) * case.real(2, 0)
    return ACTIVATIONS[case.attr('activation')](y, *(case.attr(f'activation_{name}', 1.0) for name in ('alpha', 'beta', 'gamma')))


@formula('com.microsoft.FusedConv')
def fused_conv(case):
    y = convolution(case, case.real(0), case.real(1), case.real(2)) + case.real(3, 0)
    parameters = list(case.attr('activation_params', [])) + [0, 0, 0]
    return ACTIVATIONS[case.attr('activation')](y, *parameters[:3])


@formula('com.microsoft.FusedMatMul', 'com.microsoft.TransposeMatMul')
def fused_product(case):
    a, b = case.real(0), case.real(1)
    a, b = np.swapaxes(a, -1, -2) if case.attr('transA', 0) else a, np.swapaxes(b, -1, -2) if case.attr('transB', 0) else b
    return case.attr('alpha', 1.0) * (a @ b)


@formula('com.microsoft.BiasGelu')
def bias_gelu(case):
    x = case.real(0) + case.real(1)
    return x / 2 * (1 + erf(x / math.sqrt(2)))


@formula('com.microsoft.Gelu')
def gelu(case):
    x = case.real(0)
    return x / 2 * (1 + erf(x / math.sqrt(2)))


@formula('com.microsoft.FastGelu')
def fast_gelu(case):
    x = case.real(0) + case.real(1, 0)
    return x / 2 * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3)))


@formula('com.microsoft.QuickGelu')
def quick_gelu(case):
    x = case.real(0)
    return x / (1 + np.exp(-np.float32(case.attr('alpha', 1.702)) * x))


@formula('com.microsoft.CDist')
def distances(case):
    squares = ((case.real(0)[:, None] - case.real(1)[None]) ** 2).sum(axis=-1)
    return squares if case.attr('metric', 'sqeuclidean') == 'sqeuclidean' else np.sqrt(squares)


@formula('com.microsoft.MatMulNBits')
def narrow(case):
    """Weights of 4 bits, two in a byte, the lower first; blocks along K have a scale and a zero point, 8 where none is given."""
    columns, rows, block = int(case.attr('N')), int(case.attr('K')), int(case.attr('block_size'))
    packed = case.raw(1).reshape(columns, -1)
    w = np.stack([packed & 15, packed >> 4], axis=-1).reshape(columns, -1, block).astype(np.float64)
    zero = np.full(w.shape[:2], 8.0)
    if case.has(3):
        points = case.raw(3).reshape(columns, -1)
        zero = np.stack([points & 15, points >> 4], axis=-1).reshape(columns, -1)[:, :w.shape[1]]
    w = (w - zero[..., None]) * case.real(2).reshape(columns, -1, 1)
    return case.real(0) @ w.reshape(columns, -1)[:, :rows].T


@formula('com.microsoft.LinearAttention')
def linear_attention(case):
    """State S [width of keys, width of values] a head: S ← e^decay·S, then S += kᵀ·(v or beta·(v − k·S)); y = scale·q·S."""
    heads, queries = int(case.attr('kv_num_heads')), int(case.attr('q_num_heads'))
    q, k, v = (case.real(i) for i in range(3))
    rule = case.attr('update_rule', 'gated_delta')
    batch, length = q.shape[:2]
    depth, width = q.shape[2] // queries, v.shape[2] // heads
    key_heads = k.shape[2] // depth
    state = case.real(3, np.zeros((batch, heads, depth, width))).copy()
    most = max(queries, heads)
    y = np.zeros((batch, length, most, width))
    scale = case.attr('scale', 0.0) or 1 / math.sqrt(depth)
    for b in range(batch):
        for t in range(length):
            for h in range(heads):
                key = k[b, t].reshape(key_heads, depth)[h * key_heads // heads]
                value = v[b, t].reshape(heads, width)[h]
                if 'gated' in rule:
                    decay = case.real(4)[b, t].reshape(heads, -1)[h]
                    state[b, h] *= np.exp(decay)[:, None] if decay.size > 1 else np.exp(decay)
                if 'delta' in rule:
                    beta = case.real(5)[b, t]
                    value = beta[h if beta.size > 1 else 0] * (value - key @ state[b, h])
                state[b, h] += np.outer(key, value)
            for o in range(most):
                y[b, t, o] = scale * q[b, t].reshape(queries, depth)[o * queries // most] @ state[b, o * heads // most]
    return y.reshape(batch, length, -1), state
