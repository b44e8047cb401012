"""Share links of the apaas service (§7.1)."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from netdisk.baidu import BaiduClient, BaiduError, Reaction
from netdisk.baidu.types import TaskState

from .conftest import TOKEN
from .scripted import Seen, Upstream

LINK = {
    "share_id": 13821652666,
    "short_url": "BWiah",
    "link": "https://pan.baidu.com/netdisk/share?surl=BWiah",
    "period": 7,
    "pwd": "12zx",
    "remark": "test",
}


@pytest.fixture
def client(upstream: Upstream, session: requests.Session) -> BaiduClient:
    return BaiduClient(
        session, pan_url=upstream.url, pcs_url=upstream.url, access_token=lambda: TOKEN, app_id="24029330"
    )


def say(upstream: Upstream, data: Any, **envelope: Any) -> None:
    upstream.say({"errno": 0, "request_id": "8947927278924605057", "show_msg": "请求成功", "data": data, **envelope})


def sent(upstream: Upstream, method: str, http: str = "POST", **query: str) -> Seen:
    (seen,) = upstream.seen
    assert (seen.method, seen.path) == (http, f"/apaas/1.0/share/{method}")
    assert seen.query == {"product": "netdisk", "appid": "24029330", "access_token": TOKEN, **query}
    return seen


def test_share(client: BaiduClient, upstream: Upstream) -> None:
    say(upstream, LINK)
    link = client.share([111, 222], "12zx", days=7, remark="test")
    assert (link.share_id, link.short_url, link.link, link.period, link.password, link.remark) == tuple(LINK.values())
    form = sent(upstream, "set").form
    assert json.loads(form.pop("fsid_list")) == ["111", "222"]
    assert form["period"] == "7"
    assert (form["pwd"], form["remark"]) == ("12zx", "test")


def test_links_and_passwords_are_not_shown_by_accident(client: BaiduClient, upstream: Upstream) -> None:
    say(upstream, LINK)
    shown = repr(client.share([111], "12zx"))
    assert "12zx" not in shown
    assert "surl" not in shown


@pytest.mark.parametrize("password", ["", "123", "12345", "12ZX", "12中x", "12 x", "１２３４", "12zx\n"])
def test_a_password_that_is_none_is_refused_beforehand(client: BaiduClient, upstream: Upstream, password: str) -> None:
    with pytest.raises(BaiduError) as caught:
        client.share([111], password)
    assert (caught.value.platform_code, caught.value.reaction) == ("netdisk.share_password", Reaction.FIX_REQUEST)
    assert upstream.seen == []


def test_without_the_number_of_the_app_there_is_no_sharing(upstream: Upstream, session: requests.Session) -> None:
    client = BaiduClient(session, pan_url=upstream.url, pcs_url=upstream.url, access_token=lambda: TOKEN)
    with pytest.raises(BaiduError) as caught:
        client.share([111], "12zx")
    assert caught.value.platform_code == "netdisk.not_supported"
    assert upstream.seen == []


def test_verify(client: BaiduClient, upstream: Upstream) -> None:
    say(upstream, {"spwd": "s3cr+t/="})
    assert client.share_verify("BWiah", "12zx") == "s3cr+t/="
    assert sent(upstream, "verify", short_url="BWiah").form == {"pwd": "12zx"}


def test_info(client: BaiduClient, upstream: Upstream) -> None:
    info = {
        "short_url": "BWiah",
        "share_id": "13821652666",
        "share_uk": 208281036,
        "remark": "",
        "period": 7,
        "ctime": 5,
        "mtime": 6,
        "status": 0,
        "file_cnt": 2,
        "pwd": "12zx",
    }
    say(upstream, {"link_info": info, "share_user_info": {"user_name": "b***r", "user_avatar": ""}})
    told = client.share_info("BWiah", "spwd")
    assert (told.share_id, told.owner_uk, told.owner_name, told.file_count) == (13821652666, 208281036, "b***r", 2)
    assert sent(upstream, "info", short_url="BWiah").form == {"spwd": "spwd"}


ROW = {"fsid": "5", "path": "/d/a.bin", "server_filename": "a.bin", "isdir": 0, "size": 7, "category": 6, "md5": "x"}


@pytest.mark.parametrize(
    ("data", "names", "count"),
    [
        ({"count": 1, "list": [ROW]}, [(5, "/d/a.bin", "a.bin", False)], 1),
        ({"items": [{"fs_id": 5, "name": "d", "is_dir": 1}], "has_more": 0}, [(5, "d", "d", True)], None),
        ({"count": 0, "list": {}}, [], 0),
    ],
)
def test_list(client: BaiduClient, upstream: Upstream, data: Any, names: Any, count: int | None) -> None:
    say(upstream, data)
    page = client.share_list("BWiah", "spwd", "/d", page=2, page_size=50)
    assert [(entry.fs_id, entry.path, entry.name, entry.is_dir) for entry in page.entries] == names
    assert page.count == count
    form = sent(upstream, "list", short_url="BWiah").form
    assert form == {"spwd": "spwd", "dir": "/d", "page": "2", "page_size": "50"}


def test_transfer(client: BaiduClient, upstream: Upstream) -> None:
    say(upstream, {"task_id": "99", "tkbind_errno": 0})
    assert client.share_transfer("BWiah", "spwd", [5], "/in", ondup="newcopy").task_id == 99
    form = sent(upstream, "transfer", short_url="BWiah").form
    assert json.loads(form.pop("fsid_list")) == ["5"]
    assert (form["spwd"], form["to_path"], form["async"], form["ondup"]) == ("spwd", "/in", "2", "newcopy")


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("fail", TaskState.FAILED),
        ("failed", TaskState.FAILED),
        ("running", TaskState.RUNNING),
        ("success", TaskState.SUCCESS),
        ("pending", TaskState.PENDING),
    ],
)
def test_task(client: BaiduClient, upstream: Upstream, word: str, state: TaskState) -> None:
    details = {"succNum": 1, "num_limit": 500, "list": [{"from": "/a", "to": "/in/a", "to_fs_id": 7}]}
    say(upstream, {"task_id": 99, "progress": 40, "status": word, "desc": details})
    task = client.share_task(99)
    assert (task.status, task.progress, task.succeeded) == (state, 40, 1)
    assert [(item.source, item.target) for item in task.items] == [("/a", "/in/a")]
    sent(upstream, "taskquery", "GET", task_id="99")


@pytest.mark.parametrize(
    ("errno", "reaction", "name"),
    [
        (13003, Reaction.FIX_REQUEST, "share_passcode"),
        (13071, Reaction.WAIT, "busy"),
        (13077, Reaction.GIVE_UP, "quota_used_up"),
        (13998, Reaction.GIVE_UP, "scope_missing"),
        (20013, Reaction.NOT_SUPPORTED, "not_supported"),
    ],
)
def test_refusals(client: BaiduClient, upstream: Upstream, errno: int, reaction: Reaction, name: str) -> None:
    upstream.say({"errno": errno, "request_id": "1", "show_msg": "无权限"})
    with pytest.raises(BaiduError) as caught:
        client.share([111], "12zx")
    assert (caught.value.reaction, caught.value.platform_code) == (reaction, f"netdisk.{name}")
    assert caught.value.message == "无权限"


@pytest.mark.parametrize("data", [None, [], "x"])
def test_an_answer_without_data_is_malformed(client: BaiduClient, upstream: Upstream, data: Any) -> None:
    say(upstream, data)
    with pytest.raises(BaiduError) as caught:
        client.share([111], "12zx")
    assert caught.value.code == "malformed"
