"""gRPC-Web over HTTP/1.1: wire/clouddrive2.md §5.1."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from core.outbound import NO_RETRIES, HostPort, Policy, make_session
from tests.emulators.clouddrive2.standin import Control, Program
from tests.support.waiting import until
from tests.transfers.clouddrive2.conftest import FAST, SHA256, SIZE, Source, Stopper, Work
from transfers.clouddrive2.client import CloudDrive
from transfers.clouddrive2.errors import CloudDriveError, Kind
from transfers.clouddrive2.push import Push
from transfers.clouddrive2.remote import RemoteFile, RemoteUploads
from transfers.clouddrive2.web import WebTransport

Make = Callable[..., CloudDrive]
PATH = "/CloudNAS/web.bin"


@pytest.fixture
def web(make: Make, session: requests.Session, cd2_program: Program) -> CloudDrive:
    return make(transport=WebTransport(session, cd2_program.url, FAST))


def test_calls_listings_and_failures_are_as_over_grpc(web: CloudDrive, make: Make, control: Control) -> None:
    control.settings(batch=50)
    assert len(list(web.list_dir("/115open/照片/2025"))) == 600
    assert web.find("/115open/无") is None
    with pytest.raises(CloudDriveError, match="already exists"):
        web.rename("/CloudNAS/测试", "文档")
    control("POST", "expire-tokens")
    assert web.test().version == "1.1.2"
    assert {each["transport"] for each in control("GET", "log")["calls"]} == {"web"}


def test_a_listing_can_be_left_early(web: CloudDrive, control: Control) -> None:
    control.settings(batch=1)
    for _ in range(20):
        assert next(iter(web.list_dir("/115open/照片/2025"))).name == "IMG_00000.jpg"


@pytest.mark.parametrize("size", [0, 1, SIZE])
def test_direct_write(web: CloudDrive, control: Control, size: int) -> None:
    source = Source(size)
    web.write(PATH, size, source)
    assert control.file(PATH)["size"] == size
    assert control.counter("calls.WriteToFileStream") == 0
    if size == SIZE:
        assert control.file(PATH)["sha256"] == SHA256


@pytest.mark.parametrize("path", [PATH, "/百度网盘/web.bin"])
def test_the_whole_remote_upload_protocol_works(web: CloudDrive, control: Control, path: str) -> None:
    uploads = RemoteUploads(web.caller, web.chunk_size, "web device")
    assert uploads.upload(RemoteFile(path, SIZE, Source())).run().how == "finish"
    assert control.file(path)["sha256"] == SHA256
    uploads.close()
    until(lambda: control("POST", "drop-channels")["channels"] == 0)


@pytest.mark.parametrize("fault", ["unavailable", "drop", "answer_lost", "auth_expired"])
def test_a_piece_that_fails_is_sent_again(make: Make, web: CloudDrive, control: Control, fault: str) -> None:
    control.fault(fault, times=2, skip=1, match={"op": "WriteToFile"})
    control.settings(message_limit=600_000)
    web.write(PATH, SIZE, Source())
    assert control.file(PATH)["sha256"] == SHA256


def test_an_empty_answer_is_a_refused_sign_in(session: requests.Session, make: Make, control: Control) -> None:
    control.settings(web_empty_refusal=True)
    drive = make(user="demo", password="wrong", transport=WebTransport(session, control.url, FAST))
    with pytest.raises(CloudDriveError) as error:
        drive.find("/")
    assert (error.value.code, error.value.kind) == ("clouddrive_auth", Kind.AUTH)


def test_a_stop_ends_a_call_that_hangs(web: CloudDrive, control: Control) -> None:
    web.find("/")
    control.fault("hang", match={"op": "WriteToFile"})
    stop = Stopper()
    work = Work(lambda: web.write(PATH, SIZE, Source(), stop=stop))
    until(lambda: control.counter("calls.WriteToFile"))
    stop.stop()
    assert isinstance(work.join(5), InterruptedError)


def test_push_messages_come_and_the_stream_can_be_closed(web: CloudDrive) -> None:
    opened = threading.Event()
    push = Push(web.caller, opened.set)
    heard: list[Any] = []
    work = Work(lambda: heard.extend(iter(push)))
    assert opened.wait(5)
    web.mkdir("/CloudNAS/told")
    push.close()
    work.join(5)


def test_through_the_gate_of_the_product(make: Make, cd2_program: Program, control: Control) -> None:
    policy = Policy(allow=(HostPort("127.0.0.1", cd2_program.port),))
    with make_session(policy, retries=NO_RETRIES) as gated:
        drive = make(transport=WebTransport(gated, cd2_program.url, FAST))
        drive.write(PATH, SIZE, Source())
        assert control.file(PATH)["sha256"] == SHA256
        assert len(list(drive.list_dir("/115open/照片/2025"))) == 600
    with make_session(Policy(), retries=NO_RETRIES) as closed:
        drive = make(transport=WebTransport(closed, cd2_program.url, FAST))
        with pytest.raises(CloudDriveError) as error:
            drive.find("/")
    assert (error.value.code, error.value.permanent) == ("address_refused", True)


# -- what other things may answer


@contextmanager
def answering(*answers: bytes) -> Iterator[str]:
    """A server that gives one connection after the other these bytes, then closes it."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def run() -> None:
            for answer in answers:
                connection, _ = server.accept()
                with connection:
                    connection.recv(65_536)
                    connection.sendall(answer)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def head(length: int, *lines: str, status: str = "200 OK") -> bytes:
    return "\r\n".join(
        [f"HTTP/1.1 {status}", f"Content-Length: {length}", "Connection: close", *lines, "", ""]
    ).encode()


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (head(0, status="405 Method Not Allowed"), "clouddrive_refused"),
        (head(0, status="404 Not Found"), "clouddrive_unimplemented"),
        (head(0, status="413 Too Large"), "clouddrive_too_large"),
        (head(0, status="502 Bad Gateway"), "clouddrive_unavailable"),
        (head(0, "Location: http://127.0.0.1:1/", status="302 Found"), "clouddrive_refused"),
        (head(3) + b"abc", "clouddrive_unavailable"),
        (head(9) + b"\0\0\0\0\4abc", "clouddrive_unavailable"),
        (head(5) + b"\0\xff\xff\xff\xff", "clouddrive_malformed"),
        (head(7) + b"\x80\0\0\0\2ab", "clouddrive_malformed"),
        (head(0, "grpc-status: nonsense"), "clouddrive_malformed"),
        (head(0, "grpc-status: 0"), "clouddrive_malformed"),
        (head(20) + b"<html>login</html>  ", "clouddrive_malformed"),
    ],
)
def test_strange_answers_are_errors_not_hangs(session: requests.Session, answer: bytes, code: str) -> None:
    with answering(answer) as url:
        began = time.monotonic()
        with pytest.raises(CloudDriveError) as error:
            WebTransport(session, url, FAST).unary("GetRuntimeInfo", b"", "secret-token", 3)
    assert error.value.code == code
    assert "secret-token" not in str(error.value)
    assert time.monotonic() - began < 5
