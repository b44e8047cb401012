"""tus 1.0 as the protocol's text has it, over real HTTP."""

from __future__ import annotations

import hashlib
import os
import socket
import threading
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support.site import PASSWORD, Client, Site
from tests.support.waiting import until

from .tus import OCTETS, UPLOADS, Tus, checksum, metadata

DATA = os.urandom(300_000)


def refused(answer: Any, status: int, code: str) -> None:
    assert answer.status_code == status, answer.text
    said = answer.json()
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert said["code"] == code and said["title"] and said["hint"] and said["request_id"]
    assert answer.headers["Tus-Resumable"] == "1.0.0"


def test_options_tell_what_the_server_can(harbour: Tus) -> None:
    answer = harbour.client.options(UPLOADS)
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0" and answer.headers["Tus-Max-Size"] == str(64 << 20)
    named = answer.headers["Tus-Extension"].split(",")
    assert set(named) == {"creation", "creation-with-upload", "expiration", "checksum", "termination"}
    assert set(answer.headers["Tus-Checksum-Algorithm"].split(",")) == {"sha1", "sha256", "md5"}


def test_a_file_in_two_requests_lands_in_the_library_whole(harbour: Tus) -> None:
    said = {"filename": "größe 文件.bin", "folder": "/incoming/a", "unknown": ""}
    made = harbour.create(len(DATA), **said)
    assert made.status_code == 201 and made.headers["Upload-Offset"] == "0"
    url = made.headers["Location"]
    first = harbour.patch(url, 0, DATA[:100_000])
    assert first.status_code == 204 and first.headers["Upload-Offset"] == "100000"
    assert parsedate_to_datetime(first.headers["Upload-Expires"]) >= parsedate_to_datetime(first.headers["Date"])
    head = harbour.send("HEAD", url)
    assert head.headers["Upload-Offset"] == "100000" and head.headers["Upload-Length"] == str(len(DATA))
    assert head.headers["Upload-Metadata"] == metadata(**said) and head.headers["Cache-Control"] == "no-store"
    assert [row["offset"] for row in harbour.unfinished() if row["url"] == url] == [100_000]
    last = harbour.patch(url, 100_000, DATA[100_000:])
    assert last.status_code == 204 and last.headers["Upload-Offset"] == str(len(DATA))
    assert "Upload-Expires" not in last.headers
    assert harbour.content(url) == DATA
    pk = harbour.look(url)["file"]
    kept = harbour.client.get(f"/api/v1/library/{pk}").json()
    assert (kept["name"], kept["folder"], kept["size"]) == ("größe 文件.bin", "/incoming/a", len(DATA))
    assert kept["sha256"] == hashlib.sha256(DATA).hexdigest()
    assert url not in [row["url"] for row in harbour.unfinished()]


def test_creation_with_upload_takes_the_bytes_along(harbour: Tus) -> None:
    made = harbour.create(len(DATA), DATA, filename="at once.bin")
    assert made.status_code == 201 and made.headers["Upload-Offset"] == str(len(DATA))
    assert harbour.content(made.headers["Location"]) == DATA
    part = harbour.create(len(DATA), DATA[:7], filename="a part.bin")
    assert part.headers["Upload-Offset"] == "7"
    assert harbour.patch(part.headers["Location"], 7, DATA[7:]).status_code == 204
    assert harbour.content(part.headers["Location"]) == DATA


def test_an_empty_file_is_complete_when_it_is_created(harbour: Tus) -> None:
    made = harbour.create(0, filename="empty")
    assert made.status_code == 201 and harbour.look(made.headers["Location"])["state"] == "done"
    assert harbour.content(made.headers["Location"]) == b""


def test_the_method_may_come_in_a_header(harbour: Tus) -> None:
    url = harbour.begin(3, filename="x")
    answer = harbour.send("POST", url, b"abc", X_HTTP_Method_Override="PATCH", Upload_Offset="0", Content_Type=OCTETS)
    assert answer.status_code == 204 and harbour.content(url) == b"abc"


@pytest.mark.parametrize("length", [None, "", "-1", "1.5", "x", "9" * 30, "١"])
def test_a_length_is_asked_for(harbour: Tus, length: str | None) -> None:
    sent = length.encode() if length else length
    answer = harbour.send("POST", UPLOADS, Upload_Metadata=metadata(filename="x"))
    if length is not None:
        answer = harbour.client.post(UPLOADS, headers={"Tus-Resumable": "1.0.0", "Upload-Length": sent or b""})
    refused(answer, 400, "invalid")
    assert "Upload-Length" in answer.json()["errors"]


