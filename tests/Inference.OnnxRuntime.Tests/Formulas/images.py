"""Resizing, sampling, regions, folding."""
import itertools
import math

import numpy as np

from formulas import Unstated, formula


def original(mode, i, size, resized, length, scale, start, end):
    """Where position i of a resized axis lies on the original one."""
    if mode == 'half_pixel':
        return (i + 0.5) / scale - 0.5
    if mode == 'half_pixel_symmetric':
        return size / 2 * (1 - resized / (scale * size)) + (i + 0.5) / scale - 0.5
    if mode == 'pytorch_half_pixel':
        return (i + 0.5) / scale - 0.5 if length > 1 else 0
    if mode == 'align_corners':
        return 0 if length == 1 or resized == 1 else i * (size - 1) / (length - 1)
    if mode == 'asymmetric':
        return i / scale
    if mode == 'tf_half_pixel_for_nn':
        return (i + 0.5) / scale
    return start * (size - 1) + i * (end - start) * (size - 1) / (length - 1) if resized > 1 else (start + end) * (size - 1) / 2


def rounded(mode, x):
    if mode == 'round_prefer_floor':
        return math.ceil(x - 0.5)
    if mode == 'round_prefer_ceil':
        return math.floor(x + 0.5)
    return math.floor(x) if mode == 'floor' else math.ceil(x)


def tent(x):
    return max(0, 1 - abs(x))


def keys(x, a):
    """Keys' cubic kernel."""
    x = abs(x)
    if x <= 1:
        return (a + 2) * x ** 3 - (a + 3) * x ** 2 + 1
    return a * x ** 3 - 5 * a * x ** 2 + 8 * a * x - 4 * a if x < 2 else 0


def row_of(x, size, kernel, reach, stretch, outside, normal):
    """Weights of one position: the kernel around x, wider by 1/stretch; elements beyond the edge are the edge's, or none."""
    weights = np.zeros(size)
    wide = reach / stretch
    # A position that is an element's own is the right end of its interval: of the elements that the kernel reaches, 2·⌈wide⌉ count.
    for j in range(math.floor(x - wide), math.ceil(x + wide) + 1):
        w = kernel((j - x) * stretch)
        if outside and not 0 <= j < size:
            continue
        weights[min(max(j, 0), size - 1)] += w
    return weights / weights.sum() if normal or outside else weights


def resize(x, mode, coordinate, nearest, scales, sizes, roi, attributes, fractional):
    """One matrix for each axis; what an axis takes from outside a crop is the extrapolation value."""
    kernel, reach = (tent, 1) if mode == 'linear' else (lambda d: keys(d, attributes.get('cubic_coeff_a', -0.75)), 2)
    outside_mask = np.zeros(sizes, dtype=bool)
    for axis, (scale, resized) in enumerate(zip(scales, sizes)):
        size = x.shape[axis]
        start, end = roi[axis]
        crop = coordinate == 'tf_crop_and_resize'
        if scale == 1 and size == resized and not (crop and (start, end) != (0, 1)):
            continue
        matrix = np.zeros((resized, size))
        for i in range(resized):
            at = original(coordinate, i, size, resized, scale * size if fractional else resized, scale, start, end)
            if mode == 'nearest':
                matrix[i, min(max(nearest(at, scale), 0), size - 1)] = 1
            else:
                antialias = bool(attributes.get('antialias', 0))
                matrix[i] = row_of(at, size, kernel, reach, min(scale, 1) if antialias else 1, bool(attributes.get('exclude_outside', 0)), antialias)
            if crop and not 0 <= at <= size - 1:
                outside_mask |= np.arange(resized).reshape([-1 if k == axis else 1 for k in range(x.ndim)]) == i
        x = np.moveaxis(np.tensordot(matrix, x, axes=(1, axis)), 0, axis)
    return np.where(outside_mask, attributes.get('extrapolation_value', 0), x)


