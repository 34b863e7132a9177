#!/usr/bin/env python3
"""Makes wwwroot/models/sounds.onnx: a recurrent network that tells for each 32 ms of 16 kHz sound whether it is background, a tone (as of a whistle), a clap, or voiced as speech is.

Trained on sounds that this script makes, and on no recording: noise of several colours; tones; claps; pulse trains through resonators, as the throat and the mouth make vowels.
usage: sounds.py OUT
Needs Debian's python3-torch and python3-onnx.
"""
import sys

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

RATE, FRAME, BANDS, HIDDEN = 16000, 512, 24, 24
KINDS = ['background', 'tone', 'clap', 'voice']
random = np.random.default_rng(1)


def resonator(x, frequency, width):
    radius = np.exp(-np.pi * width / RATE)
    a1, a2 = 2 * radius * np.cos(2 * np.pi * frequency / RATE), -radius * radius
    y = np.zeros(len(x) + 2)
    for i in range(len(x)):
        y[i + 2] = x[i] + a1 * y[i + 1] + a2 * y[i]
    return y[2:]


def fade(x, samples):
    ramp = np.minimum(1, np.minimum(np.arange(len(x)), np.arange(len(x))[::-1]) / samples)
    return x * ramp


def noise(length):
    spectrum = np.fft.rfft(random.normal(size=length))
    f = np.maximum(np.arange(len(spectrum)), 1) / len(spectrum)
    x = np.fft.irfft(spectrum * f ** random.uniform(-1, 0.2), length)
    return x / x.std()


def tone(length):
    t = np.arange(length) / RATE
    f = np.exp(random.uniform(np.log(500), np.log(4000)))
    phase = 2 * np.pi * np.cumsum(f * (1 + random.uniform(-0.15, 0.15) * t + 0.01 * np.sin(2 * np.pi * random.uniform(3, 7) * t))) / RATE
    return fade(np.sin(phase) + random.uniform(0, 0.2) * np.sin(2 * phase), 200)


def clap(length):
    x = random.normal(size=length) * np.exp(-np.arange(length) / random.uniform(60, 400))
    return resonator(x, random.uniform(800, 2500), random.uniform(600, 1500)) + 0.3 * x


def vowel(length):
    t = np.arange(length) / RATE
    pitch = np.exp(random.uniform(np.log(80), np.log(280))) * (1 + random.uniform(-0.3, 0.3) * t + 0.02 * np.sin(2 * np.pi * 5 * t) + 0.01 * noise(length))
    cycle = np.cumsum(pitch) / RATE
    pulses = np.diff(np.floor(cycle), prepend=0) + 0.02 * random.normal(size=length)
    x = np.convolve(pulses, np.hanning(random.integers(8, 28)), 'same')
    for low, high, width in ((250, 850, 90), (850, 2400, 120), (2200, 3300, 200)):
        x = resonator(x, random.uniform(low, high), width * random.uniform(0.7, 1.5))
    return fade(x * (1 + 0.3 * np.sin(2 * np.pi * random.uniform(2, 6) * t)), 500)


MAKERS = {1: (tone, (0.15, 1.0)), 2: (clap, (0.1, 0.25)), 3: (vowel, (0.12, 0.6))}


