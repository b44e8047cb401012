"""A part on its way: `multipart/form-data` with a known length, sent piece by piece (wire/baidu-netdisk.md §3.3)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Protocol

Piece = bytes | memoryview

# A socket's time-out covers one piece, so a piece has to be small enough for a slow line (row F50); a slice of
# a memoryview copies nothing.
PIECE = 256 * 1024


class PartBody(Protocol):
    """The bytes of one part: `length` says how many, each call starts them anew."""

    @property
    def length(self) -> int: ...

    def __call__(self) -> Iterator[Piece]: ...


class BodyFailed(Exception):
    """Carries what a body raised (`__cause__`) past the HTTP library, which would take an OSError for its own."""


class Multipart:
    """One file part around `body`. Has a length, so that it is not sent in chunks: Baidu refuses those (31211)."""

    def __init__(self, body: PartBody) -> None:
        boundary = secrets.token_hex(16)
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self._body = body
        self._head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="file"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode()
        self._tail = f"\r\n--{boundary}--\r\n".encode()

    def __len__(self) -> int:
        return len(self._head) + self._body.length + len(self._tail)

    def __iter__(self) -> Iterator[Piece]:
        yield self._head
        yield from self._pieces()
        yield self._tail

    def _pieces(self) -> Iterator[Piece]:
        left = self._body.length
        source = self._read()
        for block in source:
            left -= len(block)
            if left < 0:
                break
            if len(block) <= PIECE:
                yield block
            else:
                view = memoryview(block)
                yield from (view[start : start + PIECE] for start in range(0, len(view), PIECE))
        if left:
            # Anything else on this connection would be read as a part of the body.
            raise BodyFailed from ValueError("the part is not as long as announced")

    def _read(self) -> Iterator[Piece]:
        try:
            yield from self._body()
        except Exception as error:
            raise BodyFailed from error
