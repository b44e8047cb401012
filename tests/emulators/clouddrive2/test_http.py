"""The HTTP/1.1 side of the port: gRPC-Web, downloads, WebDAV (wire/clouddrive2.md §3.6 and §5)."""

from __future__ import annotations

import hashlib
import random
import socket
import xml.etree.ElementTree as ET
from typing import Any

import pytest
import requests

from protos import clouddrive_pb2 as pb
from tests.emulators.clouddrive2.standin import Control, Plain, Program
from tests.support.waiting import until

DATA = random.Random(5).randbytes(400_000)
WEB = {"Content-Type": "application/grpc-web+proto", "X-Grpc-Web": "1"}


class Web:
    def __init__(self, url: str, token: str = "") -> None:
        self.url, self.token = url, token

    def post(self, name: str, message: Any, **headers: str) -> requests.Response:
        raw = message.SerializeToString()
        body = b"\0" + len(raw).to_bytes(4, "big") + raw
        sent = WEB | {"Authorization": f"Bearer {self.token}"} | headers
        return requests.post(f"{self.url}/clouddrive.CloudDriveFileSrv/{name}", data=body, headers=sent, timeout=30)


def frames(body: bytes) -> list[tuple[int, bytes]]:
    found = []
    while body:
        length = int.from_bytes(body[1:5], "big")
        found.append((body[0], body[5 : 5 + length]))
        body = body[5 + length :]
    return found


@pytest.fixture
def web(cd2_program: Program, plain: Plain) -> Web:
    return Web(cd2_program.url, plain.token)


# -- gRPC-Web


def test_a_call_has_a_data_frame_and_a_trailer(web: Web) -> None:
    answer = web.post("GetToken", pb.GetTokenRequest(userName="demo", password="demo"))
    (flag, data), (end, trailer) = frames(answer.content)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/grpc-web+proto")
    assert (flag, end) == (0, 0x80)
    assert pb.JWTToken.FromString(data).success
    assert trailer.startswith(b"grpc-status:0\r\n")


def test_a_failure_is_in_the_head(web: Web) -> None:
    answer = web.post("FindFileByPath", pb.FindFileByPathRequest(path="/无"))
    assert (answer.status_code, answer.headers["grpc-status"], answer.content) == (200, "5", b"")
    assert answer.headers["grpc-message"] == "not%20found%3A%20/%E6%97%A0"
    web.token = "wrong"
    assert web.post("GetRuntimeInfo", pb.BoolResult()).headers["grpc-status"] == "16"
    assert web.post("WriteToFileStream", pb.WriteFileRequest()).headers["grpc-status"] == "12"
    assert web.post("NoSuchMethod", pb.WriteFileRequest()).headers["grpc-status"] == "12"


def test_a_stream_comes_in_frames(web: Web, control: Control) -> None:
    control.settings(batch=100)
    answer = web.post("GetSubFiles", pb.ListSubFileRequest(path="/115open/照片/2025"))
    assert [flag for flag, _ in frames(answer.content)] == [0] * 6 + [0x80]


def test_native_grpc_over_http_1_is_400_and_an_empty_refusal_is_possible(web: Web, control: Control) -> None:
    message = pb.GetTokenRequest(userName="demo", password="wrong")
    assert web.post("GetToken", message, **{"Content-Type": "application/grpc"}).status_code == 400
    control.settings(web_empty_refusal=True)
    answer = web.post("GetToken", message)
    assert (answer.status_code, answer.content, "grpc-status" in answer.headers) == (200, b"", False)


# -- downloads


def link(plain: Plain, url: str, path: str) -> str:
    info = plain.call("GetDownloadUrlPath", pb.GetDownloadUrlPathRequest(path=path))
    host = url.removeprefix("http://")
    filled = info.downloadUrlPath.replace("{SCHEME}", "http").replace("{HOST}", host).replace("{PREVIEW}", "false")
    return f"{url}{filled}"


