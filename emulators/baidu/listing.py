"""Lists: one folder, everything below it, by type, by category, the recent ones (§2.2-2.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from emulators.baidu.call import Call, Payload, operation
from emulators.baidu.drive import clean_path
from emulators.baidu.errors import ApiError
from emulators.baidu.rows import list_row, tree_row, type_row
from emulators.baidu.tree import Node, extension_of

FILE = "/rest/2.0/xpan/file"
MULTIMEDIA = "/rest/2.0/xpan/multimedia"
PAGE = 1000

_KEYS: dict[str, Callable[[Node], Any]] = {
    "name": lambda node: node.name,
    "time": lambda node: node.mtime,
    "size": lambda node: node.size,
}


def ordered(nodes: Iterable[Node], order: str, *, descending: bool) -> list[Node]:
    """Sort nodes: folders before files, then by name, time or size, equal ones by path."""
    key = _KEYS.get(order, _KEYS["name"])
    rows = sorted(nodes, key=lambda node: node.name)
    rows.sort(key=key, reverse=descending)
    rows.sort(key=lambda node: not node.isdir)
    return rows


def folder_at(call: Call, path: str, missing: int) -> Node:
    """Return the folder at a path; raises ``missing`` when there is none, -7 outside the sandbox."""
    inside = call.world.settings.sandbox
    wanted = clean_path(path)
    if inside and wanted != inside and not wanted.startswith(inside + "/"):
        raise ApiError(-7)
    node = call.drive.find(wanted)
    if not node or not node.isdir:
        raise ApiError(missing)
    return node


def below(node: Node, *, recursive: bool) -> Iterable[Node]:
    """Return the nodes in a folder, or everything below it."""
    return node.walk() if recursive else node.children.values()


@operation("list", FILE, "list", kind="list")
async def list_folder(call: Call) -> Payload:
    """List one folder, a page at a time; ``limit`` counts only together with ``start``."""
    settings = call.world.settings
    start, limit = call.integer("start"), call.integer("limit", PAGE)
    if "start" not in call.query:
        limit = settings.rows_without_start or settings.list_cap
    if start < 0 or limit < 0:
        raise ApiError(2)
    folder = folder_at(call, call.query.get("dir") or "/", -9)
    only_folders, web = call.flag("folder"), call.flag("web")
    nodes = [node for node in folder.children.values() if node.isdir or not only_folders]
    nodes = ordered(nodes, call.query.get("order", "name"), descending=call.flag("desc"))
    page = nodes[start : start + min(limit, settings.list_cap)]
    if only_folders:
        rows: list[dict[str, Any]] = [{"path": node.path} for node in page]
    else:
        empty = web or call.flag("showempty")
        rows = [list_row(call, node, thumbs=web, dir_empty=empty) for node in page]
    return {"guid_info": "", "guid": 0, "list": rows}


def _page_of(call: Call, nodes: list[Node]) -> Payload:
    """Cut ``start``/``limit`` (at most 1000) out of nodes, in the form with cursor and has_more."""
    start, limit = call.integer("start"), min(call.integer("limit", PAGE), PAGE)
    if start < 0 or limit <= 0:
        raise ApiError(31023)
    page = nodes[start : start + limit]
    rows = [tree_row(call, node, thumbs=call.flag("web")) for node in page]
    more = int(start + len(page) < len(nodes))
    return {"has_more": more, "cursor": start + len(page), "list": rows}


@operation("listall", MULTIMEDIA, "listall", text_id=True, says_succ=True, kind="list")
async def list_all(call: Call) -> Payload:
    """List a folder with everything below it; a missing path is 31066 here."""
    if not call.world.within_rate(f"listall {call.user.name}", call.world.settings.listall_per_minute):
        raise ApiError(31034)
    if not call.query.get("path"):
        raise ApiError(31023)
    since, changed = call.integer("ctime", -1), call.integer("mtime", -1)
    folder = folder_at(call, call.query["path"], 31066)
    nodes = [
        node for node in below(folder, recursive=call.flag("recursion")) if node.ctime > since and node.mtime > changed
    ]
    return _page_of(call, ordered(nodes, call.query.get("order", ""), descending=call.flag("desc")))


async def _type_list(call: Call, category: int) -> Payload:
    folder = folder_at(call, call.query.get("parent_path") or "/", -9)
    found = below(folder, recursive=call.flag("recursion"))
    nodes = [node for node in found if not node.isdir and node.category == category]
    page, number = call.integer("page"), min(call.integer("num", PAGE), PAGE)
    if page:
        nodes = ordered(nodes, "time", descending=True)[(page - 1) * number : page * number]
    else:
        descending = call.query.get("desc", "1") == "1"
        nodes = ordered(nodes, call.query.get("order", "time"), descending=descending)
    return {"info": [type_row(call, node, thumbs=call.flag("web")) for node in nodes]}


def _register_type_list(name: str, category: int) -> None:
    @operation(name, FILE, name, kind="list")
    async def run(call: Call) -> Payload:
        return await _type_list(call, category)


for _name, _category in (("doclist", 4), ("imagelist", 3), ("videolist", 1), ("btlist", 7)):
    _register_type_list(_name, _category)


def _numbers(text: str) -> set[int]:
    try:
        return {int(each) for each in text.split(",") if each.strip()}
    except ValueError:
        raise ApiError(2) from None


@operation("categoryinfo", "/api/categoryinfo", kind="list")
async def category_info(call: Call) -> Payload:
    """Count files and bytes per category; without ``parent_path`` of the whole drive."""
    parent = call.query.get("parent_path", "")
    folder = folder_at(call, parent or "/", -9)
    wanted = _numbers(call.query.get("category", "")) or set(range(1, 8))
    sums = {number: [0, 0] for number in sorted(wanted)}
    for node in below(folder, recursive=not parent or call.flag("recursion")):
        if not node.isdir and node.category in sums:
            sums[node.category][0] += 1
            sums[node.category][1] += node.size
    return {"info": {str(number): {"total": n, "size": size, "count": n} for number, (n, size) in sums.items()}}


@operation("categorylist", MULTIMEDIA, "categorylist", text_id=True, says_succ=True, kind="list")
async def category_list(call: Call) -> Payload:
    """List the files of some categories, optionally only with some extensions."""
    wanted = _numbers(call.query.get("category", ""))
    if not wanted:
        raise ApiError(31023)
    endings = {each.strip().lower() for each in call.query.get("ext", "").split(",") if each.strip()}
    folder = folder_at(call, call.query.get("parent_path") or "/", 31066)
    nodes = [
        node
        for node in below(folder, recursive=call.flag("recursion"))
        if (call.flag("show_dir") if node.isdir else node.category in wanted)
        and (node.isdir or not endings or extension_of(node.name) in endings)
    ]
    return _page_of(call, ordered(nodes, call.query.get("order", ""), descending=call.flag("desc")))


@operation("recentlist", MULTIMEDIA, "recentlist", text_id=True, says_succ=True, kind="list")
async def recent_list(call: Call) -> Payload:
    """List the files changed last, newest first unless ``sortby`` and ``order`` say otherwise."""
    if call.query.get("resolution") == "on" and call.integer("limit", 100) > 100:
        raise ApiError(31023)
    wanted = _numbers(call.query.get("category", "")) or set(range(1, 8))
    first, last = call.integer("stime"), call.integer("etime", 1 << 40)
    nodes = [
        node
        for node in call.drive.by_id.values()
        if not node.isdir and node.category in wanted and first <= node.mtime <= last
    ]
    nodes = ordered(nodes, call.query.get("sortby", "time"), descending=call.query.get("order") != "asc")
    return _page_of(call, nodes)
