from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.navigation import Item, add

from .models import DriveAccount


def _count(user: Any) -> int:
    return DriveAccount.objects.visible_to(user).usable().count()


add(Item(_("Drives"), "netdisk:drives", "cloud", order=10, badge=_count))
