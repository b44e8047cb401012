"""Small pictures drawn from a seed, as PNG and as JPEG."""

from __future__ import annotations

import hashlib
import struct
import zlib
from functools import lru_cache

_DC_COUNTS = bytes((0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0))
_DC_CODES = {0: "00", 1: "010", 2: "011", 3: "100", 4: "101", 5: "110"} | {
    size: "1" * (size - 3) + "0" for size in range(6, 12)
}
"""The usual Huffman codes for the size of a step in brightness or colour."""


@lru_cache(maxsize=512)
def draw(seed: str, width: int, height: int) -> bytes:
    """Return a PNG: a gradient between two colours of the seed with a disc on it."""
    colours = hashlib.sha256(seed.encode()).digest()
    upper, lower, disc = colours[0:3], colours[3:6], colours[6:9]
    centre = (width * (64 + colours[9] // 2) // 256, height * (64 + colours[10] // 2) // 256)
    radius = min(width, height) * (50 + colours[11] // 4) // 256
    rows = bytearray()
    for y in range(height):
        shade = bytes((a * (height - y) + b * y) // height for a, b in zip(upper, lower, strict=True))
        half = _half_chord(radius, y - centre[1])
        left, right = max(0, centre[0] - half), min(width, centre[0] + half)
        rows += b"\0" + shade * left + disc * (right - left) + shade * (width - right)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(bytes(rows), 6)), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _half_chord(radius: int, distance: int) -> int:
    return int((radius**2 - distance**2) ** 0.5) if abs(distance) < radius else 0


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@lru_cache(maxsize=64)
def mosaic(seed: str, width: int, height: int) -> bytes:
    """Return a baseline JPEG of tiles of 8 pixels, which run from one colour of the seed to another.

    A tile is one step per colour channel and the end-of-block code, so that no transform is needed.
    """
    ends = hashlib.sha256(seed.encode()).digest()
    columns, lines = width // 8, height // 8
    bits, last = [], [0, 0, 0]
    for y in range(lines):
        for x in range(columns):
            for channel in range(3):
                first, second, grain = ends[channel], ends[channel + 3], ends[(x * 7 + y * 13 + channel) % 32] % 12
                value = (first * (lines - y) + second * y) // lines - 128 + grain * x // columns
                value = max(-127, min(127, value))
                bits.append(_step(value - last[channel]) + "0")
                last[channel] = value
    return _jpeg(columns * 8, lines * 8, "".join(bits))


def _step(difference: int) -> str:
    size = abs(difference).bit_length()
    low = difference if difference >= 0 else difference + (1 << size) - 1
    return _DC_CODES[size] + (f"{low:0{size}b}" if size else "")


def _jpeg(width: int, height: int, bits: str) -> bytes:
    bits += "1" * (-len(bits) % 8)
    scan = int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\x00")
    channels = b"".join(bytes((number, 0x11, 0)) for number in (1, 2, 3))
    parts = (
        (0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"),
        (0xDB, b"\0" + bytes([8]) * 64),
        (0xC0, struct.pack(">BHHB", 8, height, width, 3) + channels),
        (0xC4, b"\0" + _DC_COUNTS + bytes(range(12))),
        (0xC4, b"\x10\1" + bytes(16)),
        (0xDA, b"\3\1\0\2\0\3\0\0\x3f\0"),
    )
    head = b"".join(struct.pack(">BBH", 0xFF, mark, len(data) + 2) + data for mark, data in parts)
    return b"\xff\xd8" + head + scan + b"\xff\xd9"
