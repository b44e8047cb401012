"""The cloud md5: how Baidu disguises the md5 of a file's content (wire/baidu-netdisk.md §3.7)."""

from __future__ import annotations

import re

_PLAIN = re.compile(r"[0-9a-f]{32}")
_CLOUD = re.compile(r"[0-9a-f]{9}[g-v][0-9a-f]{22}")
_MARKED = 9  # the one character written as a letter above f


def _swap(digits: str) -> str:
    """The four groups of eight, pairwise exchanged; its own inverse."""
    return digits[8:16] + digits[0:8] + digits[24:32] + digits[16:24]


def _mask(digits: str) -> str:
    """Each nibble XORed with its index modulo 16; its own inverse."""
    return "".join(f"{int(digit, 16) ^ (index % 16):x}" for index, digit in enumerate(digits))


def encode(md5: str) -> str:
    """The cloud form of a content md5 (32 lower-case hex digits); ValueError for anything else."""
    if not _PLAIN.fullmatch(md5):
        raise ValueError("an md5 is 32 lower-case hex digits")
    masked = _mask(_swap(md5))
    marked = chr(ord("g") + int(masked[_MARKED], 16))
    return masked[:_MARKED] + marked + masked[_MARKED + 1 :]


def decode(cloud: str) -> str | None:
    """The content md5 behind a cloud md5, or None when `cloud` is not in that form.

    Plain hex gives None too: it is the md5 of an old file or the hash of a multi-part one, and nothing tells
    which.
    """
    if not _CLOUD.fullmatch(cloud):
        return None
    nibble = ord(cloud[_MARKED]) - ord("g")
    return _swap(_mask(f"{cloud[:_MARKED]}{nibble:x}{cloud[_MARKED + 1 :]}"))