def as_type(y, dtype):
    """Sums become integers by cutting; what rounding took from one is that one."""
    if np.issubdtype(dtype, np.floating):
        return y
    near = np.round(y)
    y = np.where(np.abs(y - near) < 1e-5, near, np.trunc(y))
    return np.clip(y, np.iinfo(dtype).min, np.iinfo(dtype).max)


@formula('Resize')
def resize_of(case):
    x, a = case.raw(0), case.attributes
    if case.opset < 11:
        scales = case.real(1)
        sizes = [int(math.floor(d * np.float32(s))) for d, s in zip(x.shape, case.raw(1))]
        simple = lambda at, scale: math.ceil(at) if scale < 1 else math.floor(at)
        return as_type(resize(case.real(0), a.get('mode', 'nearest'), 'asymmetric', simple, scales, sizes, [(0, 1)] * x.ndim, a, False), x.dtype)
    axes = [k % x.ndim for k in a.get('axes', range(x.ndim))]
    scales, sizes, roi = [1.0] * x.ndim, list(x.shape), [(0.0, 1.0)] * x.ndim
    given = case.raw(3) if case.has(3) and case.raw(3).size else None
    if given is not None:
        ratios = [int(s) / x.shape[k] for k, s in zip(axes, given)]
        policy = a.get('keep_aspect_ratio_policy', 'stretch')
        if policy != 'stretch':
            ratio = min(ratios) if policy == 'not_larger' else max(ratios)
            given = [math.floor(ratio * x.shape[k] + 0.5) for k in axes]
            ratios = [ratio] * len(axes)
        for k, s, r in zip(axes, given, ratios):
            sizes[k], scales[k] = int(s), r
    else:
        for k, s in zip(axes, case.raw(2)):
            sizes[k], scales[k] = int(math.floor(x.shape[k] * np.float32(s))), float(s)
    if a.get('coordinate_transformation_mode') == 'tf_crop_and_resize':
        region = case.real(1)
        for i, k in enumerate(axes):
            roi[k] = (region[i], region[len(axes) + i])
    nearest = lambda at, scale: rounded(a.get('nearest_mode', 'round_prefer_floor'), at)
    y = resize(case.real(0), a.get('mode', 'nearest'), a.get('coordinate_transformation_mode', 'half_pixel'), nearest, scales, sizes, roi, a, case.opset >= 19)
    return as_type(y, x.dtype)


@formula('Upsample')
def upsample(case):
    x = case.raw(0)
    scales = [np.float32(s) for s in (case.attr('scales') if case.opset < 9 else case.raw(1))]
    sizes = [int(math.floor(d * s)) for d, s in zip(x.shape, scales)]
    y = resize(case.real(0), case.attr('mode', 'nearest'), 'asymmetric', lambda at, scale: math.floor(at), [float(s) for s in scales], sizes, [(0, 1)] * x.ndim, {}, False)
    return as_type(y, x.dtype)


def reflected(x, low, high):
    """x mirrored at the ends until it lies between them."""
    if high <= low:
        return low
    span = high - low
    t = (x - low) % (2 * span)
    return low + (t if t <= span else 2 * span - t)


