"""xpan: every call that the package has, in the order in which a program would make them."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from typing import Any

import redirect  # noqa: F401  (first)
import requests
import xpan
from standin import AGENT, CALLBACK, KEY, Browser
from told import ACCESS, CODE, FOLDER, REFRESH, call, managed, must, names, plain
from xpan.api import auth_api, fileinfo_api, filemanager_api, fileupload_api, multimediafile_api, userinfo_api

MIB = 1 << 20
PATH = "/apps/xpan/a.bin"
DATA = os.urandom(9 * MIB + 5)
PARTS = [DATA[start : start + 4 * MIB] for start in range(0, len(DATA), 4 * MIB)]
MD5S = json.dumps([hashlib.md5(part).hexdigest() for part in PARTS])
SECRETS = (KEY["client_id"], KEY["client_secret"])

client = xpan.ApiClient(xpan.Configuration(ssl_ca_cert=os.environ["SSL_CERT_FILE"]))
auth, users, files = auth_api.AuthApi(client), userinfo_api.UserinfoApi(client), fileinfo_api.FileinfoApi(client)
manager, uploads = filemanager_api.FilemanagerApi(client), fileupload_api.FileuploadApi(client)
media = multimediafile_api.MultimediafileApi(client)
kept: dict[str, str] = {}


@call
def oauth_token_code2token() -> str:
    pair = plain(auth.oauth_token_code2token(CODE, *SECRETS, CALLBACK))
    return f"a token pair for {pair['expires_in']} s, scope {pair['scope']}"


@call
def oauth_token_device_code() -> str:
    issued = plain(auth.oauth_token_device_code(KEY["client_id"], "basic,netdisk"))
    kept.update(device=issued["device_code"], page=f"{issued['verification_url']}?code={issued['user_code']}")
    return f"a user code, asked for every {issued['interval']} s"


@call
def oauth_token_device_token() -> str:
    person = Browser()
    page = kept["page"].replace("https://openapi.baidu.com", f"http://127.0.0.1:{os.environ['HTTP_PORT']}")
    person.submit(person.sign_in(page), decision="allow")
    pair = plain(auth.oauth_token_device_token(kept["device"], *SECRETS))
    return f"a token pair for {pair['expires_in']} s, after a person allowed it"


@call
def oauth_token_refresh_token() -> str:
    pair = plain(auth.oauth_token_refresh_token(REFRESH, *SECRETS))
    kept["token"] = pair["access_token"]
    return f"the next pair for {pair['expires_in']} s"


TOKEN = kept.get("token", ACCESS)


@call
def xpannasuinfo() -> str:
    found = plain(users.xpannasuinfo(TOKEN))
    return f"{found['baidu_name']}, vip_type {found['vip_type']}"


@call
def apiquota() -> str:
    found = plain(users.apiquota(TOKEN, checkexpire=1, checkfree=1))
    return f"total {found['total']}"


@call
def xpanfilelist() -> str:
    return names(plain(files.xpanfilelist(TOKEN, dir="/", start="0", limit=3))["list"])


@call
def xpanfiledoclist() -> str:
    return names(plain(files.xpanfiledoclist(TOKEN, parent_path="/文档", recursion="1", num=5))["info"])


@call
def xpanfileimagelist() -> str:
    return names(plain(files.xpanfileimagelist(TOKEN, parent_path="/照片", recursion="1", num=5))["info"])


@call
def xpanfilesearch() -> str:
    return names(plain(files.xpanfilesearch(TOKEN, "README", dir="/", recursion="1"))["list"])


@call
def xpanfilelistall() -> str:
    return names(plain(media.xpanfilelistall(TOKEN, "/文档", 1, start=0, limit=5))["list"])


@call
def xpanfileprecreate() -> str:
    answer = plain(uploads.xpanfileprecreate(TOKEN, PATH, 0, len(DATA), 1, MD5S, rtype=3))
    kept["upload"] = answer["uploadid"]
    return f"an upload of {len(DATA)} bytes, parts {answer['block_list']}"


@call
def pcssuperfile2() -> str:
    for number, part in enumerate(PARTS):
        (FOLDER / "part").write_bytes(part)
        with (FOLDER / "part").open("rb") as file:
            answer = plain(uploads.pcssuperfile2(TOKEN, str(number), PATH, kept["upload"], "tmpfile", file=file))
        must(answer["md5"] == hashlib.md5(part).hexdigest(), "another md5 came back")
    return f"{len(PARTS)} parts, each answered with its md5"


@call
def xpanfilecreate() -> str:
    made = plain(uploads.xpanfilecreate(TOKEN, PATH, 0, len(DATA), kept["upload"], MD5S, rtype=3))
    kept["fs_id"] = str(made["fs_id"])
    return f"{made['path']}, {made['size']} bytes"


@call
def xpanmultimediafilemetas() -> str:
    wanted = json.dumps([int(kept["fs_id"])])
    row = plain(media.xpanmultimediafilemetas(TOKEN, wanted, dlink="1", extra="1", needmedia=1, thumb="1"))["list"][0]
    content = requests.get(f"{row['dlink']}&access_token={TOKEN}", headers=AGENT, timeout=60).content
    must(content == DATA, "the link gave other bytes")
    return "a dlink; the bytes fetched from it are those uploaded"


def managed_by(work: Callable[..., Any], entry: object) -> str:
    return managed(work(TOKEN, 1, json.dumps([entry])))


@call
def filemanagercopy() -> str:
    entry = {"path": PATH, "dest": "/apps/xpan", "newname": "b.bin", "ondup": "fail"}
    return managed_by(manager.filemanagercopy, entry)


@call
def filemanagerrename() -> str:
    return managed_by(manager.filemanagerrename, {"path": "/apps/xpan/b.bin", "newname": "c.bin"})


@call
def filemanagermove() -> str:
    return managed_by(manager.filemanagermove, {"path": "/apps/xpan/c.bin", "dest": "/apps", "newname": "d.bin"})


@call
def filemanagerdelete() -> str:
    return managed_by(manager.filemanagerdelete, "/apps/d.bin")
