"""What the engine needs from outside, and what its two ends look like to each other.

A *source* opens a range of bytes, a *sink* takes bytes at an offset. Neither knows the other, so any source
can feed any sink.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from .plan import PartState


class Headers(Protocol):
    """Header fields of an answer; names in any case."""

    def get(self, name: str, default: str, /) -> str: ...


class Stream(Protocol):
    """One HTTP answer whose body is read as it arrives."""

    @property
    def status(self) -> int: ...

    @property
    def url(self) -> str:
        """The address that answered, after redirects."""

    @property
    def headers(self) -> Headers: ...

    @property
    def length(self) -> int | None:
        """Bytes of body announced by Content-Length."""

    def readinto(self, buffer: memoryview, /) -> int:
        """Reads what is there, at least one byte; 0 is a clean end.

        Raises an exception with `permanent: bool`, `retry_after: float | None` and `code: str` on truncation,
        reset, time-out.
        """

    def expect_end(self) -> None:
        """Raises (as `readinto`) when the body goes on."""

    def close(self) -> None:
        """Ends the exchange; may be called by another thread, then a blocked `readinto` raises."""


class OpenStream(Protocol):
    def __call__(self, url: str, headers: Mapping[str, str]) -> Stream: ...


@dataclass(frozen=True, slots=True)
class Link:
    """Where a file can be fetched just now."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)


class Resolve(Protocol):
    """Gives the link; `renew` asks for a fresh one because the last was refused. Called from the engine's
    threads, one at a time.
    """

    def __call__(self, renew: bool) -> Link: ...


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells one version of a file from another."""

    size: int | None = None
    etag: str | None = None
    last_modified: str | None = None

    @property
    def if_range(self) -> str | None:
        """The validator for `If-Range`: a strong entity tag, else the date (RFC 9110 §13.1.5)."""
        if self.etag and not self.etag.startswith("W/"):
            return self.etag
        return None if self.etag else self.last_modified

    def differs_from(self, other: Identity) -> bool:
        """True when something both sides know is not the same. Equal tags outweigh dates: mirrors often
        disagree on those.
        """
        if self.size is not None and other.size is not None and self.size != other.size:
            return True
        if self.etag and other.etag:
            return self.etag.removeprefix("W/") != other.etag.removeprefix("W/")
        return bool(self.last_modified and other.last_modified and self.last_modified != other.last_modified)


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """What a source says about its file before the first byte is moved.

    `ranges`: any part may be asked for. `name`: a suggestion, to be treated as data. `digests`: algorithm ->
    lower-case hex.
    """

    identity: Identity
    ranges: bool = False
    name: str | None = None
    digests: Mapping[str, str] = field(default_factory=dict)


class RangeReader(Protocol):
    def readinto(self, buffer: memoryview, /) -> int:
        """Some bytes of the range; 0 only when the whole range was read and nothing follows."""

    def close(self) -> None: ...


class Source(Protocol):
    def probe(self) -> SourceInfo: ...

    def open(self, info: SourceInfo, start: int, stop: int | None) -> RangeReader:
        """Opens bytes `start` (included) to `stop` (excluded; None: to the end) of exactly the version in
        `info`.
        """


class Sink(Protocol):
    def write(self, offset: int, data: memoryview) -> None:
        """Takes all of `data`; called from several threads with ranges that do not overlap."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How sure we are: `how` is the hash that matched, "length" (only the length was checked) or "none" (not
    even that was known).
    """

    how: str
    sha256: str | None = None

    @property
    def verified(self) -> bool:
        return self.how not in ("length", "none")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What is safely on disk. Kept by the caller, given back to resume. `verdict` is set once the whole file
    was checked.
    """

    identity: Identity
    parts: tuple[PartState, ...] = ()
    verdict: Verdict | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values, fit for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Checkpoint:
        """The reverse of `to_dict`, also after a round trip through JSON."""
        return cls(
            Identity(**stored["identity"]),
            tuple(PartState(**part) for part in stored["parts"]),
            Verdict(**stored["verdict"]) if stored["verdict"] else None,
        )
