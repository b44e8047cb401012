"""What is kept here about a person's drives, for the privacy page and the export."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.privacy import Holding, hold, rows_of

from .models import DriveAccount

hold(
    Holding(
        "drives",
        _("Drives"),
        _("Database: name, size and state. The authorisation is sealed with the site's master key and never shown."),
        lambda user: rows_of(
            DriveAccount.objects.visible_to(user),
            "id", "name", "uk", "vip_type", "total", "used", "state", "problem", "checked_at", "created_at",
        ),
    )
)  # fmt: skip
