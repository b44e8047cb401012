"""Periodic work on drives."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core import alerts
from core.errors import AppError
from core.jobs import every

from .models import SERVICE, DriveAccount
from .scans import tasks  # noqa: F401
from .tokens import renewal_due, tokens

NOT_RENEWED = alerts.declare(
    "service_account_not_renewed",
    _("The authorisation of the shared account could not be renewed."),
    _(
        "It still works; renewal is tried again every hour. If this stays, connect the shared account again under Drives."
    ),
)
NEEDS_YOU = alerts.declare(
    "service_account_needs_you",
    _("The shared account needs a new authorisation."),
    _("Calls on it fail until staff connect it again under Drives."),
)


@every(3600, "netdisk.renew_service")
def renew_service_account() -> None:
    """Renew the shared account's authorisation early (A3), and tell staff when that does not work."""
    drive = DriveAccount.objects.usable().filter(slot=SERVICE).first()
    if drive is None:
        return
    try:
        tokens.ensure_fresh(drive.pk)
    except AppError:
        NEEDS_YOU.send()
    else:
        if renewal_due(drive.pk):
            NOT_RENEWED.send()
