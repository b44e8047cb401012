"""Where an upload goes, from its metadata: `folder` of the library, or `drive`, `path` and `conflict`. Checked before the first byte."""

from __future__ import annotations

from typing import Any, get_args

from django.utils.translation import gettext as _

from core.errors import Invalid
from netdisk.baidu.upload import plan_blocks
from netdisk.drives import find_drive
from netdisk.errors import translated
from transfers import names
from transfers.models import Transfer
from transfers.services import Conflicts, clean_folder


def checked(user: Any, said: dict[str, str], name: str, size: int) -> tuple[str, dict[str, str]]:
    """Kind and details of the destination; `Invalid`, `NotFound` or `Conflict` when such a file could not go there."""
    if "drive" in said:
        return Transfer.Destination.NETDISK, _on_drive(user, said, name, size)
    return Transfer.Destination.LIBRARY, {"folder": clean_folder(said.get("folder", "/"))}


def _on_drive(user: Any, said: dict[str, str], name: str, size: int) -> dict[str, str]:
    drive = find_drive(user, drive_id=said["drive"])
    folder = said.get("path") or names.default_folder()
    conflict = said.get("conflict", "rename")
    names.remote_path(folder, name)
    if conflict not in get_args(Conflicts):
        raise Invalid(fields={"conflict": [_("Use one of %s.") % ", ".join(get_args(Conflicts))]})
    with translated():
        plan_blocks(size, drive.vip_type)
    return {"drive": str(drive.pk), "path": folder, "conflict": conflict}
