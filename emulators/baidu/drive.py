"""One user's netdisk: look things up, change them, and replay the changes after a restart."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from itertools import count
from typing import Any

from emulators.baidu.blobs import STORED
from emulators.baidu.errors import ApiError
from emulators.baidu.tree import Node

_FORBIDDEN = set('\\?|"><:*')
_PATH_LIMIT = 1000

Change = dict[str, Any]
"""A change as JSON: ``op`` (a ``_do_`` of :class:`Drive`), its arguments, ``at`` in seconds."""


def clean_path(path: str) -> str:
    """Return a path with one leading slash and none at the end."""
    return "/" + "/".join(part for part in path.split("/") if part)


def valid_name(name: str) -> bool:
    """Tell whether the platform accepts a new name (§3.6)."""
    edges = {name[:1], name[-1:]}
    astral = any(ord(letter) > 0xFFFF or ord(letter) < 32 for letter in name)
    return bool(name) and not edges & {".", " ", "\t"} and not _FORBIDDEN & set(name) and not astral


def valid_path(path: str) -> str:
    """Return a path, cleaned, for something new; raises -7 when it is too long or a name is not accepted."""
    cleaned = clean_path(path)
    if len(cleaned) > _PATH_LIMIT or not all(valid_name(name) for name in cleaned.split("/")[1:]):
        raise ApiError(-7)
    return cleaned


def _dated(parent: Node, name: str, at: int, *, whole: bool = False) -> str:
    """Return a free name with the time in it, before the extension; ``whole`` knows no extension."""
    stem, dot, extension = (name, "", "") if whole or "." not in name else name.rpartition(".")
    stem += time.strftime("_%Y%m%d_%H%M%S", time.gmtime(at))
    names = (f"{stem}{f'({number})' if number else ''}{dot}{extension}" for number in count())
    return next(each for each in names if each not in parent.children)


def cutting(node: Node) -> dict[str, Any]:
    """Return a node with everything below it as JSON, to be grafted into another drive."""
    children = [cutting(child) for child in node.children.values()]
    kept = {"name": node.name, "isdir": node.isdir, "size": node.size, "content": node.content}
    return kept | {"children": children}


def contents_of(change: Change) -> set[str]:
    """Return the contents a change brings into a drive."""
    found, trees = {change.get("content", "")}, [change.get("tree", {})]
    while trees:
        tree = trees.pop()
        found.add(tree.get("content", ""))
        trees += tree.get("children", [])
    return found


@dataclass(frozen=True)
class Binned:
    """A deleted node in the recycle bin: where it was, and since when it is there."""

    node: Node
    path: str
    at: int


class Drive:
    """The tree of one user with its two indexes, the recycle bin and the journal of what was changed (as JSON).

    ``changed`` tells paths in the order in which they changed, with 1 for those that are gone; ``freed``
    collects stored contents that a file let go of.
    """

    def __init__(self, salt: str) -> None:
        self.salt = salt
        self.root = Node(0, "", None, isdir=True)
        self.by_id: dict[int, Node] = {}
        self.bin: dict[int, Binned] = {}
        self.journal: list[str] = []
        self.changed: list[tuple[str, int]] = []
        self.freed: list[str] = []
        self._given: set[int] = set()

    # -- reading

    def find(self, path: str) -> Node | None:
        """Return the node at an absolute path, None when there is none."""
        node: Node | None = self.root
        for name in clean_path(path).split("/"):
            if name:
                node = node.children.get(name) if node else None
        return node

    def used(self) -> int:
        """Return the bytes all files take."""
        return sum(node.size for node in self.by_id.values())

    # -- building

    def add(self, parent: Node, name: str, *, isdir: bool, at: int, size: int = 0, content: str = "") -> Node:
        """Put a new node below ``parent``; its fs_id follows from the salt, the path and their number."""
        fs_id = self._new_id(f"{parent.path}/{name}")
        node = Node(fs_id, name, parent, isdir, size, at, at, content or f"{self.salt}:{fs_id}")
        parent.children[name] = node
        self.by_id[fs_id] = node
        return node

    def folder(self, path: str, at: int) -> Node:
        """Return the folder at a path, made with its missing parents."""
        node = self.root
        for name in clean_path(path).split("/"):
            if name:
                node = node.children.get(name) or self.add(node, name, isdir=True, at=at)
        return node

    # -- changing

    def apply(self, change: Change) -> Node | None:
        """Carry out a change and remember it; raises :class:`ApiError` and changes nothing when refused."""
        before = change.get("path", "")
        done: Node | None = getattr(self, f"_do_{change['op']}")(change)
        self.journal.append(json.dumps(change, ensure_ascii=False))
        self._tell(change["op"], before, done)
        return done

    def _tell(self, op: str, before: str, done: Node | None) -> None:
        if op in ("move", "rename", "delete") and done:
            self.changed.append((clean_path(before), 1))
        if op not in ("delete", "purge") and done:
            self.changed.append((done.path, 0))

    def _do_mkdir(self, change: Change) -> Node:
        path = valid_path(change["path"])
        existing = self.find(path)
        if existing and not change.get("rename"):
            raise ApiError(-8)
        parent = self._parent_of(path, change["at"])
        name = path.rpartition("/")[2]
        if existing:
            name = _dated(parent, name, change["at"], whole=True)
        return self.add(parent, name, isdir=True, at=change["at"])

    def _do_file(self, change: Change) -> Node:
        """Put a file of a content in place; ``rtype`` settles a conflict (§3.5)."""
        path, at, rtype = valid_path(change["path"]), change["at"], change["rtype"]
        taken = self.find(path)
        if taken and (rtype == 0 or (rtype == 3 and taken.isdir)):
            raise ApiError(-8)
        parent, name = self._parent_of(path, at), path.rpartition("/")[2]
        node = Node(0, name, parent, False, change["size"], at, at, change["content"])
        if taken and rtype == 2 and not taken.isdir and (taken.etag, taken.size) == (node.etag, node.size):
            self._let_go(node)
            return taken
        if taken and rtype == 3:
            self._do_delete({"path": path, "forever": True})
        elif taken:
            name = _dated(parent, name, at)
        made = self.add(parent, name, isdir=False, at=at, size=node.size, content=node.content)
        made.local_ctime, made.local_mtime = change.get("local_ctime", 0), change.get("local_mtime", 0)
        return made

    def _do_touch(self, change: Change) -> Node:
        node = self._existing(change["path"])
        stored = node.content.startswith(STORED)
        self._let_go(node)
        seed = f"{self.salt}:{node.fs_id}" if stored else node.content.partition("#")[0]
        node.content = f"{seed}#{len(self.journal) + 1}"
        node.size = int(change.get("size") or node.size)
        node.mtime, node.local_mtime = change["at"], 0
        return node

    def _do_delete(self, change: Change) -> Node:
        node = self._existing(change["path"])
        path = node.path
        self._detach(node)
        for gone in (node, *node.walk()):
            del self.by_id[gone.fs_id]
            if change.get("forever"):
                self._let_go(gone)
        if not change.get("forever"):
            self.bin[node.fs_id] = Binned(node, path, change["at"])
        return node

    def _do_restore(self, change: Change) -> Node:
        """Bring a node back from the recycle bin, under a new name when its own is taken."""
        binned = self.bin.get(change["fs_id"])
        if not binned:
            raise ApiError(31066)
        node, folder = binned.node, binned.path.rpartition("/")[0]
        if self._blocked(binned.path):
            raise ApiError(31061)
        parent = self.folder(folder, change["at"])
        name = _dated(parent, node.name, change["at"]) if node.name in parent.children else node.name
        del self.bin[node.fs_id]
        node.name, node.parent = name, parent
        parent.children[name] = node
        self.by_id |= {each.fs_id: each for each in (node, *node.walk())}
        return node

    def _do_graft(self, change: Change) -> Node | None:
        """Copy what somebody shared (:func:`cutting`) into a folder."""
        target = self._target(change["dest"])
        name = self._free_name(target, change["tree"]["name"], change, None)
        return self._plant(target, name, change["tree"], change["at"]) if name else None

    def _plant(self, parent: Node, name: str, tree: dict[str, Any], at: int) -> Node:
        size, content = tree["size"], tree["content"]
        node = self.add(parent, name, isdir=tree["isdir"], at=at, size=size, content=content)
        for child in tree["children"]:
            self._plant(node, child["name"], child, at)
        return node

    def _do_purge(self, change: Change) -> None:
        """Remove nodes from the recycle bin for good."""
        for fs_id in change["fs_ids"]:
            if binned := self.bin.pop(fs_id, None):
                for gone in (binned.node, *binned.node.walk()):
                    self._let_go(gone)

    def _do_rename(self, change: Change) -> Node | None:
        node = self._existing(change["path"])
        assert node.parent
        return self._place(node, node.parent, change["newname"], change)

    def _do_move(self, change: Change) -> Node | None:
        node, target = self._existing(change["path"]), self._target(change["dest"])
        if target is node or target in node.walk():
            raise ApiError(-7)
        return self._place(node, target, change.get("newname") or node.name, change)

    def _do_copy(self, change: Change) -> Node | None:
        node, target = self._existing(change["path"]), self._target(change["dest"])
        if target is node or target in node.walk():
            raise ApiError(-7)
        name = self._free_name(target, change.get("newname") or node.name, change, node)
        return self._clone(node, target, name, change["at"]) if name else None

    # -- helpers of the changes

    def _let_go(self, node: Node) -> None:
        if node.content.startswith(STORED):
            self.freed.append(node.content)

    def _parent_of(self, path: str, at: int) -> Node:
        """Return the folder a path lies in, made where it is missing; raises -9 when a file is in the way."""
        if self._blocked(path):
            raise ApiError(-9)
        return self.folder(path.rpartition("/")[0], at)

    def _blocked(self, path: str) -> bool:
        """Tell whether a file stands where a parent folder of the path would be."""
        parents = (self.find(path[:at]) for at, letter in enumerate(path) if letter == "/" and at)
        return any(parent and not parent.isdir for parent in parents)

    def _place(self, node: Node, target: Node, wanted: str, change: Change) -> Node | None:
        name = self._free_name(target, wanted, change, node)
        if not name:
            return None
        self._detach(node)
        node.name, node.parent = name, target
        target.children[name] = node
        return node

    def _free_name(self, target: Node, wanted: str, change: Change, node: Node | None) -> str | None:
        """Settle a conflict by ``ondup``; None means that the item is skipped."""
        if not valid_name(wanted):
            raise ApiError(-7)
        taken = target.children.get(wanted)
        if not taken or (taken is node and change["op"] != "copy"):
            return wanted
        policy = change.get("ondup") or "fail"
        if policy == "skip":
            return None
        if policy == "newcopy":
            return _dated(target, wanted, change["at"])
        if policy != "overwrite":
            raise ApiError(-8)
        if node and (taken is node or node in taken.walk()):
            raise ApiError(-7)
        self._do_delete({"path": taken.path, "forever": True})
        return wanted

    def _clone(self, node: Node, target: Node, name: str, at: int) -> Node:
        copy = self.add(target, name, isdir=node.isdir, at=at, size=node.size, content=node.content)
        for child in list(node.children.values()):
            self._clone(child, copy, child.name, at)
        return copy

    def _existing(self, path: str) -> Node:
        node = self.find(path)
        if not node or not node.parent:
            raise ApiError(-9)
        return node

    def _target(self, path: str) -> Node:
        node = self.find(path)
        if not node or not node.isdir:
            raise ApiError(-9)
        return node

    @staticmethod
    def _detach(node: Node) -> None:
        assert node.parent
        del node.parent.children[node.name]

    def _new_id(self, path: str) -> int:
        number = 0
        while True:
            digest = hashlib.blake2b(f"{self.salt} {path} {number}".encode(), digest_size=8).digest()
            fs_id = 10**14 + int.from_bytes(digest, "big") % (9 * 10**14)
            if fs_id not in self._given:
                self._given.add(fs_id)
                return fs_id
            number += 1
