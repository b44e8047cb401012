"""Legacy PCS calls and cookie endpoints: refused as for an app of today; with the permission they work."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
import requests

from tests.emulators.standin import Standin, wait_for
from tests.emulators.test_manage import manage
from tests.emulators.uploading import Sending, told

Json = dict[str, Any]
CLOUD_DL = "services/cloud_dl"
URL = "https://example.com/files/%E7%94%B5%E5%BD%B1.mkv"


def pcs(baidu: Standin, where: str, method: str, verb: str = "GET", form: Json | None = None, /, **query: Any) -> Any:
    query |= {"method": method, "access_token": baidu.access_token}
    url = f"{baidu.url}/rest/2.0/pcs/{where}"
    return requests.request(verb, url, params=query, data=form, timeout=30, allow_redirects=False)


@pytest.fixture
def entitled(baidu: Standin) -> Standin:
    baidu.settings(pcs_entitled=True, offline_s=0.2)
    return baidu


# -- who may not


@pytest.mark.parametrize(
    ("path", "method", "verb", "status", "code"),
    [
        ("file", "listrecycle", "GET", 403, 31064),
        ("file", "restore", "POST", 403, 4),
        ("file", "delete", "POST", 403, 4),
        ("file", "diff", "GET", 400, 3),
        ("file", "download", "GET", 403, 31064),
        ("thumbnail", "generate", "GET", 403, 31064),
        ("quota", "info", "GET", 400, 3),
    ],
)
def test_apps_of_today_are_refused(baidu: Standin, path: str, method: str, verb: str, status: int, code: int) -> None:
    answer = pcs(baidu, path, method, verb, type="recycle", path="/README.txt")
    assert (answer.status_code, answer.json()["error_code"]) == (status, code)


@pytest.mark.parametrize(
    ("method", "verb"), [("add_task", "POST"), ("query_task", "GET"), ("list_task", "GET"), ("cancel_task", "POST")]
)
def test_offline_download_ends_at_the_front_end(baidu: Standin, method: str, verb: str) -> None:
    answer = pcs(baidu, CLOUD_DL, method, verb)
    assert answer.status_code == 403
    assert answer.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("entitlement", [False, True])
@pytest.mark.parametrize(
    "path",
    [
        "/api/recycle/list?num=100&page=1",
        "/api/recycle/delete",
        "/rest/2.0/services/cloud_dl?method=list_task&app_id=250528",
        "/share/record?page=1",
        "/share/cancel",
        "/share/surlinfoinrecord",
        "/share/set",
        "/share/pset",
        "/share/verify",
        "/api/getcaptcha?prod=shareverify",
        "/api/filemetas?dlink=1",
        "/api/mediainfo?type=VideoURL",
        "/api/batch/filediff",
    ],
)
def test_endpoints_of_the_web_site_want_cookies(baidu: Standin, path: str, entitlement: bool) -> None:
    baidu.settings(pcs_entitled=entitlement)
    joint = "&" if "?" in path else "?"
    url = f"{baidu.url}{path}{joint}access_token={baidu.access_token}"
    for verb in ("GET", "POST"):
        assert requests.request(verb, url, timeout=30).json()["errno"] == -6


# -- recycle bin


def binned(baidu: Standin) -> list[Json]:
    rows: list[Json] = pcs(baidu, "file", "listrecycle", start=0, limit=1000).json()["list"]
    return rows


def test_deleted_files_wait_in_the_bin_and_come_back(entitled: Standin) -> None:
    Sending(entitled, "/夹/a.txt", b"still here").all()
    before = entitled.source("/夹/a.txt")
    used = entitled.get("/api/quota").json()["used"]
    manage(entitled, "delete", ["/夹"])
    assert entitled.get("/api/quota").json()["used"] == used - 10
    (row,) = binned(entitled)
    assert (row["path"], row["isdir"]) == ("/夹", 1)
    answer = pcs(entitled, "file", "restore", "POST", fs_id=row["fs_id"]).json()
    assert answer["extra"] == {"list": [{"fs_id": str(row["fs_id"])}]}
    assert entitled.source("/夹/a.txt") == before
    assert entitled.fetch(entitled.dlink("/夹/a.txt")).content == b"still here"
    assert binned(entitled) == []


def test_what_was_deleted_without_the_permission_is_in_the_bin_as_well(baidu: Standin) -> None:
    manage(baidu, "delete", ["/README.txt"])
    baidu.settings(pcs_entitled=True)
    assert [row["path"] for row in binned(baidu)] == ["/README.txt"]


def test_a_restored_file_takes_a_free_name(entitled: Standin) -> None:
    manage(entitled, "delete", ["/README.txt"])
    Sending(entitled, "/README.txt", b"the new one").all()
    fs_id = binned(entitled)[0]["fs_id"]
    param = json.dumps({"list": [{"fs_id": fs_id}, {"fs_id": 1}]})
    answer = pcs(entitled, "file", "restore", "POST", {"param": param})
    assert (answer.status_code, answer.json()["error_code"]) == (400, 31061)
    assert answer.json()["extra"]["list"] == [{"fs_id": str(fs_id)}]
    names = {row["server_filename"] for row in entitled.file("list", dir="/")["list"]}
    assert sum(name.startswith("README") for name in names) == 2
    assert told(entitled, "/README.txt")["size"] == 11
    assert pcs(entitled, "file", "restore", "POST", fs_id="x").json()["error_code"] == 31023


def test_the_bin_is_emptied_by_hand_and_by_time(entitled: Standin) -> None:
    manage(entitled, "delete", ["/README.txt", "/欢迎使用.pdf"])
    assert len(pcs(entitled, "file", "listrecycle", limit=1).json()["list"]) == 1
    answer = pcs(entitled, "file", "delete", "POST", type="recycle").json()
    assert answer["extra"]["succNum"] == len(answer["extra"]["list"]) == 2
    assert binned(entitled) == []
    assert pcs(entitled, "file", "delete", "POST", path="/照片").json()["error_code"] == 31023
    manage(entitled, "delete", ["/空文件夹"])
    entitled.settings(recycle_days=-1)
    assert binned(entitled) == []


# -- changes


def test_diff_tells_everything_and_then_what_changed(entitled: Standin) -> None:
    cursor, paths, pages = "null", {}, 0
    while True:
        page = pcs(entitled, "file", "diff", cursor=cursor).json()
        assert page["reset"] is (pages == 0)
        paths |= page["entries"]
        cursor, pages = page["cursor"], pages + 1
        if not page["has_more"]:
            break
    assert pages > 1
    assert len(paths) == entitled.control("GET", "state")["drives"]["demo"]
    assert pcs(entitled, "file", "diff", cursor=cursor).json()["entries"] == {}
    Sending(entitled, "/neu.txt", b"new").all()
    manage(entitled, "rename", [{"path": "/README.txt", "newname": "b.txt"}])
    manage(entitled, "delete", ["/欢迎使用.pdf"])
    entries = pcs(entitled, "file", "diff", cursor=cursor).json()["entries"]
    told_of = {path: entry["isdelete"] for path, entry in entries.items()}
    assert told_of == {"/neu.txt": 0, "/README.txt": 1, "/b.txt": 0, "/欢迎使用.pdf": 1}
    assert pcs(entitled, "file", "diff", cursor="x").json()["error_code"] == 31023


# -- bytes


def test_thumbnails_and_downloads_by_path(entitled: Standin) -> None:
    picture = next(each["path"] for each in entitled.source("/照片/截图")["children"])
    made = pcs(entitled, "thumbnail", "generate", path=picture, width=33, height=22, quality=80)
    assert (made.headers["Content-Type"], made.content[16:24]) == ("image/png", b"\0\0\0\x21\0\0\0\x16")
    refused = pcs(entitled, "thumbnail", "generate", path="/README.txt", width=9, height=9)
    assert (refused.status_code, refused.json()["error_code"]) == (503, 31141)
    assert pcs(entitled, "thumbnail", "generate", path=picture, width=1601, height=9).json()["error_code"] == 31023
    hop = pcs(entitled, "file", "download", path="/测试/1KiB.bin")
    assert hop.status_code == 302
    data = entitled.fetch(hop.headers["Location"]).content
    assert hashlib.sha256(data).hexdigest() == entitled.source("/测试/1KiB.bin")["sha256"]
    assert pcs(entitled, "file", "download", path="/没有").json()["error_code"] == 31066


# -- offline download


def ordered(baidu: Standin, url: str = URL, save_path: str = "/离线") -> str:
    answer = pcs(baidu, CLOUD_DL, "add_task", "POST", source_url=url, save_path=save_path, timeout=3600)
    task: str = answer.json()["task_id"]
    return task


def status(baidu: Standin, task: str) -> Json:
    told_of: Json = pcs(baidu, CLOUD_DL, "query_task", task_ids=task, op_type=1).json()["task_info"][task]
    return told_of


def ended(baidu: Standin, task: str) -> str:
    return str(wait_for(lambda: status(baidu, task)["status"] != "1" and status(baidu, task)["status"]))


def test_an_offline_download_makes_a_file_after_a_while(entitled: Standin) -> None:
    entitled.settings(offline_s=1)
    task = ordered(entitled)
    running = status(entitled, task)
    assert (running["result"], running["status"], running["source_url"]) == (0, "1", URL)
    assert int(running["finished_size"]) <= int(running["file_size"])
    wait_for(lambda: entitled.file("list", dir="/离线")["errno"] == 0)
    row = entitled.file("list", dir="/离线")["list"][0]
    assert row["server_filename"] == "电影.mkv"
    done = status(entitled, task)
    assert (done["status"], done["file_size"], done["finished_size"]) == ("0", str(row["size"]), str(row["size"]))
    assert ended(entitled, ordered(entitled)) == "7"


@pytest.mark.parametrize("outcome", [2, 3, 4, 5, 6, 7])
def test_every_end_of_an_offline_download_can_be_had(entitled: Standin, outcome: int) -> None:
    entitled.settings(offline_outcome=outcome)
    assert ended(entitled, ordered(entitled)) == str(outcome)
    assert entitled.file("list", dir="/离线")["errno"] == -9


def test_a_full_drive_ends_an_offline_download(entitled: Standin) -> None:
    entitled.control("POST", "user", {"total": 1})
    assert ended(entitled, ordered(entitled)) == "6"


def test_offline_downloads_are_listed_and_cancelled(entitled: Standin) -> None:
    entitled.settings(offline_s=60, offline_limit=2)
    first, second = ordered(entitled), ordered(entitled, "magnet:?xt=urn:btih:1")
    too_many = pcs(entitled, CLOUD_DL, "add_task", "POST", {"source_url": URL, "save_path": "/x"})
    assert too_many.json()["error_code"] == 36013
    assert pcs(entitled, CLOUD_DL, "cancel_task", "POST", task_id=first).status_code == 200
    assert status(entitled, first)["status"] == "8"
    again = pcs(entitled, CLOUD_DL, "cancel_task", "POST", task_id=first)
    assert (again.status_code, again.json()["error_code"]) == (404, 36016)
    listed = pcs(entitled, CLOUD_DL, "list_task").json()
    assert (listed["total"], [each["task_id"] for each in listed["task_info"]]) == ("2", [second, first])
    running = pcs(entitled, CLOUD_DL, "list_task", status=1, need_task_info=0).json()
    assert running["task_info"] == [{"task_id": second}]


def test_offline_download_refuses_nonsense(entitled: Standin) -> None:
    def code(method: str, verb: str = "POST", **query: Any) -> Any:
        return pcs(entitled, CLOUD_DL, method, verb, **query).json()["error_code"]

    assert code("add_task", source_url="gopher://x/y", save_path="/x") == 36037
    assert code("add_task", source_url=URL) == 31023
    assert code("query_task", "GET") == 31023
    assert status(entitled, "42") == {"result": 1}
    entitled.settings(sandbox="/apps/yungang", offline_per_minute=5)
    assert code("add_task", source_url=URL, save_path="/x") == 31064
    assert code("add_task", source_url=URL, save_path="/x") == 31034
