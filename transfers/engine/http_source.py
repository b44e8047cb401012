"""A file behind an HTTP link, opened range by range and never trusted to be what was asked for."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Mapping

from . import http_headers as fields
from .errors import (
    BadResponse,
    LinkExpired,
    RangesRefused,
    Refused,
    SourceChanged,
    TransferError,
    Truncated,
    Unavailable,
    as_transfer_error,
)
from .protocols import Identity, Link, OpenStream, RangeReader, Resolve, SourceInfo, Stream

ALWAYS = {"Accept": "*/*", "Accept-Encoding": "identity"}
LINK_REFUSED = {401, 403, 410}
TRY_LATER = {408, 425, 429}


class Links:
    """The current link of a file. A refused one is renewed once; the fresh one has to work before there may
    be another.
    """

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve
        self._lock = threading.Lock()
        self._link: Link | None = None
        self._generation = 0
        self._unproved = False

    def current(self) -> tuple[int, Link]:
        with self._lock:
            if self._link is None:
                self._link = self._resolve(renew=False)
            return self._generation, self._link

    def proved(self, generation: int) -> None:
        with self._lock:
            self._unproved = self._unproved and generation != self._generation

    def renew(self, generation: int) -> bool:
        """After a refusal of link `generation`: whether there is now another to try."""
        with self._lock:
            if generation != self._generation:
                return True
            if self._unproved:
                return False
            self._link = self._resolve(renew=True)
            self._generation += 1
            self._unproved = True
            return True


class HttpRange:
    """The body of one answer, held to the length it must have."""

    def __init__(self, stream: Stream, length: int | None) -> None:
        self._stream = stream
        self._left = length

    def readinto(self, buffer: memoryview, /) -> int:
        if self._left == 0:
            self._expect_end()
            return 0
        count = self._stream.readinto(buffer if self._left is None else buffer[: self._left])
        if self._left is None:
            return count
        if count == 0:
            raise Truncated(f"The source ended {self._left} bytes early.")
        self._left -= count
        return count

    def _expect_end(self) -> None:
        """Surplus bytes are an error; a connection that breaks after the last byte is none."""
        surplus = 0
        try:
            if self._stream.length is None:
                surplus = self._stream.readinto(memoryview(bytearray(1)))
            else:
                self._stream.expect_end()
        except Exception as error:
            surplus = as_transfer_error(error).code == "surplus"
        if surplus:
            raise BadResponse("The source sent more than it announced.", code="surplus")

    def close(self) -> None:
        self._stream.close()


class HttpSource:
    """`resolve` gives the link and is asked for a fresh one after 401, 403 or 410; `open_stream` sends the
    request.
    """

    def __init__(self, resolve: Resolve, open_stream: OpenStream, *, wall: Callable[[], float] = time.time) -> None:
        self._links = Links(resolve)
        self._open_stream = open_stream
        self._wall = wall

    def probe(self) -> SourceInfo:
        """Asks for the first byte: HEAD is often refused, and only a real range shows whether ranges work."""
        stream = self._request({"Range": "bytes=0-0"})
        try:
            if stream.status == 416:
                return _empty_info(stream)
            return _partial_info(stream) if stream.status == 206 else _whole_info(stream)
        finally:
            stream.close()

    def open(self, info: SourceInfo, start: int, stop: int | None) -> RangeReader:
        """Opens a range; without range support only the whole, from 0. Raises `SourceChanged`,
        `RangesRefused` and others.
        """
        asked = (start, stop) if info.ranges and stop is not None else None
        stream = self._request(_range_headers(info, *asked) if asked else {})
        try:
            return _range_reader(stream, info, *asked) if asked else _whole_reader(stream, info)
        except BaseException:
            stream.close()
            raise

    def _request(self, headers: Mapping[str, str]) -> Stream:
        """An answer with status 200, 206 or 416; all others are errors."""
        generation, link = self._links.current()
        stream = self._open_stream(link.url, {**link.headers, **ALWAYS, **headers})
        if stream.status in (200, 206):
            self._links.proved(generation)
        elif stream.status != 416:
            stream.close()
            raise self._status_error(stream, generation)
        return stream

    def _status_error(self, stream: Stream, generation: int) -> TransferError:
        status = stream.status
        if status in LINK_REFUSED and self._links.renew(generation):
            return LinkExpired(f"The link was refused with HTTP {status}.")
        if status in TRY_LATER or status >= 500:
            wait = fields.retry_after(stream.headers, self._wall())
            return Unavailable(f"The source answered HTTP {status}.", code=f"http_{status}", retry_after=wait)
        return Refused(f"The source answered HTTP {status}.", code=f"http_{status}")


def _range_headers(info: SourceInfo, start: int, stop: int) -> dict[str, str]:
    headers = {"Range": f"bytes={start}-{stop - 1}"}
    if info.identity.if_range:
        headers["If-Range"] = info.identity.if_range
    return headers


def _identity(stream: Stream, size: int | None) -> Identity:
    return Identity(size, stream.headers.get("ETag", "") or None, stream.headers.get("Last-Modified", "") or None)


def _info(stream: Stream, size: int | None, *, ranges: bool, digests: Mapping[str, str]) -> SourceInfo:
    name = fields.suggested_name(stream.headers, stream.url)
    return SourceInfo(_identity(stream, size), ranges, name, digests)


def _empty_info(stream: Stream) -> SourceInfo:
    """416 on the very first byte: an empty file, or a server that cannot do ranges."""
    found = fields.content_range(stream.headers)
    size = 0 if found and found[2] == 0 else None
    return _info(stream, size, ranges=False, digests={})


def _whole_info(stream: Stream) -> SourceInfo:
    if fields.is_encoded(stream.headers):
        return _info(stream, None, ranges=False, digests={})
    return _info(stream, stream.length, ranges=False, digests=fields.announced_digests(stream.headers))


def _partial_info(stream: Stream) -> SourceInfo:
    found = fields.content_range(stream.headers)
    unusable = fields.is_encoded(stream.headers) or fields.is_multipart(stream.headers)
    if unusable or found is None or found[:2] != (0, 0):
        return _info(stream, found[2] if found else None, ranges=False, digests={})
    digests = fields.announced_digests(stream.headers)
    byte = memoryview(bytearray(1))
    count = stream.readinto(byte)
    if found[2] != 1 and digests.get("md5") == hashlib.md5(byte[:count], usedforsecurity=False).hexdigest():
        del digests["md5"]  # RFC 2616 had Content-MD5 cover just the bytes sent; RFC 9110 dropped it for that ambiguity
    return _info(stream, found[2], ranges=found[2] is not None, digests=digests)


def _whole_reader(stream: Stream, info: SourceInfo) -> HttpRange:
    if stream.status != 200:
        raise BadResponse(f"The source answered HTTP {stream.status} to a request for the whole file.")
    if fields.is_encoded(stream.headers):
        raise BadResponse("The source sends the file in a content encoding that was not asked for.", code="encoded")
    if info.identity.differs_from(_identity(stream, stream.length)):
        raise SourceChanged("The file changed at its source.")
    size = info.identity.size
    return HttpRange(stream, stream.length if size is None else size)


def _range_reader(stream: Stream, info: SourceInfo, start: int, stop: int) -> HttpRange:
    if stream.status == 416:
        raise SourceChanged("The file at its source no longer has the range.")
    if stream.status == 200:
        if info.identity.differs_from(_identity(stream, stream.length)):
            raise SourceChanged("The file changed at its source.")
        raise RangesRefused("The source ignores ranges.", code="range_ignored")
    if fields.is_multipart(stream.headers) or fields.is_encoded(stream.headers):
        raise RangesRefused("The source sends ranges as multipart or encoded.", code="range_encoded")
    first, last, total = fields.content_range(stream.headers) or (None, None, None)
    if info.identity.differs_from(_identity(stream, total)):
        raise SourceChanged("The file changed at its source.")
    if (first, last) != (start, stop - 1) or stream.length not in (None, stop - start):
        raise RangesRefused("The source sent another range than the one asked for.", code="wrong_range")
    return HttpRange(stream, stop - start)
