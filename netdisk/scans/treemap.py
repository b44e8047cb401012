"""A squarified treemap (Bruls, Huizing, van Wijk 2000): areas in proportion, boxes as square as they can be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Box(NamedTuple):
    x: float
    y: float
    width: float
    height: float


def squarify(sizes: Sequence[float], width: float, height: float) -> list[Box]:
    """One box for each size, in the order given; the sizes fall and are above 0."""
    scale = width * height / (sum(sizes) or 1)
    areas = [size * scale for size in sizes]
    found: list[Box] = []
    free = Box(0, 0, width, height)
    while areas:
        side = min(free.width, free.height)
        count = 1
        while count < len(areas) and _worst(areas[: count + 1], side) <= _worst(areas[:count], side):
            count += 1
        row, areas = areas[:count], areas[count:]
        found += _laid(row, free)
        free = _rest(row, free)
    return found


def _worst(row: Sequence[float], side: float) -> float:
    """The largest ratio of a box's sides when the row lies along `side`."""
    thick = sum(row) / side if side else 0
    return max((max(thick * thick / area, area / (thick * thick)) for area in row), default=0) if thick else 0


def _laid(row: Sequence[float], free: Box) -> list[Box]:
    """The row along the shorter side of what is free."""
    upright = free.width >= free.height
    side = free.height if upright else free.width
    thick = sum(row) / side if side else 0
    found, at = [], 0.0
    for area in row:
        length = area / thick if thick else 0
        if upright:
            found.append(Box(free.x, free.y + at, thick, length))
        else:
            found.append(Box(free.x + at, free.y, length, thick))
        at += length
    return found


def _rest(row: Sequence[float], free: Box) -> Box:
    if free.width >= free.height:
        thick = sum(row) / free.height if free.height else 0
        return Box(free.x + thick, free.y, max(0.0, free.width - thick), free.height)
    thick = sum(row) / free.width if free.width else 0
    return Box(free.x, free.y + thick, free.width, max(0.0, free.height - thick))
