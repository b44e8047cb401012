"""The library: find, delete, and send a file's bytes with ranges, as a download that no browser executes (H42–H44)."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header, http_date

from core import audit, events
from core.errors import NotFound
from netdisk.drives import parse_id

from .models import LibraryFile

CHUNK = 256 * 1024
INLINE = re.compile(
    r"(image/(png|jpeg|gif|webp|avif)|video/(mp4|webm|ogg)|audio/[\w.+-]+|application/pdf|text/plain)\Z"
)
RANGE = re.compile(r"bytes=([0-9]{0,19})-([0-9]{0,19})\Z")


def find(user: Any, pk: Any) -> LibraryFile:
    row = LibraryFile.objects.visible_to(user).filter(pk=parse_id(pk)).first()
    if row is None:
        raise NotFound
    return row


def delete(user: Any, row: LibraryFile) -> None:
    with transaction.atomic():
        audit.record("library.delete", user=user, target=f"file:{row.pk}", summary={"name": row.name})
        events.publish(row.user_id, "library.deleted", {"id": str(row.pk), "name": row.name})
        row.delete()


def parse_range(header: str, size: int) -> tuple[int, int] | None:
    """One range as (first, last); None for the whole file; `ValueError` when it can't be satisfied."""
    match = RANGE.match(header.replace(" ", ""))
    if not header or not match or match.groups() == ("", ""):
        return None  # several ranges or nonsense: the whole file, as RFC 9110 §14.2 allows
    first, last = match.groups()
    if not first:
        length = min(int(last), size)
        if length == 0:
            raise ValueError("empty suffix")
        return size - length, size - 1
    start, end = int(first), min(int(last), size - 1) if last else size - 1
    if start >= size or start > end:
        raise ValueError("outside of the file")
    return start, end


def open_bytes(row: LibraryFile) -> int:
    """A descriptor of the file on disk; a link in its place is an `OSError` and never followed (H40)."""
    return os.open(row.path(), os.O_RDONLY | os.O_NOFOLLOW)


def respond(request: HttpRequest, row: LibraryFile) -> HttpResponseBase:
    """The file as an attachment; `?inline=1` shows harmless kinds in the browser, sandboxed."""
    etag = f'"{row.sha256}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers={"ETag": etag})
    conditional = request.headers.get("If-Range")
    wanted = request.headers.get("Range", "") if conditional in (None, etag) else ""
    try:
        span = parse_range(wanted, row.size)
    except ValueError:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{row.size}"})
    try:
        handle = open_bytes(row)
    except OSError as error:
        raise NotFound from error
    start, end = span or (0, row.size - 1)
    response = StreamingHttpResponse(_read(handle, start, end + 1), status=206 if span else 200)
    if span:
        response["Content-Range"] = f"bytes {start}-{end}/{row.size}"
    _headers(request, response, row, etag, end - start + 1)
    return response


def _headers(request: HttpRequest, response: StreamingHttpResponse, row: LibraryFile, etag: str, length: int) -> None:
    inline = request.GET.get("inline") == "1" and bool(INLINE.match(row.mime))
    kind = row.mime if inline else "application/octet-stream"
    response["Content-Type"] = f"{kind}; charset=utf-8" if kind == "text/plain" else kind
    response["Content-Disposition"] = content_disposition_header(not inline, row.name) or "attachment"
    response["Content-Length"] = str(length)
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = etag
    response["Last-Modified"] = http_date(row.created_at.timestamp())
    response["Cache-Control"] = "private, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    # The browser's own PDF viewer does not start in a sandbox; it runs no script of the file in our origin either way.
    sandbox = "" if kind == "application/pdf" else "sandbox; "
    response["Content-Security-Policy"] = (
        f"{sandbox}default-src 'none'; media-src 'self'; img-src 'self'; style-src 'unsafe-inline'"
    )


async def _read(handle: int, position: int, end: int) -> AsyncIterator[bytes]:
    try:
        while position < end:
            piece = await asyncio.to_thread(os.pread, handle, min(CHUNK, end - position), position)
            if not piece:
                raise OSError("the file is shorter than its row says")
            position += len(piece)
            yield piece
    finally:
        os.close(handle)
