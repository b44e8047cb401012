"""A whole folder from one place to another: what would happen, or the order (G3)."""

from __future__ import annotations

from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from core.operations import Arguments, Call, Danger, operation
from netdisk.operations.arguments import Flag
from transfers import services
from transfers.folders import sending

Kinds = Literal["library", "netdisk", "clouddrive"]


class Place(Arguments):
    kind: Kinds
    path: str = Field("/", min_length=1, max_length=4000, pattern="^/", description="The folder.")
    drive: str | None = Field(None, max_length=36, description="netdisk: which drive; default: the first one.")
    server: str | None = Field(None, max_length=36, description="clouddrive: which server; default: the first one.")


class SendFolder(Arguments):
    source: Place
    destination: Place
    conflict: services.Conflicts = Field("rename", description="When a file's name is taken at the target.")
    dry_run: Flag = Field(0, description="1: only say what would happen.")
    key: str | None = Field(None, max_length=80, description="The same order twice under one key is one.")

    def target(self) -> str:  # what the audit line names
        return self.source.path


@operation("transfers.send_folder", scope="transfers:write", title=_("Send a folder"), danger=Danger.WRITE)
def send_folder(call: Call, args: SendFolder) -> dict[str, Any]:
    """A folder with all below it, under its own name into a folder of another place; each file becomes a transfer.

    `dry_run` answers how many files and bytes there are, which names are taken and which the target would not take.
    """
    source, target = args.source.model_dump(exclude_none=True), args.destination.model_dump(exclude_none=True)
    if args.dry_run:
        return {"ordered": False, **sending.look(call.user, source, target).as_data()}
    row = sending.order(call.user, source, target, conflict=args.conflict, key=args.key)
    return {"ordered": True, "job": row.pk if row else None}
