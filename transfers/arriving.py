"""A transfer into the library: fetched by the download engine, checked, and given its row."""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING, Any

from core.faults import fault

from . import limits
from .checkpoints import Checkpoints
from .engine import Download, DownloadSpec, Result
from .links import opener, resolver
from .models import LibraryFile, Transfer
from .services import clean_name, note

if TYPE_CHECKING:
    from .runner import Run


class Arrival:
    def __init__(self, run: Run) -> None:
        self._run, self._row = run, run.transfer
        self._kept = Checkpoints(run.transfer, run.fence)

    def move(self) -> Result:
        row = self._row
        row.part_path().parent.mkdir(parents=True, exist_ok=True)
        vip = row.account.vip_type if row.account else None
        spec = DownloadSpec(
            row.final_path(),
            part_path=row.part_path(),
            connections=row.connections or limits.connections(vip),
            expected={"md5": row.expected_md5} if row.expected_md5 else {},
            size=row.size,
            resume=self._kept.load(),
        )
        download = Download(
            spec,
            resolve=resolver(row),
            open_stream=opener(row),
            control=self._run.control,
            limiter=self._run.limiter(),
            on_checkpoint=lambda checkpoint: self._run.checkpoint(
                self._kept, checkpoint, needed=checkpoint.verdict is not None or not checkpoint.parts
            ),
            before_publish=self._run.check_fence,
            fault=fault,
        )
        with self._run.watching(download, self._kept):
            return download.run()

    def columns(self, result: Result) -> dict[str, Any]:
        row = self._row
        named = row.source_kind == Transfer.Source.NETDISK or row.source.get("named") or not result.suggested_name
        return {
            "name": row.name if named else clean_name(result.suggested_name or ""),
            "size": result.size,
            "done_bytes": result.size,
            "sha256": result.verdict.sha256 or "",
            "verified": Transfer.Verified.HASH if result.verdict.verified else Transfer.Verified.LENGTH,
        }

    def settle(self, result: Result) -> None:
        """In the transaction that ends the transfer."""
        row = self._row
        LibraryFile.objects.update_or_create(
            pk=row.pk,
            defaults={
                "user_id": row.user_id,
                "folder": row.folder,
                "name": row.name,
                "size": result.size,
                "sha256": row.sha256,
                "mime": mimetypes.guess_type(row.name)[0] or "",
            },
        )
        note(row, "verified", how=result.verdict.how, sha256=row.sha256)

    def tidy(self) -> None:
        """After it: the part file has become the library file."""