@pytest.mark.parametrize(
    "text", ["filename !!!", "filename", "filename eA==,filename eA==", "filename /w==", "ключ eA==", "x" * 9000]
)
def test_metadata_that_is_none_is_refused(harbour: Tus, text: str) -> None:
    headers: dict[str, Any] = {"Tus-Resumable": "1.0.0", "Upload-Length": "1", "Upload-Metadata": text.encode()}
    answer = harbour.client.post(UPLOADS, headers=headers)
    if text == "filename":  # a name without a value is allowed
        assert answer.status_code == 201
        return
    refused(answer, 400, "invalid")


def test_other_versions_are_refused_with_ours_named(harbour: Tus) -> None:
    url = harbour.begin(3, filename="x")
    for method, address in (("POST", UPLOADS), ("PATCH", url), ("DELETE", url)):
        answer = harbour.client.request(method, address, headers={"Tus-Resumable": "0.2.2", "Upload-Length": "3"})
        refused(answer, 412, "upload.version")
        assert answer.headers["Tus-Version"] == "1.0.0"
    assert harbour.client.head(url).status_code == 412
    assert harbour.offset(url) == 0


def test_bytes_are_taken_only_where_the_upload_stands(harbour: Tus) -> None:
    url = harbour.begin(10, filename="x")
    assert harbour.patch(url, 0, b"01234").status_code == 204
    for offset in (0, 4, 6, 10):
        refused(harbour.patch(url, offset, b"zz"), 409, "upload.offset")
    refused(harbour.patch(url, "x", b"zz"), 400, "invalid")
    refused(harbour.patch(url, 5, b"zz", Content_Type="application/octet-stream"), 415, "upload.content_type")
    assert harbour.offset(url) == 5
    assert harbour.patch(url, 5, b"56789").status_code == 204
    assert harbour.content(url) == b"0123456789"


def test_H45_bytes_beyond_the_size_are_not_stored(harbour: Tus) -> None:
    url = harbour.begin(10, filename="x")
    refused(harbour.patch(url, 0, b"x" * 11), 413, "upload.too_large")
    refused(harbour.patch(url, 0, iter([b"x" * 6, b"x" * 6])), 413, "upload.too_large")
    assert harbour.offset(url) == 0
    assert harbour.patch(url, 0, iter([b"01234", b"56789"])).headers["Upload-Offset"] == "10"
    refused(harbour.patch(url, 10, b"x"), 413, "upload.too_large")
    assert harbour.content(url) == b"0123456789"


def test_H45_finishing_twice_is_harmless(harbour: Tus) -> None:
    url = harbour.begin(3, filename="twice.bin", folder="/twice")
    assert harbour.patch(url, 0, b"abc").status_code == 204
    for _ in range(3):
        again = harbour.patch(url, 3, b"")
        assert again.status_code == 204 and again.headers["Upload-Offset"] == "3"
    refused(harbour.patch(url, 0, b"abc"), 409, "upload.offset")
    assert harbour.offset(url) == 3
    assert harbour.client.get("/api/v1/library?folder=/twice").json()["count"] == 1


def test_H45_the_uploads_of_others_are_not_there(harbour: Tus, stranger: Tus) -> None:
    url = harbour.begin(3, filename="mine")
    done = harbour.create(3, b"abc", filename="done").headers["Location"]
    for address in (url, done, UPLOADS + "x", UPLOADS + "%00", f"{url}/x"):
        for method in ("HEAD", "GET", "PATCH", "DELETE"):
            answer = stranger.send(method, address, b"abc", Upload_Offset="0", Content_Type=OCTETS)
            assert answer.status_code == 404, (method, address)
    assert stranger.unfinished() == []
    assert harbour.offset(url) == 0 and harbour.content(done) == b"abc"


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "md5"])
def test_a_checksum_decides_about_the_bytes(harbour: Tus, algorithm: str) -> None:
    url = harbour.begin(10, filename="x")
    refused(harbour.patch(url, 0, b"01234", Upload_Checksum=checksum(b"0123x", algorithm)), 460, "upload.checksum")
    assert harbour.offset(url) == 0
    good = harbour.patch(url, 0, b"01234", Upload_Checksum=checksum(b"01234", algorithm))
    assert good.status_code == 204 and good.headers["Upload-Offset"] == "5"
    for wrong in ("crc32 AAAA", "sha1 !!", "sha1"):
        assert harbour.patch(url, 5, b"56789", Upload_Checksum=wrong).status_code in (400, 460)
    assert harbour.patch(url, 5, b"56789", Upload_Checksum=checksum(b"56789", algorithm)).status_code == 204
    assert harbour.content(url) == b"0123456789"


