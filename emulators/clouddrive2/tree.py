"""Files and folders of all drives in one SQLite file: what a restart must not lose, in bounded memory."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS node (
  id INTEGER PRIMARY KEY, parent INTEGER, name TEXT NOT NULL, isdir INTEGER NOT NULL, size INTEGER NOT NULL,
  content TEXT NOT NULL, created INTEGER NOT NULL, modified INTEGER NOT NULL, hashes TEXT NOT NULL,
  UNIQUE (parent, name));
CREATE INDEX IF NOT EXISTS node_content ON node (content) WHERE content LIKE 'blob:%';
CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
_COLUMNS = "id, parent, name, isdir, size, content, created, modified, hashes"
_BELOW = "WITH RECURSIVE below(id) AS (SELECT id FROM node WHERE parent=? UNION ALL "
_BELOW += "SELECT node.id FROM node JOIN below ON node.parent=below.id)"


@dataclass(slots=True)
class Node:
    """A file or folder; times are Unix seconds, ``hashes`` maps the number of a hash type to its value."""

    id: int
    parent: int | None
    name: str
    isdir: bool
    size: int
    content: str
    created: int
    modified: int
    hashes: dict[str, str]


def _node(row: tuple[Any, ...]) -> Node:
    number, parent, name, isdir, size, content, created, modified, hashes = row
    return Node(number, parent, name, bool(isdir), size, content, created, modified, json.loads(hashes))


def clean(path: str) -> str:
    """Return a path with one leading slash and none at the end."""
    return "/" + "/".join(part for part in path.split("/") if part not in ("", "."))


def split(path: str) -> tuple[str, str]:
    """Return the folder and the name of a path."""
    parent, _, name = clean(path).rpartition("/")
    return parent or "/", name


def within(path: str, folder: str) -> bool:
    """Tell whether a path is that of a folder or lies below it; both as :func:`clean` leaves them."""
    return f"{path}/".startswith(f"{folder.rstrip('/')}/")


class Tree:
    """The files; ``None`` as its file keeps them in memory only. Used by one thread."""

    def __init__(self, file: Path | None) -> None:
        self._db = sqlite3.connect(file or ":memory:", isolation_level=None, check_same_thread=False)
        self._db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;" + _SCHEMA)
        self.dirty = True

    # -- reading

    @property
    def root(self) -> Node:
        """Return the root, made at first use."""
        self._db.execute("INSERT OR IGNORE INTO node VALUES (1, NULL, '', 1, 0, '', 0, 0, '{}')")
        return self.get(1)

    def get(self, number: int) -> Node:
        """Return the node with an id; raises ``KeyError`` when it is gone."""
        row = self._db.execute(f"SELECT {_COLUMNS} FROM node WHERE id=?", (number,)).fetchone()
        if not row:
            raise KeyError(number)
        return _node(row)

    def child(self, parent: Node, name: str) -> Node | None:
        """Return what has a name in a folder."""
        row = self._db.execute(f"SELECT {_COLUMNS} FROM node WHERE parent=? AND name=?", (parent.id, name)).fetchone()
        return _node(row) if row else None

    def find(self, path: str) -> Node | None:
        """Return the node at an absolute path, None when there is none."""
        node: Node | None = self.root
        for name in clean(path).split("/")[1:]:
            if name:
                node = self.child(node, name) if node else None
        return node

    def children(self, node: Node) -> list[Node]:
        """Return what a folder holds: folders first, each sort by name."""
        rows = self._db.execute(f"SELECT {_COLUMNS} FROM node WHERE parent=? ORDER BY isdir DESC, name", (node.id,))
        return [_node(row) for row in rows]

    def path(self, node: Node) -> str:
        """Return the absolute path of a node."""
        names = []
        while node.parent is not None:
            names.append(node.name)
            node = self.get(node.parent)
        return "/" + "/".join(reversed(names))

    def below(self, node: Node) -> Iterator[Node]:
        """Yield everything below a node."""
        rows = self._db.execute(f"{_BELOW} SELECT {_COLUMNS} FROM node WHERE id IN below", (node.id,))
        yield from map(_node, rows)

    def totals(self, node: Node) -> tuple[int, int, int]:
        """Return the number of files, of folders and of bytes below a node."""
        query = f"{_BELOW} SELECT coalesce(sum(1-isdir),0), coalesce(sum(isdir),0), coalesce(sum(size),0) "
        row: tuple[int, int, int] = self._db.execute(f"{query} FROM node WHERE id IN below", (node.id,)).fetchone()
        return row

    def uses(self, content: str) -> bool:
        """Tell whether a file has this content."""
        return bool(self._db.execute("SELECT 1 FROM node WHERE content=? LIMIT 1", (content,)).fetchone())

    def with_hash(self, hash_type: int, value: str, size: int) -> Node | None:
        """Return a file of that size and hash, the case of the hash aside."""
        rows = self._db.execute(f"SELECT {_COLUMNS} FROM node WHERE size=? AND hashes != '{{}}'", (size,))
        same = (each for each in map(_node, rows) if each.hashes.get(str(hash_type), "").lower() == value.lower())
        return next(same, None)

    def stored(self) -> set[str]:
        """Return the names of all stored contents."""
        return {content for (content,) in self._db.execute("SELECT content FROM node WHERE content LIKE 'blob:%'")}

    # -- changing

    def add(self, parent: Node, name: str, *, size: int | None = None, content: str = "", at: int = 0) -> Node:
        """Put a file, or without a size a folder, below ``parent``; the name must be free."""
        self.dirty = True
        at = at or int(time.time())
        row = (parent.id, name, size is None, size or 0, content, at, at, "{}")
        done = self._db.execute("INSERT INTO node VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        return self.get(done.lastrowid or 0)

    def fill(self, parent: Node, files: Iterable[tuple[str, int, str, int]]) -> None:
        """Put many files below ``parent``: name, size, content, time."""
        rows = ((parent.id, name, 0, size, content, at, at, "{}") for name, size, content, at in files)
        self._db.execute("BEGIN")
        self._db.executemany("INSERT INTO node VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        self._db.execute("COMMIT")

    def folder(self, path: str, at: int = 0) -> Node:
        """Return the folder at a path, made with its missing parents."""
        node = self.root
        for name in clean(path).split("/")[1:]:
            if name:
                node = self.child(node, name) or self.add(node, name, at=at)
        return node

    def tell_hashes(self, node: Node, hashes: dict[str, str]) -> None:
        """Keep what is known of a content."""
        node.hashes |= hashes
        self._db.execute("UPDATE node SET hashes=? WHERE id=?", (json.dumps(node.hashes), node.id))

    def place(self, node: Node, parent: Node, name: str) -> None:
        """Give a node another folder and name; the name must be free."""
        self.dirty = True
        self._db.execute("UPDATE node SET parent=?, name=? WHERE id=?", (parent.id, name, node.id))

    def copy(self, node: Node, parent: Node, name: str) -> Node:
        """Copy a node with everything below it."""
        made = self.add(parent, name, size=None if node.isdir else node.size, content=node.content)
        self.tell_hashes(made, node.hashes)
        for child in self.children(node) if node.isdir else ():
            self.copy(child, made, child.name)
        return made

    def remove(self, node: Node) -> set[str]:
        """Remove a node with everything below it; return the stored contents that nobody has any more."""
        self.dirty = True
        gone = [node, *self.below(node)]
        self._db.executemany("DELETE FROM node WHERE id=?", [(each.id,) for each in gone])
        return {each.content for each in gone if each.content.startswith("blob:") and not self.uses(each.content)}

    def clear(self) -> None:
        """Remove everything."""
        self._db.execute("DELETE FROM node")

    def resize(self, node: Node, size: int) -> None:
        """Give a file another size than its content has."""
        node.size = size
        self._db.execute("UPDATE node SET size=? WHERE id=?", (size, node.id))

    # -- what else survives

    def keep(self, name: str, value: Any) -> None:
        """Keep a value that JSON can hold."""
        self._db.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", (name, json.dumps(value)))

    def kept(self, name: str, default: Any) -> Any:
        """Return a kept value."""
        row = self._db.execute("SELECT value FROM kept WHERE name=?", (name,)).fetchone()
        return json.loads(row[0]) if row else default

    def forget(self, name: str) -> None:
        """Remove a kept value."""
        self._db.execute("DELETE FROM kept WHERE name=?", (name,))

    def kept_below(self, prefix: str) -> dict[str, Any]:
        """Return the kept values whose names begin so."""
        rows = self._db.execute("SELECT name, value FROM kept WHERE substr(name, 1, ?)=?", (len(prefix), prefix))
        return {name: json.loads(value) for name, value in rows}

    def close(self) -> None:
        """End the use of the file."""
        self._db.close()
