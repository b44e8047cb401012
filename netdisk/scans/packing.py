"""How scans are kept: gzip over compact JSON, one blob for each page of 1,000 entries (about 40 KB)."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from netdisk.baidu.types import Entry

from .models import Scan


class Row(NamedTuple):
    """One file or folder as a scan keeps it. `md5` is Baidu's own and only good to be compared."""

    fs_id: int
    path: str
    size: int
    mtime: int
    md5: str
    category: int
    is_dir: int

    @classmethod
    def of(cls, entry: Entry) -> Row:
        return cls(
            entry.fs_id, entry.path, entry.size, entry.server_mtime, entry.md5 or "", entry.category, int(entry.is_dir)
        )


def pack(value: Any) -> bytes:
    return gzip.compress(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), mtime=0)


def unpack(blob: Any) -> Any:
    """From what the database gives for a binary column: bytes, or a view on them."""
    return json.loads(gzip.decompress(bytes(blob)))


def pack_rows(entries: Iterable[Entry]) -> bytes:
    return pack([Row.of(entry) for entry in entries])


def rows(scan: Scan) -> Iterator[Row]:
    """Everything a scan found, once each: an entry may come twice when the drive changed between two pages."""
    seen: set[int] = set()
    for blob in scan.parts.order_by("number").values_list("data", flat=True).iterator(chunk_size=4):
        for values in unpack(blob):
            row = Row(*values)
            if row.fs_id not in seen:
                seen.add(row.fs_id)
                yield row


def below(path: str, root: str) -> bool:
    """Whether `path` lies below `root`."""
    return root == "/" or path.startswith(f"{root}/")
