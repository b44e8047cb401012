"""Remote upload: the server asks for what it wants (wire/clouddrive2.md §3.4)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from google.protobuf.empty_pb2 import Empty

from protos import clouddrive_pb2 as pb

from ..errors import CloudDriveError
from ..remote import RemoteFile, RemoteUpload, RemoteUploads
from .failures import LOST, NoWay
from .ranged import LocalRanged
from .way import Way


class RemoteWay(Way):
    name = "remote"

    def __init__(
        self,
        uploads: RemoteUploads | None,
        why_not: str,
        known: Mapping[str, str],
        *given: Any,
        sequential: bool,
        **more: Any,
    ) -> None:
        super().__init__(*given, **more)
        self._uploads, self._why_not, self._known = uploads, why_not, dict(known)
        self._can_hash = isinstance(self.reader, LocalRanged) and not sequential
        self._upload: RemoteUpload | None = None
        self._sent = 0

    def prepare(self) -> None:
        if self._uploads is None:
            why = self._why_not or "This process has no channel for remote uploads."
            raise NoWay(why, code="clouddrive_no_channel")

    @property
    def rapid(self) -> bool:
        return self._sent == 0 and self.reader.size > 0

    def wants(self, offered: set[str]) -> set[str]:
        """A server that may ask for hashes gets them computed apart, once."""
        return set() if self._can_hash else offered

    def send(self) -> str:
        assert self._uploads is not None
        hash_read = self.reader.peek if isinstance(self.reader, LocalRanged) else None
        file = RemoteFile(
            self.path, self.reader.size, self.reader.read, self._known, can_hash=self._can_hash, hash_read=hash_read
        )
        self._upload = self._uploads.upload(
            file,
            upload_id=self.progress.upload_id,
            done=self.progress.done,
            stop=self.halt,
            on_started=lambda upload_id: self.progress.named(upload_id=upload_id),
            on_change=self._changed,
            keep=self.keep,
        )
        result = self._upload.run()
        self._changed()
        self._sent = result.sent
        return result.how

    def _changed(self) -> None:
        if self._upload is not None:
            now = self._upload.snapshot()
            self.progress.sent, self.progress.done = now.sent, now.front
            self.progress.in_cloud, self.progress.hashed = now.in_cloud, now.hashed

    @property
    def accepted(self) -> bool:
        return self.progress.sent > 0

    def hashes(self) -> Mapping[str, str]:
        return {**self.reader.hashes(), **(self._upload.computed if self._upload else {})}

    def discard(self) -> None:
        if self.progress.upload_id:
            cancel = pb.RemoteUploadControlRequest(upload_id=self.progress.upload_id, cancel=pb.CancelRemoteUpload())
            with suppress(CloudDriveError):
                self.drive.caller.call("RemoteUploadControl", cancel, Empty)

    def keep(self, error: BaseException) -> bool:
        return getattr(error, "code", "") != LOST and super().keep(error)
