#!/usr/bin/env python3
"""Makes wwwroot/models/digits.onnx: a convolutional network for 28x28 digits, trained on strokes that this script draws.

usage: digits.py OUT [TEST.npz]   (TEST.npz: arrays "image" and "label", of digits that people wrote: the accuracy on them is printed)
Needs Debian's python3-torch and python3-onnx.
"""
import sys

import numpy as np
import torch
from torch import nn

SIDE, BOX = 28, 20
random = np.random.default_rng(1)


def jitter(scale):
    return random.normal(0, scale)


def arc(cx, cy, rx, ry, start, end):
    """Points of an arc: angles in degrees, clockwise from the right, y downwards; the shape varies a little."""
    angles = np.radians(np.linspace(start + jitter(8), end + jitter(8), 12))
    rx, ry = rx * (1 + jitter(0.12)), ry * (1 + jitter(0.1))
    return [(cx + rx * np.cos(a), cy + ry * np.sin(a)) for a in angles]


def line(*points):
    return [(x + jitter(0.03), y + jitter(0.03)) for x, y in points]


def strokes(digit):
    """The strokes of one way to write a digit, in a unit square."""
    way = random.random()
    if digit == 0:
        return [arc(0.5, 0.5, 0.3 + jitter(0.05), 0.48, -100, 265)]
    if digit == 1:
        if way < 0.5:
            return [line((0.5, 0.0), (0.5, 1.0))]
        if way < 0.85:
            return [line((0.3, 0.25), (0.55, 0.0), (0.55, 1.0))]
        return [line((0.3, 0.25), (0.5, 0.0), (0.5, 1.0)), line((0.25, 1.0), (0.75, 1.0))]
    if digit == 2:
        top = arc(0.5, 0.28, 0.32, 0.28, -170, 30)
        if way < 0.65:
            return [top + line((0.15, 1.0), (0.88, 0.98))]
        return [top + line((0.3, 0.85)) + arc(0.27, 0.88, 0.12, 0.1, 0, -290) + line((0.9, 1.0))]
    if digit == 3:
        bottom = arc(0.45, 0.74, 0.36, 0.27, -90, 150)
        if way < 0.75:
            return [arc(0.45, 0.25, 0.3, 0.25, -150, 90) + bottom]
        return [line((0.15, 0.0), (0.8, 0.0), (0.42, 0.45)) + bottom]
    if digit == 4:
        if way < 0.6:
            return [line((0.25, 0.0), (0.15, 0.55), (0.9, 0.55)), line((0.7, 0.05 if way < 0.3 else 0.3), (0.68, 1.0))]
        return [line((0.7, 1.0), (0.7, 0.0), (0.1, 0.65), (0.95, 0.65))]
    if digit == 5:
        body = line((0.25, 0.0), (0.2, 0.45)) + arc(0.45, 0.7, 0.36, 0.3, -110, 150)
        return [line((0.25, 0.0), (0.85, 0.0)), body] if way < 0.5 else [line((0.85, 0.0)) + body]
    if digit == 6:
        return [line((0.7, 0.0), (0.4, 0.2), (0.22, 0.5)) + arc(0.48, 0.73, 0.28, 0.26, -200, 160)]
    if digit == 7:
        top = [line((0.12, 0.0), (0.88, 0.0), (0.6, 0.45), (0.4, 1.0))]
        return top if way < 0.7 else top + [line((0.3, 0.5), (0.8, 0.5))]
    if digit == 8:
        if way < 0.5:
            return [arc(0.5, 0.25, 0.26, 0.24, 90, 450), arc(0.5, 0.74, 0.32, 0.26, -90, 270)]
        return [arc(0.5, 0.24, 0.27, 0.23, -20, -250) + arc(0.5, 0.74, 0.3, 0.27, -60, 240) + line((0.72, 0.12))]
    loop = arc(0.48, 0.27, 0.28, 0.26, -20, -350)
    return [loop + line((0.74, 0.3), (0.72, 0.65), (0.66, 1.0))] if way < 0.6 else [loop + arc(0.42, 0.6, 0.34, 0.38, -20, 110)]


def smooth(points):
    """Cuts corners once or twice (Chaikin)."""
    points = np.array(points)
    for _ in range(random.integers(0, 3)):
        if len(points) > 2:
            a, b = points[:-1], points[1:]
            inner = np.stack([0.75 * a + 0.25 * b, 0.25 * a + 0.75 * b], 1).reshape(-1, 2)
            points = np.vstack([points[:1], inner, points[-1:]])
    return points


def draw(digit):
    """An image: strokes slanted, turned and bent, fitted into a box in the middle as the page does, drawn with a round pen."""
    lines = [smooth(s) for s in strokes(digit)]
    turn, slant, narrow = np.radians(jitter(7)), jitter(0.18), np.exp(jitter(0.18))
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ np.array([[narrow, -slant], [0, 1]])
    bend, phase = jitter(0.04), random.uniform(0, 6)
    lines = [p @ matrix.T + np.stack([bend * np.sin(5 * p[:, 1] + phase), bend * np.cos(5 * p[:, 0] + phase)], 1) for p in lines]
    both = np.vstack(lines)
    low, high = both.min(0), both.max(0)
    pen = random.uniform(0.9, 2.2)
    scale = (BOX - 2 * pen) / (high - low).max()
    grid = np.stack(np.meshgrid(np.arange(SIDE) + 0.5, np.arange(SIDE) + 0.5), -1).reshape(-1, 1, 2)
    distance = np.full(SIDE * SIDE, 1e9)
    for points in lines:
        points = (points - (low + high) / 2) * scale + SIDE / 2
        a, b = points[:-1], points[1:]
        along = np.clip(((grid - a) * (b - a)).sum(-1) / np.maximum(((b - a) ** 2).sum(-1), 1e-9), 0, 1)
        distance = np.minimum(distance, np.linalg.norm(grid - (a + along[..., None] * (b - a)), axis=-1).min(1))
    return np.clip(pen + 0.5 - distance, 0, 1).reshape(SIDE, SIDE).astype(np.float32)


def network():
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 24, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(24 * 9, 10), nn.Softmax(1))


def main():
    out = sys.argv[1]
    torch.manual_seed(1)
    labels = np.arange(24000) % 10
    images = np.stack([draw(d) for d in labels])
    x, y = torch.from_numpy(images[:, None]), torch.from_numpy(labels)
    test, train = slice(0, 2000), slice(2000, None)
    model = network()
    logits = model[:-1]
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 12)
    for epoch in range(12):
        order = torch.randperm(len(x) - 2000) + 2000
        for batch in order.split(100):
            moved = torch.roll(x[batch], (int(random.integers(-1, 2)), int(random.integers(-1, 2))), (2, 3))
            loss = nn.functional.cross_entropy(logits(moved), y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        schedule.step()
    model.eval()
    print(f'drawn by this script and held out: {(model(x[test]).argmax(1) == y[test]).float().mean():.3f}')
    if len(sys.argv) > 2:
        people = np.load(sys.argv[2])
        written = torch.from_numpy(people["image"].astype(np.float32).reshape(-1, 1, SIDE, SIDE))
        written = written / written.max()
        print(f'written by people: {(model(written).argmax(1) == torch.from_numpy(people["label"])).float().mean():.3f}')
    torch.onnx.export(model, x[:1], out, input_names=['pixels'], output_names=['probabilities'], dynamic_axes={'pixels': {0: 'n'}, 'probabilities': {0: 'n'}}, opset_version=13)


if __name__ == '__main__':
    main()
