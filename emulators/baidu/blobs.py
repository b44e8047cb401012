"""Uploaded contents on the disk: parts on their way, and the contents that are made of them.

``uploads/KEY/SEQ.MD5`` is a part that arrived whole, ``blobs/HASH-NONCE/`` the parts of a finished content.
A content is named ``blob:1:MD5:NONCE`` when it came in one part, else ``blob:n:HASH:NONCE``.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from emulators.baidu.content import BLOCK, Source

STORED = "blob:"
PORTION = 1 << 20
"""Bytes of a part that are written and hashed in one go."""


@dataclass(frozen=True)
class Part:
    """A part that arrived: the md5 of its bytes, their number, and where they are."""

    md5: str
    size: int
    path: Path


class Stored(Source):
    """The bytes of an uploaded file: its parts, one after the other."""

    def __init__(self, parts: list[Part]) -> None:
        self.parts = parts
        self.size = sum(part.size for part in parts)

    def chunks(self, offset: int, n: int) -> Iterator[memoryview | bytes]:
        """Yield the bytes ``offset .. offset+n`` (cut at the end) in pieces of at most ``BLOCK``."""
        start, end = 0, min(offset + n, self.size)
        for part in self.parts:
            first, last = max(offset - start, 0), min(end - start, part.size)
            if first < last:
                yield from _pieces(part.path, first, last)
            start += part.size


def _pieces(path: Path, first: int, last: int) -> Iterator[bytes]:
    with path.open("rb", buffering=0) as file:
        file.seek(first)
        while first < last and (piece := file.read(min(BLOCK, last - first))):
            yield piece
            first += len(piece)


class Sink:
    """A part on its way to the disk: written and hashed in a thread, a portion while the next arrives."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"{secrets.token_hex(8)}.tmp"
        self.size = 0
        self._file = self.path.open("wb", buffering=0)
        self._digest = hashlib.md5(usedforsecurity=False)
        self._waiting: list[bytes] = []
        self._amount = 0
        self._work: asyncio.Future[None] | None = None

    async def put(self, piece: bytes) -> None:
        """Take the next bytes."""
        self._waiting.append(piece)
        self._amount += len(piece)
        self.size += len(piece)
        if self._amount >= PORTION:
            await self._flush()

    async def finish(self, seq: int) -> Part:
        """Write what is left and give the part its final name, in place of an earlier try."""
        await self._flush()
        await self._settle()
        self._file.close()
        md5 = self._digest.hexdigest()
        for earlier in self.path.parent.glob(f"{seq}.*"):
            earlier.unlink()
        return Part(md5, self.size, self.path.rename(self.path.with_name(f"{seq}.{md5}")))

    async def discard(self) -> None:
        """Throw away what arrived."""
        await self._settle()
        self._file.close()
        self.path.unlink(missing_ok=True)

    async def _flush(self) -> None:
        await self._settle()
        batch, self._waiting, self._amount = self._waiting, [], 0
        self._work = asyncio.ensure_future(asyncio.to_thread(self._write, batch))

    async def _settle(self) -> None:
        work, self._work = self._work, None
        if work:
            await work

    def _write(self, batch: list[bytes]) -> None:
        for piece in batch:
            self._digest.update(piece)
            self._file.write(piece)


class Store:
    """The folder of uploaded contents, made when it is first needed; without a home it is temporary."""

    def __init__(self, home: Path | None) -> None:
        self.home = home
        self._temporary: Path | None = None

    @property
    def folder(self) -> Path:
        """Return the folder everything is in."""
        if self.home:
            return self.home
        if not self._temporary:
            self._temporary = Path(tempfile.mkdtemp(prefix="baidu-standin-"))
        return self._temporary

    def upload(self, key: str) -> Path:
        """Return the folder of the parts of an upload; it may not exist yet."""
        return self.folder / "uploads" / key

    def parts(self, key: str) -> dict[int, Part]:
        """Return the parts of an upload that arrived whole."""
        return _parts(self.upload(key))

    def keep(self, key: str, count: int) -> str:
        """Turn the first ``count`` parts of an upload into a content and return its name."""
        parts = self.parts(key)
        for seq in parts.keys() - set(range(count)):
            parts[seq].path.unlink()
        joined = " ".join(parts[seq].md5 for seq in range(count))
        mark = parts[0].md5 if count == 1 else hashlib.md5(f"parts {joined}".encode()).hexdigest()
        content = f"{STORED}{'1' if count == 1 else 'n'}:{mark}:{secrets.token_hex(8)}"
        target = self._blob(content)
        target.parent.mkdir(parents=True, exist_ok=True)
        self.upload(key).rename(target)
        return content

    def open(self, content: str) -> Stored:
        """Return the bytes of a stored content."""
        parts = _parts(self._blob(content))
        return Stored([parts[seq] for seq in sorted(parts)])

    def drop_upload(self, key: str) -> None:
        """Remove the parts of an upload."""
        shutil.rmtree(self.upload(key), ignore_errors=True)

    def drop(self, content: str) -> None:
        """Remove a content."""
        shutil.rmtree(self._blob(content), ignore_errors=True)

    def retain(self, uploads: Iterable[str], contents: Iterable[str]) -> None:
        """Remove everything but these uploads and contents."""
        if not (self.home or self._temporary):
            return
        wanted = {self.upload(key) for key in uploads} | {self._blob(each) for each in contents}
        for found in (*self.folder.glob("uploads/*"), *self.folder.glob("blobs/*")):
            if found not in wanted:
                shutil.rmtree(found, ignore_errors=True)

    def close(self) -> None:
        """Remove the folder if it is temporary."""
        if self._temporary:
            shutil.rmtree(self._temporary, ignore_errors=True)

    def _blob(self, content: str) -> Path:
        _, _, mark, nonce = content.split(":")
        return self.folder / "blobs" / f"{mark}-{nonce}"


def _parts(folder: Path) -> dict[int, Part]:
    found = {}
    for path in folder.glob("*.*") if folder.is_dir() else ():
        seq, _, md5 = path.name.partition(".")
        if seq.isdigit() and len(md5) == 32:
            found[int(seq)] = Part(md5, path.stat().st_size, path)
    return found


@lru_cache(maxsize=1000)
def whole_md5(store: Store, content: str) -> str:
    """Return the md5 of all bytes of a stored content; read once."""
    return store.open(content).md5()
