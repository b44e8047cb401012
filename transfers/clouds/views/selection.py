"""The files and folders of a server that a form names."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.errors import Invalid
from core.file_kinds import kind_of
from transfers.clouddrive2.paths import clean
from transfers.clouds.errors import translated

MOST = 500
LONGEST_PATH = 4000


def pick(path: str, *, is_dir: bool) -> str:
    """How a form names a file or folder: folders end in a slash."""
    return f"{path}/" if is_dir else path


def place(path: str) -> str:
    """A path as the server wants it; what climbs, hides or is far too long is `Invalid`."""
    if len(path) > LONGEST_PATH:
        raise Invalid(_("The path is too long."), hint=_("Open the folder from above."))
    with translated():
        return clean(path)


@dataclass(frozen=True)
class Item:
    """A file or folder as `pick` wrote it."""

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
        return pick(self.path, is_dir=self.is_dir)


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
    if not value.startswith("/") or (path := place(value)) == "/":
        raise Invalid(_("This names no file or folder."), hint=_("Reload the folder and tick again."))
    return Item(path, value.endswith("/"))
