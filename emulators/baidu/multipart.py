"""A ``multipart/form-data`` body taken apart while it arrives (RFC 7578), never held in memory."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

_BOUNDARY = re.compile(r'boundary="?([^";,]+)"?', re.IGNORECASE)
_NAME = re.compile(rb'[;\s]name="?([^";\r\n]*)"?', re.IGNORECASE)
_LONGEST_HEAD = 16_384


class MalformedError(Exception):
    """The body is not what its content type says, or ends too early."""


def boundary_of(content_type: str) -> bytes:
    """Return the boundary named by a content type; raises :class:`MalformedError`."""
    found = _BOUNDARY.search(content_type)
    if not content_type.lower().startswith("multipart/form-data") or not found:
        raise MalformedError("multipart/form-data is expected")
    return found[1].encode("latin-1")


async def file_part(stream: AsyncIterator[bytes], content_type: str) -> AsyncIterator[bytes]:
    """Yield the bytes of the part named ``file`` (or the first that has a file name), then read to the end.

    Raises :class:`MalformedError` when there is none or the body is cut off.
    """
    body = _Body(stream, b"\r\n--" + boundary_of(content_type))
    found = False
    while await body.at_part():
        wanted = not found and await body.is_file()
        found = found or wanted
        async for piece in body.until_mark():
            if wanted:
                yield piece
    async for _ in stream:
        pass
    if not found:
        raise MalformedError("no part named file")


async def fields(stream: AsyncIterator[bytes], content_type: str) -> dict[str, str]:
    """Return the values of a small form by name; raises :class:`MalformedError`."""
    body = _Body(stream, b"\r\n--" + boundary_of(content_type))
    values = {}
    while await body.at_part():
        name = _NAME.search(await body.head())
        value = b"".join([piece async for piece in body.until_mark()])
        if name:
            values[name[1].decode("utf-8", "replace")] = value.decode("utf-8", "replace")
    return values


class _Body:
    """The body with what was read of it and not used yet."""

    def __init__(self, stream: AsyncIterator[bytes], mark: bytes) -> None:
        self.stream, self.mark = stream, mark
        self.rest = b"\r\n"
        self.inside = False

    async def at_part(self) -> bool:
        """Go to the next part; False at the end."""
        if not self.inside:
            async for _ in self.until_mark():
                pass
            self.inside = True
        while len(self.rest) < 2:
            await self._more()
        return self.rest[:2] != b"--"

    async def is_file(self) -> bool:
        """Read the head of a part and tell whether it is the file."""
        head = await self.head()
        name = _NAME.search(head)
        return bool(name and name[1] == b"file") or b"filename" in head.lower()

    async def head(self) -> bytes:
        """Return the head of a part."""
        while (end := self.rest.find(b"\r\n\r\n")) < 0:
            if len(self.rest) > _LONGEST_HEAD:
                raise MalformedError("the head of a part is too long")
            await self._more()
        head, self.rest = self.rest[:end], self.rest[end + 4 :]
        return head

    async def until_mark(self) -> AsyncIterator[bytes]:
        """Yield what comes before the next boundary, and go behind it."""
        kept = len(self.mark) - 1
        while (at := self.rest.find(self.mark)) < 0:
            if len(self.rest) > kept:
                piece, self.rest = self.rest[:-kept], self.rest[-kept:]
                yield piece
            await self._more()
        piece, self.rest = self.rest[:at], self.rest[at + len(self.mark) :]
        if piece:
            yield piece

    async def _more(self) -> None:
        chunk = await anext(self.stream, b"")
        if not chunk:
            raise MalformedError("the body ends too early")
        self.rest += chunk
