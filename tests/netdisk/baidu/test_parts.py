"""Sending blocks: how they travel, and every way in which they don't arrive (§3.3)."""

from __future__ import annotations

import hashlib
import socket
import threading
import traceback
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from core.outbound import Policy, make_session
from netdisk.baidu import BaiduClient, BaiduError, Reaction
from netdisk.baidu.multipart import PIECE, Multipart

from .bodies import Bytes, Failing, file_in
from .conftest import TOKEN
from .scripted import HANG_UP, Answer, Seen, Upstream

MIB = 1024 * 1024
PATH = "/apps/x/我 的.bin"


@pytest.fixture(params=["plain", "gated"])
def session(request: pytest.FixtureRequest, upstream: Upstream) -> Iterator[requests.Session]:
    """The client works over any session; the site's own goes through the gate."""
    if request.param == "gated":
        session: requests.Session = make_session(Policy.parse("127.0.0.1"))
    else:
        session = requests.Session()
        session.trust_env = False
    with session:
        yield session


def send(client: BaiduClient, upstream: Upstream, body: Any) -> str:
    return client.upload_part(f"{upstream.url}/", PATH, "N1-abc", 7, body)


def refusal(client: BaiduClient, upstream: Upstream, body: Any = None) -> BaiduError:
    with pytest.raises(BaiduError) as caught:
        send(client, upstream, body or Bytes(b"data"))
    shown = "".join(traceback.format_exception(caught.value))
    assert TOKEN not in shown
    return caught.value


def test_a_block_arrives_as_the_one_file_of_a_form(client: BaiduClient, upstream: Upstream) -> None:
    upstream.say({"md5": "5D41402ABC4B2A76B9719D911017C592", "request_id": 1})
    content = bytes(range(256)) * 4096
    body = Bytes(content[:10], memoryview(content)[10 : 3 * PIECE], b"", content[3 * PIECE :])
    assert send(client, upstream, body) == "5d41402abc4b2a76b9719d911017c592"
    (seen,) = upstream.seen
    assert (seen.method, seen.path) == ("POST", "/rest/2.0/pcs/superfile2")
    assert {key: seen.query[key] for key in ("method", "type", "path", "uploadid", "partseq", "access_token")} == {
        "method": "upload",
        "type": "tmpfile",
        "path": PATH,
        "uploadid": "N1-abc",
        "partseq": "7",
        "access_token": TOKEN,
    }
    assert seen.headers["Content-Length"] == str(len(seen.body))
    assert "Transfer-Encoding" not in seen.headers
    assert seen.headers["User-Agent"] == "pan.baidu.com"
    assert hashlib.md5(file_in(seen)).digest() == hashlib.md5(content).digest()


def test_a_block_is_never_copied_or_gathered() -> None:
    block = memoryview(bytearray(16 * MIB))
    part = Multipart(Bytes(block))
    tracemalloc.start()
    pieces = 0
    for piece in part:
        assert len(piece) <= PIECE
        pieces += isinstance(piece, memoryview) and piece.obj is block.obj
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert pieces == 16 * MIB // PIECE
    assert peak < 64 * 1024
    assert len(part) == 16 * MIB + len(b"".join([*Multipart(Bytes())]))


def test_a_refused_token_starts_the_block_again_with_the_new_one(upstream: Upstream, session: requests.Session) -> None:
    given = iter(["old-token", "new-token"])
    client = BaiduClient(session, pan_url=upstream.url, pcs_url=upstream.url, access_token=lambda: next(given))
    upstream.say({"error_code": 110, "error_msg": "Access token invalid"}, status=401)
    upstream.say({"md5": "0" * 32})
    body = Bytes(b"one", b"two")
    send(client, upstream, body)
    assert [(seen.query["access_token"], file_in(seen)) for seen in upstream.seen] == [
        ("old-token", b"onetwo"),
        ("new-token", b"onetwo"),
    ]
    assert body.begun == 2


@pytest.mark.parametrize(
    "host",
    ["https://c.pcs.baidu.com.example.org", "http://c.pcs.baidu.com", "https://c.pcs.baidu.com@127.0.0.1", "", "x"],
)
def test_the_token_never_goes_to_a_foreign_host(client: BaiduClient, upstream: Upstream, host: str) -> None:
    body = Bytes(b"data")
    with pytest.raises(BaiduError) as caught:
        client.upload_part(host, PATH, "N1-abc", 0, body)
    assert (caught.value.code, caught.value.permanent) == ("untrusted_host", True)
    assert (upstream.seen, body.begun) == ([], 0)


# -- bodies that fail


@pytest.mark.parametrize(
    "error",
    [
        OSError(5, "input/output error"),
        BrokenPipeError(),
        ConnectionResetError(104, "reset"),
        TimeoutError(),
        KeyError(),
    ],
)
def test_what_the_source_raises_is_not_taken_for_the_network(
    client: BaiduClient, upstream: Upstream, error: Exception
) -> None:
    upstream.respond = lambda seen: {}
    with pytest.raises(type(error)) as caught:
        send(client, upstream, Failing(error))
    assert caught.value is error
    assert TOKEN not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("length", [3, 5])
