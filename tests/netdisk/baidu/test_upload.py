"""precreate, locateupload and create (§3.1, §3.2, §3.4)."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from netdisk.baidu import BaiduClient, BaiduError, Reaction
from netdisk.baidu.endpoints import EndpointClass
from netdisk.baidu.upload import PLACEHOLDER_BLOCKS, Rtype

from .bodies import Bytes
from .conftest import TOKEN
from .scripted import Answer, Upstream

PATH = "/apps/x/我 的.bin"
MD5S = ["0" * 32, "1" * 32, "2" * 32]
SESSION = {"errno": 0, "path": PATH, "uploadid": "N1-abc", "return_type": 1, "block_list": [0, 1, 2], "request_id": 1}
FILE = {
    "errno": 0,
    "fs_id": 657059106724647,
    "md5": "60bac7b6464d84fed842955e6126826a",
    "server_filename": "a.bin",
    "name": "/apps/x/a.bin",
    "category": 6,
    "path": "/apps/x/a.bin",
    "size": 3645,
    "ctime": 1670242019,
    "mtime": 1670242019,
    "isdir": 0,
    "from_type": 1,
    "request_id": 1,
}


# -- precreate


def test_precreate(client: BaiduClient, upstream: Upstream) -> None:
    upstream.say(SESSION)
    session = client.precreate(PATH, 10, MD5S)
    assert (session.upload_id, session.missing, session.entry) == ("N1-abc", (0, 1, 2), None)
    seen = upstream.seen[0]
    assert (seen.method, seen.path, seen.query["method"]) == ("POST", "/rest/2.0/xpan/file", "precreate")
    assert json.loads(seen.form.pop("block_list")) == MD5S
    assert {key: value for key, value in seen.form.items() if key != "block_list"} == {
        "path": PATH,
        "size": "10",
        "isdir": "0",
        "autoinit": "1",
        "rtype": "0",
    }


def test_precreate_with_everything(client: BaiduClient, upstream: Upstream) -> None:
    upstream.say(SESSION)
    client.precreate(
        PATH,
        10,
        MD5S,
        rtype=Rtype.OVERWRITE,
        upload_id="N1-abc",
        content_md5="a" * 32,
        slice_md5="b" * 32,
        ctime=5,
        mtime=6,
    )
    form = upstream.seen[0].form
    assert (form["rtype"], form["uploadid"], form["local_ctime"], form["local_mtime"]) == ("3", "N1-abc", "5", "6")
    assert (form["content-md5"], form["slice-md5"]) == ("a" * 32, "b" * 32)


@pytest.mark.parametrize(
    ("block_list", "missing"),
    [([0, 1, 2], (0, 1, 2)), ([], (0,)), ({}, (0,)), (None, (0,)), (["2", 0, 2], (0, 2)), ([1], (1,))],
)
def test_the_blocks_that_are_missing(
    client: BaiduClient, upstream: Upstream, block_list: Any, missing: tuple[int, ...]
) -> None:
    upstream.say({**SESSION, "block_list": block_list})
    assert client.precreate(PATH, 10, MD5S).missing == missing


def test_a_rapid_upload_needs_nothing_more(client: BaiduClient, upstream: Upstream) -> None:
    info = {"fs_id": 1, "path": PATH, "size": 10, "md5": "c" * 32, "ctime": 7, "mtime": 8, "isdir": 0, "category": 6}
    upstream.say({"errno": 0, "return_type": 2, "info": info, "request_id": 1})
    session = client.precreate(PATH, 10, MD5S, content_md5="a" * 32, slice_md5="b" * 32)
    assert (session.upload_id, session.missing) == ("", ())
    assert session.entry is not None
    assert (session.entry.fs_id, session.entry.path, session.entry.size) == (1, PATH, 10)


def test_an_app_without_rapid_upload_is_told(client: BaiduClient, upstream: Upstream) -> None:
    upstream.say({"errno": 31500})
    with pytest.raises(BaiduError) as caught:
        client.precreate(PATH, 10, MD5S, content_md5="a" * 32, slice_md5="b" * 32)
    assert caught.value.reaction is Reaction.NO_RAPID


@pytest.mark.parametrize(
    "wrong",
    [{"uploadid": ""}, {"uploadid": None}, {"block_list": [3]}, {"block_list": [-1]}, {"block_list": ["x"]}],
)
def test_a_session_that_makes_no_sense_is_malformed(
    client: BaiduClient, upstream: Upstream, wrong: dict[str, Any]
) -> None:
    upstream.say({**SESSION, **wrong})
    with pytest.raises(BaiduError) as caught:
        client.precreate(PATH, 10, MD5S)
    assert caught.value.code == "malformed"


def test_placeholders_say_nothing_about_the_number_of_blocks(client: BaiduClient, upstream: Upstream) -> None:
    upstream.say({**SESSION, "block_list": [0, 1, 2, 3]})
    assert client.precreate(PATH, 10, PLACEHOLDER_BLOCKS).missing == (0, 1, 2, 3)


# -- locateupload


def located(*servers: Any, **more: Any) -> dict[str, Any]:
    return {"error_code": 0, "error_msg": "", "servers": [{"server": url} for url in servers], **more}


FOREIGN = "https://c.pcs.baidu.com.example.org"
LOCATED = {
    "the first https": (
        located("http://c.pcs.baidu.com", "https://c3.pcs.baidu.com", "https://c.pcs.baidu.com"),
        "https://c3.pcs.baidu.com",
    ),
    "a backup": (
        located("http://c.pcs.baidu.com", bak_servers=[{"server": "https://c2.pcs.baidu.com"}]),
        "https://c2.pcs.baidu.com",
    ),
    "not a foreign one": (located(FOREIGN, "https://c.pcs.baidu.com"), "https://c.pcs.baidu.com"),
    "no path": (located("https://c.pcs.baidu.com/elsewhere?x=1"), "https://c.pcs.baidu.com"),
    "cdn": (located("https://bj.baidupcs.com"), "https://bj.baidupcs.com"),
    "user info": (located("https://a@c.pcs.baidu.com"), None),
    "another port": (located("https://c.pcs.baidu.com:8443"), None),
    "plain http": (located("http://c.pcs.baidu.com"), None),
    "foreign only": (located(FOREIGN, bak_servers=[{"server": FOREIGN}]), None),
    "nothing": (located(), None),
    "php's nothing": ({"error_code": 0, "servers": {}, "bak_servers": None}, None),
    "other shapes": ({"servers": ["https://c.pcs.baidu.com", {}, {"server": None}]}, None),
    "down": (Answer(b"", 502), None),
    "refused": ({"error_code": 4, "error_msg": "No permission"}, None),
    "rate limited": ({"error_code": 31034}, None),
    "hung up": (Answer(b"", 0), None),
}


@pytest.mark.parametrize("case", LOCATED)
def test_the_host_for_the_blocks(client: BaiduClient, upstream: Upstream, case: str) -> None:
    answer, host = LOCATED[case]
    upstream.say(answer)
    assert client.locate_upload(PATH, "N1-abc") == (host or upstream.url)
    seen = upstream.seen[0]
    assert (seen.method, seen.path, seen.query["method"]) == ("GET", "/rest/2.0/pcs/file", "locateupload")
    assert (seen.query["uploadid"], seen.query["upload_version"], seen.query["appid"]) == ("N1-abc", "2.0", "250528")


@pytest.mark.parametrize(
    ("answer", "reaction"),
    [
        ({"error_code": 110}, Reaction.REFRESH),
        ({"error_code": 31042}, Reaction.REAUTHORIZE),
        ({"error_code": 31355, "error_msg": "uploadid invalid"}, Reaction.RESEND_PARTS),
    ],
)
def test_what_concerns_the_upload_itself_is_not_hidden(
    client: BaiduClient, upstream: Upstream, answer: dict[str, Any], reaction: Reaction
) -> None:
    upstream.say(answer)
    with pytest.raises(BaiduError) as caught:
        client.locate_upload(PATH, "N1-abc")
    assert caught.value.reaction is reaction


def test_plain_http_is_for_hosts_named_by_the_operator(upstream: Upstream, session: requests.Session) -> None:
    client = BaiduClient(
        session,
        pan_url=upstream.url,
        pcs_url=upstream.url,
        access_token=lambda: TOKEN,
        download_hosts=["upload.example:8080"],
    )
    upstream.say(located("http://c.pcs.baidu.com", "http://upload.example:8080", "http://upload.example"))
    assert client.locate_upload(PATH, "N1-abc") == "http://upload.example:8080"


# -- create


def test_create_file(client: BaiduClient, upstream: Upstream) -> None:
    upstream.say(FILE)
    entry = client.create_file(PATH, 3645, MD5S, upload_id="N1-abc", rtype=Rtype.RENAME, ctime=5, mtime=6)
    assert (entry.fs_id, entry.path, entry.name, entry.size, entry.is_dir) == (
        657059106724647,
        "/apps/x/a.bin",
        "a.bin",
        3645,
        False,
    )
    seen = upstream.seen[0]
    assert (seen.method, seen.query["method"]) == ("POST", "create")
    assert json.loads(seen.form["block_list"]) == MD5S
    assert {key: value for key, value in seen.form.items() if key != "block_list"} == {
        "path": PATH,
        "size": "3645",
        "isdir": "0",
        "uploadid": "N1-abc",
        "rtype": "1",
        "local_ctime": "5",
        "local_mtime": "6",
    }


def test_a_short_answer_is_filled_from_the_request(client: BaiduClient, upstream: Upstream) -> None:
    upstream.say({"errno": 0, "fs_id": 5})
    entry = client.create_file(PATH, 10, MD5S, upload_id="N1-abc")
    assert (entry.fs_id, entry.path, entry.size, entry.name) == (5, PATH, 10, "我 的.bin")


def test_create_without_a_session_is_a_rapid_upload(client: BaiduClient, upstream: Upstream) -> None:
    upstream.say(FILE)
    client.create_file(PATH, 3645, MD5S[:1])
    assert "uploadid" not in upstream.seen[0].form


@pytest.mark.parametrize(
    ("code", "reaction", "then", "name"),
    [
        (-8, Reaction.FIX_REQUEST, None, "exists"),
        (-7, Reaction.FIX_REQUEST, None, "path_refused"),
        (-10, Reaction.GIVE_UP, None, "no_space"),
        (2, Reaction.FIX_REQUEST, None, "bad_request"),
        (10, Reaction.RESEND_PARTS, Reaction.GIVE_UP, "upload_incomplete"),
        (31190, Reaction.RESEND_PARTS, None, "upload_incomplete"),
        (31353, Reaction.RESEND_PARTS, Reaction.GIVE_UP, "upload_incomplete"),
        (31355, Reaction.RESEND_PARTS, None, "upload_expired"),
        (31363, Reaction.RESEND_PARTS, None, "upload_incomplete"),
        (31365, Reaction.GIVE_UP, None, "file_too_large"),
    ],
)
def test_create_refused(
    client: BaiduClient, upstream: Upstream, code: int, reaction: Reaction, then: Reaction | None, name: str
) -> None:
    upstream.say({"errno": code})
    with pytest.raises(BaiduError) as caught:
        client.create_file(PATH, 10, MD5S, upload_id="N1-abc")
    error = caught.value
    assert (error.reaction, error.then, error.platform_code) == (reaction, then, f"netdisk.{name}")


class Unlimited:
    def wait(self) -> None: ...
    def ended(self, error: BaseException | None) -> bool:
        return False


def test_the_rate_limits_of_an_upload(upstream: Upstream, session: requests.Session) -> None:
    classes: list[EndpointClass] = []

    def note(kind: EndpointClass) -> Unlimited:
        classes.append(kind)
        return Unlimited()

    client = BaiduClient(session, pan_url=upstream.url, pcs_url=upstream.url, access_token=lambda: TOKEN, throttle=note)
    upstream.say(SESSION, located(), {"md5": "0" * 32}, FILE)
    client.precreate(PATH, 1, MD5S)
    client.upload_part(client.locate_upload(PATH, "N1-abc"), PATH, "N1-abc", 0, Bytes(b"x"))
    client.create_file(PATH, 1, MD5S, upload_id="N1-abc")
    assert classes == [EndpointClass.WRITE, EndpointClass.ACCOUNT, EndpointClass.UPLOAD, EndpointClass.WRITE]
