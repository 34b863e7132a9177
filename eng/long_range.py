#!/usr/bin/env python3
"""Trains a small transformer on a task of 2,048 tokens that a window cannot solve, and writes model.onnx, calib.npz, search.npz and test.npz: usage: long_range.py FOLDER [SEED]

A sequence is 32 lines of 64 tokens; the first line is a dictionary that gives each of 32 symbols a bit. The class of a token has three bits: its symbol's bit in the dictionary (far away, at a known place), whether its column holds
flags (far away, at a stride of 64) and whether its line does (near). Trained on short sequences first. One thread: about 40 minutes."""
import os
import sys
import time

import numpy as np
import onnx
import torch
from torch import nn
from torch.nn import functional as F

SYMBOLS, COLUMNS, LINES, CLASSES = 32, 64, 32, 8


def sequences(random, count, lines):
    """Tokens and classes, [count, lines * 64]: 0…95 are symbols without a flag, with a column's flag and with a line's; from 96 on the dictionary."""
    bits = random.integers(0, 2, (count, SYMBOLS))
    symbol = random.integers(0, SYMBOLS, (count, lines, COLUMNS))
    flag = np.zeros((count, lines, COLUMNS), np.int64)
    # A third of a flagged column's tokens, a quarter of a flagged line's, one at least.
    column, line = random.random((count, COLUMNS)) < 0.5, random.random((count, lines)) < 0.5
    for on, share, value in ((line[:, :, None], 1 / 4, 2), (column[:, None, :], 1 / 3, 1)):
        flag[on & (random.random(flag.shape) < share)] = value
    at = np.nonzero(column)
    flag[at[0], random.integers(1, lines, at[0].size), at[1]] = 1
    flag[:, 0] = 0
    ids = symbol + SYMBOLS * flag
    header = random.permuted(np.tile(np.arange(SYMBOLS), (count, 2)), axis=1)
    symbol[:, 0] = header
    ids[:, 0] = 96 + header * 2 + np.take_along_axis(bits, header, 1)
    known = np.take_along_axis(bits, symbol.reshape(count, -1), 1)
    label = known + 2 * np.broadcast_to((flag == 1).any(1, keepdims=True), flag.shape).reshape(count, -1) + 4 * np.broadcast_to((flag == 2).any(2, keepdims=True), flag.shape).reshape(count, -1)
    return ids.reshape(count, -1), label


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads, self.norm, self.qkv, self.out = heads, nn.LayerNorm(width), nn.Linear(width, width * 3), nn.Linear(width, width)
        self.norm2, self.up, self.down = nn.LayerNorm(width), nn.Linear(width, width * 2), nn.Linear(width * 2, width)

    def forward(self, x):
        n, t, w = x.shape
        q, k, v = self.qkv(self.norm(x)).reshape(n, t, 3, self.heads, w // self.heads).permute(2, 0, 3, 1, 4)
        scores = q @ k.transpose(-1, -2) / (w // self.heads) ** 0.5
        x = x + self.out((scores.softmax(-1) @ v).transpose(1, 2).reshape(n, t, w))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


def binary(count, bits):
    """The numbers below count as digits of −1 and 1, [count, bits]."""
    return ((torch.arange(count)[:, None] >> torch.arange(bits)) & 1).float() * 2 - 1


class Net(nn.Module):
    def __init__(self, width=64, heads=4, layers=2):
        super().__init__()
        self.tokens, self.column, self.line = nn.Embedding(160, width), nn.Linear(6, width), nn.Linear(5, width)
        self.layers, self.norm, self.head = nn.Sequential(*[Block(width, heads) for _ in range(layers)]), nn.LayerNorm(width), nn.Linear(width, CLASSES)

    def forward(self, ids, lines=None):
        line = self.line(binary(LINES, 5) if lines is None else binary(LINES, 5)[lines])
        x = self.tokens(ids) + (line[:, None] + self.column(binary(COLUMNS, 6))).flatten(0, 1)
        return self.head(self.norm(self.layers(x)))


def train(net, random, lines, steps, batch, rate, start):
    optimizer = torch.optim.AdamW(net.parameters(), rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps)
    for step in range(steps):
        ids, label = sequences(random, batch, lines)
        # Short sequences take their places from the whole range; the dictionary keeps the first.
        places = np.concatenate([[0], np.sort(random.choice(np.arange(1, LINES), lines - 1, replace=False))])
        y = net(torch.from_numpy(ids), torch.from_numpy(places))
        target = torch.from_numpy(label)
        loss = F.cross_entropy(y.flatten(0, 1), target.flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % max(1, steps // 15) == 0 or step == steps - 1:
            right = [((y.argmax(-1) >> b & 1) == (target >> b & 1)).float().mean().item() for b in range(3)]
            print(f'{lines * COLUMNS} tokens, step {step}: loss {loss.item():.4f}, bits right {right[0]:.3f} {right[1]:.3f} {right[2]:.3f}, {time.time() - start:.0f} s', flush=True)


def main():
    folder, seed = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1
    os.makedirs(folder, exist_ok=True)
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    random = np.random.default_rng(seed)
    net, start = Net(), time.time()
    for lines, steps, batch, rate in [(4, 1500, 12, 3e-3), (8, 200, 6, 1e-3), (LINES, 100, 2, 5e-4)]:
        train(net, random, lines, steps, batch, rate, start)
    net.eval()
    file = os.path.join(folder, 'model.onnx')
    ids, _ = sequences(random, 2, LINES)
    torch.onnx.export(net, torch.from_numpy(ids), file, input_names=['ids'], output_names=['classes'], dynamic_axes={'ids': {0: 'n'}, 'classes': {0: 'n'}}, opset_version=15)
    onnx.checker.check_model(file)
    for name, count in [('calib', 16), ('search', 64), ('test', 128)]:
        ids, label = sequences(random, count, LINES)
        np.savez_compressed(os.path.join(folder, name), ids=ids.astype(np.int64), label=label.astype(np.int64))


main()
