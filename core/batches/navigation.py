from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.navigation import Item, add

add(Item(_("Batches"), "batches:list", "list", group="manage", order=70))