def test_a_body_of_another_length_than_announced_is_never_completed(
    client: BaiduClient, upstream: Upstream, length: int
) -> None:
    upstream.respond = lambda seen: {"md5": "0" * 32}
    with pytest.raises(ValueError, match="as long as announced"):
        send(client, upstream, Bytes(b"data", length=length))
    send(client, upstream, Bytes(b"whole"))
    complete = [seen for seen in upstream.seen if len(seen.body) == int(seen.headers["Content-Length"])]
    assert [file_in(seen) for seen in complete] == [b"whole"]


# -- what the other side does


def test_F52_a_connection_that_breaks_is_the_network_and_not_tried_again(
    client: BaiduClient, upstream: Upstream
) -> None:
    upstream.say(HANG_UP)
    error = refusal(client, upstream)
    assert (error.code, error.reaction, error.endpoint) == ("network", Reaction.BACKOFF, "upload_part")
    assert len(upstream.seen) == 1


def test_nobody_there(session: requests.Session) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        client = BaiduClient(session, pan_url=url, pcs_url=url, access_token=lambda: TOKEN)
        with pytest.raises(BaiduError) as caught:
            client.upload_part(url, PATH, "N1-abc", 0, Bytes(b"data"))
    assert caught.value.code == "unreachable"
    assert TOKEN not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("answer", "reaction", "name"),
    [
        (({"error_code": 31363, "error_msg": "part missing"}, 403), Reaction.RESEND_PARTS, "upload_incomplete"),
        (({"error_code": 31364}, 400), Reaction.SMALLER_PARTS, "part_size"),
        (({"error_code": 31299, "error_msg": "first part too small"}, 400), Reaction.RESEND_PARTS, "part_size"),
        (
            ({"error_code": 31299, "error_msg": "Expried Time Not Match, upload has expire"}, 400),
            Reaction.RESEND_PARTS,
            "upload_expired",
        ),
        (({"error_code": 31023, "error_msg": "uploadid not found"}, 400), Reaction.RESEND_PARTS, "upload_expired"),
        (({"error_code": 777, "error_msg": "uploadid is expired"}, 400), Reaction.RESEND_PARTS, "upload_expired"),
        (({"error_code": 31211, "error_msg": "access denied"}, 403), Reaction.FIX_REQUEST, "path_refused"),
        (({"error_code": 4, "error_msg": "No permission"}, 403), Reaction.NOT_SUPPORTED, "not_supported"),
        (({"error_code": 31212}, 503), Reaction.BACKOFF, "upstream_failed"),
        ((Answer(b"<html>", 413), 413), Reaction.SMALLER_PARTS, "part_size"),
        ((Answer(b"", 502), 502), Reaction.BACKOFF, "upstream_failed"),
        ((Answer(b"Trigger security policy", 403), 403), Reaction.BACKOFF, "rate_limited"),
        (({"errno": 0}, 200), Reaction.BACKOFF, "malformed_reply"),
        (({"md5": "short"}, 200), Reaction.BACKOFF, "malformed_reply"),
    ],
)
def test_refused_blocks(
    client: BaiduClient, upstream: Upstream, answer: tuple[Any, int], reaction: Reaction, name: str
) -> None:
    upstream.say(answer[0], status=answer[1])
    error = refusal(client, upstream)
    assert (error.reaction, error.platform_code) == (reaction, f"netdisk.{name}")
    assert len(upstream.seen) == 1


def test_an_answer_that_comes_before_the_end_of_the_block_is_read(session: requests.Session) -> None:
    """As a front end does it: it refuses, closes its side and lets the rest run off."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(MIB):
                pass

    thread = threading.Thread(target=serve)
    thread.start()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    client = BaiduClient(session, pan_url=url, pcs_url=url, access_token=lambda: TOKEN)
    with pytest.raises(BaiduError) as caught:
        client.upload_part(url, PATH, "N1-abc", 0, Bytes(memoryview(bytes(16 * MIB))))
    assert caught.value.reaction is Reaction.SMALLER_PARTS
    session.close()
    thread.join(10)
    listener.close()


def test_redirects_are_not_followed(client: BaiduClient, upstream: Upstream) -> None:
    upstream.respond = lambda seen: Answer(b"", 307, {"Location": f"{upstream.url}/elsewhere"})
    assert refusal(client, upstream).code == "http_307"
    assert [seen.path for seen in upstream.seen] == ["/rest/2.0/pcs/superfile2"]


def test_each_block_has_its_own_boundary(client: BaiduClient, upstream: Upstream) -> None:
    upstream.say({"md5": "0" * 32}, {"md5": "0" * 32})
    send(client, upstream, Bytes(b"a"))
    send(client, upstream, Bytes(b"a"))
    types: list[Seen] = upstream.seen
    assert types[0].headers["Content-Type"] != types[1].headers["Content-Type"]
