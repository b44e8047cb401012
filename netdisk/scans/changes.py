"""What differs between two scans: added, removed, changed, moved, renamed."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from .packing import Row, below

MOST_KEPT = 50_000
KINDS = ("added", "removed", "changed", "moved", "renamed")
Source = Callable[[], Iterable[Row]]


class Change(NamedTuple):
    """One difference. `old_path` and `old_size` are the earlier ones; a moved folder stands for all that lies in it."""

    kind: str
    path: str
    fs_id: int
    is_dir: int
    size: int
    mtime: int
    old_path: str = ""
    old_size: int = 0


@dataclass(frozen=True)
class Changes:
    """All differences by path; of very many only the first are kept, the counts are of all."""

    counts: dict[str, int]
    rows: list[Change]

    def packed(self) -> Any:
        return {"counts": self.counts, "rows": self.rows[:MOST_KEPT]}

    @classmethod
    def unpacked(cls, value: Any) -> Changes:
        return cls(value["counts"], [Change(*row) for row in value["rows"]])

    def below(self, path: str) -> Changes:
        """Only what was or is below a path."""
        if path == "/":
            return self
        return _counted(
            [row for row in self.rows if below(row.path, path) or (row.old_path and below(row.old_path, path))]
        )


def compare(before: Source, after: Source, root: str = "/") -> Changes:
    """What has changed at and below `root`. Both sources are read once, the earlier one twice, and never held as a whole."""
    known = {row.fs_id: _print(row) for row in before() if below(row.path, root)}
    added, touched = [], dict[int, Row]()
    for row in after():
        if not below(row.path, root):
            continue
        print_ = known.pop(row.fs_id, None)
        if print_ is None:
            added.append(row)
        elif print_ != _print(row):
            touched[row.fs_id] = row
    removed, pairs = [], list[tuple[Row, Row]]()
    for row in before():
        if row.fs_id in known:
            removed.append(row)
        elif (now := touched.get(row.fs_id)) is not None:
            pairs.append((row, now))
    return _counted([*_replaced(added, removed), *_touched(pairs)])


def _print(row: Row) -> int:
    """A fingerprint; a folder is only its path, because its time follows what lies in it."""
    return hash(row.path) if row.is_dir else hash((row.path, row.size, row.mtime, row.md5))


def _replaced(added: list[Row], removed: list[Row]) -> list[Change]:
    """Added and removed ones. A file that was written anew at the same path has a new number: that is a change."""
    gone = {row.path: row for row in removed if not row.is_dir}
    found = []
    for row in added:
        old = gone.pop(row.path, None) if not row.is_dir else None
        found.append(_change("changed", row, old.path, old.size) if old else _change("added", row))
    replaced = {row.path for row in removed if not row.is_dir} - gone.keys()
    return [*found, *(_change("removed", row) for row in removed if row.is_dir or row.path not in replaced)]


def _touched(pairs: list[tuple[Row, Row]]) -> list[Change]:
    folders = {old.path: new.path for old, new in pairs if old.is_dir}
    found = []
    for old, new in pairs:
        if old.path == new.path or _went_along(old.path, new.path, folders):
            if not old.is_dir and (old.size, old.mtime, old.md5) != (new.size, new.mtime, new.md5):
                found.append(_change("changed", new, old.path, old.size))
        else:
            stayed = posixpath.dirname(old.path) == posixpath.dirname(new.path)
            found.append(_change("renamed" if stayed else "moved", new, old.path, old.size))
    return found


def _went_along(old: str, new: str, folders: dict[str, str]) -> bool:
    """Whether the folder it lies in explains its new path."""
    above, name = posixpath.split(old)
    return folders.get(above) == posixpath.dirname(new) and posixpath.basename(new) == name


def _change(kind: str, row: Row, old_path: str = "", old_size: int = 0) -> Change:
    moved = old_path if old_path != row.path else ""
    return Change(kind, row.path, row.fs_id, row.is_dir, row.size, row.mtime, moved, old_size)


def _counted(found: list[Change]) -> Changes:
    counts = Counter(change.kind for change in found)
    return Changes({kind: counts[kind] for kind in KINDS}, sorted(found, key=lambda change: (change.path, change.kind)))
