"""Bodies of blocks for tests, and reading what arrived."""

from __future__ import annotations

from collections.abc import Iterator
from email.parser import BytesParser
from email.policy import HTTP

from netdisk.baidu.multipart import Piece

from .scripted import Seen


class Bytes:
    """A block in memory; counts how often it was begun."""

    def __init__(self, *pieces: Piece, length: int | None = None) -> None:
        self.pieces = pieces
        self.length = sum(map(len, pieces)) if length is None else length
        self.begun = 0

    def __call__(self) -> Iterator[Piece]:
        self.begun += 1
        return iter(self.pieces)


class Failing:
    """A block whose source fails in the middle."""

    length = 1000

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __call__(self) -> Iterator[Piece]:
        yield b"x" * 500
        raise self.error


def file_in(seen: Seen) -> bytes:
    """The one file of a multipart request, read by the standard library."""
    head = f"Content-Type: {seen.headers['Content-Type']}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + seen.body)
    (part,) = message.iter_parts()
    assert (part.get_content_disposition(), part.get_param("name", header="content-disposition")) == (
        "form-data",
        "file",
    )
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content
