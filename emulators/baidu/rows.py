"""How a file looks in the answers: rows of lists, of filemetas, of the type lists."""

from __future__ import annotations

from typing import Any

from emulators.baidu.call import Call
from emulators.baidu.thumbs import thumb_urls
from emulators.baidu.tree import Node

Row = dict[str, Any]


def times(node: Node) -> Row:
    """Return the four times of a row."""
    return {
        "server_ctime": node.ctime,
        "server_mtime": node.mtime,
        "local_ctime": node.local_ctime or node.ctime,
        "local_mtime": node.local_mtime or node.mtime,
    }


def base_row(node: Node) -> Row:
    """Return what every list tells of a node."""
    row: Row = {
        "fs_id": node.fs_id,
        "path": node.path,
        "server_filename": node.name,
        "size": node.size,
        "isdir": int(node.isdir),
        "category": node.category,
        **times(node),
    }
    if not node.isdir:
        row["md5"] = node.md5
    return row


def list_row(call: Call, node: Node, *, thumbs: bool, dir_empty: bool) -> Row:
    """Return a row of ``list`` and ``search`` (§2.2)."""
    row = base_row(node) | {
        "tkbind_id": 0,
        "real_category": "",
        "wpfile": 0,
        "server_atime": 0,
        "extent_tinyint7": 0,
        "owner_id": 0,
        "owner_type": 0,
        "unlist": 0,
        "share": 0,
        "pl": 0,
        "oper_id": call.user.uk,
        "from_type": 1,
    }
    if thumbs and has_thumbs(node):
        row["thumbs"] = thumb_urls(call, node)
    if dir_empty and node.isdir:
        row["dir_empty"] = int(not node.children)
    return row


def tree_row(call: Call, node: Node, *, thumbs: bool) -> Row:
    """Return a row of ``listall``, ``categorylist`` and ``recentlist`` (§2.3)."""
    row = base_row(node)
    if thumbs and has_thumbs(node):
        row["thumbs"] = thumb_urls(call, node)
    return row


def type_row(call: Call, node: Node, *, thumbs: bool) -> Row:
    """Return a row of the type lists (§2.4)."""
    more = {"docpreview": "", "lodocpreview": "", "object_key": "", "from_type": 1, "share": 0, "wpfile": 0}
    row = base_row(node) | more | {"owner_id": 0}
    if thumbs and has_thumbs(node):
        row["thumbs"] = thumb_urls(call, node) | {"url4": ""}
    return row


def has_thumbs(node: Node) -> bool:
    """Tell whether the platform draws thumbnails of a node: images and videos."""
    return node.category in (1, 3)
