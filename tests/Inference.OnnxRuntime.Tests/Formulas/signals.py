"""Transforms of signals, windows, filter banks."""
import numpy as np

from formulas import formula


def spectrum(x, count, inverse):
    """X[k] = Σₙ x[n]·e^(∓2πikn/N) along the last axis; 1/N of it for the inverse."""
    n = np.arange(count)
    turn = np.exp((2j if inverse else -2j) * np.pi * np.outer(n, n) / count)
    y = x @ turn
    return y / count if inverse else y


def parts(y):
    return np.stack([y.real, y.imag], axis=-1)


def complex_of(x):
    return x[..., 0] + 1j * (x[..., 1] if x.shape[-1] == 2 else 0)


@formula('DFT')
def dft(case):
    x = case.real(0)
    default = 1 if case.opset < 20 else -2
    axis = int(case.attr('axis', default)) if case.opset < 20 else int(case.raw(2)) if case.has(2) else default
    axis %= x.ndim
    signal = np.moveaxis(complex_of(x), axis, -1)
    count = int(case.raw(1)) if case.has(1) else signal.shape[-1]
    kept = signal[..., :count]
    kept = np.concatenate([kept, np.zeros(kept.shape[:-1] + (count - kept.shape[-1],))], axis=-1)
    y = spectrum(kept, count, bool(case.attr('inverse', 0)))
    if case.attr('onesided', 0):
        y = y[..., :count // 2 + 1]
    return parts(np.moveaxis(y, -1, axis))


@formula('STFT')
def stft(case):
    x = case.real(0)
    signal = x.astype(complex) if x.ndim == 2 else complex_of(x)
    step, window = int(case.raw(1)), case.real(2)
    length = int(case.raw(3)) if case.has(3) else len(window)
    frames = (signal.shape[1] - length) // step + 1
    y = np.stack([spectrum(signal[:, f * step:f * step + length] * (1 if window is None else window), length, False) for f in range(frames)], axis=1)
    return parts(y[..., :length // 2 + 1] if case.attr('onesided', 1) else y)


def window_of(case, a0, a1, a2):
    size = int(case.raw(0))
    angle = 2 * np.pi * np.arange(size) / (size if case.attr('periodic', 1) else size - 1)
    y = a0 - a1 * np.cos(angle) + a2 * np.cos(2 * angle)
    return np.trunc(np.round(y, 9)) if case.attr('output_datatype', 1) not in (1, 10, 11, 16) else y


@formula('HannWindow')
def hann(case):
    return window_of(case, 0.5, 0.5, 0)


@formula('HammingWindow')
def hamming(case):
    return window_of(case, 25 / 46, 21 / 46, 0)


@formula('BlackmanWindow')
def blackman(case):
    return window_of(case, 0.42, 0.5, 0.08)


@formula('MelWeightMatrix')
def mel(case):
    """Triangles between bins of the spectrum whose frequencies are evenly spaced on the mel scale."""
    bands, length, rate = (int(case.raw(i)) for i in range(3))
    low, high = float(case.raw(3)), float(case.raw(4))
    ends = 2595 * np.log10(1 + np.array([low, high]) / 700)
    points = ends[0] + np.arange(bands + 2) * (ends[1] - ends[0]) / (bands + 2)
    bins = ((length + 1) * 700 * (10 ** (points / 2595) - 1) / rate).astype(int)
    y = np.zeros((length // 2 + 1, bands))
    for band in range(bands):
        left, middle, right = bins[band:band + 3]
        for i in range(left, middle):
            y[i, band] = (i - left) / (middle - left)
        for i in range(middle + 1, right):
            y[i, band] = (right - i) / (right - middle)
        y[middle, band] = 1
    return np.trunc(y) if case.attr('output_datatype', 1) not in (1, 10, 11, 16) else y
