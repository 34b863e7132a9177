#!/usr/bin/env python3
"""Draws assets/icon.png, the packages' icon: three layers of a network on a dark tile. Standard library only: python3 eng/icon.py"""
import os
import struct
import zlib

SIZE = 128
SAMPLES = 4
LAYERS = [(30, [40, 64, 88]), (64, [28, 52, 76, 100]), (98, [52, 76])]
TILE, LINE, NODE, LAST = (24, 30, 42), (70, 92, 128), (120, 190, 255), (84, 214, 150)


def distance_to_line(x, y, ax, ay, bx, by):
    t = max(0, min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2)))
    return ((x - ax - t * (bx - ax)) ** 2 + (y - ay - t * (by - ay)) ** 2) ** 0.5


def colour(x, y):
    radius = 24
    dx, dy = max(radius - x, x - (SIZE - radius), 0), max(radius - y, y - (SIZE - radius), 0)
    if dx * dx + dy * dy > radius * radius:
        return (0, 0, 0, 0)
    for layer, (nx, rows) in enumerate(LAYERS):
        for ny in rows:
            if (x - nx) ** 2 + (y - ny) ** 2 <= 64:
                return (LAST if layer == len(LAYERS) - 1 else NODE) + (255,)
    for (ax, starts), (bx, ends) in zip(LAYERS, LAYERS[1:]):
        for ay in starts:
            for by in ends:
                if distance_to_line(x, y, ax, ay, bx, by) < 0.8:
                    return LINE + (255,)
    return TILE + (255,)


def pixel(px, py):
    total = [0, 0, 0, 0]
    for sy in range(SAMPLES):
        for sx in range(SAMPLES):
            r, g, b, a = colour(px + (sx + 0.5) / SAMPLES, py + (sy + 0.5) / SAMPLES)
            for i, v in enumerate((r * a, g * a, b * a, a)):
                total[i] += v
    a = total[3]
    return bytes((round(total[0] / a), round(total[1] / a), round(total[2] / a), round(a / SAMPLES ** 2))) if a else bytes(4)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


rows = b"".join(b"\0" + b"".join(pixel(x, y) for x in range(SIZE)) for y in range(SIZE))
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "assets", "icon.png")
os.makedirs(os.path.dirname(path), exist_ok=True)
with open(path, "wb") as file:
    file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", SIZE, SIZE, 8, 6, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))
