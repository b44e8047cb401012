"""What pages share: lists whose filter, order and page live in the address, answers to htmx, amounts in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .errors import AppError, Text

PAGE_SIZE = 50


def is_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


@dataclass(frozen=True)
class Address:
    """The parameters that make up a list, as its address keeps them; empty ones are left out."""

    values: Mapping[str, Any]

    def url(self, **changes: Any) -> str:
        """This list with some parameters changed; it starts on the first page again."""
        merged = {**self.values, **changes}
        return "?" + urlencode({name: value for name, value in merged.items() if value not in (None, "", 0, False)})

    @property
    def query(self) -> str:
        """The parameters for a link that adds one more: empty, or ending in `&`."""
        text = self.url()[1:]
        return f"{text}&" if text else ""

    def column(self, name: str, label: Text, cell_class: str = "") -> dict[str, Any]:
        """A sortable head (components/sort_header.html) for `ordering` as django-filter reads it: `name` or `-name`."""
        now = self.values.get("ordering", "")
        direction = {name: "ascending", f"-{name}": "descending"}.get(now, "")
        other = f"-{name}" if now == name else name
        return {"label": label, "url": self.url(ordering=other), "direction": direction, "cell_class": cell_class}


def page_of(request: HttpRequest, rows: Any, size: int = PAGE_SIZE) -> Page[Any]:
    """The page that the address asks for; nonsense gives the first, too far gives the last."""
    return Paginator(rows, size).get_page(request.GET.get("page", "")[:9])


def toast(response: HttpResponse, level: str, text: Text, **more: Any) -> HttpResponse:
    """Let htmx show a message in the corner; `more` are further events."""
    response["HX-Trigger"] = json.dumps({"toast": {"level": level, "text": str(text)}, **more})
    return response


def done(request: HttpRequest, text: Text, target: str) -> HttpResponse:
    """After a form: a message, and on to `target`."""
    messages.success(request, str(text))
    if is_htmx(request):
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return redirect(target)


def refused(request: HttpRequest, error: AppError, target: str) -> HttpResponse:
    """A form that could not be carried out: say why on the page it came from."""
    messages.error(request, sentence(error))
    return redirect(target)


def sentence(error: AppError) -> str:
    """What happened and what to do, with the words of the fields that were refused."""
    words = [str(text) for texts in error.fields.values() for text in texts]
    return " ".join([str(error.message), *words, str(error.hint)])


def duration(seconds: float) -> str:
    """At most two units, at least a second: "9 s", "4 min", "2 h 5 min"."""
    whole = max(1, round(seconds))
    if whole < 60:
        return _("%d s") % whole
    minutes = round(whole / 60)
    if minutes < 60:
        return _("%d min") % minutes
    hours, rest = divmod(minutes, 60)
    if hours >= 48:
        return ngettext("%d day", "%d days", hours // 24) % (hours // 24)
    return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": rest} if rest else _("%d h") % hours