def test_termination_removes_the_bytes(harbour: Tus, site: Site) -> None:
    url = harbour.begin(1000, filename="x")
    harbour.patch(url, 0, b"x" * 500)
    staged = next(site.data.glob(f"library/*/.uploads/{url.rpartition('/')[2]}"))
    assert harbour.send("DELETE", url).status_code == 204
    assert not staged.exists()
    assert harbour.send("HEAD", url).status_code == 404
    assert harbour.send("DELETE", url).status_code == 404


def test_removing_a_finished_upload_leaves_its_file(harbour: Tus) -> None:
    url = harbour.create(3, b"abc", filename="stays").headers["Location"]
    pk = harbour.look(url)["file"]
    assert harbour.send("DELETE", url).status_code == 204
    assert harbour.client.get(f"/files/{pk}").content == b"abc"


class Slow:
    """A PATCH on a bare socket, which sends what it is told to and no more. When it is made, the server waits for its bytes."""

    def __init__(self, tus: Tus, url: str, offset: int, length: int) -> None:
        parts = urlsplit(tus.client.base)
        self.socket = socket.create_connection((parts.hostname, parts.port), timeout=20)
        head = (
            f"PATCH {url} HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: {tus.client.headers['Authorization']}\r\n"
        )
        head += f"Tus-Resumable: 1.0.0\r\nUpload-Offset: {offset}\r\nContent-Type: {OCTETS}\r\n"
        self.socket.sendall(f"{head}Content-Length: {length}\r\nExpect: 100-continue\r\n\r\n".encode())
        assert self.socket.recv(65536).startswith(b"HTTP/1.1 100 ")

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def answer(self) -> str:
        found = self.socket.recv(65536).decode()
        self.socket.close()
        return found


@pytest.fixture
def slow(harbour: Tus) -> Iterator[tuple[Slow, str]]:
    """A request that holds an upload of 2,000 bytes and has sent 500 of them."""
    url = harbour.begin(2000, filename="slow.bin")
    request = Slow(harbour, url, 0, 2000)
    request.send(b"a" * 500)
    yield request, url
    request.socket.close()


def test_two_requests_at_once_and_one_wins(harbour: Tus, slow: tuple[Slow, str]) -> None:
    request, url = slow
    refused(harbour.patch(url, 0, b"b" * 2000), 423, "upload.busy")
    request.send(b"a" * 1500)
    assert " 204 " in request.answer().splitlines()[0]
    assert harbour.content(url) == b"a" * 2000


