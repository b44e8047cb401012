"""Cells of exported tables: text that a spreadsheet would run as a formula is marked as text (H70)."""

from __future__ import annotations

import string
from typing import Any

SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
BREAKS = ("\t", "\r", "\n")
# Programs that read a table skip these before they look for a sign.
SKIPPED = string.whitespace + "\N{NO-BREAK SPACE}\N{IDEOGRAPHIC SPACE}\N{ZERO WIDTH SPACE}\N{ZERO WIDTH NO-BREAK SPACE}"


def safe_cell(value: Any) -> str:
    """A value as it may stand in a table."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(BREAKS) or text.lstrip(SKIPPED).startswith(SIGNS) else text
