"""The seed's door as the seed documents it: its own examples, its envelope, its loose types (A6)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from core.operations import all_operations

pytestmark = pytest.mark.django_db
EXAMPLES = r"""
{"op":"quota"}
{"op":"list_files","args":{"dir":"/","limit":50,"order":"time","desc":1}}
{"op":"list_images","args":{"dir":"/","page":1,"num":50}}
{"op":"list_docs","args":{"dir":"/","page":1,"num":50}}
{"op":"list_videos","args":{"path":"/","limit":20}}
{"op":"list_bt","args":{"path":"/","limit":20}}
{"op":"list_category","args":{"path":"/"}}
{"op":"list_all","args":{"path":"/","recursion":1,"limit":100}}
{"op":"file_metas","args":{"fsids":"[123,456]","dlink":"1"}}
{"op":"download_links","args":{"fsids":"[123,456]"}}
{"op":"search_filename","args":{"dir":"/","key":"pdf","page":"1","num":"20","recursion":"1"}}
{"op":"search_semantic","args":{"dir":"/","query":"报告","page":"1","num":"20","recursion":"1"}}
{"op":"mkdir","args":{"path":"/来自：mcp_server/新建文件夹"}}
{"op":"delete","args":{"filelist":"[\"/test/a.txt\"]","async":1}}
{"op":"move","args":{"filelist":"[{\"path\":\"/src/a.txt\",\"dest\":\"/dst\",\"newname\":\"a.txt\"}]","async":1}}
{"op":"rename","args":{"filelist":"[{\"path\":\"/a.txt\",\"newname\":\"b.txt\"}]","async":1}}
{"op":"copy","args":{"filelist":"[{\"path\":\"/a.txt\",\"dest\":\"/dst\"}]","async":1}}
""".strip().splitlines()  # fmt: skip
LOOSE: list[tuple[str, dict[str, Any]]] = [
    ("list_files", {"limit": "5", "start": "0", "desc": "true", "web": True, "folder": ""}),
    ("list_files", {"limit": 5, "desc": False}),
    ("list_all", {"path": "/", "limit": "5", "mtime": "0"}),
    ("list_images", {"path": "/", "limit": "5"}),  # each list takes the other's names as well
    ("list_videos", {"dir": "/", "num": "5"}),
    ("list_category", {"path": "/", "category": "[1,2]", "limit": "5"}),
    ("list_category", {"path": "/", "category": "1,2", "ext": "mp4,mkv", "limit": "5"}),
    ("list_category", {"path": "/", "category": 1, "limit": 5}),
    ("file_metas", {"fsids": "123,456"}),
    ("file_metas", {"fsids": ["123", 456]}),
    ("file_metas", {"fsids": 123, "thumb": "1"}),
    ("delete", {"filelist": ["/README.txt"]}),
    ("delete", {"filelist": "/README.txt"}),
    ("delete", {"filelist": [{"path": "/README.txt"}]}),
    ("rename", {"filelist": {"path": "/README.txt", "newname": "b.txt"}}),
    ("rename", {"filelist": '[{"path":"/README.txt","newname":"b.txt","id":"5"}]', "async": "0"}),
]


@pytest.fixture
def places(standin: Any, drive: Any) -> None:
    """The folders and files that the seed's examples speak of."""
    for folder in ("/test", "/src", "/dst"):
        standin.control("POST", "change", {"op": "mkdir", "path": folder})
    for folder in ("/test", "/src", "/"):
        copy = {"op": "copy", "path": "/README.txt", "dest": folder, "newname": "a.txt"}
        standin.control("POST", "change", copy)


@pytest.mark.parametrize("line", EXAMPLES, ids=[json.loads(line)["op"] for line in EXAMPLES])
def test_the_seeds_examples_work_as_written(line: str, places: None, door: Any) -> None:
    answer = door.http.post("/mcp/user/exec", line, content_type="application/json")
    assert answer.status_code == 200, answer.content
    assert set(answer.json()) == {"status", "data"} and answer.json()["status"] == "ok"


def test_the_seeds_share_example_is_understood(door: Any, settings: Any) -> None:
    settings.BAIDU_APP_ID = "10000001"
    error = door.refusal("share_create", fsid_list='["123"]', period=7, pwd="12zx", remark="test")
    assert error["code"] == "netdisk.not_found"


@pytest.mark.parametrize(("op", "args"), LOOSE, ids=[f"{op}-{number}" for number, (op, _args) in enumerate(LOOSE)])
def test_numbers_flags_and_lists_come_in_every_spelling(op: str, args: dict[str, Any], door: Any) -> None:
    assert door.data(op, **args)


def test_an_error_has_the_two_keys_and_says_everything_in_error(door: Any) -> None:
    answer = door.exec("list_files", {"dir": "/gone"})
    body = answer.json()
    assert answer.status_code == 404 and set(body) == {"status", "error"} and body["status"] == "error"
    assert body["error"]["code"] == "netdisk.not_found" and body["error"]["request_id"] == answer["X-Request-ID"]


def test_the_shared_account_reads_for_everyone_and_changes_for_staff(
    standin: Any, stranger: Any, admin: Any, mallory: Any
) -> None:
    from netdisk.baidu.types import TokenPair
    from netdisk.connect import connect

    connect(admin, TokenPair(**standin.sign_in("demo2")), service=True)
    assert stranger.exec("list_files", {"dir": "/"}, mode="public").status_code == 200
    refused = stranger.exec("delete", {"filelist": ["/README.txt"]}, mode="public").json()
    assert refused["error"]["code"] == "forbidden"
    staff = type(stranger).of(admin)
    assert staff.exec("delete", {"filelist": ["/README.txt"]}, mode="public").json()["status"] == "ok"
    assert {call["user"] for call in standin.log() if call["op"] in {"list", "filemanager"}} == {"demo2"}


def test_without_a_token_there_is_only_a_401(db: Any) -> None:
    answer = Client().post("/mcp/user/exec", '{"op":"quota"}', content_type="application/json")
    assert answer.status_code == 401


def test_an_operation_nobody_knows_is_said_to_be_unknown(door: Any) -> None:
    assert door.refusal("format_disk")["code"] == "unknown_operation"


def test_every_short_name_means_one_operation() -> None:
    names = [entry.short_name for entry in all_operations()]
    assert len(names) == len(set(names))
