"""Making, copying, moving, renaming, deleting, and the tasks behind (§2.7, §2.8)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from netdisk.baidu import BaiduClient, BaiduError, Reaction
from netdisk.baidu.files import Mode, Relocation
from netdisk.baidu.types import TaskState

from .scripted import Seen, Upstream

DONE = {"errno": 0, "info": [{"errno": 0, "path": "/a"}], "request_id": 1, "taskid": 0}


def sent(upstream: Upstream) -> tuple[Seen, Any]:
    seen = upstream.seen[-1]
    assert (seen.method, seen.path, seen.query["method"]) == ("POST", "/rest/2.0/xpan/file", "filemanager")
    assert seen.headers["Content-Type"] == "application/x-www-form-urlencoded"
    return seen, json.loads(seen.form["filelist"])


def test_mkdir(client: BaiduClient, upstream: Upstream) -> None:
    upstream.say(
        {
            "errno": 0,
            "fs_id": 5,
            "category": 6,
            "path": "/apps/x/d",
            "name": "/apps/x/d",
            "ctime": 7,
            "mtime": 8,
            "isdir": 1,
            "status": 0,
        }
    )
    folder = client.mkdir("/apps/x/d e")
    assert (folder.fs_id, folder.path, folder.name, folder.is_dir, folder.server_ctime) == (
        5,
        "/apps/x/d",
        "d",
        True,
        7,
    )
    seen = upstream.seen[0]
    assert (seen.method, seen.query["method"]) == ("POST", "create")
    assert seen.form == {"path": "/apps/x/d e", "isdir": "1", "rtype": "0"}


@pytest.mark.parametrize(("code", "name"), [(-8, "exists"), (31061, "exists"), (-7, "path_refused"), (-10, "no_space")])
def test_mkdir_refused(client: BaiduClient, upstream: Upstream, code: int, name: str) -> None:
    upstream.say({"errno": code})
    with pytest.raises(BaiduError) as caught:
        client.mkdir("/apps/x/d")
    assert caught.value.platform_code == f"netdisk.{name}"


@pytest.mark.parametrize("opera", ["copy", "move"])
def test_copy_and_move(client: BaiduClient, upstream: Upstream, opera: str) -> None:
    upstream.say(DONE)
    items = [Relocation("/x/猫.jpg", "/dir"), Relocation("/b", "/dir", "c", ondup="overwrite")]
    operation = getattr(client, opera)(items, ondup="newcopy")
    assert (operation.taskid, operation.failed) == (0, [])
    seen, filelist = sent(upstream)
    assert seen.query["opera"] == opera
    assert (seen.form["async"], seen.form["ondup"]) == ("0", "newcopy")
    assert filelist == [
        {"path": "/x/猫.jpg", "dest": "/dir", "newname": "猫.jpg"},
        {"path": "/b", "dest": "/dir", "newname": "c", "ondup": "overwrite"},
    ]


def test_rename(client: BaiduClient, upstream: Upstream) -> None:
    upstream.say(DONE)
    client.rename([("/a", "b")])
    seen, filelist = sent(upstream)
    assert (seen.query["opera"], filelist) == ("rename", [{"path": "/a", "newname": "b"}])


def test_delete_in_the_background(client: BaiduClient, upstream: Upstream) -> None:
    upstream.say({**DONE, "taskid": "987654321012345"})
    assert client.delete(["/a", "/b"], mode=Mode.ASYNC).taskid == 987654321012345
    seen, filelist = sent(upstream)
    assert (seen.query["opera"], seen.form["async"], filelist) == ("delete", "2", ["/a", "/b"])
    assert "ondup" not in seen.form


def test_partial_failure_is_read_item_by_item(client: BaiduClient, upstream: Upstream) -> None:
    upstream.say(
        {
            "errno": 12,
            "info": [{"errno": 0, "path": "/a"}, {"errno": -9, "path": "/b"}, {"errno": "-30", "path": "/c"}],
        }
    )
    operation = client.delete(["/a", "/b", "/c"])
    assert [(item.path, item.platform_code) for item in operation.failed] == [
        ("/b", "netdisk.not_found"),
        ("/c", "netdisk.exists"),
    ]


@pytest.mark.parametrize("info", [[], {}, None, [{"errno": 0, "path": "/a"}]])
def test_a_partial_failure_that_names_nobody_is_no_success(client: BaiduClient, upstream: Upstream, info: Any) -> None:
    upstream.say({"errno": 12, "info": info})
    with pytest.raises(BaiduError) as caught:
        client.delete(["/a"])
    assert caught.value.reaction is Reaction.PER_ITEM


def test_another_task_running_means_wait(client: BaiduClient, upstream: Upstream) -> None:
    upstream.say({"errno": 111})
    with pytest.raises(BaiduError) as caught:
        client.delete(["/a"])
    assert (caught.value.reaction, caught.value.endpoint) == (Reaction.WAIT, "file_manager.delete")


def test_task_query(client: BaiduClient, upstream: Upstream) -> None:
    item = {"from": "/a", "to": "/b/a", "error_code": 0, "ondup": "fail", "from_meta": {}, "to_meta": {}}
    upstream.say(
        {
            "errno": 0,
            "status": "running",
            "progress": 40,
            "task_errno": 0,
            "total": 2,
            "list": [item],
            "request_id": 1,
        }
    )
    task = client.task_query(987654321012345)
    assert (task.status, task.progress, task.total) == (TaskState.RUNNING, 40, 2)
    assert [(one.source, one.target) for one in task.items] == [("/a", "/b/a")]
    assert upstream.seen[0].path == "/share/taskquery"
    assert upstream.seen[0].query["taskid"] == "987654321012345"


@pytest.mark.parametrize("status", ["pending", "running", "success", "failed"])
def test_task_states(client: BaiduClient, upstream: Upstream, status: str) -> None:
    upstream.say({"errno": 0, "status": status, "list": {}})
    assert client.task_query(1).status == status


@pytest.mark.parametrize("status", [None, "exploded", 5])
def test_an_unknown_task_state_is_named(client: BaiduClient, upstream: Upstream, status: Any) -> None:
    upstream.say({"errno": 0, "status": status})
    with pytest.raises(BaiduError, match="status"):
        client.task_query(1)