def test_a_download_address_serves_ranges(plain: Plain, cd2_program: Program, control: Control) -> None:
    plain.write("/CloudNAS", "空 格.bin", DATA)
    address = link(plain, cd2_program.url, "/CloudNAS/空 格.bin")
    assert requests.get(address, timeout=30).content == DATA
    part = requests.get(address, timeout=30, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, DATA[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(DATA)}"
    head = requests.head(address, timeout=30)
    assert (head.status_code, head.headers["Content-Length"]) == (200, str(len(DATA)))
    assert requests.get(address, timeout=30, headers={"Range": f"bytes={len(DATA)}-"}).status_code == 416
    assert requests.get(address.replace("sign=", "sign=x"), timeout=30).status_code == 403
    control.fault("fresh_502", times=1)
    assert [requests.get(address, timeout=30).status_code for _ in range(2)] == [502, 200]
    control.fault("download_cut", times=1, after=1000)
    with pytest.raises(requests.RequestException):
        requests.get(address, timeout=30)


def test_unsigned_addresses_and_token_addresses(plain: Plain, cd2_program: Program, control: Control) -> None:
    old = f"{cd2_program.url}/static/http/x/False/%2F115open%2F%E6%B5%8B%E8%AF%95%2F1KiB.bin"
    assert len(requests.get(old, timeout=30).content) == 1024
    control.settings(signed_downloads=True)
    assert requests.get(old, timeout=30).status_code == 403
    plain.token = control.token(root="/115open/测试", permissions=["read"])
    assert len(requests.get(link(plain, cd2_program.url, "/1KiB.bin"), timeout=30).content) == 1024
    plain.token = control.token(permissions=["list"])
    assert requests.get(f"{old}?token={plain.token}", timeout=30).status_code == 403


def test_a_direct_address_wants_its_headers(plain: Plain, cd2_program: Program, control: Control) -> None:
    control.settings(direct_urls=True, link_s=60)
    request = pb.GetDownloadUrlPathRequest(path="/115open/测试/1KiB.bin", get_direct_url=True)
    info = plain.call("GetDownloadUrlPath", request)
    address = info.directUrl.replace("{HOST}", cd2_program.url.removeprefix("http://"))
    assert requests.get(address, timeout=30).status_code == 403
    headers = dict(info.additionalHeaders) | {"User-Agent": info.userAgent}
    assert len(requests.get(address, timeout=30, headers=headers).content) == 1024
    assert info.expiresIn == 60


# -- WebDAV


class Dav(requests.Session):
    def __init__(self, url: str) -> None:
        super().__init__()
        self.base, self.auth = f"{url}/dav", ("demo", "demo")

    def __call__(self, method: str, path: str, **options: Any) -> requests.Response:
        return self.request(method, self.base + path, timeout=30, **options)


@pytest.fixture
def dav(cd2_program: Program, control: Control) -> Any:
    control.settings(dav_enabled=True)
    with Dav(cd2_program.url) as session:
        yield session


def test_webdav_is_off_until_it_is_switched_on(plain: Plain, cd2_program: Program) -> None:
    session = Dav(cd2_program.url)
    assert session("PROPFIND", "/").status_code == 404
    plain.call("SetDavServerConfig", pb.ModifyDavServerConfigRequest(enableDavServer=True))
    assert session("PROPFIND", "/").status_code == 207
    session.auth = ("demo", "wrong")
    refused = session("PROPFIND", "/")
    assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, 'Basic realm="CloudDrive"')
    config = plain.call("GetDavServerConfig")
    assert (config.davServerEnabled, config.davServerPath, config.httpPort) == (True, "/dav", cd2_program.port)


def test_webdav_puts_lists_moves_and_deletes(dav: Dav, control: Control) -> None:
    assert dav("MKCOL", "/CloudNAS/d").status_code == 201
    assert dav("MKCOL", "/CloudNAS/none/d").status_code == 409
    assert dav("PUT", "/CloudNAS/d/a.bin", data=DATA).status_code == 201
    assert dav("HEAD", "/CloudNAS/d/a.bin").headers["Content-Length"] == str(len(DATA))
    moved = dav("MOVE", "/CloudNAS/d/a.bin", headers={"Destination": f"{dav.base}/CloudNAS/d/%E4%B8%AD.bin"})
    assert moved.status_code == 201
    until(lambda: control.states("/CloudNAS/d/中.bin") == ["Finish"])
    assert control.file("/CloudNAS/d/中.bin")["sha256"] == hashlib.sha256(DATA).hexdigest()
    tree = ET.fromstring(dav("PROPFIND", "/CloudNAS/d", headers={"Depth": "1"}).content)
    assert [each.text for each in tree.iter("{DAV:}href")] == ["/dav/CloudNAS/d/", "/dav/CloudNAS/d/%E4%B8%AD.bin"]
    assert dav("GET", "/CloudNAS/d/中.bin", headers={"Range": "bytes=0-9"}).content == DATA[:10]
    assert dav("DELETE", "/CloudNAS/d").status_code == 204
    assert dav("GET", "/CloudNAS/d").status_code == 404


@pytest.mark.parametrize("method", ["MOVE", "COPY"])
def test_webdav_puts_nothing_into_itself(dav: Dav, control: Control, method: str) -> None:
    assert dav("MKCOL", "/CloudNAS/d").status_code == 201
    assert dav("PUT", "/CloudNAS/d/a.bin", data=b"abc").status_code == 201
    for source, target in (("d", "d/e"), ("d", "d"), ("d/a.bin", "d")):
        answer = dav(method, f"/CloudNAS/{source}", headers={"Destination": f"{dav.base}/CloudNAS/{target}"})
        assert answer.status_code == 403, (source, target)
    assert control.file("/CloudNAS/d/a.bin")["size"] == 3


def test_a_put_that_breaks_off_leaves_nothing(dav: Dav, control: Control, cd2_program: Program) -> None:
    with socket.create_connection(("127.0.0.1", cd2_program.port)) as half:
        head = "PUT /dav/CloudNAS/half.bin HTTP/1.1\r\nHost: x\r\nAuthorization: Basic ZGVtbzpkZW1v\r\n"
        half.sendall(f"{head}Content-Length: 1000\r\n\r\nabc".encode())
        until(lambda: control.counter("dav.PUT"))
    assert dav("PUT", "/CloudNAS/whole.bin", data=b"x").status_code == 201
    assert dav("HEAD", "/CloudNAS/half.bin").status_code == 404


def test_webdav_users_have_a_root_and_may_be_read_only(dav: Dav, plain: Plain, control: Control) -> None:
    user = pb.AddDavUserRequest(userName="guest", password="g", rootPath="/115open/特殊名称", readOnly=True)
    plain.call("AddDavUser", user)
    plain.call("SetDavServerConfig", pb.ModifyDavServerConfigRequest(enableDavServer=True))
    dav.auth = ("guest", "g")
    assert dav("GET", "/no extension").status_code == 200
    assert dav("PUT", "/x", data=b"x").status_code == 403
    dav.auth = ("demo", "demo")
    assert dav("PUT", "/归档/x", data=b"x").status_code == 403
    control.fault("dav_status", times=1, code=507)
    assert dav("PUT", "/CloudNAS/x", data=b"x").status_code == 507
