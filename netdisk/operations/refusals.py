"""What Baidu keeps from apps: the same error wherever it refuses, with the reason and another way (wire/baidu-netdisk.md §2.0)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import Text
from netdisk.errors import NetdiskError, not_supported, translated

CLOSED = {"netdisk.not_supported", "netdisk.scope_missing"}


@contextmanager
def where_offered(reason: Text, instead: Text) -> Iterator[None]:
    """`translated`, and a refusal of the whole service leaves as `netdisk.not_supported` with these sentences."""
    try:
        with translated():
            yield
    except NetdiskError as error:
        if error.code not in CLOSED:
            raise
        raise not_supported(reason, instead) from error
