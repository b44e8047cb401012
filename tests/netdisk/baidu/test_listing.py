"""Listings, details and searches: one test per operation, and the walks over many pages (§2.1-2.6)."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from netdisk.baidu import BaiduClient, BaiduError

from .scripted import Seen, Upstream


def row(number: int, **extra: Any) -> dict[str, Any]:
    return {
        "fs_id": number,
        "path": f"/d/{number}",
        "server_filename": str(number),
        "size": number,
        "isdir": 0,
        **extra,
    }


def test_quota(client: BaiduClient, upstream: Upstream) -> None:
    upstream.say(
        {
            "errno": 0,
            "total": 2205465706496,
            "used": 686653888910,
            "free": 2205465706496,
            "expire": False,
            "request_id": 4890482559098510375,
        }
    )
    quota = client.quota(check_free=True)
    assert (quota.total, quota.used, quota.free, quota.expire) == (
        2205465706496,
        686653888910,
        2205465706496,
        False,
    )
    assert upstream.seen[0].path == "/api/quota"
    assert upstream.seen[0].query.items() >= {"checkfree": "1", "checkexpire": "0"}.items()


def test_user_info(client: BaiduClient, upstream: Upstream) -> None:
    upstream.say(
        {
            "errno": 0,
            "errmsg": "succ",
            "request_id": "674030589892501935",
            "baidu_name": "b***r",
            "netdisk_name": "n***r",
            "avatar_url": "https://dss0.bdstatic.com/x",
            "vip_type": 2,
            "uk": 208281036,
        }
    )
    user = client.user_info()
    assert (user.uk, user.vip_type, user.baidu_name, user.netdisk_name) == (208281036, 2, "b***r", "n***r")
    assert (upstream.seen[0].path, upstream.seen[0].query["method"]) == ("/rest/2.0/xpan/nas", "uinfo")


def test_list_dir(client: BaiduClient, upstream: Upstream) -> None:
    upstream.say({"errno": 0, "guid": 0, "request_id": 8875981, "list": [row(1), row(2, isdir=1, category=6)]})
    entries = client.list_dir("/d", order="time", desc=True, web=True)
    assert [(entry.fs_id, entry.is_dir) for entry in entries] == [(1, False), (2, True)]
    assert upstream.seen[0].path == "/rest/2.0/xpan/file"
    expected = {
        "method": "list",
        "dir": "/d",
        "order": "time",
        "desc": "1",
        "start": "0",
        "limit": "1000",
        "web": "1",
    }
    assert upstream.seen[0].query.items() >= expected.items()


def test_list_dir_of_folders_names_paths_only(client: BaiduClient, upstream: Upstream) -> None:
    upstream.say({"errno": 0, "list": [{"path": "/d/one"}, {"path": "/d/two"}]})
    entries = client.list_dir("/d", folder_only=True)
    assert [(entry.name, entry.is_dir) for entry in entries] == [("one", True), ("two", True)]
    assert upstream.seen[0].query["folder"] == "1"


@pytest.mark.parametrize(("call", "code"), [("list_dir", -9), ("list_all", 31066)])
def test_a_missing_folder_is_not_found(client: BaiduClient, upstream: Upstream, call: str, code: int) -> None:
    upstream.say({"errno": code, "request_id": 1})
    with pytest.raises(BaiduError) as caught:
        getattr(client, call)("/gone")
    assert (caught.value.code, caught.value.platform_code) == (code, "netdisk.not_found")


def serve_dir(count: int) -> Any:
    """A folder of `count` files that falls into the trap: without `start` the server ignores `limit`."""
    everything = [row(number) for number in range(1, count + 1)]

    def respond(seen: Seen) -> dict[str, Any]:
        if "start" not in seen.query:
            return {"errno": 0, "list": everything}
        start, limit = int(seen.query["start"]), int(seen.query["limit"])
        return {"errno": 0, "list": everything[start : start + limit]}

    return respond


@pytest.mark.parametrize(
    ("count", "limit", "requests"),
    [(0, 1000, 1), (999, 1000, 1), (1000, 1000, 2), (2500, 1000, 3), (2500, 700, 4), (3, 1, 4)],
)
def test_iter_dir_reads_every_page(
    client: BaiduClient, upstream: Upstream, count: int, limit: int, requests: int
) -> None:
    upstream.respond = serve_dir(count)
    assert [entry.fs_id for entry in client.iter_dir("/d", limit=limit)] == list(range(1, count + 1))
    assert [seen.query["start"] for seen in upstream.seen] == [str(n * limit) for n in range(requests)]


def test_iter_dir_is_lazy(client: BaiduClient, upstream: Upstream) -> None:
    upstream.respond = serve_dir(5000)
    assert len(list(itertools.islice(client.iter_dir("/d"), 1000))) == 1000
    assert len(upstream.seen) == 1


def test_a_server_that_repeats_its_page_is_not_followed_forever(client: BaiduClient, upstream: Upstream) -> None:
    upstream.respond = lambda seen: {"errno": 0, "list": [row(1), row(2)]}
    with pytest.raises(BaiduError, match="the same page again"):
        list(client.iter_dir("/d", limit=2))
    assert len(upstream.seen) == 2


def test_list_all(client: BaiduClient, upstream: Upstream) -> None:
    upstream.say(
        {
            "errno": 0,
            "errmsg": "succ",
            "has_more": 1,
            "cursor": 2,
            "request_id": "x",
            "list": [row(1), row(2)],
        }
    )
    page = client.list_all("/d", limit=2, modified_after=1700000000, order="size")
    assert ([entry.fs_id for entry in page.entries], page.has_more, page.cursor) == ([1, 2], True, 2)
    assert upstream.seen[0].path == "/rest/2.0/xpan/multimedia"
    expected = {
        "method": "listall",
        "path": "/d",
        "recursion": "1",
        "start": "0",
        "limit": "2",
        "mtime": "1700000000",
        "order": "size",
    }
    assert upstream.seen[0].query.items() >= expected.items()
    assert "ctime" not in upstream.seen[0].query


def test_iter_all_follows_the_cursor(client: BaiduClient, upstream: Upstream) -> None:
    upstream.say(
        {"errno": 0, "has_more": 1, "cursor": 40, "list": [row(1), row(2)]},
        {"errno": 0, "has_more": "1", "list": [row(3)]},
        {"errno": 0, "has_more": 0, "cursor": 0, "list": [row(4)]},
    )
    assert [entry.fs_id for entry in client.iter_all("/d")] == [1, 2, 3, 4]
    assert [seen.query["start"] for seen in upstream.seen] == ["0", "40", "41"]


def test_a_cursor_that_stands_still_is_an_error(client: BaiduClient, upstream: Upstream) -> None:
    upstream.respond = lambda seen: {"errno": 0, "has_more": 1, "cursor": 1, "list": [row(1)]}
    with pytest.raises(BaiduError, match="cursor does not advance"):
        list(client.iter_all("/d"))
    assert len(upstream.seen) == 2


@pytest.mark.parametrize("key", ["info", "list"])
@pytest.mark.parametrize("kind", ["doc", "image", "video", "bt"])
def test_list_by_type(client: BaiduClient, upstream: Upstream, kind: Any, key: str) -> None:
    upstream.say({"errno": 0, "request_id": 1, key: [row(1, docpreview="", thumbs={"url4": ""})]})
    page = client.list_by_type(kind, "/d", page=2, num=10)
    assert ([entry.fs_id for entry in page.entries], page.has_more) == ([1], False)
    expected = {"method": f"{kind}list", "parent_path": "/d", "recursion": "1", "page": "2", "num": "10"}
    assert upstream.seen[0].query.items() >= expected.items()


@pytest.mark.parametrize(
    ("said", "has_more"),
    [({}, True), ({"has_more": 0}, False), ({"has_more": 1}, True), ({"has_more": ""}, True)],
)
def test_a_full_page_that_does_not_say_promises_another(
    client: BaiduClient, upstream: Upstream, said: Any, has_more: bool
) -> None:
    upstream.say({"errno": 0, "info": [row(1), row(2)], **said})
    assert client.list_by_type("doc", num=2).has_more is has_more


def test_category_info(client: BaiduClient, upstream: Upstream) -> None:
    upstream.say(
        {
            "errno": 0,
            "info": {"3": {"total": 6, "size": 123, "count": 6}, "1": {"total": "1", "size": 9, "count": 1}},
        }
    )
    usage = client.category_info()
    assert {category: (one.count, one.size) for category, one in usage.items()} == {3: (6, 123), 1: (1, 9)}
    assert upstream.seen[0].path == "/api/categoryinfo"
    assert "category" not in upstream.seen[0].query


def test_category_info_in_its_flat_form(client: BaiduClient, upstream: Upstream) -> None:
    upstream.say({"errno": 0, "info": {"count": 2, "size": 5, "total": 2}}, {"errno": 0, "info": []})
    assert client.category_info(3)[3].size == 5
    assert client.category_info(3) == {}


@pytest.mark.parametrize("info", [{"pictures": {}}, {"3": 5}, ["x"], "x", {"³": {}}])
def test_category_info_of_another_shape_is_named(client: BaiduClient, upstream: Upstream, info: Any) -> None:
    upstream.say({"errno": 0, "info": info})
    with pytest.raises(BaiduError, match="info"):
        client.category_info()


def test_category_list(client: BaiduClient, upstream: Upstream) -> None:
    upstream.say({"errno": 0, "errmsg": "succ", "cursor": 1, "has_more": 0, "list": [row(1)]})
    page = client.category_list([3, 4], extensions=["txt", "epub"], show_dir=True)
    assert [entry.fs_id for entry in page.entries] == [1]
    expected = {"method": "categorylist", "category": "3,4", "ext": "txt,epub", "show_dir": "1", "start": "0"}
    assert upstream.seen[0].query.items() >= expected.items()


def serve_metas(known: set[int]) -> Any:
    def respond(seen: Seen) -> dict[str, Any]:
        asked = json.loads(seen.query["fsids"])
        assert len(asked) <= 100
        rows = [
            {"fs_id": n, "path": f"/{n}", "filename": str(n), "dlink": f"https://d.pcs.baidu.com/{n}"} for n in asked
        ]
        return {
            "errno": 0,
            "errmsg": "succ",
            "names": {},
            "list": [one for one in reversed(rows) if one["fs_id"] in known],
        }

    return respond


def test_file_metas_keeps_the_order_and_reports_the_missing(client: BaiduClient, upstream: Upstream) -> None:
    upstream.respond = serve_metas(known=set(range(0, 1000, 2)))
    wanted = list(range(249, -1, -1))
    metas = client.file_metas(wanted, dlink=True, need_media=True)
    assert [meta.fs_id for meta in metas.found] == [n for n in wanted if n % 2 == 0]
    assert metas.missing == [n for n in wanted if n % 2]
    assert metas.found[0].dlink == "https://d.pcs.baidu.com/248"
    assert [len(json.loads(seen.query["fsids"])) for seen in upstream.seen] == [100, 100, 50]
    expected = {
        "method": "filemetas",
        "dlink": "1",
        "thumb": "0",
        "extra": "0",
        "needmedia": "1",
        "detail": "0",
    }
    assert upstream.seen[0].query.items() >= expected.items()


def test_file_metas_asks_for_repeats_once_and_for_nothing_not_at_all(client: BaiduClient, upstream: Upstream) -> None:
    upstream.respond = serve_metas(known={1, 2})
    assert [meta.fs_id for meta in client.file_metas([2, 1, 2]).found] == [2, 1]
    assert client.file_metas([]).found == []
    assert [seen.query["fsids"] for seen in upstream.seen] == ["[2,1]"]


def test_search(client: BaiduClient, upstream: Upstream) -> None:
    upstream.say(
        {
            "errno": 0,
            "has_more": 1,
            "list": [row(1)],
            "contentlist": [],
            "display_count": 1,
            "need_ai_search": 0,
        }
    )
    page = client.search("cat", "/d", category=3, page=2)
    assert ([entry.fs_id for entry in page.entries], page.has_more) == ([1], True)
    expected = {
        "method": "search",
        "key": "cat",
        "dir": "/d",
        "recursion": "1",
        "category": "3",
        "page": "2",
        "num": "500",
    }
    assert upstream.seen[0].query.items() >= expected.items()


def test_iter_search_reads_every_page_and_stops_at_an_empty_one(client: BaiduClient, upstream: Upstream) -> None:
    upstream.say(
        {"errno": 0, "has_more": 1, "list": [row(1)]},
        {"errno": 0, "has_more": 1, "list": [row(2)]},
        {"errno": 0, "has_more": 1, "list": []},
    )
    assert [entry.fs_id for entry in client.iter_search("cat")] == [1, 2]
    assert [seen.query["page"] for seen in upstream.seen] == ["1", "2", "3"]


def test_search_semantic(client: BaiduClient, upstream: Upstream) -> None:
    hit = {
        "fsid": 1,
        "filename": "a.pdf",
        "path": "/a.pdf",
        "parent_path": "/",
        "isdir": 0,
        "size": 1,
        "category": 4,
        "content": "matched text",
        "ocr": "",
        "server_ctime": 1,
        "server_mtime": 2,
    }
    upstream.say(
        {
            "error_no": 0,
            "error_msg": "",
            "is_end": True,
            "data": [{"source": 1, "list": [hit]}, {"source": 2}],
        }
    )
    hits = client.search_semantic("cats", directories=[(7, "/图")], categories=[4])
    assert [(one.fs_id, one.name, one.content) for one in hits] == [(1, "a.pdf", "matched text")]
    seen = upstream.seen[0]
    assert (seen.method, seen.path, seen.body) == ("POST", "/xpan/unisearch", b"{}")
    assert seen.headers["Content-Type"] == "application/json"
    assert json.loads(seen.query["dirs"]) == [{"uk": 7, "path": "/图"}]
    expected = {"query": "cats", "scene": "mcpserver", "category": "[4]", "num": "500", "search_type": "2"}
    assert seen.query.items() >= expected.items()


def test_search_semantic_speaks_error_no(client: BaiduClient, upstream: Upstream) -> None:
    upstream.say({"error_no": 42999, "error_msg": "offline", "data": []})
    with pytest.raises(BaiduError) as caught:
        client.search_semantic("cats")
    assert caught.value.platform_code == "netdisk.not_supported"
