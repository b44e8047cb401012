"""A transfer to CloudDrive2: the best way that works, sent and then stored (E3; wire/clouddrive2.md §3.2-§4)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext as _

from core import audit
from core.faults import fault
from transfers import inside
from transfers.clouddrive2.smart import SmartCheckpoint, SmartResult, SmartSpec, SmartUpload
from transfers.departing import REMOTE, Departure
from transfers.engine.protocols import Source
from transfers.engine.upload import LocalFile
from transfers.models import CloudServer, Transfer
from transfers.services import note

from .channel import channels
from .checkpoints import CloudCheckpoints
from .errors import CloudError, translated
from .servers import client_for, dav_client, web_client

if TYPE_CHECKING:
    from transfers.runner import Run


class CloudDeparture(Departure):
    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self._kept = CloudCheckpoints(run.transfer, run.fence)

    def _place(self) -> CloudServer:
        server = CloudServer.objects.filter(arrivals=self._row).first()
        if server is None:
            raise CloudError("clouddrive.no_server")
        return server

    def _copied_inside(self, place: CloudServer) -> SmartResult | None:
        row = self._row
        begun_otherwise = bool(row.checkpoint) and "inside" not in row.checkpoint
        if row.source_kind != Transfer.Source.CLOUDDRIVE or row.from_server_id != place.pk or begun_otherwise:
            return None
        with translated():
            made = inside.on_clouddrive(client_for(place), row, self._remember, self._run.control)
        if made is None:
            return None
        return SmartResult(made.path, made.size, inside.WAY, skipped=made.skipped)

    def _send(self, source: Source, place: CloudServer) -> SmartResult:
        with translated(), channels.hold(place) as uploads:
            upload = SmartUpload(
                self._spec(),
                source=source,
                drive=client_for(place),
                uploads=uploads,
                why_no_remote="" if uploads else _("Another worker of this site has the server's channel."),
                web=lambda: web_client(place),
                dav=dav_client(place),
                mounts=tuple(settings.CLOUDDRIVE_MOUNTS) if place.trusted else (),
                control=self._run.control,
                limiter=self._run.limiter(),
                on_checkpoint=lambda checkpoint: self._run.checkpoint(self._kept, checkpoint, needed=True),
                before_finish=self._run.check_fence,
                fault=fault,
            )
            with self._run.watching(upload, self._kept):
                return upload.run()

    def _spec(self) -> SmartSpec:
        row = self._row
        return SmartSpec(
            path=row.destination["path"],
            conflict=row.destination["conflict"],
            hashes={"md5": row.expected_md5} if row.expected_md5 else {},
            sequential=row.source_kind in REMOTE,
            resume=self._kept.load(),
        )

    def columns(self, result: SmartResult) -> dict[str, Any]:
        decided = {
            "path": result.path,
            "way": result.way,
            "tried": [{"way": each.way, "code": each.code, "why": each.why} for each in result.tried],
            "how": result.how,
            "rapid": result.rapid,
            "skipped": result.skipped,
        }
        return {
            "size": result.size,
            "done_bytes": result.size,
            "destination": {**self._row.destination, **decided},
            "verified": Transfer.Verified.HASH if result.hashed else Transfer.Verified.LENGTH,
        }

    def settle(self, result: SmartResult) -> None:
        """In the transaction that ends the transfer."""
        row = self._row
        how = "rapid" if result.rapid else "skipped" if result.skipped else ""
        how = inside.WAY if result.way == inside.WAY and not how else how
        note(row, how or "verified", how=result.hashed or "length", path=result.path, way=result.way)
        summary = {"path": result.path, "size": result.size, "way": result.way, "from": row.source_kind}
        audit.record("transfers.upload", user=row.user, target=f"cloud:{row.to_server_id}", summary=summary)


def give_up(server: CloudServer, destination: dict[str, Any], checkpoint: dict[str, Any]) -> None:
    """Take back what a cancelled transfer has left at the server, as far as that goes."""
    spec = SmartSpec(
        path=destination["path"], conflict=destination["conflict"], resume=SmartCheckpoint.from_dict(checkpoint)
    )
    with translated(), channels.hold(server) as uploads:
        SmartUpload(
            spec,
            source=LocalFile(Path(os.devnull)),
            drive=client_for(server),
            uploads=uploads,
            web=lambda: web_client(server),
            dav=dav_client(server),
        ).discard()
