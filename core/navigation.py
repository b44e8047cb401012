"""The sidebar: every app adds its pages, so that core knows none of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .errors import Text

GROUPS: dict[str, Text] = {"main": "", "smart": _("Assistants"), "manage": _("Manage")}


@dataclass(frozen=True)
class Item:
    label: Text
    url_name: str
    icon: str
    group: str = "main"
    order: int = 50
    badge: Callable[[Any], int | None] | None = None
    staff: bool = False


_items: list[Item] = []


def add(item: Item) -> None:
    _items.append(item)


def build(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups of items this user may see, the current one marked."""
    user = request.user
    shown = [item for item in sorted(_items, key=lambda entry: entry.order) if user.is_staff or not item.staff]
    links = [(item, reverse(item.url_name)) for item in shown]
    current = max((url for _, url in links if request.path.startswith(url)), key=len, default="")
    groups = []
    for name, label in GROUPS.items():
        items = [_entry(item, url, url == current, user) for item, url in links if item.group == name]
        if items:
            groups.append({"label": label, "items": items})
    return groups


def _entry(item: Item, url: str, current: bool, user: Any) -> dict[str, Any]:
    badge = item.badge(user) if item.badge else None
    return {"url": url, "label": item.label, "icon": item.icon, "badge": badge or None, "current": current}
