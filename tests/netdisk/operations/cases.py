"""One call of every operation that works, and one that is refused; in the seed's loose types where it has an example (A6)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
MISSING = 987654321
TEXT = b"hello"


@dataclass
class Stage:
    """What the calls are about: the stand-in, the door of its owner, and numbers of files."""

    standin: Any
    door: Any

    def number(self, path: str) -> int:
        return int(self.standin.source(path, hash=0)["fs_id"])

    def first(self, folder: str) -> Json:
        """A file of a folder."""
        return next(dict(each) for each in self.standin.source(folder)["children"] if not each["isdir"])

    def upload(self) -> str:
        """The uploadid of an upload of five bytes under way."""
        return str(self.door.data("upload_multipart_init", path="/apps/yungang/a.txt", size=len(TEXT))["uploadid"])


def says(**args: Any) -> Callable[[Stage], Json]:
    return lambda stage: args


NOTHING = says()


@dataclass(frozen=True)
class Case:
    """`good` are arguments that work and `bad` some that Baidu refuses with `code`; `settings` and `fault` prepare the stand-in."""

    good: Callable[[Stage], Json] = NOTHING
    bad: Callable[[Stage], Json] = NOTHING
    code: str = "netdisk.rate_limited"
    found: Callable[[Any], Any] = bool
    settings: Json = field(default_factory=dict)
    refusing: Json = field(default_factory=dict)
    fault: Json | None = None


def storm(op: str, code: int = 31034) -> Json:
    """Baidu answers a call with a number."""
    return {"name": "errno", "match": {"op": op}, "code": code}


def items(*rows: Any) -> str:
    """A list as the seed's clients send it: JSON inside a text."""
    return json.dumps(rows)


def _deleted(stage: Stage) -> int:
    number = stage.number("/README.txt")
    stage.door.data("delete", filelist=["/README.txt"])
    return number


def _with_something_in_the_bin(stage: Stage) -> Json:
    _deleted(stage)
    return {}


def _sent(stage: Stage) -> str:
    uploadid = stage.upload()
    stage.door.data("upload_multipart_part", uploadid=uploadid, partseq=0, content=base64.b64encode(TEXT).decode())
    return uploadid


PCS = {"pcs_entitled": True}
NOT_OFFERED = "netdisk.not_supported"
NEVER = Case(code=NOT_OFFERED)
PICTURES = "/照片/旅行/杭州"
FILMS, SONGS, NOTES = "/视频/家庭", "/音乐/华语", "/文档/笔记"

