"""H42, H43, H44: the bytes of a library file, whatever it is called, whatever it is, whatever part is asked for."""

from __future__ import annotations

from email.message import Message
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transfers.library import parse_range

from .callers import Caller, content
from .world import keep

# The view looks things up on another thread, which sees only what is committed.
committed = pytest.mark.django_db(transaction=True)
NAMES = [
    'a"b.txt', "a\r\nSet-Cookie: x=1.txt", "a\nb", "a;b=c.txt", "filename*=UTF-8''evil.exe", "…/../x", "..\\..\\x",
    "/etc/passwd",
    "C:\\x", "报告 2026.pdf", "📦.zip", "e\u0301.txt", "é.txt", "\u202egpj.exe", "a%0d%0aX: y", "%2e%2e%2f", "CON",
    ".", "..", "-rf",
    "~", "x" * 255, "名" * 255, "🚢" * 255, " ", "a\x7fb", "<script>alert(1)</script>.html", "{{7*7}}", "$(id)",
    "'; drop--", ",", "=cmd|' /C calc'!A0",
]  # fmt: skip
BODY = bytes(range(256)) * 4


def link(user: Any, name: str = "a.bin", body: bytes = BODY, mime: str = "") -> str:
    return f"/files/{keep(user, name, body, mime=mime).pk}"


def name_in(header: str) -> str:
    """The file's name as an independent parser reads it from Content-Disposition."""
    message = Message()
    message["Content-Disposition"] = header
    if "filename*=" in header and not header.split("filename", 1)[1].startswith("="):
        charset, _language, text = header.split("filename*=", 1)[1].split("'", 2)
        assert charset.lower() == "utf-8"
        return unquote(text)
    return str(message.get_param("filename", header="Content-Disposition"))


@committed
def test_H42_the_name_is_one_parameter_of_one_header(alice: Any, as_alice: Caller) -> None:
    for name in NAMES:
        for query in ("", "?inline=1"):
            answer = as_alice.get(link(alice, name, mime="image/png") + query)
            header = answer["Content-Disposition"]
            assert answer.status_code == 200 and content(answer) == BODY
            assert header.startswith("inline" if query else "attachment"), name
            assert header.isascii() and header.isprintable() and len(header) < 4000, name
            assert "Set-Cookie" not in answer and "X" not in answer
            assert name_in(header) == name or not name.isprintable() or '"' in name or "\\" in name, (name, header)


@committed
@pytest.mark.parametrize(
    ("name", "mime", "body"),
    [
        ("a.html", "text/html", b"<script>alert(1)</script>"),
        ("a.svg", "image/svg+xml", b"<svg onload='alert(1)'/>"),
        ("a.js", "text/javascript", b"alert(1)"),
        ("a.xhtml", "application/xhtml+xml", b"<html/>"),
        ("a.xml", "text/xml", b"<?xml-stylesheet href='x'?>"),
        ("a.gif", "image/gif", b"GIF89a/*<script>alert(1)</script>*/=1;"),
        ("a.swf", "application/x-shockwave-flash", b"FWS"),
        ("a.pdf", "application/pdf", b"%PDF-1.7"),
        ("a", "", b"<html>"),
        ("a.htm", "text/html; charset=utf-7", b"+ADw-script+AD4-"),
        ("a.png", "image/png\r\nX-Planted: 1", b"x"),
        ("a.png", "image/png;text/html", b"x"),
        ("a.mht", "multipart/related", b"x"),
    ],
)
def test_H43_nothing_that_came_from_outside_runs(
    alice: Any, as_alice: Caller, name: str, mime: str, body: bytes
) -> None:
    path = link(alice, name, body, mime)
    for query in ("", "?inline=1", "?inline=true&inline=1", "?inline=1&download=0"):
        answer = as_alice.get(path + query)
        assert answer["X-Content-Type-Options"] == "nosniff"
        policy = answer["Content-Security-Policy"]
        shown = answer["Content-Disposition"].startswith("inline")
        # The browser's own viewer for PDF does not start inside a sandbox, and runs nothing in our origin.
        assert policy.startswith("sandbox;") or (shown and mime == "application/pdf")
        assert "default-src 'none'" in policy and "script" not in policy
        assert "X-Planted" not in answer
        kind = answer["Content-Type"].partition(";")[0]
        assert kind in ({mime} if shown else {"application/octet-stream"})
        assert not shown or kind in {"image/gif", "application/pdf"}
        assert "private" in answer["Cache-Control"]


