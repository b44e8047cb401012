"""Byte ranges and the conditions that go with them (RFC 9110, as far as the download host knows them)."""

from __future__ import annotations

import re
from collections.abc import Mapping

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


class UnsatisfiableError(Exception):
    """The range asked for lies outside the file: 416."""


def wanted_range(headers: Mapping[str, str], size: int, etag: str, modified: str) -> tuple[int, int] | None:
    """Return (first, last) of a single satisfiable range, None for the whole file.

    Several ranges, malformed ones, and those whose ``If-Range`` no longer holds count as the whole file.
    Raises :class:`UnsatisfiableError`.
    """
    found = _RANGE.fullmatch(headers.get("range", "").replace(" ", ""))
    if not found or found[0] == "bytes=-" or headers.get("if-range", etag) not in (etag, modified):
        return None
    if not found[1]:
        return _suffix(int(found[2]), size)
    first, last = int(found[1]), min(int(found[2] or size), size - 1)
    if found[2] and int(found[2]) < first:
        return None
    if first >= size:
        raise UnsatisfiableError
    return first, last


def _suffix(length: int, size: int) -> tuple[int, int]:
    if not length:
        raise UnsatisfiableError
    return max(0, size - length), size - 1


def precondition_fails(headers: Mapping[str, str], etag: str) -> bool:
    """Tell whether ``If-Match`` names other versions than the present one."""
    wanted = [each.strip() for each in headers.get("if-match", "*").split(",")]
    return "*" not in wanted and etag not in wanted