def test_many_requests_at_once_and_one_wins(harbour: Tus) -> None:
    url = harbour.begin(200_000, filename="race.bin")
    barrier, seen = threading.Barrier(8), []

    def race(letter: bytes) -> None:
        mine = Tus(Client(harbour.client.base))
        mine.client.headers.update(harbour.client.headers)
        barrier.wait()
        seen.append((letter, mine.patch(url, 0, letter * 200_000).status_code))

    threads = [
        threading.Thread(target=race, args=[letter]) for letter in (b"a", b"b", b"c", b"d", b"e", b"f", b"g", b"h")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winners = [letter for letter, status in seen if status == 204]
    assert len(winners) == 1 and {status for _letter, status in seen} <= {204, 409, 423}, seen
    assert harbour.content(url) == winners[0] * 200_000


def test_asking_where_it_stands_ends_a_request_that_hangs(harbour: Tus, slow: tuple[Slow, str]) -> None:
    """A client whose line broke asks and goes on at once; what it sent before counts."""
    request, url = slow
    assert harbour.offset(url) == 500
    assert harbour.patch(url, 500, b"c" * 1500).status_code == 204
    assert "upload-offset: 500" in request.answer().lower()
    assert harbour.content(url) == b"a" * 500 + b"c" * 1500


def test_others_can_not_end_a_request(harbour: Tus, stranger: Tus, slow: tuple[Slow, str]) -> None:
    request, url = slow
    assert stranger.send("HEAD", url).status_code == 404
    request.send(b"a" * 1500)
    assert " 204 " in request.answer().splitlines()[0]


def test_what_came_before_a_line_broke_counts(harbour: Tus) -> None:
    url = harbour.begin(8 << 20, filename="broken.bin")
    request = Slow(harbour, url, 0, 8 << 20)
    request.send(b"a" * (5 << 20))
    request.socket.close()
    until(lambda: harbour.look(url)["offset"] > 3 << 20, 10, "what had come to be counted")


def test_cancelling_while_bytes_arrive_leaves_nothing(harbour: Tus, slow: tuple[Slow, str], site: Site) -> None:
    request, url = slow
    assert harbour.send("DELETE", url).status_code == 204
    request.send(b"a" * 1500)
    assert " 410 " in request.answer().splitlines()[0]
    assert not list(site.data.glob(f"library/*/.uploads/{url.rpartition('/')[2]}"))
    assert not list(site.data.glob(f"library/*/{url.rpartition('/')[2]}"))


def test_nobody_uploads_without_signing_in(site: Site) -> None:
    nobody = Tus(Client(site.url))
    for answer in (nobody.create(3, filename="x"), nobody.client.get(UPLOADS), nobody.create(3, b"abc", filename="x")):
        refused(answer, 401, "unauthenticated")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.fixture
def page(site: Site) -> Client:
    """A browser's session, by cookie."""
    name = f"page{os.urandom(4).hex()}"
    Client(site.url).register(name)
    client = Client(site.url)
    client.get("/login/")
    form = {"username": name, "password": PASSWORD, "csrfmiddlewaretoken": client.cookies["yg_csrf"]}
    assert client.post("/login/", data=form).ok
    return client


def test_a_browser_proves_that_the_page_is_ours(page: Client, site: Site) -> None:
    tus = Tus(page)
    refused(tus.create(3, b"abc", filename="x"), 403, "csrf_failed")
    token = page.cookies["yg_csrf"]
    asked = {"Upload_Length": 3, "X_CSRFToken": token}
    refused(tus.send("POST", UPLOADS, Origin="https://evil.example", **asked), 403, "csrf_failed")
    made = tus.send("POST", UPLOADS, Origin=site.url, **asked)
    assert made.status_code == 201, made.text
    url = made.headers["Location"]
    refused(tus.patch(url, 0, b"abc"), 403, "csrf_failed")
    refused(tus.send("DELETE", url), 403, "csrf_failed")
    assert tus.patch(url, 0, b"abc", X_CSRFToken=token, Origin=site.url).status_code == 204
    assert tus.content(url) == b"abc"


def test_a_page_of_another_site_may_upload_where_that_is_allowed(harbour: Tus) -> None:
    asked = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "tus-resumable,upload-offset"}
    for origin, allowed in (("https://app.example", "https://app.example"), ("https://evil.example", None)):
        answer = Client(harbour.client.base).options(UPLOADS, headers={"Origin": origin, **asked})
        assert answer.headers.get("Access-Control-Allow-Origin") == allowed
        told = answer.headers.get("Access-Control-Allow-Headers", "").lower()
        assert ("upload-offset" in told and "tus-resumable" in told) is bool(allowed)
    made = harbour.send("POST", UPLOADS, Upload_Length=3, Origin="https://app.example")
    assert "Location" in made.headers["Access-Control-Expose-Headers"]


def test_errors_speak_the_callers_language(harbour: Tus) -> None:
    answer = harbour.send("POST", UPLOADS, Upload_Length=65 << 20, Accept_Language="en")
    refused(answer, 413, "upload.too_large")
    assert "64" in answer.json()["title"]


def test_H43_what_a_browser_says_about_a_file_is_not_believed(harbour: Tus) -> None:
    page = b"<!doctype html><script>alert(1)</script>"
    for name, told in (
        ("x.html", "text/html"),
        ("x.svg", "image/svg+xml"),
        ("y", "text/html"),
        ("z", "TEXT/html\r\nX: y"),
    ):
        url = harbour.create(len(page), page, filename=name, filetype=told).headers["Location"]
        answer = harbour.client.get(f"/files/{harbour.look(url)['file']}?inline=1")
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"] and "X" not in answer.headers


NAMES = [
    "../../x", "..\\..\\x", "/etc/passwd", "C:\\x", "%2e%2e%2fx", "%252e", "a\x00b", "a\r\nb", "CON", ".", "..", "-rf", "~",
    "x" * 300, "名" * 120, "🚢" * 300, "\u202egpj.exe", "é", "e\u0301", ".htaccess", " ", "A", "a",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_H40_names_are_data(harbour: Tus, site: Site, name: str) -> None:
    url = harbour.create(3, b"abc", filename=name, folder="/names").headers["Location"]
    kept = harbour.client.get(f"/api/v1/library/{harbour.look(url)['file']}").json()
    assert (0 < len(kept["name"]) <= 255 and "/" not in kept["name"] and kept["name"].isprintable()) or "\u202e" in name
    assert harbour.content(url) == b"abc"
    stored = [path for path in (site.data / "library").rglob("*") if path.is_file()]
    assert all(len(path.name) == 36 and path.name.count("-") == 4 for path in stored)
    assert not Path("/tmp/x").exists() or Path("/tmp/x").read_bytes() != b"abc"


@pytest.mark.parametrize("folder", ["../x", "/..", "/a/../b", "/./a", "a\nb", "/" + "x" * 600])
def test_H40_folders_that_lead_elsewhere_are_refused(harbour: Tus, folder: str) -> None:
    refused(harbour.create(3, filename="x", folder=folder), 400, "invalid")
