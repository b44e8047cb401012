"""The old PCS calls: recycle bin, offline download, changes (§2.3, §2.12, §2.13)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests

from netdisk.baidu import BaiduClient, BaiduError, Reaction
from netdisk.baidu.legacy import OfflineState

from .conftest import TOKEN
from .scripted import Answer, Seen, Upstream

MAGNET = "magnet:?xt=urn:btih:abc"


@pytest.fixture
def client(upstream: Upstream, session: requests.Session) -> BaiduClient:
    """Only the PCS host answers."""
    return BaiduClient(session, pan_url="http://127.0.0.1:1", pcs_url=upstream.url, access_token=lambda: TOKEN)


def sent(upstream: Upstream, http: str, path: str, **query: str) -> Seen:
    (seen,) = upstream.seen
    assert (seen.method, seen.path) == (http, f"/rest/2.0/pcs/{path}")
    assert seen.query == {"access_token": TOKEN, **query}
    return seen


def test_recycle_list(client: BaiduClient, upstream: Upstream) -> None:
    row = {"fs_id": 5, "path": "/a.bin", "ctime": 1, "mtime": 2, "md5": "x", "size": 7, "isdir": 0}
    upstream.say({"list": [row], "request_id": 1})
    (entry,) = client.recycle_list(start=10, limit=20)
    assert (entry.fs_id, entry.path, entry.name, entry.size, entry.is_dir) == (5, "/a.bin", "a.bin", 7, False)
    sent(upstream, "GET", "file", method="listrecycle", start="10", limit="20")


def test_recycle_restore(client: BaiduClient, upstream: Upstream) -> None:
    upstream.say({"extra": {"list": [{"fs_id": "5"}, {"fs_id": "6"}]}, "request_id": 1})
    restored = client.recycle_restore([5, 6])
    assert (restored.fs_ids, restored.complete) == ([5, 6], True)
    form = sent(upstream, "POST", "file", method="restore").form
    assert json.loads(form["param"]) == {"list": [{"fs_id": 5}, {"fs_id": 6}]}


def test_a_part_of_them_restored(client: BaiduClient, upstream: Upstream) -> None:
    upstream.say({"error_code": 31061, "error_msg": "exists", "extra": {"list": [{"fs_id": "5"}]}}, status=400)
    restored = client.recycle_restore([5, 6])
    assert (restored.fs_ids, restored.complete) == ([5], False)


@pytest.mark.parametrize(
    ("extra", "count"), [({"list": [{"fs_id": "5"}], "succNum": 3}, 3), ({"list": [{"fs_id": 5}]}, 1), (None, 0)]
)
def test_recycle_clear(client: BaiduClient, upstream: Upstream, extra: Any, count: int) -> None:
    upstream.say({"extra": extra, "request_id": 1})
    assert client.recycle_clear() == count
    seen = sent(upstream, "POST", "file", method="delete", type="recycle")
    assert seen.headers["Content-Length"] == "0"


def test_offline_add(client: BaiduClient, upstream: Upstream) -> None:
    upstream.say({"task_id": "432432432", "request_id": 1})
    assert client.offline_add(MAGNET, "/in") == 432432432
    seen = sent(upstream, "POST", "services/cloud_dl", method="add_task")
    assert seen.form == {"source_url": MAGNET, "save_path": "/in", "timeout": "3600"}


def test_offline_query(client: BaiduClient, upstream: Upstream) -> None:
    running = {
        "result": 0,
        "status": "1",
        "file_size": "100",
        "finished_size": "40",
        "create_time": "5",
        "source_url": MAGNET,
        "save_path": "/in",
    }
    upstream.say({"task_info": {"26": running, "27": {"result": 1}}})
    tasks = client.offline_query([26, 27])
    assert (tasks[26].state, tasks[26].size, tasks[26].finished_size) == (OfflineState.RUNNING, 100, 40)
    assert (tasks[26].is_unknown, tasks[27].is_unknown, tasks[27].state) == (False, True, None)
    assert MAGNET not in repr(tasks)
    assert sent(upstream, "POST", "services/cloud_dl", method="query_task").form == {
        "task_ids": "26,27",
        "op_type": "1",
    }


@pytest.mark.parametrize("state", list(OfflineState))
def test_offline_states(client: BaiduClient, upstream: Upstream, state: OfflineState) -> None:
    upstream.say({"task_info": {"1": {"result": 0, "status": str(state.value)}}})
    assert client.offline_query([1])[1].state is state


def test_offline_list(client: BaiduClient, upstream: Upstream) -> None:
    upstream.say({"task_info": [{"task_id": "26"}], "total": "1"})
    page = client.offline_list(start=5)
    assert ([task.task_id for task in page.tasks], page.total) == ([26], 1)
    form = sent(upstream, "POST", "services/cloud_dl", method="list_task").form
    assert (form["start"], form["limit"], form["asc"], form["need_task_info"]) == ("5", "10", "0", "1")


def test_offline_cancel(client: BaiduClient, upstream: Upstream) -> None:
    upstream.say({"request_id": 1})
    client.offline_cancel(26)
    assert sent(upstream, "POST", "services/cloud_dl", method="cancel_task").form == {"task_id": "26"}


def test_changes(client: BaiduClient, upstream: Upstream) -> None:
    entries = {
        "/a.bin": {"fs_id": 5, "size": 7, "isdir": 0, "isdelete": 0},
        "/b": {"fs_id": 6, "path": "/b", "isdir": 1, "isdelete": 1},
        "/c": {"fs_id": 7, "isdir": 0, "isdelete": -1},
    }
    upstream.say({"entries": entries, "has_more": True, "reset": False, "cursor": "next", "request_id": 1})
    changes = client.changes()
    assert [(change.path, change.fs_id, change.deleted) for change in changes.entries] == [
        ("/a.bin", 5, False),
        ("/b", 6, True),
        ("/c", 7, True),
    ]
    assert (changes.has_more, changes.reset, changes.cursor) == (True, False, "next")
    sent(upstream, "GET", "file", method="diff", cursor="null")


@pytest.mark.parametrize("entries", [[], {}, None])
def test_no_changes(client: BaiduClient, upstream: Upstream, entries: Any) -> None:
    upstream.say({"entries": entries, "has_more": 0, "reset": 0, "cursor": "same"})
    assert client.changes("same").entries == []


@pytest.mark.parametrize("answer", [{}, {"entries": {"/a": 5}, "cursor": "x"}, {"entries": 5, "cursor": "x"}])
def test_changes_that_make_no_sense(client: BaiduClient, upstream: Upstream, answer: Any) -> None:
    upstream.say(answer)
    with pytest.raises(BaiduError) as caught:
        client.changes()
    assert caught.value.code == "malformed"


CALLS: dict[str, Callable[[BaiduClient], Any]] = {
    "recycle_list": lambda client: client.recycle_list(),
    "recycle_restore": lambda client: client.recycle_restore([1]),
    "recycle_clear": lambda client: client.recycle_clear(),
    "offline_add": lambda client: client.offline_add(MAGNET, "/in"),
    "offline_query": lambda client: client.offline_query([1]),
    "offline_list": lambda client: client.offline_list(),
    "offline_cancel": lambda client: client.offline_cancel(1),
    "changes": lambda client: client.changes(),
}
REFUSALS = {
    "3": ({"error_code": 3, "error_msg": "Unsupported open api"}, 400),
    "4": ({"error_code": 4, "error_msg": "No permission to do this operation"}, 403),
    "20013": ({"errno": 20013}, 200),
    "31024": ({"error_code": 31024, "error_msg": "app id is empty"}, 400),
    "31064": ({"error_code": 31064, "error_msg": "file is not authorized"}, 403),
    "42999": ({"errno": 42999}, 200),
    "unknown 403": ({"error_code": 987654}, 403),
    "bare 403": (Answer(b"<html>", 403), 403),
    "bare 404": (Answer(b"", 404), 404),
}


@pytest.mark.parametrize("refusal", REFUSALS)
@pytest.mark.parametrize("call", CALLS)
def test_an_app_that_may_not_is_told_so_once(
    upstream: Upstream, session: requests.Session, call: str, refusal: str
) -> None:
    answer, status = REFUSALS[refusal]
    tokens = iter(["first", "second"])
    client = BaiduClient(session, pan_url=upstream.url, pcs_url=upstream.url, access_token=lambda: next(tokens))
    upstream.say(answer, status=status)
    with pytest.raises(BaiduError) as caught:
        CALLS[call](client)
    error = caught.value
    assert (error.platform_code, error.reaction) == ("netdisk.not_supported", Reaction.NOT_SUPPORTED)
    assert error.permanent
    assert len(upstream.seen) == 1


def test_a_dead_token_is_still_renewed(upstream: Upstream, session: requests.Session) -> None:
    tokens = iter(["first", "second"])
    client = BaiduClient(session, pan_url=upstream.url, pcs_url=upstream.url, access_token=lambda: next(tokens))
    upstream.say({"error_code": 110, "error_msg": "Access token invalid"}, status=401)
    upstream.say({"list": []})
    assert client.recycle_list() == []