@formula('GridSample', 'com.microsoft.GridSample')
def grid_sample(case):
    x, grid = case.real(0), case.real(1)
    corners = bool(case.attr('align_corners', 0))
    padding = case.attr('padding_mode', 'zeros')
    mode = {'bilinear': 'linear', 'bicubic': 'cubic'}.get(case.attr('mode', 'linear'), case.attr('mode', 'linear'))
    sizes = x.shape[2:]

    def element(n, index):
        """The element at whole positions, as the padding has it."""
        inside = []
        for i, size in zip(index, sizes):
            if padding == 'border':
                i = min(max(i, 0), size - 1)
            elif padding == 'reflection':
                i = int(reflected(i, 0, size - 1) if corners else min(max(round(reflected(i, -0.5, size - 0.5)), 0), size - 1))
            elif not 0 <= i < size:
                return np.zeros(x.shape[1])
            inside.append(i)
        return x[(n, slice(None)) + tuple(inside)]

    def place(value, size):
        at = (value + 1) / 2 * (size - 1) if corners else ((value + 1) * size - 1) / 2
        if mode != 'cubic' and padding == 'border':
            return min(max(at, 0), size - 1)
        if mode != 'cubic' and padding == 'reflection':
            return reflected(at, 0, size - 1) if corners else min(max(reflected(at, -0.5, size - 0.5), 0), size - 1)
        return at

    y = np.zeros(x.shape[:2] + grid.shape[1:-1])
    for n in range(x.shape[0]):
        for spot in np.ndindex(*grid.shape[1:-1]):
            at = [place(v, size) for v, size in zip(grid[(n,) + spot][::-1], sizes)]
            if mode == 'nearest':
                # Halves go to the even neighbour.
                y[(n, slice(None)) + spot] = element(n, [int(np.rint(v)) for v in at])
                continue
            reach = 1 if mode == 'linear' else 2
            kernel = tent if mode == 'linear' else lambda d: keys(d, -0.75)
            near = [range(math.floor(v) - reach + 1, math.floor(v) + reach + 1) for v in at]
            for index in itertools.product(*near):
                weight = math.prod(kernel(i - v) for i, v in zip(index, at))
                if weight != 0:
                    y[(n, slice(None)) + spot] += weight * element(n, index)
    return y


@formula('AffineGrid')
def affine_grid(case):
    theta, size = case.real(0), [int(d) for d in case.raw(1)]
    corners = bool(case.attr('align_corners', 0))
    axes = [np.array([0.0]) if corners and d == 1 else np.linspace(-1, 1, d) if corners else (2 * np.arange(d) + 1) / d - 1 for d in size[2:]]
    points = np.stack(np.meshgrid(*axes, indexing='ij')[::-1] + [np.ones(size[2:])], axis=-1)
    return np.stack([points @ t.T for t in theta])


