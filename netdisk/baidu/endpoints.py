"""The calls of pan.baidu.com, declared once (wire/baidu-netdisk.md §2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from netdisk.baidu.codes import Family


class EndpointClass(StrEnum):
    """Calls that share a rate limit (§6)."""

    ACCOUNT = "account"
    LIST = "list"
    LIST_ALL = "list_all"  # 8 to 10 calls a minute
    META = "meta"
    SEARCH = "search"
    WRITE = "write"
    TASK = "task"  # background work: the user's tasks, offline downloads
    UPLOAD = "upload"  # the blocks themselves
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`name` appears in errors and metrics; `query` is the fixed part of the query string."""

    name: str
    kind: EndpointClass
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    http: str = "GET"
    family: Family = Family.XPAN


def _file(name: str, kind: EndpointClass, method: str) -> Endpoint:
    return Endpoint(name, kind, "/rest/2.0/xpan/file", {"method": method})


def _imageproc(name: str, kind: EndpointClass, query: Mapping[str, str]) -> Endpoint:
    return Endpoint(name, kind, "/rest/2.0/xpan/imageproc", query)


def _share(method: str, kind: EndpointClass = EndpointClass.SHARE, http: str = "POST") -> Endpoint:
    path = f"/apaas/1.0/share/{method}"
    return Endpoint(f"share_{method}", kind, path, {"product": "netdisk"}, http, Family.SHARE)


def _pcs(name: str, kind: EndpointClass, query: Mapping[str, str], http: str = "GET", path: str = "file") -> Endpoint:
    return Endpoint(name, kind, f"/rest/2.0/pcs/{path}", query, http, Family.PCS)


def _multimedia(name: str, kind: EndpointClass, method: str) -> Endpoint:
    return Endpoint(name, kind, "/rest/2.0/xpan/multimedia", {"method": method})


QUOTA = Endpoint("quota", EndpointClass.ACCOUNT, "/api/quota")
USER_INFO = Endpoint("user_info", EndpointClass.ACCOUNT, "/rest/2.0/xpan/nas", {"method": "uinfo"})
LIST_DIR = _file("list_dir", EndpointClass.LIST, "list")
LIST_ALL = _multimedia("list_all", EndpointClass.LIST_ALL, "listall")
FILE_METAS = _multimedia("file_metas", EndpointClass.META, "filemetas")
SEARCH = _file("search", EndpointClass.SEARCH, "search")
SEARCH_SEMANTIC = Endpoint("search_semantic", EndpointClass.SEARCH, "/xpan/unisearch", {"scene": "mcpserver"}, "POST")
BY_TYPE = {kind: _file(f"list_{kind}", EndpointClass.LIST, f"{kind}list") for kind in ("doc", "image", "video", "bt")}
CATEGORY_INFO = Endpoint("category_info", EndpointClass.META, "/api/categoryinfo")
CATEGORY_LIST = _multimedia("category_list", EndpointClass.LIST, "categorylist")
MKDIR = Endpoint("mkdir", EndpointClass.WRITE, "/rest/2.0/xpan/file", {"method": "create"}, "POST")
FILE_MANAGER = {
    opera: Endpoint(
        f"file_manager.{opera}",
        EndpointClass.WRITE,
        "/rest/2.0/xpan/file",
        {"method": "filemanager", "opera": opera},
        "POST",
        Family.FILEMANAGER,
    )
    for opera in ("copy", "move", "rename", "delete")
}
TASK_QUERY = Endpoint("task_query", EndpointClass.TASK, "/share/taskquery")

# Uploading (§3). A precreate without `openapi` has been seen to answer without an uploadid.
_XPAN_SDK = {"openapi": "xpansdk"}
PRECREATE = Endpoint(
    "precreate",
    EndpointClass.WRITE,
    "/rest/2.0/xpan/file",
    {"method": "precreate", **_XPAN_SDK},
    "POST",
    Family.UPLOAD,
)
LOCATE_UPLOAD = Endpoint(
    "locate_upload",
    EndpointClass.ACCOUNT,
    "/rest/2.0/pcs/file",
    {"method": "locateupload", "appid": "250528", "upload_version": "2.0"},
    family=Family.UPLOAD,
)
UPLOAD_PART = Endpoint(
    "upload_part",
    EndpointClass.UPLOAD,
    "/rest/2.0/pcs/superfile2",
    {"method": "upload", "type": "tmpfile", **_XPAN_SDK},
    "POST",
    Family.UPLOAD,
)
CREATE_FILE = Endpoint(
    "create_file",
    EndpointClass.WRITE,
    "/rest/2.0/xpan/file",
    {"method": "create", **_XPAN_SDK},
    "POST",
    Family.UPLOAD,
)

# Media and pictures (§2.4, §2.10, §2.11)
STREAM = _file("stream", EndpointClass.META, "streaming")
BROADCASTS = Endpoint("broadcasts", EndpointClass.LIST, "/rest/2.0/xpan/broadcast/list", {"method": "list"})
BROADCAST_FILES = Endpoint("broadcast_files", EndpointClass.LIST, "/rest/2.0/xpan/broadcast/filelist")
RECENT = _multimedia("list_recent", EndpointClass.LIST, "recentlist")
IMAGE_TAGS = _imageproc("image_tags", EndpointClass.META, {"method": "gettags", "key": "tag"})
IMAGE_SEARCH = _imageproc("images_by_tag", EndpointClass.SEARCH, {"method": "search"})

# Sharing (§7.1)
SHARE_SET = _share("set")
SHARE_VERIFY = _share("verify")
SHARE_INFO = _share("info")
SHARE_LIST = _share("list")
SHARE_TRANSFER = _share("transfer")
SHARE_TASK = _share("taskquery", EndpointClass.TASK, "GET")

# The old PCS calls (§2.3, §2.12, §2.13)
RECYCLE_LIST = _pcs("recycle_list", EndpointClass.LIST, {"method": "listrecycle"})
RECYCLE_RESTORE = _pcs("recycle_restore", EndpointClass.WRITE, {"method": "restore"}, "POST")
RECYCLE_CLEAR = _pcs("recycle_clear", EndpointClass.WRITE, {"method": "delete", "type": "recycle"}, "POST")
OFFLINE = {
    method: _pcs(f"offline.{method}", EndpointClass.TASK, {"method": method}, "POST", "services/cloud_dl")
    for method in ("add_task", "query_task", "list_task", "cancel_task")
}
CHANGES = _pcs("changes", EndpointClass.LIST, {"method": "diff"})
