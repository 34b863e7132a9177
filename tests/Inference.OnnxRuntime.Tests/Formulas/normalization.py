"""Normalizations over rows, groups and channels."""
import numpy as np

from formulas import formula


def standard(x, axes, epsilon):
    mean = x.mean(axis=axes, keepdims=True)
    spread = 1 / np.sqrt(((x - mean) ** 2).mean(axis=axes, keepdims=True) + epsilon)
    return (x - mean) * spread, mean, spread


@formula('LayerNormalization')
def layer(case):
    x = case.real(0)
    axes = tuple(range(int(case.attr('axis', -1)) % x.ndim, x.ndim))
    y, mean, spread = standard(x, axes, np.float32(case.attr('epsilon', 1e-5)))
    return y * case.real(1) + case.real(2, 0), mean, spread


@formula('RMSNormalization', 'SimplifiedLayerNormalization')
def root(case):
    x = case.real(0)
    axes = tuple(range(int(case.attr('axis', -1)) % x.ndim, x.ndim))
    spread = 1 / np.sqrt((x ** 2).mean(axis=axes, keepdims=True) + np.float32(case.attr('epsilon', 1e-5)))
    return x * spread * case.real(1), spread


@formula('com.microsoft.SkipLayerNormalization')
def skip(case):
    total = case.real(0) + case.real(1) + case.real(4, 0)
    y, _, _ = standard(total, (-1,), np.float32(case.attr('epsilon', 1e-12)))
    return y * case.real(2) + case.real(3, 0), None, None, total


@formula('com.microsoft.SkipSimplifiedLayerNormalization')
def skip_root(case):
    total = case.real(0) + case.real(1) + case.real(3, 0)
    y = total / np.sqrt((total ** 2).mean(axis=-1, keepdims=True) + np.float32(case.attr('epsilon', 1e-12)))
    return y * case.real(2), None, None, total


@formula('InstanceNormalization')
def instance(case):
    x = case.real(0)
    y, _, _ = standard(x, tuple(range(2, x.ndim)), np.float32(case.attr('epsilon', 1e-5)))
    each = (1, -1) + (1,) * (x.ndim - 2)
    return y * case.real(1).reshape(each) + case.real(2).reshape(each)


@formula('GroupNormalization')
def group(case):
    x, groups = case.real(0), int(case.attr('num_groups'))
    parts = x.reshape((x.shape[0], groups, -1))
    y = standard(parts, (2,), np.float32(case.attr('epsilon', 1e-5)))[0].reshape(x.shape)
    scale, bias = case.real(1), case.real(2)
    if case.opset < 21:
        scale, bias = (np.repeat(v, x.shape[1] // groups) for v in (scale, bias))
    each = (1, -1) + (1,) * (x.ndim - 2)
    return y * scale.reshape(each) + bias.reshape(each)


@formula('LRN')
def local(case):
    x, size = case.real(0), int(case.attr('size'))
    alpha, beta, bias = (np.float32(case.attr(name, default)) for name, default in (('alpha', 1e-4), ('beta', 0.75), ('bias', 1.0)))
    total = np.zeros(x.shape)
    for c in range(x.shape[1]):
        low, high = c - (size - 1) // 2, c + size // 2
        total[:, c] = (x[:, max(low, 0):high + 1] ** 2).sum(axis=1)
    return x / (bias + alpha / size * total) ** beta


@formula('MeanVarianceNormalization')
def mean_variance(case):
    x = case.real(0)
    return standard(x, tuple(case.attr('axes', [0, 2, 3])), 0)[0]
