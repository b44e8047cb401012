"""What a new transfer will do, in words, before anything starts; nothing is changed by looking."""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.limits import allowance
from core.errors import AppError, Text
from core.pages import sentence
from netdisk.baidu.upload import plan_blocks
from netdisk.errors import translated as netdisk_translated
from netdisk.models import DriveAccount
from transfers import names, services
from transfers.clouds.errors import translated
from transfers.clouds.views.asking import patient
from transfers.models import CloudServer
from transfers.wanted import check_addresses

from . import ends
from .lists import free_space

NAMED = 5  # names that are listed, the rest is counted
CHECKED_LINKS = 10  # addresses that are asked of DNS beforehand
POLICIES: dict[str, Text] = {
    "rename": gettext_lazy("Both are kept; the new ones get a new name."),
    "overwrite": gettext_lazy("The new ones replace what is there."),
    "skip": gettext_lazy("Those of the same size are skipped, the others get a new name."),
    "fail": gettext_lazy("These stop and say so; the others go on."),
    "library": gettext_lazy("The library keeps all of them."),
}
COPY_POLICIES: dict[str, Text] = {  # what CloudDrive2 itself offers (wire/clouddrive2.md §3.1)
    "skip": gettext_lazy("These are skipped, whatever their size."),
    "fail": gettext_lazy("Nothing is copied as long as one of them is there."),
}


@dataclass
class Review:
    """`taken` names the first few of `taken_count` names that the destination has already.

    `problems` would keep it from starting; `notes` are worth knowing; `limit` says what it takes of the daily downloads.
    """

    files: list[services.Wanted]
    source: str
    place: ends.Place
    folder: str
    inside: bool
    conflict: str
    taken: list[str] = field(default_factory=list)
    taken_count: int = 0
    problems: list[Text] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)
    names_known: bool = False
    limit: Text = ""
    key: str = field(default_factory=lambda: secrets.token_urlsafe(18))

    @property
    def amount(self) -> str:
        """How many files and bytes, as far as it is known."""
        sizes = [file.size for file in self.files if file.size is not None]
        count = ngettext("%d file", "%d files", len(self.files)) % len(self.files)
        if not sizes:
            return _("%(count)s, size not known yet") % {"count": count}
        total, unknown = filesizeformat(sum(sizes)), len(self.files) - len(sizes)
        if unknown:
            text = ngettext(
                "%(count)s, %(total)s and %(n)d of unknown size",
                "%(count)s, %(total)s and %(n)d of unknown size",
                unknown,
            )
            return text % {"count": count, "total": total, "n": unknown}
        return _("%(count)s, %(total)s") % {"count": count, "total": total}

    @property
    def route(self) -> Text:
        """Which way the bytes take."""
        if self.inside:
            return _("CloudDrive2 copies them itself; no bytes pass through this server.")
        if self.place.kind == ends.LIBRARY:
            return _("This server fetches them, checks them and keeps them in your library.")
        if self.files[0].kind == "library":
            return _("This server sends them from its own disk.")
        return _("The bytes pass through this server, piece by piece; nothing of them stays here.")

    @property
    def names(self) -> list[str]:
        return [file.name for file in self.files[:NAMED]]

    @property
    def more(self) -> int:
        return max(0, len(self.files) - NAMED)

    @property
    def more_taken(self) -> int:
        return self.taken_count - len(self.taken)

    @property
    def policy(self) -> Text:
        if self.place.kind == ends.LIBRARY:
            return POLICIES["library"]
        return (COPY_POLICIES if self.inside else {}).get(self.conflict, POLICIES[self.conflict])


def review(
    user: Any, files: list[services.Wanted], place: ends.Place, *, source: str, values: dict[str, Any]
) -> Review:
    """Compare the files with their destination, the limits and the room there; `values` as the form has cleaned them."""
    inside = is_inside(files, place)
    found = Review(files, source, place, folder_of(place, values), inside, values["conflict"] or "rename")
    if len(files) > services.MAX_BATCH:
        found.problems.append(_("Choose between 1 and %d files.") % services.MAX_BATCH)
    if place.kind == ends.LIBRARY and any(file.kind == "library" for file in files):
        found.problems.append(_("These files are in the library already. Choose a drive or a server to send them to."))
    _look_for_names(user, found)
    if found.taken_count and found.conflict == "rename":
        found.inside = False  # a copy under another name is not for the server to make
    _look_at_limit(user, found)
    _look_at_room(found)
    _look_at_links(found)
    return found


