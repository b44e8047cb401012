"""How the process treats memory that it is done with."""

from __future__ import annotations

import ctypes
from contextlib import suppress

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -2, -3, -8  # <malloc.h>
MIB = 1 << 20


def keep_buffers() -> None:
    """Keep up to 128 MiB of freed buffers for the next messages; without glibc nothing.

    A message of 1 MiB takes several buffers of its size. As they are, each comes as fresh pages from the system
    and goes back at once, which is half of the work of an upload.
    """
    with suppress(AttributeError, OSError):
        mallopt = ctypes.CDLL(None).mallopt
        for name, value in (
            (_MMAP_THRESHOLD, 32 * MIB),
            (_TRIM_THRESHOLD, 128 * MIB),
            (_TOP_PAD, 16 * MIB),
            (_ARENA_MAX, 2),
        ):
            mallopt(name, value)
