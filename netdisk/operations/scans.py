"""What has changed on a drive and what takes its space: answered from scans kept on our side, because Baidu tells neither (A7)."""

from __future__ import annotations

from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from pydantic import BeforeValidator, Field

from core.errors import AppError, Conflict, Invalid, NotFound
from core.models import JobState
from core.operations import Call, operation
from netdisk.errors import translated
from netdisk.models import DriveAccount
from netdisk.scans import services
from netdisk.scans.changes import Changes, compare
from netdisk.scans.models import Scan
from netdisk.scans.packing import rows, unpack
from netdisk.scans.usage import Folder, kinds_of

from .answers import client_of, drive_of
from .arguments import Flag, Limit, OnDrive, Path, Start, number

MOST_FOLDERS = 1_000
UPSTREAM = "GET multimedia?method=listall"


class ChangeDiff(OnDrive):
    path: Path = "/"
    since: str | None = Field(
        None, max_length=36, description="The earlier scan; default: the newest before the later one."
    )
    until: str | None = Field(None, max_length=36, description="The later scan; default: one that is made now.")
    start: Start = 0
    limit: Limit = 1000


class SpaceUsage(OnDrive):
    path: Path = "/"
    depth: Annotated[int, Field(ge=1, le=8), BeforeValidator(number)] = 1
    fresh: Flag = Field(0, description="Scan again instead of answering from the newest scan.")
    scan: str | None = Field(None, max_length=36, description="Answer from this scan.")


@operation("netdisk.change_diff", scope="netdisk:read", title=_("What has changed"), service=True, upstream=UPSTREAM)
def change_diff(call: Call, args: ChangeDiff) -> dict[str, Any]:
    """Files and folders added, removed, changed, moved or renamed below a path, by comparing two scans.

    Without `until` the path is scanned now: a small tree while the caller waits; else the answer says `running` and names the scan
    to ask for again as `until`. The first scan has nothing to be compared with and says so.
    """
    drive = drive_of(call, args)
    since = services.find(drive, args.since) if args.since else None
    until = services.find(drive, args.until) if args.until else services.walk_now(drive, args.path, call.user)
    if until.state != JobState.DONE:
        return _unfinished(until) | {"until": str(until.pk), "since": str(since.pk) if since else None}
    before = since or services.latest(services.kept(drive), args.path, before=until)
    if before is None:
        return {
            **_taken(until),
            "state": "first",
            "until": str(until.pk),
            "since": None,
            "detail": str(_("This is the first scan; the next one is compared with it.")),
            "list": [],
            "next_start": None,
        }
    return _difference(before, until, args)


def _difference(before: Scan, until: Scan, args: ChangeDiff) -> dict[str, Any]:
    if not (before.covers(args.path) and until.covers(args.path)) or before.state != JobState.DONE:
        raise Invalid(
            _("These scans don't cover this path."),
            hint=_("Compare finished scans of this path or of a folder above it."),
        )
    found = differences(before, until, args.path)
    end = args.start + args.limit
    return {
        **_taken(until),
        "state": "done",
        "since": str(before.pk),
        "until": str(until.pk),
        "since_taken_at": _taken(before)["taken_at"],
        "counts": found.counts,
        "list": [_change_row(row) for row in found.rows[args.start : end]],
        "next_start": end if end < len(found.rows) else None,
    }


def differences(before: Scan, until: Scan, path: str) -> Changes:
    """As kept with the later scan, where it was compared with this very one; else compared anew."""
    kept = Scan.objects.filter(pk=until.pk).values_list("changes", flat=True).first()
    known = unpack(kept) if kept else None
    if known and known["since"]["scan"] == str(before.pk):
        return Changes.unpacked(known).below(path)
    return compare(lambda: rows(before), lambda: rows(until), path)


def _change_row(row: Any) -> dict[str, Any]:
    found = {
        "change": row.kind,
        "path": row.path,
        "fs_id": row.fs_id,
        "isdir": row.is_dir,
        "size": row.size,
        "server_mtime": row.mtime,
    }
    if row.old_path:
        found["old_path"] = row.old_path
    if row.kind == "changed":
        found["old_size"] = row.old_size
    return found


@operation(
    "netdisk.space_usage", scope="netdisk:read", title=_("What takes the space"), service=True, upstream=UPSTREAM
)
def space_usage(call: Call, args: SpaceUsage) -> dict[str, Any]:
    """The bytes below a path by folder, down to `depth`, and by kind of file, with the space of the drive.

    Answered from the newest scan that covers the path. Where there is none, or with `fresh`, the path is scanned first: a small
    tree while the caller waits; else the answer says `running` and names the scan to ask for again.
    """
    drive = drive_of(call, args)
    scan = services.find(drive, args.scan) if args.scan else None
    if scan is None and not args.fresh:
        scan = services.latest(services.kept(drive), args.path)
    scan = scan or services.walk_now(drive, args.path, call.user)
    if scan.state != JobState.DONE:
        return _unfinished(scan)
    summary = services.summary_of(scan)
    here = summary.folders.get(args.path)
    if here is None or not scan.covers(args.path):
        raise NotFound(
            _("There was no such folder when the drive was scanned."),
            code="netdisk.not_found",
            hint=_("Scan again with fresh=1, or ask for another path."),
        )
    below = summary.to_depth(args.path, args.depth)
    return {
        **_taken(scan),
        "state": "done",
        "path": args.path,
        **_sums(here),
        "folders": [{"path": path, **_sums(folder)} for path, folder in below[:MOST_FOLDERS]],
        "more_folders": max(0, len(below) - MOST_FOLDERS),
        "kinds": [{"kind": kind, "files": files, "size": size} for kind, files, size in kinds_of(here)],
        "largest": [
            {"path": path, "fs_id": fs_id, "size": size} for size, path, fs_id in summary.largest_below(args.path)
        ],
        "quota": _quota(call, args, drive),
    }


def _sums(folder: Folder) -> dict[str, int]:
    return {"size": folder.size, "files": folder.files, "folders": folder.folders}


def _quota(call: Call, args: SpaceUsage, drive: DriveAccount) -> dict[str, int | None]:
    """As the drive says; should it not answer, as it said last."""
    try:
        with translated():
            found = client_of(call, args).quota()
        total, used = found.total, found.used
    except AppError:
        if drive.total is None or drive.used is None:
            return {"total": None, "used": None, "free": None}
        total, used = drive.total, drive.used
    return {"total": total, "used": used, "free": max(0, total - used)}


def _taken(scan: Scan) -> dict[str, Any]:
    known = services.brief(scan)
    return {"scan": known["scan"], "taken_at": known["taken_at"]}


def _unfinished(scan: Scan) -> dict[str, Any]:
    """A scan under way answers `running` or `waiting`, an ended one with its reason."""
    if scan.state == JobState.FAILED:
        raise Conflict(
            _("The scan ended with a problem: %s") % services.why(scan),
            code=scan.error_code,
            hint=_("Scan again, or choose another path."),
        )
    known = services.brief(scan)
    state = "waiting" if scan.state == JobState.WAITING else "running"
    return {**known, "state": state}