def is_inside(files: list[services.Wanted], place: ends.Place) -> bool:
    """Whether both ends are the same CloudDrive2 server, which then copies by itself."""
    return isinstance(place.row, CloudServer) and all(file.server_id == place.row.pk for file in files)


def folder_of(place: ends.Place, values: dict[str, Any]) -> str:
    """The folder that files go to; a drive's top folder stands for the app's own."""
    folder: str = values["folder"] or "/"
    return place.start if place.kind == ends.NETDISK and folder == "/" else folder


def name_at(file: services.Wanted, place: ends.Place) -> str:
    """What a file is called at its destination; a link's own name is made to fit a drive."""
    unnamed = place.kind == ends.NETDISK and file.kind == "url" and not file.source.get("named")
    return names.tidy(file.name) if unnamed else file.name


def _look_for_names(user: Any, found: Review) -> None:
    wanted = Counter(name_at(file, found.place) for file in found.files)
    if isinstance(found.place.row, DriveAccount):
        _check_for_baidu(found, found.place.row)
        if found.problems:
            return
    try:
        there = ends.taken(user, found.place, found.folder)
    except AppError as error:
        if error.status != HTTPStatus.NOT_FOUND:
            found.notes.append(_("Which names are taken there can't be told now: %s") % sentence(error))
            return
        found.notes.append(_("The folder is not there yet. It is made."))
        there = set()
    if there is None:
        found.notes.append(_("The folder holds too many files to compare all names beforehand."))
        return
    found.names_known = True
    double = sorted(name for name, count in wanted.items() if count > 1)
    if double:
        found.notes.append(_("Several of the chosen files have the same name: %s") % ", ".join(double[:NAMED]))
    both = sorted(there & wanted.keys())
    found.taken, found.taken_count = both[:NAMED], len(both)
    if found.inside and found.conflict == "fail" and both:
        found.problems.append(
            _("Names are taken there, and you asked to stop then. Choose another way or another folder.")
        )


def _check_for_baidu(found: Review, drive: DriveAccount) -> None:
    for file in found.files:
        try:
            names.remote_path(found.folder, name_at(file, found.place))
            if file.size is not None:
                with netdisk_translated():
                    plan_blocks(file.size, drive.vip_type)
        except AppError as error:
            found.problems.append(f"{file.name}: {error.message}")
            if len(found.problems) >= NAMED:
                return


def _look_at_limit(user: Any, found: Review) -> None:
    counted = (
        len(found.files) if found.place.kind == ends.LIBRARY else sum(file.kind == "netdisk" for file in found.files)
    )
    today = allowance(user)
    if found.inside or not counted or today.left is None:
        return
    values = {"n": counted, "left": today.left, "limit": today.limit}
    if counted > today.left:
        text = _("This needs %(n)d of your downloads of today; %(left)d of %(limit)d are left.")
        found.problems.append(text % values)
    else:
        found.limit = _("Uses %(n)d of the %(left)d downloads that you have left today.") % values


def _look_at_room(found: Review) -> None:
    size = sum(file.size or 0 for file in found.files)
    if found.place.kind == ends.LIBRARY:
        free = free_space()
    elif isinstance(found.place.row, CloudServer):
        free = _free_on(found.place.row, found.folder)
    else:
        return
    if free is not None and size > free:
        values = {"size": filesizeformat(size), "free": filesizeformat(free)}
        found.notes.append(_("There is room for %(free)s only, and this is %(size)s. It may have to wait.") % values)


def _free_on(server: CloudServer, folder: str) -> int | None:
    """Free bytes of the cloud around a folder; None where nobody knows."""
    cloud = "/" + folder.split("/")[1] if server.root == "/" else "/"
    try:
        with translated():
            space = patient(server).space(cloud)
    except AppError:
        return None
    return space.freeSpace if space.totalSpace > 0 else None


def _look_at_links(found: Review) -> None:
    links = [file for file in found.files if file.kind == "url"][:CHECKED_LINKS]
    try:
        check_addresses(links)
    except AppError as error:
        found.problems.append(sentence(error))
