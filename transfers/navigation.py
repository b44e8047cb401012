from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.navigation import Item, add

from .models import Transfer


def _under_way(user: Any) -> int:
    return Transfer.objects.visible_to(user).active().count()


add(Item(_("Transfers"), "transfers:list", "transfers", order=20, badge=_under_way))
add(Item(_("Library"), "transfers:library", "folder", order=30))
add(Item(_("Servers"), "transfers:servers", "server", order=35))
