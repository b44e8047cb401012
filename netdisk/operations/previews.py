"""The beginning of a text file, decoded whatever wrote it."""

from __future__ import annotations

import codecs
from typing import Any

from charset_normalizer import from_bytes

from core import http
from netdisk.baidu.client import BaiduClient
from netdisk.baidu.codes import Family
from netdisk.baidu.envelope import Context, interpret
from netdisk.baidu.types import FileMeta
from netdisk.errors import NetdiskError, translated

TEXTS = {"document", "code", "file"}  # kinds of files that may be text; the bytes decide
LIKELY = ["gb18030", "big5", "shift_jis", "euc_jp", "euc_kr", "cp1251", "cp1252"]
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
BINARY = (b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")
ERROR_BYTES = 64 * 1024


def excerpt(client: BaiduClient, meta: FileMeta, limit: int) -> dict[str, Any] | None:
    """At most `limit` bytes of the file as text; None when it is none."""
    data = _beginning(client, meta, limit) if meta.size else b""
    cut = meta.size > len(data)
    found = decoded(data, cut=cut)
    return None if found is None else {"text": found[0], "encoding": found[1], "truncated": cut}


def _beginning(client: BaiduClient, meta: FileMeta, limit: int) -> bytes:
    if not meta.dlink:
        raise NetdiskError("netdisk.not_found")
    wanted = min(limit, meta.size)
    with translated():
        url, headers = client.download_request(meta.dlink)
        with http.stream(url, {**headers, "Range": f"bytes=0-{wanted - 1}"}, upstream="baidu") as stream:
            if stream.status not in {200, 206}:
                interpret(stream.read(ERROR_BYTES), Context("download", Family.DOWNLOAD, stream.status))
                raise NetdiskError("netdisk.link_expired")
            return _read(stream, wanted)


def _read(stream: Any, wanted: int) -> bytes:
    buffer = memoryview(bytearray(wanted))
    filled = 0
    while filled < wanted and (count := stream.readinto(buffer[filled:])):
        filled += count
    return bytes(buffer[:filled])


def decoded(data: bytes, *, cut: bool = False) -> tuple[str, str] | None:
    """Text and encoding; `cut` says that the last letter may be incomplete. None for what is no text."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return _text(data, encoding, cut=cut)
    if b"\x00" in data or data.startswith(BINARY):
        return None
    return _text(data, "utf-8", cut=cut) or _guessed(data)


def _text(data: bytes, encoding: str, *, cut: bool) -> tuple[str, str] | None:
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(data, final=not cut)
    except UnicodeError:
        return None
    return text.replace("\x00", ""), encoding.removesuffix("-sig")


def _guessed(data: bytes) -> tuple[str, str] | None:
    """Old Chinese files above all; a letter cut in the middle is no reason to give up."""
    best = from_bytes(data[: len(data) - len(data) % 2], cp_isolation=LIKELY).best()
    if best is None:
        return None
    return data.decode(best.encoding, "replace"), best.encoding