SIZE = len(BODY)
RANGES: list[tuple[str, int, bytes]] = [
    ("bytes=0-0", 206, BODY[:1]),
    ("bytes=0-", 206, BODY),
    ("bytes=5-9", 206, BODY[5:10]),
    ("bytes=-1", 206, BODY[-1:]),
    ("bytes=-5000", 206, BODY),
    (f"bytes={SIZE - 1}-", 206, BODY[-1:]),
    ("bytes=1000-999999", 206, BODY[1000:]),
    ("bytes=0-9999999999999999999", 206, BODY),
    (f"bytes={SIZE}-", 416, b""),
    (f"bytes={SIZE}-{SIZE + 5}", 416, b""),
    ("bytes=9999999999999999999-", 416, b""),
    ("bytes=-0", 416, b""),
    ("bytes=9-5", 416, b""),
    ("bytes=", 200, BODY),
    ("bytes=-", 200, BODY),
    ("bytes=a-b", 200, BODY),
    ("bytes=0x0-0x1", 200, BODY),
    ("bytes=--5", 200, BODY),
    ("bytes=1.0-2", 200, BODY),
    ("bytes=٣-٤", 200, BODY),
    ("bytes=+1-2", 200, BODY),
    ("items=0-1", 200, BODY),
    ("bytes 0-1", 200, BODY),
    ("", 200, BODY),
    ("bytes=0-0,1-1", 200, BODY),
    ("bytes=" + ",".join(f"{n}-{n}" for n in range(1000)), 200, BODY),
    ("bytes=" + ",".join("0-" for _ in range(1000)), 200, BODY),
    ("bytes=" + "9" * 5000 + "-", 200, BODY),
]


@committed
def test_H44_one_range_or_the_whole_or_416(alice: Any, as_alice: Caller) -> None:
    path = link(alice)
    for header, status, body in RANGES:
        answer = as_alice.get(path, Range=header)
        assert answer.status_code == status, header[:60]
        if status == 416:
            assert answer["Content-Range"] == f"bytes */{SIZE}"
            continue
        assert content(answer) == body and answer["Content-Length"] == str(len(body)), header[:60]
        if status == 206:
            start = BODY.index(body) if len(body) > 256 else int(answer["Content-Range"].split()[1].split("-")[0])
            assert answer["Content-Range"] == f"bytes {start}-{start + len(body) - 1}/{SIZE}"


@committed
def test_H44_empty_files_and_validators(alice: Any, as_alice: Caller) -> None:
    empty = link(alice, "empty", b"")
    assert content(as_alice.get(empty)) == b""
    for header in ("bytes=0-", "bytes=0-0", "bytes=-1"):
        assert as_alice.get(empty, Range=header).status_code == 416, header
    path = link(alice)
    etag = as_alice.get(path)["ETag"]
    assert as_alice.get(path, Range="bytes=0-0", **{"If-Range": etag}).status_code == 206
    assert as_alice.get(path, Range="bytes=0-0", **{"If-Range": '"other"'}).status_code == 200
    assert as_alice.get(path, **{"If-None-Match": etag}).status_code == 304


@committed
def test_H40_a_link_in_the_place_of_a_file_is_not_followed(alice: Any, as_alice: Caller, tmp_path: Any) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"canary")
    file = keep(alice, "a.txt", b"x", mime="text/plain", folder="/")
    file.path().unlink()
    file.path().symlink_to(secret)
    answer = as_alice.get(f"/files/{file.pk}")
    assert answer.status_code == 404 and b"canary" not in answer.content
    assert b"canary" not in as_alice.get(f"/library/{file.pk}/").content


@given(
    st.text(max_size=40) | st.from_regex(r"bytes=\d{0,20}-\d{0,20}(,\d*-\d*)?", fullmatch=True), st.integers(0, 2**63)
)
def test_H44_any_range_is_inside_the_file(header: str, size: int) -> None:
    try:
        span = parse_range(header, size)
    except ValueError:
        return
    if span is not None:
        assert 0 <= span[0] <= span[1] < size
