"""The files and folders that a form names."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.errors import Invalid
from core.file_kinds import kind_of
from netdisk.rows import pick

LAST_ID = 2**63 - 1
MOST = 999  # per call of the file manager (wire/baidu-netdisk.md §2.8)
LONGEST_PATH = 4000


@dataclass(frozen=True)
class Item:
    """A file or folder as `rows.pick` wrote it; `fs_id` 0 where only the path is known."""

    fs_id: int
    path: str
    is_dir: bool = False

    @property
    def name(self) -> str:
        return posixpath.basename(self.path)

    @property
    def folder(self) -> str:
        return posixpath.dirname(self.path) or "/"

    @property
    def kind(self) -> str:
        return kind_of(self.name, is_dir=self.is_dir)

    @property
    def value(self) -> str:
        return pick(self.fs_id, self.path, is_dir=self.is_dir)


def chosen(request: HttpRequest) -> list[Item]:
    """The ticked things of a form, each once; `Invalid` when there is none, or too many for one call."""
    values = request.POST.getlist("id") or request.GET.getlist("id")
    found = list(dict.fromkeys(_item(value) for value in values))
    if not found:
        raise Invalid(_("Nothing is ticked."), hint=_("Tick the files and folders first."))
    if len(found) > MOST:
        raise Invalid(
            ngettext("At most %d item at a time.", "At most %d items at a time.", MOST) % MOST,
            hint=_("Tick fewer, or their folder as a whole."),
        )
    return found


def _item(value: str) -> Item:
    number, _colon, path = value.partition(":")
    good = number.isascii() and number.isdigit() and len(number) < 20 and int(number) <= LAST_ID
    if not good or not path.startswith("/") or path == "/" or len(path) > LONGEST_PATH:
        raise Invalid(_("This names no file or folder."), hint=_("Reload the folder and tick again."))
    return Item(int(number), path.rstrip("/"), path.endswith("/"))