@formula('Col2Im')
def columns_to_image(case):
    x, image, block = case.real(0), [int(v) for v in case.raw(1)], [int(v) for v in case.raw(2)]
    rank = len(image)
    step, dilation = case.attr('strides', [1] * rank), case.attr('dilations', [1] * rank)
    pads = case.attr('pads', [0] * 2 * rank)
    windows = [(image[i] + pads[i] + pads[rank + i] - dilation[i] * (block[i] - 1) - 1) // step[i] + 1 for i in range(rank)]
    channels = x.shape[1] // math.prod(block)
    blocks = x.reshape([x.shape[0], channels] + block + windows)
    y = np.zeros([x.shape[0], channels] + image)
    for part in np.ndindex(*block):
        for window in np.ndindex(*windows):
            at = [window[i] * step[i] + part[i] * dilation[i] - pads[i] for i in range(rank)]
            if all(0 <= v < d for v, d in zip(at, image)):
                y[(slice(None), slice(None)) + tuple(at)] += blocks[(slice(None), slice(None)) + part + window]
    return y


@formula('RoiAlign')
def roi_align(case):
    x, regions, images = case.real(0), case.real(1), case.raw(2)
    if case.attr('mode', 'avg') != 'avg':
        raise Unstated('the largest of what is weighted is ONNX Runtime\'s own')
    out = (int(case.attr('output_height', 1)), int(case.attr('output_width', 1)))
    half = case.opset >= 16 and case.attr('coordinate_transformation_mode', 'half_pixel') == 'half_pixel'
    scale, sampling = case.attr('spatial_scale', 1.0), int(case.attr('sampling_ratio', 0))
    y = np.zeros((len(regions), x.shape[1]) + out)

    def sample(n, at):
        if any(v < -1 or v > d for v, d in zip(at, x.shape[2:])):
            return 0
        at = [min(max(v, 0), d - 1) for v, d in zip(at, x.shape[2:])]
        low = [min(int(v), d - 1) for v, d in zip(at, x.shape[2:])]
        total = 0
        for corner in itertools.product((0, 1), repeat=2):
            index = [min(l + c, d - 1) for l, c, d in zip(low, corner, x.shape[2:])]
            total = total + math.prod(v - l if c else 1 - v + l for v, l, c in zip(at, low, corner)) * x[n, :, index[0], index[1]]
        return total

    for r, (x1, y1, x2, y2) in enumerate(regions * scale - (0.5 if half else 0)):
        extent = [y2 - y1, x2 - x1] if half else [max(y2 - y1, 1), max(x2 - x1, 1)]
        bins = [e / o for e, o in zip(extent, out)]
        count = [sampling if sampling > 0 else math.ceil(b) for b in bins]
        for cell in np.ndindex(*out):
            total = 0
            for part in itertools.product(*(range(c) for c in count)):
                total = total + sample(images[r], [start + b * (i + (p + 0.5) / c) for start, b, i, p, c in zip((y1, x1), bins, cell, part, count)])
            y[(r, slice(None)) + cell] = total / max(math.prod(count), 1)
    return y


@formula('DeformConv')
def deformable(case):
    x, w, offset, bias, mask = case.real(0), case.real(1), case.real(2), case.real(3), case.real(4)
    rank = x.ndim - 2
    groups, parts = int(case.attr('group', 1)), int(case.attr('offset_group', 1))
    step, dilation, pads = case.attr('strides', [1] * rank), case.attr('dilations', [1] * rank), case.attr('pads', [0] * 2 * rank)
    kernel, out = w.shape[2:], offset.shape[2:]
    y = np.zeros((x.shape[0], w.shape[0]) + out)
    offset = offset.reshape((x.shape[0], parts) + kernel + (rank,) + out)
    mask = np.ones((x.shape[0], parts) + kernel + out) if mask is None else mask.reshape((x.shape[0], parts) + kernel + out)
    for n, place in itertools.product(range(x.shape[0]), np.ndindex(*out)):
        for c in range(x.shape[1]):
            part = c // (x.shape[1] // parts)
            for k in np.ndindex(*kernel):
                at = [place[i] * step[i] - pads[i] + k[i] * dilation[i] + offset[(n, part) + k + (i,) + place] for i in range(rank)]
                value = 0
                for corner in itertools.product((0, 1), repeat=rank):
                    index = [math.floor(v) + b for v, b in zip(at, corner)]
                    if all(0 <= i < d for i, d in zip(index, x.shape[2:])):
                        value += math.prod(tent(v - i) for v, i in zip(at, index)) * x[(n, c) + tuple(index)]
                value *= mask[(n, part) + k + place]
                for m in range(w.shape[0]):
                    each = x.shape[1] // groups
                    if m // (w.shape[0] // groups) == c // each:
                        y[(n, m) + place] += value * w[(m, c % each) + k]
    return y if bias is None else y + bias.reshape((1, -1) + (1,) * rank)


@formula('MaxUnpool')
def unpool(case):
    x, places = case.real(0), case.raw(1)
    rank = x.ndim - 2
    kernel, step, pads = case.attr('kernel_shape'), case.attr('strides', [1] * rank), case.attr('pads', [0] * 2 * rank)
    own = list(x.shape[:2]) + [(x.shape[2 + i] - 1) * step[i] + kernel[i] - pads[i] - pads[rank + i] for i in range(rank)]
    y = np.zeros(own)
    y.reshape(-1)[places.reshape(-1)] = x.reshape(-1)
    if not case.has(2):
        return y
    whole = np.zeros([int(d) for d in case.raw(2)])
    whole[tuple(slice(0, d) for d in own)] = y
    return whole
