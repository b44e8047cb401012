"""The beginning of text files: whatever encoding wrote them, cut anywhere, and never a guess at binary data."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from netdisk.operations.previews import decoded

from .test_uploads import md5, put

CHINESE = "云港是放网盘文件的港口，文件可以在这里中转、保存和查找。\n第二行：价格与数量。\n" * 20


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (b"plain", "plain"),
        ("字".encode(), "字"),
        (b"\xef\xbb\xbfmarked", "marked"),
        ("字a".encode("utf-16"), "字a"),
        (b"\xfe\xff" + "字a".encode("utf-16-be"), "字a"),
        (b"\xff\xfe\x00\x00" + "字a".encode("utf-32-le"), "字a"),
        (CHINESE.encode("gb18030"), CHINESE),
        (CHINESE.encode("gbk"), CHINESE),
    ],
    ids=["empty", "ascii", "utf8", "bom", "utf16", "utf16be", "utf32", "gb18030", "gbk"],
)
def test_text_is_read_in_its_encoding(data: bytes, text: str) -> None:
    found = decoded(data)
    assert found is not None and found[0] == text


@pytest.mark.parametrize("data", [b"PK\x03\x04abc", b"%PDF-1.7\n", b"a\x00b", b"\x1f\x8bxx", b"\xff\xfe\xff"])
def test_what_is_no_text_is_not_shown(data: bytes) -> None:
    assert decoded(data) is None


@given(st.text(min_size=1), st.integers(1, 3))
@example("字", 1)
def test_a_letter_cut_in_the_middle_does_no_harm(text: str, off: int) -> None:
    data = text.encode().removeprefix(b"\xef\xbb\xbf")
    if b"\x00" in data:
        return
    found = decoded(data[:-off], cut=True)
    assert found is not None or data[:-off].startswith((b"%PDF", b"PK", b"\x1f\x8b"))
    if found and found[1] == "utf-8":
        assert text.lstrip("\ufeff").startswith(found[0])


@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_not_but_never_an_error(data: bytes) -> None:
    found = decoded(data, cut=True)
    assert found is None or "\x00" not in found[0]


def write(door: Any, path: str, data: bytes) -> None:
    plan = door.data("upload_multipart_init", path=path, size=len(data), rtype=3)
    put(door, plan["uploadid"], 0, data)
    door.data("upload_multipart_finish", uploadid=plan["uploadid"], block_list=[md5(data)])


@pytest.mark.django_db
def test_the_text_of_a_file_on_the_drive_is_shown_up_to_the_bound(door: Any, standin: Any) -> None:
    path, data = "/apps/yungang/笔记.txt", CHINESE.encode("gb18030")
    write(door, path, data)
    whole = door.data("preview_get", path=path)
    assert (whole["kind"], whole["text"], whole["truncated"]) == ("text", CHINESE, False)
    cut = door.data("preview_get", path=path, kib="1")
    assert cut["truncated"] and CHINESE.startswith(cut["text"].rstrip("\ufffd")) and 300 < len(cut["text"]) < 1024
    assert {call["range"] for call in standin.log() if call["op"] == "cdn"} == {
        f"bytes=0-{len(data) - 1}",
        "bytes=0-1023",
    }


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["a.docx", "a.txt", "noname"])
def test_bytes_decide_and_not_the_name(name: str, door: Any) -> None:
    write(door, f"/apps/yungang/{name}", b"PK\x03\x04" + b"\x00" * 100)
    assert door.refusal("preview_get", path=f"/apps/yungang/{name}")["code"] == "netdisk.not_supported"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fault", "ours"),
    [
        ("dlink_expired", "netdisk.link_expired"),
        ("blacklist", "netdisk.blacklisted"),
        ("user_limited", "netdisk.download_limited"),
    ],
)
def test_a_refused_download_is_no_empty_preview(fault: str, ours: str, door: Any, standin: Any) -> None:
    write(door, "/apps/yungang/a.txt", b"hello")
    standin.fault(fault)
    assert door.refusal("preview_get", path="/apps/yungang/a.txt")["code"] == ours
