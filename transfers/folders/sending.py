"""A folder to another place: a look at what would happen, and the job that queues its files.

    plan = look(user, source, target)          # nothing is changed
    order(user, source, target, conflict="skip", key="…")

Each file becomes a transfer; the same order twice makes each only once.
"""

from __future__ import annotations

import hashlib
import posixpath
import uuid
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from accounts.limits import allowance
from accounts.models import User
from core import audit, events
from core.errors import AppError, Conflict, Invalid, LimitReached
from core.jobs import enqueue, job
from core.models import Job
from transfers import services
from transfers.models import Transfer
from transfers.wanted import Wanted

from .places import LIBRARY, NETDISK, Folder, folder_of

JOB = "transfers.folder"
MOST_FILES = 20_000
MOST_FOLDERS = 200  # of the target, whose names are looked at beforehand
SHOWN = 20
CHUNK = 200


@dataclass
class Plan:
    """What an order would do. `taken` are names that the target has already, `refused` what it would not take and why;
    both show the first few. `sure` is false when the target has more folders than were looked at."""

    files: int = 0
    folders: int = 0
    bytes: int = 0
    taken_count: int = 0
    taken: list[str] = field(default_factory=list)
    refused_count: int = 0
    refused: list[dict[str, str]] = field(default_factory=list)
    sure: bool = True
    into: str = ""
    left: int | None = None

    @property
    def short(self) -> bool:
        """Whether the day's downloads do not suffice; `left` are left, None where none are needed or all are allowed."""
        return self.left is not None and self.files > self.left

    def as_data(self) -> dict[str, Any]:
        return dict(vars(self))


def look(user: Any, source: dict[str, Any], target: dict[str, Any]) -> Plan:
    """Walk the source and compare with the target; changes nothing."""
    origin, goal = _ends(user, source, target)
    folders = _by_folder(origin)
    plan, looked = Plan(into=_top(origin), left=_left(user, origin, goal)), 0
    for relative, group in folders.items():
        plan.folders += bool(relative)
        there: set[str] = set()
        if looked < MOST_FOLDERS:
            looked, there = looked + 1, goal.names(_inside(origin, relative))
        else:
            plan.sure = False
        for wanted in group:
            _count(plan, goal, posixpath.join(relative, wanted.name), wanted, there)
    return plan


def _count(plan: Plan, goal: Folder, path: str, wanted: Wanted, there: set[str]) -> None:
    plan.files += 1
    plan.bytes += wanted.size or 0
    if wanted.name in there:
        plan.taken_count += 1
        if len(plan.taken) < SHOWN:
            plan.taken.append(path)
    if why := goal.problem(wanted.name):
        plan.refused_count += 1
        if len(plan.refused) < SHOWN:
            plan.refused.append({"path": path, "why": why})


def order(
    user: Any, source: dict[str, Any], target: dict[str, Any], *, conflict: str = "rename", key: str | None = None
) -> Job | None:
    """Queue the job that queues the files; None when this order was given before under the same key."""
    origin, goal = _ends(user, source, target)
    audit.record(
        "transfers.folder",
        user=user,
        target=origin.path,
        summary={"from": origin.kind, "to": goal.kind, "path": goal.path},
    )
    return enqueue(
        JOB,
        user_id=user.pk,
        key=f"{JOB}:{_digest(user.pk, key)}" if key else None,
        user=user.pk,
        source=_plain(source),
        target=_plain(target),
        conflict=conflict,
        order=_digest(user.pk, key or uuid.uuid4()),
    )


@job(JOB)
def send(user: int, source: dict[str, Any], target: dict[str, Any], conflict: str, order: str) -> None:
    """The handler; may run twice, as each file has the order in its key."""
    owner = User.objects.filter(pk=user, is_active=True).first()
    if owner is None:
        return
    try:
        told = _send(owner, source, target, conflict, order)
    except AppError as error:
        if not error.permanent:
            raise
        said = error.as_problem()
        events.publish(owner.pk, "folder.failed", {"code": error.code, "message": said["title"], "hint": said["hint"]})
        return
    events.publish(owner.pk, "folder.queued", told)


