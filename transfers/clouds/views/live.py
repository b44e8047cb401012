"""What a server has to be asked for its page: clouds and how full they are, ways of uploading, uploads on their way.

Each is a part of the page that comes after it, so that a server that is slow or away holds nothing else up.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from core import audit
from core.errors import AppError, Text
from core.pages import is_htmx, refused, toast
from protos import clouddrive_pb2 as pb
from transfers.clouddrive2.auth import missing_permissions
from transfers.clouddrive2.client import CloudDrive
from transfers.clouddrive2.paths import Root, split
from transfers.clouddrive2.tasks import Status, UploadTask
from transfers.clouds import servers
from transfers.clouds.errors import CloudError
from transfers.clouds.rights import OTHERS, UPLOADING, explained
from transfers.models import CloudServer

from .answers import Asked, ask, is_away
from .asking import patient

Context = dict[str, Any]
SECONDS = 10.0  # for everything that a part asks, beyond the call that is under way then
SHOWN = 200  # uploads that a page looks at
ENDED = 10  # of those that are over
NEARLY_FULL = 0.95
WORDS: dict[int, tuple[Text, str]] = {
    Status.WaitforPreprocessing: (gettext_lazy("Waiting"), "waiting"),
    Status.Preprocessing: (gettext_lazy("Being prepared"), "moving"),
    Status.Inqueue: (gettext_lazy("In the queue"), "waiting"),
    Status.Transfer: (gettext_lazy("Uploading"), "moving"),
    Status.Pause: (gettext_lazy("Paused"), "plain"),
    Status.Finish: (gettext_lazy("Done"), "done"),
    Status.Skipped: (gettext_lazy("Was there already"), "done"),
    Status.Cancelled: (gettext_lazy("Cancelled"), "plain"),
    Status.Ignored: (gettext_lazy("Left out"), "plain"),
    Status.Error: (gettext_lazy("Failed"), "needs-you"),
    Status.FatalError: (gettext_lazy("Failed"), "needs-you"),
}


@login_required
@require_GET
def part(request: HttpRequest, pk: str, name: str) -> HttpResponse:
    """One part: a fragment for the page, or without script a page of its own."""
    row = servers.find(request.user, pk)
    if name not in PARTS:
        raise Http404
    template = "clouds/server_{}.html".format(name if is_htmx(request) else "part")
    return render(request, template, {**PARTS[name](row), "server": row, "part": f"clouds/server_{name}.html"})


# -- clouds


def clouds(server: CloudServer) -> Context:
    """The clouds of the server with their space; the space of the rest is left out when the server is slow."""
    drive = ask(lambda: patient(server))
    found = ask(drive.value.clouds) if drive.value else Asked[Any](None, drive.error)
    if not drive.value or found.value is None:
        return {"problem": found.problem}
    deadline, trouble = time.monotonic() + SECONDS, None
    rows = []
    for each in found.value:
        path = each.path or f"/{each.name}"
        mine = Root(server.root).of_token(path) if each.path else path
        space: Asked[pb.SpaceInfo] | None = None
        if mine and not is_away(trouble) and time.monotonic() < deadline:
            space = ask(partial(drive.value.space, mine))
            trouble = space.error
        rows.append(_cloud(each, mine or path, space))
    return {"clouds": rows}


def _cloud(api: pb.CloudAPI, path: str, space: Asked[pb.SpaceInfo] | None) -> Context:
    value = space.value if space else None
    total, used = (value.totalSpace, value.usedSpace) if value else (0, 0)
    full = total > 0 and used > total * NEARLY_FULL
    return {
        "name": split(path)[1] or api.name,
        "kind": api.name,
        "account": api.userName,
        "nick": api.nickName if api.nickName not in (api.name, api.userName) else "",
        "path": path,
        "read_only": api.readOnly,
        "locked": api.isLocked,
        "total": total,
        "used": used,
        "percent": used * 100 // total if total > 0 else None,
        "tone": "waiting" if full else "info",
        "problem": space.problem["text"] if space and space.problem else "",
    }


# -- ways of uploading, rights


def ways(server: CloudServer) -> Context:
    """Which ways of uploading are possible and why the others are not; the rights that the token lacks."""
    drive = ask(lambda: patient(server))
    here = ask(drive.value.system_info) if drive.value else Asked[Any](None, drive.error)
    if drive.value is None or here.value is None:
        return {"problem": here.problem}
    lacking: list[str] = []
    if not server.username:  # an account's own token has every right
        told = ask(drive.value.token_info)
        if told.value is None:
            return {"problem": _unknown_token(told).problem}
        lacking = missing_permissions(told.value, [*UPLOADING, *OTHERS])
    found = [
        _way(_("Copy through a mount"), _("The quickest, where both share a machine."), _no_mount(server, drive.value)),
        _way(
            _("Remote upload"),
            _("The server asks for what it needs; it goes on after a break, and known files are not sent at all."),
            _lacks(lacking, "write", "create_file", "list"),
        ),
        _way(_("Direct write"), _("The bytes are sent as one stream."), _lacks(lacking, "create_file", "write")),
        _way(_("gRPC-Web"), _("Where a proxy lets only HTTP/1.1 through."), _lacks(lacking, "create_file", "write")),
        _way(_("WebDAV"), _("The last resort: one request for each file."), _no_dav(server, drive.value)),
    ]
    return {
        "ways": found,
        "needed": explained(name for name in lacking if name in UPLOADING),
        "others": explained(name for name in lacking if name in OTHERS),
        "all_rights": bool(server.username),
        "unready": _unready(here.value),
    }


def _unknown_token(told: Asked[Any]) -> Asked[Any]:
    """A token that the server cannot find is a sign-in that it refuses."""
    unknown = told.error is not None and told.error.code == "clouddrive_not_found"
    return Asked(None, CloudError("clouddrive_auth")) if unknown else told


def _unready(info: pb.CloudDriveSystemInfo) -> str:
    """What keeps the server itself from working; '' when nothing does."""
    if not info.SystemReady:
        return _("CloudDrive2 is not ready yet: it may be starting.")
    return "" if info.IsLogin else _("CloudDrive2 itself is not signed in to its account. Sign in on its own page.")


def _way(label: str, text: str, why: str) -> Context:
    return {"label": label, "text": text, "why": why}


def _lacks(lacking: list[str], *names: str) -> str:
    gone = [f"allow_{name}" for name in names if name in lacking]
    return _("The token lacks %s.") % ", ".join(gone) if gone else ""


def _no_mount(server: CloudServer, drive: CloudDrive) -> str:
    """Why nothing can be copied through a mount; '' when it can. Whether the folder really is the mount is tried with
    each upload."""
    if not settings.CLOUDDRIVE_MOUNTS:
        return _("The operator has named no folder for mounts (CLOUDDRIVE_MOUNTS).")
    if not server.trusted:
        return _("Only for servers that staff have connected.")
    told = ask(drive.mounts)
    if told.problem:
        return told.problem["text"]
    allowed = [PurePosixPath(folder) for folder in settings.CLOUDDRIVE_MOUNTS]
    points = [mount.mountPoint for mount in told.value or [] if mount.isMounted and not mount.readOnly]
    if not any(PurePosixPath(point).is_relative_to(folder) for point in points for folder in allowed):
        return _("No writable mount below the folders that the operator has named.")
    return ""


def _no_dav(server: CloudServer, drive: CloudDrive) -> str:
    if not server.dav_username:
        return _("No WebDAV user is stored here.")
    told = ask(drive.dav_config)
    if told.value is not None and not told.value.davServerEnabled:
        return _("WebDAV is switched off on the server.")
    return told.problem["text"] if told.problem and is_away(told.error) else ""


# -- uploads


def uploads(server: CloudServer) -> Context:
    """What the server is sending to its clouds, whoever gave it; running ones first."""
    found = ask(lambda: list(islice(patient(server).uploads(), SHOWN)))
    if found.value is None:
        return {"problem": found.problem}
    running = [_upload(task) for task in found.value if not task.ended]
    ended = [_upload(task) for task in found.value if task.ended]
    moving = any(row["task"].status != Status.Pause for row in running)
    return {"running": running, "ended": ended[:ENDED], "moving": moving}


def _upload(task: UploadTask) -> Context:
    folder, name = split(task.path)
    word, tone = WORDS.get(task.status, (task.state, "plain"))
    paused = task.status == Status.Pause
    return {
        "task": task,
        "name": name,
        "folder": folder,
        "word": word,
        "tone": tone,
        "percent": min(100, task.sent * 100 // task.size) if task.size else None,
        "verb": "" if task.ended else "resume" if paused else "pause",
    }


VERBS: dict[str, tuple[Callable[[CloudDrive], Any], Text]] = {
    "pause": (lambda drive: drive.pause_uploads, gettext_lazy("The upload rests.")),
    "resume": (lambda drive: drive.resume_uploads, gettext_lazy("The upload goes on.")),
    "cancel": (lambda drive: drive.cancel_uploads, gettext_lazy("The upload is cancelled.")),
}


@login_required
@require_POST
def act(request: HttpRequest, pk: str, verb: str) -> HttpResponse:
    """Pause, continue or cancel one upload of the server, named by the `key` that the server gave it."""
    row = servers.find(request.user, pk)
    key = request.POST.get("key", "")
    if verb not in VERBS or not key:
        raise Http404
    call, said = VERBS[verb]
    answer = ask(lambda: call(patient(row))([key]))
    if answer.error is None:
        audit.record("transfers.server_upload", user=request.user, target=row.object_name, summary={"verb": verb})
    if not is_htmx(request):
        return _back(request, row, answer.error)
    context = {**uploads(row), "server": row, "refusal": answer.problem}
    response = render(request, "clouds/server_uploads.html", context)
    return response if answer.error else toast(response, "success", said)


def _back(request: HttpRequest, row: CloudServer, error: AppError | None) -> HttpResponse:
    target = reverse("transfers:server", args=[row.pk])
    return refused(request, error, target) if error else redirect(target)


PARTS: dict[str, Callable[[CloudServer], Context]] = {"clouds": clouds, "ways": ways, "uploads": uploads}
