"""cpanbaidu: every list, search, upload and download of its classes; tokens are read from its file of settings."""

from __future__ import annotations

import os
import time

import redirect  # noqa: F401  (first)
from cpanbaidu import PanBaiduOpenAPI
from standin import KEY
from told import ACCESS, FOLDER, REFRESH, call, managed, must, names, plain

MIB = 1 << 20
PATH = "/apps/cpan/u.bin"
DATA = os.urandom(9 * MIB + 5)
UP, DOWN = FOLDER / "u.bin", FOLDER / "d.bin"
SETTINGS = FOLDER / "settings.env"


def opened(valid_s: int) -> PanBaiduOpenAPI:
    values = {
        "ACCESS_TOKEN": ACCESS,
        "REFRESH_TOKEN": REFRESH,
        "EXPIRES_AT": int(time.time()) + valid_s,
        "CLIENT_ID": KEY["client_id"],
        "CLIENT_SECRET": KEY["client_secret"],
        "REDIRECT_URI": "oob",
    }
    SETTINGS.write_text("".join(f"{name}={value}\n" for name, value in values.items()))
    return PanBaiduOpenAPI(envpath=str(SETTINGS))


client = opened(9999)
files, up = client.file, client.upload.up
kept: dict[str, str] = {}


@call
def user_uinfo() -> str:
    return str(client.user.uinfo()["baidu_name"])


@call
def user_quota() -> str:
    return f"total {plain(client.user.quota(checkfree=1))['total']}"


@call
def list_files() -> str:
    return names(plain(files.list_files(dir="/"))["list"])


@call
def listall() -> str:
    return names(plain(files.listall(path="/文档", recursion=1))["list"])


@call
def doclist() -> str:
    return names(plain(files.doclist(parent_path="/文档", recursion=1, num=5))["info"])


@call
def imagelist() -> str:
    return names(plain(files.imagelist(parent_path="/", recursion=1, num=5))["info"])


@call
def videolist() -> str:
    return names(plain(files.videolist(parent_path="/", recursion=1, num=5))["info"])


@call
def btlist() -> str:
    return names(plain(files.btlist(parent_path="/", recursion=1))["info"])


@call
def categoryinfo() -> str:
    found = plain(files.categoryinfo(category=3, recursion=1))["info"]["3"]
    return f"{found['count']} pictures, {found['size']} bytes"


@call
def categorylist() -> str:
    return names(plain(files.categorylist(category="3,4", parent_path="/照片", recursion=1, limit=5))["list"])


@call
def search_by_keyword() -> str:
    return names(plain(files.search_by_keyword(key="README", recursion=1))["list"])


@call
def unisearch() -> str:
    found = plain(files.unisearch(query="README"))
    must(not found["error_no"], f"answered {found}")
    return names([row for group in found["data"] for row in group["list"]])


@call
def upload_precreate() -> str:
    answer = plain(up.precreate(path="/apps/cpan/p.bin", size=4, isdir=0, block_list=["0" * 32]))
    kept["upload"] = answer["uploadid"]
    return f"parts {answer['block_list']}"


@call
def upload_locateupload() -> str:
    servers = plain(up.locateupload(path="/apps/cpan/p.bin", uploadid=kept["upload"]))["servers"]
    return f"{len(servers)} server{'s' * (len(servers) != 1)}"


@call
def upload_file() -> str:
    UP.write_bytes(DATA)
    made = client.upload.upload_file(str(UP), PATH, show_progress=False)
    must(made and not made["errno"], "the client gave up")
    return f"{made['path']}, {made['size']} bytes"


@call
def filemetas() -> str:
    row = next(row for row in plain(files.list_files(dir="/apps/cpan"))["list"] if row["path"] == PATH)
    found = plain(files.filemetas(fsid=[row["fs_id"]], dlink=1))["list"][0]
    must(found["dlink"], "no link")
    return f"{found['filename']} with a dlink"


@call
def downfile() -> str:
    client.downfile.downfile(PATH, str(DOWN), overwrite=True, verbose=False)
    must(DOWN.exists() and DOWN.read_bytes() == DATA, "other bytes arrived")
    return "ranges over several threads; the bytes that were uploaded"


@call
def filemanager_copy() -> str:
    entry = {"path": PATH, "dest": "/apps/cpan", "newname": "w.bin"}
    return managed(files.filemanager("copy", [entry]))


@call
def filemanager_rename() -> str:
    return managed(files.filemanager("rename", [{"path": "/apps/cpan/w.bin", "newname": "x.bin"}]))


@call
def token_renewed_by_itself() -> str:
    late = opened(0)
    must(plain(late.user.quota())["total"] and ACCESS not in SETTINGS.read_text(), "the token is the old one")
    return "the client's own refresh; the new pair is in its settings"