CASES: dict[str, Case] = {
    # the account
    "quota": Case(fault=storm("quota"), found=lambda data: data["total"] > data["used"]),
    "user_detail": Case(fault=storm("uinfo"), found=lambda data: data["uk"] and data["limits"]["largest_file"]),
    # lists
    "list_files": Case(
        says(dir="/", limit=50, order="time", desc=1), says(dir="/gone"), "netdisk.not_found", lambda data: data["list"]
    ),
    "list_images": Case(
        says(dir="/", page=1, num=50), says(dir="/gone"), "netdisk.not_found", lambda data: len(data["list"]) == 50
    ),
    "list_docs": Case(
        says(dir="/", page=1, num=50), says(dir="/gone"), "netdisk.not_found", lambda data: len(data["list"]) == 50
    ),
    "list_videos": Case(
        says(path="/", limit=20), says(path="/gone"), "netdisk.not_found", lambda data: len(data["list"]) == 20
    ),
    "list_bt": Case(
        says(path="/", limit=20), says(path="/gone"), "netdisk.not_found", lambda data: len(data["list"]) == 20
    ),
    "list_category": Case(
        says(path="/"), says(path="/gone"), "netdisk.not_found", lambda data: data["info"]["3"]["count"] > 0
    ),
    "list_all": Case(
        says(path="/", recursion=1, limit=100), says(path="/gone"), "netdisk.not_found", lambda data: data["has_more"]
    ),
    # details
    "file_metas": Case(
        lambda stage: {"fsids": f"[{stage.number('/README.txt')},456]", "dlink": "1"},
        says(fsids="[123]"),
        found=lambda data: data["list"][0]["dlink"] and data["missing"] == [456],
        fault=storm("filemetas"),
    ),
    "download_links": Case(
        lambda stage: {"fsids": f"[{stage.number('/README.txt')},456]"},
        says(fsids="[123]"),
        found=lambda data: data["list"][0]["dlink"],
        fault=storm("filemetas"),
    ),
    "file_attr": Case(
        lambda stage: {"fsid": str(stage.number("/README.txt"))},
        says(fsid=MISSING),
        "netdisk.not_found",
        lambda data: data["path"] == "/README.txt",
    ),
    "media_info": Case(
        lambda stage: {"fsid": stage.first(FILMS)["fs_id"]},
        says(path="/README.txt"),
        "netdisk.media_failed",
        lambda data: data["kind"] == "video" and data["media_info"]["width"],
    ),
    # searches
    "search_filename": Case(
        says(dir="/", key="pdf", page="1", num="20", recursion="1"),
        says(dir="/gone", key="pdf"),
        "netdisk.not_found",
        lambda data: len(data["list"]) == 20,
    ),
    "search_semantic": Case(
        says(dir="/", query="报告", page="1", num="20", recursion="1"),
        says(dir="/gone", query="报告"),
        "netdisk.not_found",
        lambda data: data["mode"] == "semantic" and data["list"],
    ),
    # changes
    "mkdir": Case(
        says(path="/来自：mcp_server/新建文件夹"), says(path="/测试"), "netdisk.exists", lambda data: data["isdir"] == 1
    ),
    "delete": Case(
        says(**{"filelist": items("/README.txt"), "async": 1}), says(filelist=items("/gone")), "netdisk.not_found"
    ),
    "move": Case(
        says(
            **{"filelist": items({"path": "/README.txt", "dest": "/文档", "newname": "a.txt"}), "async": 1},
        ),
        says(filelist=items({"path": "/README.txt", "dest": "/gone"})),
        "netdisk.parent_missing",
    ),
    "rename": Case(
        says(**{"filelist": items({"path": "/README.txt", "newname": "b.txt"}), "async": 1}),
        says(filelist=items({"path": "/README.txt", "newname": "欢迎使用.pdf"})),
        "netdisk.exists",
    ),
    "copy": Case(
        says(**{"filelist": items({"path": "/README.txt", "dest": "/文档"}), "async": 1}),
        says(filelist=items({"path": "/README.txt", "dest": "/"})),
        "netdisk.exists",
    ),
    "task_status": Case(
        lambda stage: {"taskid": stage.door.data("delete", filelist=["/README.txt"], **{"async": 2})["taskid"]},
        says(taskid=1),
        "netdisk.not_found",
        lambda data: data["status"] in {"pending", "running", "success"},
    ),
    # pictures, previews, films
    "thumb_get": Case(
        lambda stage: {"path": stage.first(PICTURES)["path"]},
        says(path="/README.txt"),
        "netdisk.not_found",
        lambda data: data["url"].startswith("/api/v1/netdisk/media/"),
    ),
    "preview_get": Case(
        lambda stage: {"fsid": stage.first(FILMS)["fs_id"]},
        says(path="/欢迎使用.pdf"),
        NOT_OFFERED,
        lambda data: data["playlist"]["op"] == "media_playlist",
    ),
    "media_playlist": Case(
        lambda stage: {"fsid": stage.first(FILMS)["fs_id"]},
        says(path="/README.txt"),
        "netdisk.media_failed",
        lambda data: data["m3u8"].startswith("#EXTM3U"),
    ),
    "ai_tags": Case(found=lambda data: data["tags"][0]["name"], fault=storm("gettags", 20013), code=NOT_OFFERED),
    "ai_category": Case(
        says(kind="book", limit=5),
        says(kind="book", path="/gone"),
        "netdisk.not_found",
        lambda data: len(data["list"]) == 5,
    ),
    # scans
    "change_diff": Case(
        says(path="/文档/笔记"), says(path="/文档/笔记", until="x"), "not_found", lambda data: data["state"] == "first"
    ),
    "space_usage": Case(
        says(path="/文档/笔记"), says(path="/文档/笔记", scan="x"), "not_found", lambda data: data["size"] > 0
    ),
    # shares
    "share_create": Case(
        lambda stage: {
            "fsid_list": f'["{stage.number("/README.txt")}"]',
            "period": 7,
            "pwd": "12zx",
            "remark": "test",
        },
        says(fsid_list='["123"]'),
        NOT_OFFERED,
        lambda data: data["url"].endswith("pwd=12zx"),
        refusing={"share_entitled": False},
    ),
    "share_list": NEVER,
    "share_cancel": Case(bad=says(shareid_list="[1]"), code=NOT_OFFERED),
    "share_update": Case(bad=says(shareid=1, pwd="ab12"), code=NOT_OFFERED),
    "share_ticket": NEVER,
    "captcha_verify": Case(bad=says(vcode="abcd", vcode_str="x"), code=NOT_OFFERED),
    # the recycle bin
    "recycle_list": Case(
        settings=PCS,
        code=NOT_OFFERED,
        found=lambda data: data["list"] == [] and not data["has_more"],
        refusing={"pcs_entitled": False},
    ),
    "recycle_restore": Case(
        lambda stage: {"fsids": [_deleted(stage)]},
        says(fsids=[1]),
        NOT_OFFERED,
        lambda data: len(data["restored"]) == 1,
        PCS,
        {"pcs_entitled": False},
    ),
    "recycle_clear": Case(
        _with_something_in_the_bin,
        says(),
        NOT_OFFERED,
        lambda data: data["cleared"] == 1,
        PCS,
        {"pcs_entitled": False},
    ),
    # uploads in parts
    "upload_multipart_init": Case(
        says(path="/apps/yungang/a.txt", size="5"),
        says(path="/apps/yungang/a.txt", size=0),
        "netdisk.empty_file",
        lambda data: data["parts"] == 1 and data["block_list"] == [0],
    ),
    "upload_multipart_part": Case(
        lambda stage: {"uploadid": stage.upload(), "partseq": "0", "content": base64.b64encode(TEXT).decode()},
        lambda stage: {"uploadid": stage.upload(), "partseq": 0, "content": base64.b64encode(b"four").decode()},
        "netdisk.part_size",
        lambda data: data["md5"] == "5d41402abc4b2a76b9719d911017c592",
    ),
    "upload_multipart_finish": Case(
        lambda stage: {"uploadid": _sent(stage), "block_list": items("5d41402abc4b2a76b9719d911017c592")},
        lambda stage: {"uploadid": stage.upload(), "block_list": items("5d41402abc4b2a76b9719d911017c592")},
        "netdisk.upload_incomplete",
        lambda data: data["path"] == "/apps/yungang/a.txt" and data["size"] == len(TEXT),
    ),
}
