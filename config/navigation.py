from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.navigation import Item, add

add(Item(_("Overview"), "home", "overview", order=0))
add(Item(_("Activity"), "activity", "activity", group="manage", order=80))
add(Item(_("API"), "developers", "terminal", group="manage", order=90))
add(Item(_("System"), "system", "shield", group="manage", order=95, staff=True))
