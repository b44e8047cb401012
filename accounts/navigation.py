from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.navigation import Item, add

add(Item(_("People"), "accounts:people", "people", group="manage", order=85, staff=True))
add(Item(_("Settings"), "accounts:settings", "settings", group="manage", order=92))
