"""From a dlink to verified bytes over two hosts, and everything that can break on the way."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from urllib3.exceptions import IncompleteRead

from emulators.baidu.content import Content, obfuscated
from tests.emulators.standin import AGENT, Standin, query_of, wait_for

MIB = 1 << 20
FILE = "/测试/1MiB.bin"
BROKEN = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError, IncompleteRead)


def whole(baidu: Standin, path: str) -> bytes:
    """The true bytes, computed from what the control API tells."""
    told = baidu.source(path)
    data = Content(told["content"], told["size"]).read(0, told["size"])
    assert hashlib.sha256(data).hexdigest() == told["sha256"]
    return data


def cdn_url(baidu: Standin, path: str = FILE) -> str:
    """The address on the download host a dlink leads to."""
    hop = requests.get(baidu.dlink(path), headers=AGENT, allow_redirects=False, timeout=30)
    assert hop.status_code == 302, hop.text
    return hop.headers["Location"]


def partial(answer: Callable[[], requests.Response]) -> bytes:
    """What arrives, in whole KiB, before the connection breaks; fails when it does not break."""
    received = b""
    with pytest.raises(BROKEN):
        for piece in answer().iter_content(1024):
            received += piece
    return received


def stream(baidu: Standin, path: str = FILE, **headers: str) -> Callable[[], requests.Response]:
    link = baidu.dlink(path)
    return lambda: requests.get(link, headers=AGENT | headers, stream=True, timeout=30)


def code(answer: requests.Response) -> tuple[int, int]:
    return answer.status_code, answer.json()["error_code"]


# -- the way


def test_dlink_leads_to_another_host_and_the_right_bytes(baidu: Standin) -> None:
    link = baidu.dlink(FILE)
    assert link.startswith(f"{baidu.url}/file/")
    assert query_of(link)["expires"] == "8h"
    answer = baidu.fetch(link)
    hop = answer.history[0]
    assert hop.status_code == 302
    assert urlsplit(answer.url).netloc == urlsplit(baidu.download_url).netloc
    assert "access_token" not in answer.url
    assert answer.content == whole(baidu, FILE)


def test_headers_of_the_download(baidu: Standin) -> None:
    answer = baidu.fetch(baidu.dlink(FILE))
    md5 = hashlib.md5(answer.content).hexdigest()
    assert answer.headers["Content-MD5"] == md5
    assert baidu.meta(FILE)["md5"] == obfuscated(md5)
    assert answer.headers["ETag"] == f'"{md5}"'
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert parsedate_to_datetime(answer.headers["Last-Modified"]).timestamp() == baidu.source(FILE)["mtime"]
    assert "1MiB.bin" in answer.headers["Content-Disposition"]
    large = requests.head(cdn_url(baidu, "/测试/1GiB.bin"), headers=AGENT, timeout=30)
    assert large.headers["Content-Length"] == str(1024 * MIB)
    assert "Content-MD5" not in large.headers


@pytest.mark.parametrize(
    ("path", "size"),
    [
        ("1B", 1),
        ("1KiB", 1024),
        ("1MiB", MIB),
        ("16MiB", 16 * MIB),
        ("100MiB", 100 * MIB),
        ("4GiB", 4096 * MIB),
    ],
)
def test_handy_files_have_the_size_in_their_name(baidu: Standin, path: str, size: int) -> None:
    url = cdn_url(baidu, f"/测试/{path}.bin")
    assert requests.head(url, headers=AGENT, timeout=30).headers["Content-Length"] == str(size)


def test_HEAD_on_a_dlink_shows_the_redirect(baidu: Standin) -> None:
    hop = requests.head(baidu.dlink(FILE), headers=AGENT, timeout=30)
    assert (hop.status_code, hop.content) == (302, b"")


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("0-0", 0, 0),
        ("10-19", 10, 19),
        ("1048570-", MIB - 6, MIB - 1),
        ("-7", MIB - 7, MIB - 1),
        ("5-9999999", 5, MIB - 1),
    ],
)
def test_ranges(baidu: Standin, asked: str, first: int, last: int) -> None:
    answer = baidu.fetch(baidu.dlink(FILE), Range=f"bytes={asked}")
    assert answer.status_code == 206
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{MIB}"
    assert answer.content == whole(baidu, FILE)[first : last + 1]


def test_a_range_beyond_the_end_is_416_and_nonsense_is_ignored(baidu: Standin) -> None:
    beyond = baidu.fetch(baidu.dlink(FILE), Range=f"bytes={MIB}-")
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{MIB}")
    assert baidu.fetch(baidu.dlink(FILE), Range="bytes=9-3").status_code == 200
    assert baidu.fetch(baidu.dlink(FILE), Range="lines=1-2").status_code == 200


def test_ranges_deep_in_a_huge_file_join_up(baidu: Standin) -> None:
    url, at = cdn_url(baidu, "/测试/4GiB.bin"), (4 << 30) - 700_000
    halves = [
        baidu.fetch(url, Range=f"bytes={first}-{last}").content
        for first, last in ((at, at + 349_999), (at + 350_000, (4 << 30) - 1))
    ]
    told = baidu.source("/测试/4GiB.bin", hash=0)
    assert b"".join(halves) == Content(told["content"], told["size"]).read(at, 700_000)


def test_conditions(baidu: Standin) -> None:
    url = cdn_url(baidu)
    etag = baidu.fetch(url).headers["ETag"]
    part = {"Range": "bytes=0-9"}
    assert baidu.fetch(url, **part, **{"If-Range": etag}).status_code == 206
    assert baidu.fetch(url, **part, **{"If-Match": etag}).status_code == 206
    baidu.control("POST", "touch", {"path": FILE})
    assert baidu.fetch(url, **part, **{"If-Range": etag}).status_code == 200
    assert baidu.fetch(url, **part, **{"If-Match": etag}).status_code == 412


def test_the_second_host_tolerates_a_token(baidu: Standin) -> None:
    assert baidu.fetch(f"{cdn_url(baidu)}&access_token={baidu.access_token}").status_code == 200


# -- refusals


def test_the_agent_rule(baidu: Standin) -> None:
    link, url = baidu.dlink(FILE), cdn_url(baidu)
    for address in (link, url):
        assert code(requests.get(address, headers={"User-Agent": "curl/8"}, timeout=30)) == (403, 31326)
    baidu.settings(ua_rule="large")
    assert requests.get(link, headers={"User-Agent": "curl/8"}, timeout=30).status_code == 200
    large = baidu.dlink("/测试/100MiB.bin")
    assert code(requests.get(large, headers={"User-Agent": "curl/8"}, timeout=30)) == (403, 31326)


def test_links_need_a_live_token_of_their_owner(baidu: Standin) -> None:
    link = baidu.meta(FILE, dlink=1)["dlink"]
    assert code(baidu.fetch(link)) == (403, 31045)
    other = baidu.control("POST", "token", {"user": "demo2"})["access_token"]
    assert code(baidu.fetch(f"{link}&access_token={other}")) == (403, 31045)
    baidu.control("POST", "expire-tokens", {"user": "demo"})
    assert code(baidu.fetch(f"{link}&access_token={baidu.access_token}")) == (403, 31045)


@pytest.mark.parametrize("part", ["fid", "dstime", "sign", "dp-logid", "expires"])
def test_altered_links_are_refused(baidu: Standin, part: str) -> None:
    link = baidu.dlink(FILE)
    value = query_of(link)[part]
    assert code(baidu.fetch(link.replace(f"{part}={value}", f"{part}=1{value}"))) == (403, 31362)


def test_links_end(baidu: Standin) -> None:
    link, url = baidu.dlink(FILE), cdn_url(baidu)
    baidu.control("POST", "expire-links")
    assert code(baidu.fetch(link)) == (403, 31360)
    assert code(baidu.fetch(url)) == (403, 31360)
    assert baidu.fetch(baidu.dlink(FILE)).status_code == 200
    baidu.settings(dlink_s=0.1)
    link = baidu.dlink(FILE)
    wait_for(lambda: baidu.fetch(link).status_code == 403, 3)


def test_a_deleted_file_is_gone(baidu: Standin) -> None:
    link = baidu.dlink(FILE)
    baidu.control("POST", "change", {"op": "delete", "path": FILE})
    assert code(baidu.fetch(link)) == (403, 31066)


@pytest.mark.parametrize(
    ("fault", "params", "expected"),
    [
        ("dlink_expired", {}, 31360),
        ("sign_error", {}, 31362),
        ("blacklist", {}, 31329),
        ("blacklist", {"code": 31626}, 31626),
        ("user_limited", {"hitcode": 104}, 31326),
    ],
)
@pytest.mark.parametrize("op", ["dlink", "cdn"])
def test_refusals_can_be_switched_on(baidu: Standin, fault: str, params: Any, expected: int, op: str) -> None:
    baidu.fault(fault, times=1, match={"op": op}, **params)
    refused = baidu.fetch(baidu.dlink(FILE))
    assert code(refused) == (403, expected)
    assert bool(refused.history) == (op == "cdn")
    assert baidu.fetch(baidu.dlink(FILE)).status_code == 200


def test_F55_redirect_loop_and_redirect_to_another_host(baidu: Standin) -> None:
    baidu.fault("redirect_loop")
    with pytest.raises(requests.TooManyRedirects):
        baidu.fetch(baidu.dlink(FILE))
    baidu.control("DELETE", "faults")
    baidu.fault("redirect_to", url="http://169.254.169.254/latest")
    hop = requests.get(baidu.dlink(FILE), headers=AGENT, allow_redirects=False, timeout=30)
    assert hop.headers["Location"] == "http://169.254.169.254/latest"


def test_connections_per_user_can_be_limited(baidu: Standin) -> None:
    baidu.settings(max_connections=1)
    url = cdn_url(baidu, "/测试/500MiB.bin")
    with requests.get(url, headers=AGENT, stream=True, timeout=30):
        assert code(baidu.fetch(url)) == (403, 31326)
    wait_for(lambda: baidu.control("GET", "state")["connections"] == 0)
    assert baidu.fetch(url, Range="bytes=0-9").status_code == 206


# -- broken bodies


def test_F51_cut_after_some_bytes(baidu: Standin) -> None:
    baidu.fault("cut", times=1, after=10_240)
    assert partial(stream(baidu)) == whole(baidu, FILE)[:10_240]
    assert baidu.fetch(baidu.dlink(FILE)).content == whole(baidu, FILE)


def test_F51_hard_cut_is_a_reset(baidu: Standin) -> None:
    baidu.fault("cut", times=1, after=0, hard=True)
    assert partial(stream(baidu)) == b""


def test_F51_chunked_cut_has_no_length(baidu: Standin) -> None:
    baidu.fault("cut", times=2, after=5000, chunked=True)
    with stream(baidu)() as answer:
        assert "Content-Length" not in answer.headers
        assert answer.headers["Transfer-Encoding"] == "chunked"
    assert len(partial(stream(baidu))) <= 5000


def test_F51_truncated_with_a_length_that_agrees(baidu: Standin) -> None:
    baidu.fault("truncate", times=2, bytes=100)
    answer = baidu.fetch(baidu.dlink(FILE))
    assert len(answer.content) == int(answer.headers["Content-Length"]) == MIB - 100
    part = baidu.fetch(baidu.dlink(FILE), Range="bytes=0-999")
    assert part.headers["Content-Range"] == f"bytes 0-899/{MIB}"
    assert len(part.content) == 900


def _raw(url: str) -> bytes:
    """Everything the connection carries after the head, whatever the head says."""
    import socket

    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=10) as connection:
        head = f"GET {parts.path}?{parts.query} HTTP/1.1\r\nHost: x\r\nUser-Agent: pan.baidu.com\r\n\r\n"
        connection.sendall(head.encode())
        received = b""
        while piece := connection.recv(65_536):
            received += piece
    return received


def test_F51_longer_than_announced(baidu: Standin) -> None:
    url = cdn_url(baidu, "/测试/1KiB.bin")
    baidu.fault("longer", times=1, bytes=5)
    head, _, body = _raw(url).partition(b"\r\n\r\n")
    assert b"content-length: 1024" in head
    assert body == whole(baidu, "/测试/1KiB.bin") + b"\0" * 5


@pytest.mark.parametrize("delta", [-3, 3])
def test_F51_wrong_content_length(baidu: Standin, delta: int) -> None:
    url = cdn_url(baidu, "/测试/1KiB.bin")
    baidu.fault("wrong_length", times=1, delta=delta)
    head, _, body = _raw(url).partition(b"\r\n\r\n")
    assert f"content-length: {1024 + delta}".encode() in head
    assert len(body) == 1024


def test_F52_one_flipped_bit(baidu: Standin) -> None:
    baidu.control("POST", "faults", {"name": "flip", "params": {"offset": 300_000, "every": 2}})
    data = whole(baidu, FILE)
    assert baidu.fetch(baidu.dlink(FILE)).content == data
    wrong = baidu.fetch(baidu.dlink(FILE)).content
    assert [at for at in range(MIB) if wrong[at] != data[at]] == [300_000]
    assert wrong[300_000] ^ data[300_000] == 1


def test_F53_the_file_changes_midway(baidu: Standin) -> None:
    before, link = whole(baidu, FILE), baidu.dlink(FILE)
    baidu.fault("change_midway", times=1, after=102_400)
    answer = requests.get(link, headers=AGENT, stream=True, timeout=30)
    etag = answer.headers["ETag"]
    assert partial(lambda: answer) == before[:102_400]
    rest = baidu.fetch(link, Range="bytes=102400-", **{"If-Range": etag})
    assert rest.status_code == 200
    assert rest.headers["ETag"] != etag
    assert rest.content == whole(baidu, FILE) != before


def test_F54_range_ignored_and_wrong_range(baidu: Standin) -> None:
    baidu.fault("ignore_range", times=1)
    ignored = baidu.fetch(baidu.dlink(FILE), Range="bytes=10-19")
    assert (ignored.status_code, len(ignored.content)) == (200, MIB)
    baidu.fault("wrong_range", times=1, shift=5)
    wrong = baidu.fetch(baidu.dlink(FILE), Range="bytes=10-19")
    assert wrong.headers["Content-Range"] == f"bytes 15-24/{MIB}"
    assert wrong.content == whole(baidu, FILE)[15:25]


def test_F54_gzip_and_multipart_on_a_range(baidu: Standin) -> None:
    expected = whole(baidu, FILE)[10:5000]
    baidu.fault("gzip", times=1)
    packed = baidu.fetch(baidu.dlink(FILE), Range="bytes=10-4999")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.content == expected
    baidu.fault("multipart", times=1)
    wrapped = baidu.fetch(baidu.dlink(FILE), Range="bytes=10-4999")
    assert wrapped.status_code == 206
    assert "Content-Range" not in wrapped.headers
    assert wrapped.headers["Content-Type"].startswith("multipart/byteranges")
    assert f"Content-Range: bytes 10-4999/{MIB}".encode() in wrapped.content
    assert expected in wrapped.content


def test_dlink_expires_in_the_middle(baidu: Standin) -> None:
    link = baidu.dlink(FILE)
    baidu.fault("dlink_expired_midway", times=1, after=51_200)
    assert len(partial(lambda: requests.get(link, headers=AGENT, stream=True, timeout=30))) == 51_200
    assert code(baidu.fetch(link, Range="bytes=51200-")) == (403, 31360)
    assert baidu.fetch(baidu.dlink(FILE), Range="bytes=51200-").status_code == 206


def test_F50_slow_and_stalled(baidu: Standin) -> None:
    baidu.fault("slow", times=1, bytes_per_s=4096)
    started = time.monotonic()
    assert len(baidu.fetch(baidu.dlink("/测试/1KiB.bin")).content) == 1024
    assert time.monotonic() - started > 0.2
    baidu.fault("stall", times=1, after=1000)
    received = b""
    answer = requests.get(baidu.dlink(FILE), headers=AGENT, stream=True, timeout=0.4)
    with answer, pytest.raises(requests.ConnectionError):
        for piece in answer.iter_content(100):
            received += piece
    assert len(received) == 1000
    wait_for(lambda: baidu.control("GET", "state")["connections"] == 0)


def test_a_reader_who_leaves_ends_the_stream(baidu: Standin) -> None:
    url = cdn_url(baidu, "/测试/4GiB.bin")
    with requests.get(url, headers=AGENT, stream=True, timeout=30) as answer:
        next(answer.iter_content(65_536))
        assert baidu.control("GET", "state")["connections"] == 1
    wait_for(lambda: baidu.control("GET", "state")["connections"] == 0)
    assert baidu.control("GET", "counters")["bytes_sent"] < 64 * MIB


def test_a_reader_who_does_not_read_is_not_buffered_for(baidu: Standin) -> None:
    url = cdn_url(baidu, "/测试/4GiB.bin")
    with requests.get(url, headers=AGENT, stream=True, timeout=30) as answer:
        next(answer.iter_content(1024))
        sent = [-1, baidu.control("GET", "counters")["bytes_sent"]]
        while sent[-1] != sent[-2]:
            threading.Event().wait(0.1)
            sent.append(baidu.control("GET", "counters")["bytes_sent"])
        assert sent[-1] < 32 * MIB
