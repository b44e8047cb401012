"""What takes the space: sums of a scan by folder and by kind."""

from __future__ import annotations

import heapq
import posixpath
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from core.file_kinds import kind_of

from .packing import Row, below

LARGEST = 100


@dataclass
class Folder:
    """Everything below a folder; `own_*` are the files that lie in it directly."""

    size: int = 0
    files: int = 0
    folders: int = 0
    own_size: int = 0
    own_files: int = 0
    kinds: dict[str, list[int]] = field(default_factory=dict)  # kind: files, bytes

    def add(self, other: Folder) -> None:
        self.size += other.size
        self.files += other.files
        self.folders += other.folders
        for kind, (files, size) in other.kinds.items():
            mine = self.kinds.setdefault(kind, [0, 0])
            mine[0] += files
            mine[1] += size

    def packed(self) -> list[Any]:
        return [self.size, self.files, self.folders, self.own_size, self.own_files, self.kinds]


@dataclass(frozen=True)
class Summary:
    """The sums of a whole scan: `folders` by path, and its largest files as (size, path, fs_id)."""

    folders: dict[str, Folder]
    largest: list[tuple[int, str, int]]

    def packed(self) -> Any:
        return {
            "folders": {path: folder.packed() for path, folder in self.folders.items()},
            "largest": self.largest,
        }

    @classmethod
    def unpacked(cls, value: Any) -> Summary:
        folders = {path: Folder(*values) for path, values in value["folders"].items()}
        return cls(folders, [(size, path, fs_id) for size, path, fs_id in value["largest"]])

    def children(self, path: str) -> list[tuple[str, Folder]]:
        """The folders directly in a folder, the largest first."""
        found = [(child, folder) for child, folder in self.folders.items() if child != path and parent(child) == path]
        return sorted(found, key=lambda pair: (-pair[1].size, pair[0]))

    def to_depth(self, path: str, depth: int) -> list[tuple[str, Folder]]:
        """The folders below a folder down to `depth`, the largest first."""
        level = _depth(path)
        found = [
            (child, folder)
            for child, folder in self.folders.items()
            if child != path and below(child, path) and _depth(child) - level <= depth
        ]
        return sorted(found, key=lambda pair: (-pair[1].size, pair[0]))

    def largest_below(self, path: str) -> list[tuple[int, str, int]]:
        return [each for each in self.largest if below(each[1], path)]


def summarise(root: str, found: Iterable[Row]) -> Summary:
    """The sums of every folder at and below `root`."""
    folders: dict[str, Folder] = {root: Folder()}
    largest: list[tuple[int, str, int]] = []
    for row in found:
        if row.is_dir:
            folders.setdefault(row.path, Folder())
            continue
        _count(folders.setdefault(parent(row.path), Folder()), row)
        item = (row.size, row.path, row.fs_id)
        if len(largest) < LARGEST:
            heapq.heappush(largest, item)
        elif item > largest[0]:
            heapq.heapreplace(largest, item)
    _roll_up(folders, root)
    return Summary(folders, sorted(largest, reverse=True))


def parent(path: str) -> str:
    return posixpath.dirname(path) or "/"


def _count(folder: Folder, row: Row) -> None:
    folder.size += row.size
    folder.files += 1
    folder.own_size += row.size
    folder.own_files += 1
    kind = folder.kinds.setdefault(kind_of(posixpath.basename(row.path)), [0, 0])
    kind[0] += 1
    kind[1] += row.size


def _roll_up(folders: dict[str, Folder], root: str) -> None:
    """Add every folder to the one above it, the deepest first; folders that no entry named are made."""
    for path in list(folders):
        while path != root and (path := parent(path)) not in folders and below(path, root):
            folders[path] = Folder()
    for path in sorted(folders, key=_depth, reverse=True):
        if path != root and (above := folders.get(parent(path))) is not None:
            above.add(folders[path])
            above.folders += 1


def _depth(path: str) -> int:
    return 0 if path == "/" else path.count("/")


def kinds_of(folder: Folder) -> list[tuple[str, int, int]]:
    """Kind, files and bytes, the largest first."""
    sizes = Counter({kind: size for kind, (_files, size) in folder.kinds.items()})
    return [(kind, folder.kinds[kind][0], size) for kind, size in sizes.most_common()]
