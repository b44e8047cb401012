"""mkdir and the file manager: conflicts, partial failures, tasks."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from tests.emulators.standin import Standin, wait_for


def mkdir(baidu: Standin, path: str, **form: Any) -> dict[str, Any]:
    return baidu.post_file("create", {"path": path, "isdir": "1"} | form)


def manage(baidu: Standin, opera: str, rows: list[Any], **form: Any) -> dict[str, Any]:
    return baidu.post_file("filemanager", {"filelist": json.dumps(rows), "async": "0"} | form, opera=opera)


def children(baidu: Standin, path: str) -> set[str]:
    return {row["server_filename"] for row in baidu.file("list", dir=path)["list"]}


def test_mkdir_answers_as_documented_and_makes_parents(baidu: Standin) -> None:
    answer = mkdir(baidu, "/新建/子 文件夹")
    assert answer["errno"] == 0
    assert (answer["path"], answer["isdir"], answer["category"]) == ("/新建/子 文件夹", 1, 6)
    assert children(baidu, "/新建") == {"子 文件夹"}
    assert baidu.file("list", dir="/新建")["list"][0]["fs_id"] == answer["fs_id"]


def test_mkdir_conflicts(baidu: Standin) -> None:
    assert mkdir(baidu, "/照片")["errno"] == -8
    renamed = mkdir(baidu, "/照片", rtype=1)
    assert renamed["errno"] == 0
    assert renamed["path"].startswith("/照片_")
    assert mkdir(baidu, "/README.txt/x")["errno"] == -9


@pytest.mark.parametrize("name", ["a?b", 'a"b', "a<b", "a:b", ".a", "a ", "a|b", "a*", "\\", "x" * 1001, "😀"])
def test_mkdir_refuses_bad_names(baidu: Standin, name: str) -> None:
    assert mkdir(baidu, f"/{name}")["errno"] == -7


def test_mkdir_needs_a_post_with_a_form(baidu: Standin) -> None:
    assert baidu.file("create", path="/x", isdir=1)["errno"] == 2
    query = {"method": "create", "access_token": baidu.access_token, "path": "/x", "isdir": "1"}
    assert requests.post(f"{baidu.url}/rest/2.0/xpan/file", params=query, timeout=30).json()["errno"] == 2


def test_copy_move_rename_delete(baidu: Standin) -> None:
    mkdir(baidu, "/甲")
    copied = manage(baidu, "copy", [{"path": "/README.txt", "dest": "/甲", "newname": "一.txt"}])
    assert copied["errno"] == 0
    assert copied["info"] == [{"errno": 0, "path": "/README.txt"}]
    assert copied["taskid"] == 0
    assert manage(baidu, "rename", [{"path": "/甲/一.txt", "newname": "二.txt"}])["errno"] == 0
    mkdir(baidu, "/乙")
    assert manage(baidu, "move", [{"path": "/甲/二.txt", "dest": "/乙"}])["errno"] == 0
    assert (children(baidu, "/甲"), children(baidu, "/乙")) == (set(), {"二.txt"})
    assert baidu.source("/乙/二.txt")["sha256"] == baidu.source("/README.txt")["sha256"]
    assert manage(baidu, "delete", ["/乙"])["errno"] == 0
    assert baidu.file("list", dir="/乙")["errno"] == -9


def test_a_partly_failed_call_is_12_with_item_errors(baidu: Standin) -> None:
    mkdir(baidu, "/目标")
    rows = [{"path": "/README.txt", "dest": "/目标"}, {"path": "/没有", "dest": "/目标"}]
    answer = manage(baidu, "copy", rows)
    assert answer["errno"] == 12
    assert [row["errno"] for row in answer["info"]] == [0, -9]
    assert manage(baidu, "copy", rows[:1])["info"][0]["errno"] == -8


@pytest.mark.parametrize(("ondup", "count"), [("newcopy", 2), ("overwrite", 1), ("skip", 1)])
def test_ondup_settles_conflicts(baidu: Standin, ondup: str, count: int) -> None:
    mkdir(baidu, "/目标")
    row = {"path": "/README.txt", "dest": "/目标"}
    manage(baidu, "copy", [row])
    assert manage(baidu, "copy", [row | {"ondup": ondup}])["errno"] == 0
    assert len(children(baidu, "/目标")) == count


def test_a_folder_does_not_go_into_itself(baidu: Standin) -> None:
    mkdir(baidu, "/外/内/外")
    assert manage(baidu, "move", [{"path": "/外", "dest": "/外/内"}])["info"][0]["errno"] == -7
    swallow = {"path": "/外/内/外", "dest": "/", "ondup": "overwrite"}
    assert manage(baidu, "move", [swallow])["info"][0]["errno"] == -7
    assert children(baidu, "/外") == {"内"}


def test_too_many_items_and_nonsense(baidu: Standin) -> None:
    assert manage(baidu, "delete", [f"/{n}" for n in range(1000)])["errno"] == -33
    assert manage(baidu, "explode", ["/a"])["errno"] == 2
    assert manage(baidu, "move", ["/a"])["errno"] == 2
    assert baidu.post_file("filemanager", {"filelist": "x"}, opera="delete")["errno"] == 2


def test_an_asynchronous_task_runs_alone_and_can_be_followed(baidu: Standin) -> None:
    baidu.settings(task_s=0.6)
    taskid = manage(baidu, "rename", [{"path": "/README.txt", "newname": "读我.txt"}], **{"async": "2"})["taskid"]
    assert taskid
    assert manage(baidu, "delete", ["/欢迎使用.pdf"], **{"async": "2"})["errno"] == 111
    state = baidu.get("/share/taskquery", taskid=taskid).json()
    assert state["status"] in ("pending", "running")
    done = wait_for(lambda: _finished(baidu, taskid))
    assert (done["status"], done["progress"], done["task_errno"], done["total"]) == ("success", 100, 0, 1)
    assert done["list"][0]["to"] == "/读我.txt"
    assert "读我.txt" in children(baidu, "/")


def _finished(baidu: Standin, taskid: int) -> dict[str, Any] | None:
    state: dict[str, Any] = baidu.get("/share/taskquery", taskid=taskid).json()
    return state if state["status"] in ("success", "failed") else None


def test_rename_bursts_can_be_limited(baidu: Standin) -> None:
    baidu.settings(rename_per_minute=2)
    codes = [manage(baidu, "rename", [{"path": "/没有", "newname": "x"}])["errno"] for _ in range(3)]
    assert codes == [12, 12, 31034]


def test_parameters_count_where_they_belong_unless_they_may_stand_anywhere(baidu: Standin) -> None:
    url, form = f"{baidu.url}/rest/2.0/xpan/file?method=create", {"path": "/überall", "isdir": "1"}
    with_token = form | {"access_token": baidu.access_token}
    assert requests.post(url, data=with_token, timeout=30).json()["errno"] == -6
    baidu.settings(merged_parameters=True)
    assert requests.post(url, data=with_token, timeout=30).json()["errno"] == 0
