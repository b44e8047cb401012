"""Uploaded contents on the disk, one file each; generated contents take no room."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from emulators.baidu.content import BLOCK, Content, Source

STORED = "blob:"
COUNTED = "counted:"
"""Begins the name of a content that was only counted: its bytes are generated ones."""


class Stored(Source):
    """The bytes of an uploaded file."""

    def __init__(self, path: Path, size: int) -> None:
        self.path = path
        self.size = size

    def chunks(self, offset: int, n: int) -> Iterator[memoryview | bytes]:
        """Yield the bytes ``offset .. offset+n`` (cut at the end) in pieces of at most ``BLOCK``."""
        end = min(offset + n, self.size)
        with self.path.open("rb", buffering=0) as file:
            file.seek(offset)
            while offset < end and (piece := file.read(min(BLOCK, end - offset))):
                yield piece
                offset += len(piece)


class Draft:
    """A content that is being written, at any offset; ``size`` is the end of what was written so far.

    Without ``keep`` its bytes are counted and forgotten. The file is opened by the first write: any number of
    drafts may wait for their bytes.
    """

    def __init__(self, path: Path, *, keep: bool) -> None:
        self.path = path
        self.keep = keep
        self.size = 0
        self._file = -1
        self._ended = False

    @property
    def content(self) -> str:
        """Return the name under which the bytes are found once they are kept."""
        return (STORED if self.keep else COUNTED) + self.path.name

    def write(self, offset: int, data: bytes | memoryview) -> None:
        """Put bytes at an offset; raises ``ValueError`` after the end."""
        if self._ended:
            raise ValueError("the content has ended")
        if self.keep and self._file < 0:
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        if self.keep:
            os.pwrite(self._file, data, offset)
        self.size = max(self.size, offset + len(data))

    def close(self) -> None:
        """End the writing; repeating it does no harm."""
        if self.keep and not self.size and not self._ended:
            self.path.touch(0o600)
        self._end()

    def discard(self) -> None:
        """Throw the bytes away."""
        self._end()
        self.path.unlink(missing_ok=True)

    def _end(self) -> None:
        self._ended = True
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


class Contents:
    """The folder of uploaded contents, made when it is first needed; without a home it is temporary."""

    def __init__(self, home: Path | None) -> None:
        self._home = home
        self._temporary: Path | None = None

    @property
    def folder(self) -> Path:
        """Return the folder everything is in."""
        if self._home:
            self._home.mkdir(parents=True, exist_ok=True)
            return self._home
        if not self._temporary:
            self._temporary = Path(tempfile.mkdtemp(prefix="clouddrive2-standin-"))
        return self._temporary

    def draft(self, *, keep: bool = True) -> Draft:
        """Begin a new content, whose bytes are kept or only counted."""
        return Draft(self.folder / secrets.token_hex(12), keep=keep)

    def adopt(self, file: Path) -> Draft:
        """Begin a new content with a copy of a local file."""
        draft = self.draft()
        shutil.copyfile(file, draft.path)
        draft.size = draft.path.stat().st_size
        return draft

    def open(self, content: str, size: int) -> Source:
        """Return the bytes of a content, stored or generated."""
        if content.startswith(STORED):
            return Stored(self.folder / content.removeprefix(STORED), size)
        return Content(content, size)

    def flip(self, content: str, size: int) -> None:
        """Spoil one bit in the middle of a stored content."""
        with open(self.folder / content.removeprefix(STORED), "r+b") as file:
            file.seek(size // 2)
            byte = file.read(1)
            file.seek(size // 2)
            file.write(bytes([byte[0] ^ 1]) if byte else b"")

    def drop(self, content: str) -> None:
        """Remove a stored content."""
        if content.startswith(STORED):
            (self.folder / content.removeprefix(STORED)).unlink(missing_ok=True)

    def retain(self, wanted: set[str]) -> None:
        """Remove every stored content but the wanted ones."""
        if (self._home and self._home.exists()) or self._temporary:
            for found in self.folder.iterdir():
                if STORED + found.name not in wanted:
                    found.unlink()

    def close(self) -> None:
        """Remove the folder if it is temporary."""
        if self._temporary:
            shutil.rmtree(self._temporary, ignore_errors=True)