def clip(frames, bank):
    """A clip and the kind of each frame: events over background, at levels that vary by 40 dB."""
    length = frames * FRAME
    floor = 10 ** random.uniform(-4.5, -2)
    x, kinds = noise(length) * floor, np.zeros(frames, np.int64)
    at = random.integers(0, RATE // 2)
    while at < length - RATE // 4:
        kind = int(random.integers(1, 4))
        sound = bank[kind][random.integers(len(bank[kind]))]
        sound = sound[:length - at]
        loud = sound / np.abs(sound).max() * floor * 10 ** random.uniform(1.0, 2.2)
        x[at:at + len(sound)] += loud
        energy = np.add.reduceat(loud ** 2, np.arange(0, len(loud), FRAME // 4))
        for part in np.flatnonzero(energy > FRAME / 4 * floor ** 2 * 4):
            kinds[(at + part * (FRAME // 4)) // FRAME] = kind
        at += len(sound) + random.integers(RATE // 8, RATE)
    return x.astype(np.float32), kinds


def filters():
    """Triangles over the 257 frequencies, evenly on a logarithmic scale between 100 Hz and 7.6 kHz."""
    edges = np.geomspace(100, 7600, BANDS + 2)
    f = np.arange(FRAME // 2 + 1) * RATE / FRAME
    up = (f[:, None] - edges[:-2]) / np.maximum(edges[1:-1] - edges[:-2], 32)
    down = (edges[2:] - f[:, None]) / np.maximum(edges[2:] - edges[1:-1], 32)
    return np.maximum(0, np.minimum(up, down)).astype(np.float32) + np.float32(1e-6)


def features(x, window, bands):
    power = np.abs(np.fft.rfft(x.reshape(-1, FRAME) * window)) ** 2
    return np.log(power @ bands + 1e-7).astype(np.float32)


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.memory = nn.GRU(BANDS, HIDDEN, batch_first=True)
        self.kinds = nn.Linear(HIDDEN, len(KINDS))

    def forward(self, x):
        return self.kinds(self.memory(x)[0])


def train(x, y):
    model = Network()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 30)
    for epoch in range(30):
        for batch in torch.randperm(len(x)).split(50):
            # The same clip louder or softer is the same.
            moved = x[batch] + torch.randn(len(batch), 1, 1)
            loss = nn.functional.cross_entropy(model(moved).flatten(0, 1), y[batch].flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        schedule.step()
    return model.eval()


def gates(matrix):
    """PyTorch's order of gates (reset, update, new) in ONNX's (update, reset, new)."""
    r, z, n = np.split(matrix.detach().numpy(), 3)
    return np.concatenate([z, r, n])


def export(model, window, bands, mean, scale, out):
    memory, last = model.memory, model.kinds
    constants = {
        'window': window, 'bands': bands, 'least': np.float32(1e-7), 'mean': mean, 'scale': scale, 'column': np.array([1, FRAME, 1], np.int64), 'pair': np.array([2], np.int64),
        'step': np.array([1, 1, BANDS], np.int64), 'row': np.array([1, HIDDEN], np.int64),
        'w': gates(memory.weight_ih_l0)[None], 'r': gates(memory.weight_hh_l0)[None], 'b': np.concatenate([gates(memory.bias_ih_l0), gates(memory.bias_hh_l0)])[None],
        'v': last.weight.detach().numpy(), 'c': last.bias.detach().numpy(),
    }
    nodes = [
        ('Mul', ['frame', 'window'], ['windowed'], {}), ('Reshape', ['windowed', 'column'], ['signal'], {}), ('DFT', ['signal'], ['spectrum'], {'axis': 1, 'onesided': 1}),
        ('Mul', ['spectrum', 'spectrum'], ['squares'], {}), ('ReduceSum', ['squares', 'pair'], ['power'], {'keepdims': 0}), ('MatMul', ['power', 'bands'], ['energy'], {}),
        ('Add', ['energy', 'least'], ['positive'], {}), ('Log', ['positive'], ['log'], {}), ('Sub', ['log', 'mean'], ['centred'], {}), ('Mul', ['centred', 'scale'], ['scaled'], {}),
        ('Reshape', ['scaled', 'step'], ['x'], {}), ('GRU', ['x', 'w', 'r', 'b', '', 'state'], ['', 'next'], {'hidden_size': HIDDEN, 'linear_before_reset': 1}),
        ('Reshape', ['next', 'row'], ['h'], {}), ('Gemm', ['h', 'v', 'c'], ['logits'], {'transB': 1}), ('Softmax', ['logits'], ['probabilities'], {'axis': 1}),
    ]
    info = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    graph = helper.make_graph(
        [helper.make_node(op, i, o, **a) for op, i, o, a in nodes], 'sounds', [info('frame', [1, FRAME]), info('state', [1, 1, HIDDEN])],
        [info('probabilities', [1, len(KINDS)]), info('next', [1, 1, HIDDEN])], [numpy_helper.from_array(np.ascontiguousarray(v), k) for k, v in constants.items()])
    onnx_model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)])
    onnx_model.ir_version = 8
    onnx.save(onnx_model, out)


def main():
    torch.manual_seed(1)
    window, bands = np.hanning(FRAME).astype(np.float32), filters()
    bank = {kind: [make(int(RATE * random.uniform(*range_))) for _ in range(120)] for kind, (make, range_) in MAKERS.items()}
    held = {kind: [make(int(RATE * random.uniform(*range_))) for _ in range(30)] for kind, (make, range_) in MAKERS.items()}
    clips = [clip(96, bank) for _ in range(1500)] + [clip(96, held) for _ in range(200)]
    x = np.stack([features(c, window, bands) for c, _ in clips])
    y = torch.from_numpy(np.stack([k for _, k in clips]))
    mean, scale = x[:1500].mean((0, 1)), 1 / x[:1500].std((0, 1))
    z = torch.from_numpy((x - mean) * scale)
    model = train(z[:1500], y[:1500])
    with torch.no_grad():
        guess = model(z[1500:]).argmax(2)
    for kind, name in enumerate(KINDS):
        print(f'{name}: {(guess[y[1500:] == kind] == kind).float().mean():.3f} of its frames in held-out clips found, {(y[1500:][guess == kind] == kind).float().mean():.3f} of those named so are')
    export(model, window, bands, mean.astype(np.float32), scale.astype(np.float32), sys.argv[1])


if __name__ == '__main__':
    main()
