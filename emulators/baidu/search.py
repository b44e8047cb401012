"""Search by name and the semantic search (§2.6)."""

from __future__ import annotations

import json
import time
from typing import Any

from emulators.baidu.call import UNISEARCH, Call, Payload, operation
from emulators.baidu.errors import ApiError
from emulators.baidu.listing import FILE, below, folder_at, ordered
from emulators.baidu.rows import list_row
from emulators.baidu.tree import Node

PAGE = 500
LONGEST_KEY = 30


@operation("search", FILE, "search", kind="search")
async def search(call: Call) -> Payload:
    """Find files and folders whose name holds ``key``; 500 rows a page, whatever ``num`` says."""
    key, page = call.query.get("key", ""), max(1, call.integer("page", 1))
    if not key or len(key) > LONGEST_KEY:
        raise ApiError(2)
    folder = folder_at(call, call.query.get("dir") or "/", -9)
    category = call.integer("category")
    found = _matching(below(folder, recursive=call.flag("recursion")), key)
    nodes = [node for node in found if not category or (node.category == category and not node.isdir)]
    nodes = ordered(nodes, "name", descending=False)
    rows = [
        list_row(call, node, thumbs=call.flag("web"), dir_empty=False)
        for node in nodes[(page - 1) * PAGE : page * PAGE]
    ]
    more = int(len(nodes) > page * PAGE)
    return {
        "has_more": more,
        "list": rows,
        "contentlist": [],
        "display_count": len(rows),
        "need_ai_search": 0,
    }


def _matching(nodes: Any, key: str) -> list[Node]:
    wanted = key.lower()
    return [node for node in nodes if wanted in node.name.lower()]


@operation("unisearch", "/xpan/unisearch", family=UNISEARCH, verbs=("POST",), kind="search")
async def unisearch(call: Call) -> Payload:
    """Find files by the words of ``query``; parameters in the query, a non-empty JSON body."""
    query = call.query.get("query", "")
    if not query or not await _has_json_body(call):
        raise ApiError(2, "param error")
    folders = [folder_at(call, path, -9) for path in _dirs(call.query.get("dirs", ""))] or [call.drive.root]
    categories = set(map(str, _json_list(call.query.get("category", ""))))
    words = query.lower().split()
    nodes = [
        node
        for folder in folders
        for node in folder.walk()
        if any(word in node.name.lower() for word in words) and (not categories or str(node.category) in categories)
    ]
    most = min(call.integer("num", PAGE), PAGE)
    rows = [_row(node) for node in ordered(nodes, "name", descending=False)[:most]]
    data = [{"source": 1, "list": rows}]
    return {"is_end": True, "server_time": int(time.time()), "extra_info": {}, "data": data}


async def _has_json_body(call: Call) -> bool:
    try:
        json.loads(await call.request.body())
    except ValueError:
        return False
    return "json" in call.request.headers.get("content-type", "")


def _json_list(text: str) -> list[Any]:
    try:
        value = json.loads(text or "[]")
    except ValueError:
        raise ApiError(2, "param error") from None
    if not isinstance(value, list):
        raise ApiError(2, "param error")
    return value


def _dirs(text: str) -> list[str]:
    return [str(each["path"]) for each in _json_list(text) if isinstance(each, dict) and "path" in each]


def _row(node: Node) -> dict[str, Any]:
    return {
        "fsid": node.fs_id,
        "filename": node.name,
        "path": node.path,
        "parent_path": node.parent.path if node.parent else "/",
        "isdir": int(node.isdir),
        "size": node.size,
        "category": node.category,
        "content": "",
        "ocr": "",
        "server_ctime": node.ctime,
        "server_mtime": node.mtime,
    }