def _send(user: Any, source: dict[str, Any], target: dict[str, Any], conflict: str, order: str) -> dict[str, Any]:
    origin, goal = _ends(user, source, target)
    folders = {relative: _keyed(files, order) for relative, files in _by_folder(origin).items()}
    every, left = [wanted for files in folders.values() for wanted in files], _left(user, origin, goal)
    made = set(Transfer.objects.filter(user=user, key__startswith=f"{order}:").values_list("key", flat=True))
    if left is not None and sum(wanted.key not in made for wanted in every) > left:  # half a folder helps nobody
        raise LimitReached(
            _("The folder has %(files)d files; %(left)d downloads are left today.")
            % {"files": len(every), "left": left}
        )
    left_out: list[str] = []
    for relative, files in folders.items():
        folder = _inside(origin, relative)
        if not files:
            goal.make(folder)
        left_out += [posixpath.join(relative, wanted.name) for wanted in files if goal.problem(wanted.name)]
        new = [wanted for wanted in files if wanted.key not in made and not goal.problem(wanted.name)]
        for number in range(0, len(new), CHUNK):
            _queue(user, goal, folder, new[number : number + CHUNK], conflict)
    return {
        "name": _top(origin) or "/",
        "files": len(every) - len(left_out),
        "bytes": sum(wanted.size or 0 for wanted in every),
        "left_out": left_out[:SHOWN],
        "left_out_count": len(left_out),
    }


def _keyed(files: list[Wanted], order: str) -> list[Wanted]:
    """Each with a key of its own, so that this order makes it a transfer only once."""
    return [replace(wanted, key=f"{order}:{_digest(sorted(wanted.source.items()))}") for wanted in files]


def _queue(user: Any, goal: Folder, folder: str, files: list[Wanted], conflict: str) -> None:
    place = goal.place(folder)
    if goal.kind == LIBRARY:
        services.create(user, files, **place)
    elif goal.kind == NETDISK:
        services.upload_all(user, files, conflict=conflict, **place)
    else:
        services.store_all(user, files, conflict=conflict, **place)


def _left(user: Any, origin: Folder, goal: Folder) -> int | None:
    """Downloads left today, where the files count as such (A10)."""
    return allowance(user).left if origin.kind == NETDISK or goal.kind == LIBRARY else None


def _ends(user: Any, source: dict[str, Any], target: dict[str, Any]) -> tuple[Folder, Folder]:
    origin, goal = folder_of(user, source), folder_of(user, target)
    if origin.kind == goal.kind == LIBRARY:
        raise Invalid(_("Both are in the library."), fields={"target": [_("Choose another place.")]})
    if goal.stands_in(origin):
        raise Conflict(_("The target is inside the folder that is to be sent."), hint=_("Choose another target."))
    return origin, goal


def _by_folder(origin: Folder) -> dict[str, list[Wanted]]:
    """The files of each folder below, in the order of their names; empty folders too."""
    folders: dict[str, list[Wanted]] = {}
    count = 0
    for found in origin.walk():
        count += found.wanted is not None
        if count > MOST_FILES or len(folders) > MOST_FILES:
            raise Invalid(
                _("The folder holds more than %d files.") % MOST_FILES,
                code="folder_too_large",
                hint=_("Send its subfolders one by one."),
            )
        files = folders.setdefault(found.folder, [])
        if found.wanted is not None:
            files.append(found.wanted)
    return {relative: sorted(files, key=lambda each: each.name) for relative, files in sorted(folders.items())}


def _top(origin: Folder) -> str:
    """The name that the folder keeps at its target; the top of a place has none."""
    return posixpath.basename(origin.path)


def _inside(origin: Folder, relative: str) -> str:
    return posixpath.join(_top(origin), relative).strip("/")


def _digest(*values: Any) -> str:
    return hashlib.sha256(repr(values).encode()).hexdigest()[:32]


def _plain(place: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) for name, value in place.items() if value not in (None, "")}
