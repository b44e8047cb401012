"""A new transfer: both ends are chosen by browsing, then it says what will happen, then it starts.

One form that is sent for every step, so that it works without script and keeps all that was chosen. The buttons say what
is wanted: `source` another kind of source, `open_from` and `open_to` a folder, `review` the summary, `go` the start. A request
without `from` is one of a program or an old page: links, started at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from core.errors import AppError, Invalid, Text
from core.pages import done, is_htmx
from transfers import services
from transfers.clouddrive2.files import Conflict as Policy
from transfers.clouds.views.dialogs import said
from transfers.forms import TransferForm

from . import ends
from .create import started
from .review import Review, review

LAST_ID = 2**63 - 1
LONGEST_KEY = 64
FIELDS = ("links", "to", "folder", "conflict", "priority")
USUAL = {"conflict": ("None", "", "rename"), "priority": ("None", "", "0")}  # what need not be shown
POLICIES: dict[str, Policy] = {"skip": "skip", "overwrite": "overwrite"}
STEPS = ("source", "open_from", "open_to", "close_to", "all", "review", "go")


@dataclass
class Asked:
    """What the form says besides its fields: the kind of source, its place, the folder that is looked at, the ticked files.

    `at` and `folder` are paths as typed or pressed; `browsing` whether the folders of the destination are shown.
    """

    source: str
    place: ends.Place | None
    at: str
    ids: list[str]
    to: ends.Place | None
    folder: str
    browsing: bool
    step: str
    places: list[ends.Place]
    picking: bool  # whether the folders of the source are shown: not when the files were chosen elsewhere

    @property
    def opened_from(self) -> bool:
        """Whether a folder of the source has just been opened: it gets the focus."""
        return self.step == "open_from"

    @property
    def opened_to(self) -> bool:
        return self.step == "open_to"

    @classmethod
    def of(cls, request: HttpRequest) -> Asked:
        post, get = request.POST, request.GET
        old = request.method == "POST" and "from" not in post and "from" not in get

        def value(name: str, default: str = "") -> str:
            return str(post.get(name, get.get(name, default)))

        step = "go" if old else next((name for name in STEPS if name in post), "look")
        source = _known(post["source"] if step == "source" else value("from"))
        places = ends.places(request.user, source)
        place = next((each for each in places if each.pk == value("place")), places[0] if places else None)
        moved = step == "source" or ("place_was" in post and place is not None and post["place_was"] != place.pk)
        to = ends.target(request.user, value("to"))
        at = "" if moved else value("open_from") if step == "open_from" else value("at")
        ids = [] if moved else list(dict.fromkeys(post.getlist("id") or get.getlist("id")))
        return cls(
            source=source,
            place=place,
            at=_tidy(at) or (place.start if place else "/"),
            ids=ids,
            to=to,
            folder=_folder(post, step, value("folder"), to),
            browsing="close_to" not in post and (step == "open_to" or "browsing" in post),
            step=step,
            places=places,
            picking=not ids or "at" in post or step == "open_from",
        )


def _known(source: str) -> str:
    return source if source in {kind for kind, _label, _icon in ends.SOURCES} else ends.LINKS


def _tidy(path: str) -> str:
    """A typed folder as an address of one: one slash at the front, none at the end."""
    return "/" + path.strip("/") if path else ""


def _folder(post: QueryDict, step: str, folder: str, to: ends.Place | None) -> str:
    """The destination's folder: another place begins at its own start, unless one has been typed for it."""
    start = to.start if to else "/"
    typed = folder != post.get("folder_was", folder)
    if "to_was" in post and post["to_was"] != (to.pk if to else "") and not typed:
        return start
    if step == "open_to":
        return _tidy(str(post["open_to"])) or _tidy(folder) or start
    return folder or start


@login_required
@require_http_methods(["GET", "POST"])
def new_transfer(request: HttpRequest) -> HttpResponse:
    asked = Asked.of(request)
    if asked.step not in {"review", "go"}:
        values = {name: request.POST.get(name, request.GET.get(name, "")) for name in FIELDS}
        form = TransferForm(request.user, asked.source, initial={**_filled(values), "folder": asked.folder})
        return _show(request, asked, form)
    form = TransferForm(request.user, asked.source, request.POST)
    if not form.is_valid() or asked.to is None:
        return _show(request, asked, form)
    try:
        files = _files(request.user, asked, form)
        if asked.step == "go":
            return _start(request, asked, files, form.cleaned_data)
        origin = str(asked.place.name if asked.place else _("Links"))
        found = review(request.user, files, asked.to, source=origin, values=form.cleaned_data)
    except AppError as error:
        form.add_error(None, said(error))
        return _show(request, asked, form)
    return _show(request, asked, form, found)


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    """What was given; the rest keeps the form's own beginnings."""
    return {name: value for name, value in values.items() if value != ""}


