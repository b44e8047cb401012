"""What a remote upload is given, and what it tells (wire/clouddrive2.md §3.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .source import Read


@dataclass(frozen=True)
class RemoteFile:
    """A file to upload. `hashes` are known ones ("md5", "sha1", "pikpak"); `can_hash`: more may be asked for.

    `read` is called again and in any order, for hashes from a second thread: the content must not change. `hash_read`
    is called for hashes instead, if given: those bytes do not leave this machine.
    """

    path: str
    size: int
    read: Read
    hashes: Mapping[str, str] = field(default_factory=dict)
    can_hash: bool = True
    hash_read: Read | None = None


@dataclass(frozen=True, slots=True)
class RemoteResult:
    """How the server ended an upload: "finish", "skipped" (it says it has the content), or "found" (no word came)."""

    upload_id: str
    how: str
    sent: int


@dataclass(frozen=True, slots=True)
class RemoteSnapshot:
    """How far an upload is: bytes hashed, bytes given to the server (`front`: from the beginning on without a gap),
    bytes that it has in the cloud, its status.
    """

    upload_id: str
    hashed: int
    sent: int
    front: int
    in_cloud: int
    status: str
