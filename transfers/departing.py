"""A transfer to a drive: from the library, an upload, a link or another drive.

`Departure` finds the bytes; where they go is a subclass: `NetdiskDeparture` here, `CloudDeparture` in `transfers.clouds`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core import audit
from core.errors import NotFound
from core.faults import fault
from netdisk.drives import client_for
from netdisk.errors import NetdiskError
from netdisk.models import DriveAccount

from . import inside, limits
from .checkpoints import Kept, UploadCheckpoints
from .engine import Download, DownloadSpec, Stopped, Stream, TransferError, Verdict
from .engine.http_source import HttpSource
from .engine.protocols import Source
from .engine.upload import LocalFile, Stored, Upload, UploadResult, UploadSpec
from .links import opener, resolver
from .models import LibraryFile, Transfer
from .models import Upload as StagedUpload
from .services import discard_staged, note
from .targets import NetdiskTarget

if TYPE_CHECKING:
    from .runner import Run

REMOTE = (Transfer.Source.URL, Transfer.Source.NETDISK, Transfer.Source.CLOUDDRIVE)


class Departure(ABC):
    def __init__(self, run: Run) -> None:
        self._run, self._row = run, run.transfer

    def move(self) -> Any:
        """Straight through; a source of unknown length is kept here first, as drives want to know it beforehand."""
        place = self._place()
        if (copied := self._copied_inside(place)) is not None:
            return copied
        local = self._local()
        if local is not None:
            return self._send(LocalFile(local), place)
        try:
            return self._send(HttpSource(resolver(self._row), opener(self._row)), place)
        except TransferError as error:
            if error.code != "unknown_size":
                raise
        self._spool()
        return self._send(LocalFile(self._row.spool_path()), place)

    @abstractmethod
    def _place(self) -> Any:
        """The drive that the transfer goes to; raises when it is gone."""

    def _copied_inside(self, place: Any) -> Any:
        """The result of a copy that the service made itself; None when the bytes have to be moved."""
        return None

    @abstractmethod
    def _send(self, source: Source, place: Any) -> Any:
        """Move the bytes there; the result that `columns` and `settle` understand."""

    def _remember(self, checkpoint: dict[str, Any]) -> None:
        """What a copy inside a service has to know after a crash."""
        if not Transfer.objects.all().held(self._row.pk, self._run.fence).update(checkpoint=checkpoint):
            raise Stopped("lease_lost")
        self._row.checkpoint = checkpoint

    def _local(self) -> Path | None:
        """Where the bytes are on this machine: only ever the user's own files."""
        row = self._row
        if row.source_kind == Transfer.Source.LIBRARY:
            file = LibraryFile.objects.visible_to(row.user).filter(pk=row.source.get("file")).first()
            return _there(file.path() if file else None)
        if row.source_kind == Transfer.Source.UPLOAD:
            staged = StagedUpload.objects.visible_to(row.user).filter(pk=row.source.get("upload")).first()
            return _there(staged.staged_path() if staged else None)
        return row.spool_path() if row.spool_path().exists() else None

    def _spool(self) -> None:
        """One stream to disk, from the beginning: without a length nothing can be continued."""
        row, final = self._row, self._row.spool_path()
        for path in (final, row.part_path()):
            path.parent.mkdir(parents=True, exist_ok=True)
        download = Download(
            DownloadSpec(final, part_path=row.part_path(), sha256=False),
            resolve=resolver(row),
            open_stream=self._bounded,
            control=self._run.control,
            limiter=self._run.limiter(),
            before_publish=self._run.check_fence,
            fault=fault,
        )
        note(row, "spooled")
        with self._run.watching(download, Kept(row, self._run.fence)):
            download.run()

    def _bounded(self, url: str, headers: Mapping[str, str]) -> Stream:
        return Bounded(opener(self._row)(url, headers), limits.spool())

    def tidy(self) -> None:
        """After it: nothing here needs the bytes any more."""
        self._row.spool_path().unlink(missing_ok=True)
        discard_staged(self._row)