def _files(user: Any, asked: Asked, form: TransferForm) -> list[services.Wanted]:
    """The files as their place knows them; folders and missing ones are refused by name."""
    if asked.source == ends.LINKS:
        links: list[services.Wanted] = form.cleaned_data["links"]
        return links
    if not asked.ids:
        raise Invalid(_("Nothing is chosen yet."), hint=_("Tick the files that shall be moved."))
    if len(asked.ids) > services.MAX_BATCH:
        raise Invalid(_("Choose between 1 and %d files.") % services.MAX_BATCH)
    if asked.source == ends.LIBRARY:
        return [services.from_library(user, value) for value in asked.ids]
    if asked.place is None:
        raise Invalid(_("Nothing is connected there yet."), hint=_("Connect a drive or a server first."))
    if asked.source == ends.NETDISK:
        return services.from_netdisk(user, [_number(value) for value in asked.ids], drive_id=asked.place.pk)
    return services.from_cloud(user, asked.ids, server_id=asked.place.pk)


def _number(value: str) -> int:
    """The number of a drive's file, as `netdisk.rows.pick` writes it."""
    text = value.partition(":")[0]
    if not (text.isascii() and text.isdigit() and len(text) < 20 and 0 < int(text) <= LAST_ID):
        raise Invalid(_("This names no file or folder."), hint=_("Open its folder and tick it again."))
    return int(text)


def _start(request: HttpRequest, asked: Asked, files: list[services.Wanted], values: dict[str, Any]) -> HttpResponse:
    """Queue them all or none; raises `AppError`. A form that is sent twice starts them once."""
    user, place = request.user, asked.to
    assert place is not None
    key = request.POST.get("key", "")[:LONGEST_KEY] or None
    options: dict[str, Any] = {"priority": values["priority"] or 0, "key": key}
    conflict = values["conflict"] or "rename"
    if place.kind == ends.LIBRARY:
        rows = services.create(user, files, folder=values["folder"], **options)
        text: Text = started(len(rows))
    elif place.kind == ends.NETDISK:
        path = "" if values["folder"] == "/" else values["folder"]  # the app's own folder, if it has one
        rows = services.upload_all(user, files, path=path, drive_id=place.pk, conflict=conflict, **options)
        text = started(len(rows), to_drive=True)
    else:
        rows = services.store_all(user, files, path=values["folder"], server_id=place.pk, conflict=conflict, **options)
        text = _on_its_way(len(rows), place.name)
    return done(request, text, reverse("transfers:list"))


def _on_its_way(count: int, name: str) -> str:
    text = ngettext("%(n)d file is on its way to “%(name)s”.", "%(n)d files are on their way to “%(name)s”.", count)
    return text % {"n": count, "name": name}


def _show(request: HttpRequest, asked: Asked, form: TransferForm, found: Review | None = None) -> HttpResponse:
    dialog = is_htmx(request) and "whole" not in request.POST
    context = {
        "form": form,
        "asked": asked,
        "review": found,
        "sources": [(kind, label, icon, kind == asked.source) for kind, label, icon in ends.SOURCES],
        "more_open": any(form[name].errors or str(form[name].value()) not in usual for name, usual in USUAL.items()),
        **({} if found else _browsing(request.user, asked)),
    }
    refused = bool(form.is_bound and form.errors)
    template = "transfers/new_dialog.html" if dialog else "transfers/new.html"
    return render(request, template, context, status=422 if refused else 200)


def _browsing(user: Any, asked: Asked) -> dict[str, Any]:
    """What the folders at both ends hold, as far as they are shown."""
    picked = set(asked.ids)
    context: dict[str, Any] = {"picked": picked}
    if asked.place is not None:
        seen: set[str] = set()
        if asked.picking:
            context["origin"] = origin = ends.listing(user, asked.place, asked.at, files=True)
            seen = {file.value for file in origin.files}
        if asked.step == "all":
            picked |= seen
        elsewhere = [value for value in asked.ids if value not in seen]
        context["elsewhere"] = ends.named(user, asked.source, elsewhere)
        context["beside"] = ends.folder_beside(asked.source, asked.ids)
    if asked.browsing and asked.to is not None:
        context["goal"] = ends.listing(user, asked.to, asked.folder, files=False)
    return context
