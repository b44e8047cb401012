"""What a smart upload is asked to do, how far it is, and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from transfers.engine.progress import Phase
from transfers.engine.retry import RetryPolicy

WAYS = ("mount", "remote", "direct", "web", "webdav")
"""All ways, the best first: a copy through a mount, remote upload, direct write, direct write over gRPC-Web, WebDAV."""

CONFLICTS = ("fail", "rename", "overwrite", "skip")
SENDING, SENT = "sending", "sent"


@dataclass(frozen=True, slots=True)
class Tried:
    """A way that was not taken, or that failed before the server had accepted anything: `why` is one sentence."""

    way: str
    code: str
    why: str


@dataclass(frozen=True, slots=True)
class SmartCheckpoint:
    """How far an upload is. Kept by the caller, given back to resume.

    `path` is the final one, after conflicts; `identity` that of the source. `way` is the one taken, "" before there is
    one. `phase` "sending", or "sent": the server has all bytes, only the cloud is waited for. `upload_id` (remote) and
    `handle` (direct) are the server's names for it; `done` bytes from the beginning are confirmed. `before` are keys of
    uploads that concern earlier files of that path. `replace`: what is there has to go first. `hashes` are known of what
    was sent; `how` is the server's word for the end of a remote upload.
    """

    path: str
    size: int
    identity: Mapping[str, Any] = field(default_factory=dict)
    way: str = ""
    phase: str = SENDING
    upload_id: str = ""
    handle: int = 0
    done: int = 0
    before: tuple[str, ...] = ()
    replace: bool = False
    hashes: Mapping[str, str] = field(default_factory=dict)
    how: str = ""
    rapid: bool = False
    tried: tuple[Tried, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain values, fit for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> SmartCheckpoint:
        """The reverse of `to_dict`, also after a round trip through JSON."""
        tried = tuple(Tried(**each) for each in stored["tried"])
        return cls(**{**stored, "before": tuple(stored["before"]), "tried": tried})


@dataclass(frozen=True, slots=True)
class SmartSpec:
    """One file to send to `path`, absolute on the server; its folder is made where it is missing.

    `conflict`: "fail", "rename", "overwrite", or "skip" (a file of the same size makes sending needless, else like
    rename). `ways` are tried in their order. `hashes` are known ones ("md5", "sha1") in lower-case hex. `sequential`:
    the source costs a new connection per seek, so it is read in order and not hashed beforehand.
    """

    path: str
    conflict: str = "fail"
    ways: tuple[str, ...] = WAYS
    hashes: Mapping[str, str] = field(default_factory=dict)
    sequential: bool = False
    resume: SmartCheckpoint | None = None
    retry: RetryPolicy = field(default_factory=RetryPolicy)

    def __post_init__(self) -> None:
        if self.conflict not in CONFLICTS or not set(self.ways) <= set(WAYS):
            raise ValueError(f"unknown conflict policy {self.conflict!r} or way in {self.ways!r}")


@dataclass(frozen=True, slots=True)
class SmartResult:
    """The stored file. `way` took it there ("" when it was skipped), `tried` are those before it.

    `how`: "task" when the end of its upload was seen, else "listing". `hashed`: the hash that was the same in the cloud,
    "" when only the length could be compared. `rapid`: stored without its bytes; `skipped`: it was there before.
    """

    path: str
    size: int
    way: str
    tried: tuple[Tried, ...] = ()
    how: str = "listing"
    hashed: str = ""
    skipped: bool = False
    rapid: bool = False


PHASES = {SENDING: Phase.UPLOADING, SENT: Phase.STORING}