class NetdiskDeparture(Departure):
    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self._kept = UploadCheckpoints(run.transfer, run.fence)
        self._way = ""

    def _place(self) -> DriveAccount:
        drive = DriveAccount.objects.usable().filter(arrivals=self._row).first()
        if drive is None:
            raise NetdiskError("netdisk.no_drive")
        return drive

    def _copied_inside(self, place: DriveAccount) -> UploadResult | None:
        row = self._row
        begun_otherwise = bool(row.checkpoint) and "inside" not in row.checkpoint
        if row.source_kind != Transfer.Source.NETDISK or row.account_id != place.pk or begun_otherwise:
            return None
        made = inside.on_netdisk(client_for(place), row, self._remember)
        if made is None:
            return None
        stored = Stored(made.path, made.size, made.file_id, made.md5)
        self._way = inside.WAY
        return UploadResult(stored, made.size, Verdict("md5" if made.md5 else "length"), skipped=made.skipped)

    def _send(self, source: Source, drive: DriveAccount) -> UploadResult:
        row, place = self._row, self._row.destination
        target = NetdiskTarget(client_for(drive), drive.vip_type, place["path"], place["conflict"])
        spec = UploadSpec(
            parallel=self._parallel(drive),
            size=row.size if row.source_kind in REMOTE else None,  # a local file may have changed: then it begins anew
            md5=row.expected_md5,
            rapid=target.rapid,
            resume=self._kept.load(),
        )
        upload = Upload(
            spec,
            source=source,
            target=target,
            control=self._run.control,
            limiter=self._run.limiter(),
            on_checkpoint=lambda checkpoint: self._run.checkpoint(self._kept, checkpoint, needed=True),
            before_finish=self._run.check_fence,
            fault=fault,
        )
        with self._run.watching(upload, self._kept):
            return upload.run()

    def _parallel(self, drive: DriveAccount) -> int:
        """As many parts as both sides allow; each part of a remote source is a connection to it."""
        row = self._row
        most = limits.parts_at_once(drive.vip_type)
        if row.source_kind not in REMOTE:
            return most
        return min(most, row.connections or limits.connections(row.account.vip_type if row.account else None))

    def columns(self, result: UploadResult) -> dict[str, Any]:
        stored = result.stored
        place = {**self._row.destination, "path": stored.path, "fs_id": stored.file_id, "md5": stored.md5}
        return {
            "size": result.size,
            "done_bytes": result.size,
            "destination": {**place, "rapid": result.rapid, "skipped": result.skipped, "way": self._way},
            "verified": Transfer.Verified.HASH if result.verdict.verified else Transfer.Verified.LENGTH,
        }

    def settle(self, result: UploadResult) -> None:
        """In the transaction that ends the transfer."""
        row = self._row
        how = "rapid" if result.rapid else "skipped" if result.skipped else self._way
        note(row, how or "verified", how=result.verdict.how, path=result.stored.path)
        summary = {"path": result.stored.path, "size": result.size, "rapid": result.rapid, "from": row.source_kind}
        audit.record("transfers.upload", user=row.user, target=f"drive:{row.target_id}", summary=summary)


class Bounded:
    """A stream of unknown length that ends with an error when it gets too long."""

    def __init__(self, stream: Stream, most: int) -> None:
        self._stream, self._left = stream, most
        self.status, self.url, self.headers, self.length = stream.status, stream.url, stream.headers, stream.length
        self.expect_end, self.close = stream.expect_end, stream.close

    def readinto(self, buffer: memoryview, /) -> int:
        count = self._stream.readinto(buffer)
        self._left -= count
        if self._left < 0:
            raise TransferError("The file is longer than this server keeps of one.", code="spool_limit")
        return count


def _there(path: Path | None) -> Path:
    if path is None:
        raise NotFound(code="source_gone")
    return path
