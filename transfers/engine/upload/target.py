"""What an upload needs from the place it sends to, and how that place says what has to be done again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from ..errors import Restart, TransferError

Piece = bytes | memoryview


class PartBody(Protocol):
    """The bytes of one part: `length` says how many, each call starts them anew.

    What iterating raises has to come out of `Target.send`; a piece is only good until the next one.
    """

    @property
    def length(self) -> int: ...

    def __call__(self) -> Iterator[Piece]: ...


@dataclass(frozen=True, slots=True)
class Order:
    """A file to put together: `md5s` of its blocks in order, empty while they are not known.

    `content_md5` (of the file) and `slice_md5` (of its first 256 KiB) ask for a rapid upload. `session` continues one.
    """

    size: int
    blocks: int
    md5s: tuple[str, ...] = ()
    content_md5: str = ""
    slice_md5: str = ""
    session: str = ""


@dataclass(frozen=True, slots=True)
class Stored:
    """The file as the target has it."""

    path: str
    size: int
    file_id: int = 0
    md5: str = ""


@dataclass(frozen=True, slots=True)
class Begun:
    """An open session with the numbers of the blocks it lacks, or the file that a rapid upload has made."""

    session: str = ""
    missing: tuple[int, ...] = ()
    stored: Stored | None = None


class Target(Protocol):
    """One file at one place. Called from several threads; failures as `TransferError`, or with `permanent`."""

    def block_size(self, size: int, most: int | None) -> int:
        """Bytes of a block for a file of `size`, at most `most`; raises what can be said before the first byte."""

    def existing(self, size: int) -> Stored | None:
        """A file that makes sending needless; raises when the place is taken and has to stay so."""

    def begin(self, order: Order) -> Begun: ...

    def send(self, session: str, number: int, body: PartBody) -> str:
        """Sends one block; returns the md5 that the target saw. Repeating it does no harm."""

    def finish(self, order: Order) -> Stored: ...

    def find(self, order: Order, since: float) -> Stored | None:
        """The file, if a `finish` whose answer was lost has made it after `since` (wall time)."""


class SessionLost(Restart):
    """The target no longer knows the session: a new one is opened."""

    code = "upload_session_lost"


class PartsRefused(Restart):
    """The blocks do not make the file that was announced: some are missing, or the list was not the true one."""

    code = "upload_incomplete"


class BlockTooLarge(Restart):
    """The target takes smaller blocks only."""

    code = "upload_block_size"


class RapidRefused(TransferError):
    """Nothing is stored by its hash alone here: ask again without hashes of the whole."""

    code = "upload_no_rapid"
