from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core import audit
from core.admin_base import BaseAdmin, ReadOnlyAdmin, ReadOnlyInline, toned

from . import drives
from .models import Authorisation, DriveAccount, OAuthToken
from .scans import admin as _scans  # noqa: F401
from .tokens import retire, tokens
from .views.drives import MEMBERSHIP, TONES


class TokenInline(ReadOnlyInline):
    """When the tokens expire and how often they were renewed; never the tokens."""

    model = OAuthToken
    fields = readonly_fields = ["expires_at", "obtained_at", "generation"]


@admin.register(DriveAccount)
class DriveAdmin(BaseAdmin):
    list_display = ["name_or_id", "owner", "state_word", "membership", "quota", "checked_at", "created_at"]
    list_filter = ["state", "vip_type"]
    search_fields = ["name", "user__username", "uk"]
    list_select_related = ["user"]
    fields = readonly_fields = [
        "user",
        "slot",
        "name",
        "state",
        "problem",
        "uk",
        "membership",
        "quota",
        "checked_at",
        "created_at",
    ]
    inlines = [TokenInline]
    actions = ["test_connection", "revoke"]
    ordering = ["-created_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("name"), ordering="name")
    def name_or_id(self, drive: DriveAccount) -> str:
        return str(drive)

    @admin.display(description=_("owner"), ordering="user__username")
    def owner(self, drive: DriveAccount) -> str:
        return drive.user.get_username() if drive.user else str(_("the site"))

    @admin.display(description=_("state"), ordering="state")
    def state_word(self, drive: DriveAccount) -> Any:
        return toned(TONES[DriveAccount.State(drive.state)], drive.get_state_display())

    @admin.display(description=_("membership"), ordering="vip_type")
    def membership(self, drive: DriveAccount) -> str:
        return str(MEMBERSHIP.get(drive.vip_type, MEMBERSHIP[2]))

    @admin.display(description=_("used"), ordering="used")
    def quota(self, drive: DriveAccount) -> str:
        return f"{filesizeformat(drive.used or 0)} / {filesizeformat(drive.total)}" if drive.total else "–"

    @admin.action(description=_("Test the connection"))
    def test_connection(self, request: HttpRequest, rows: QuerySet[DriveAccount]) -> None:
        for drive in rows[:20]:
            result = drives.test_connection(drive)
            words = str(_("The connection works.")) if result["ok"] else f"{result['detail']} {result['hint']}"
            self.message_user(request, f"{drive}: {words}", messages.SUCCESS if result["ok"] else messages.ERROR)

    @admin.action(description=_("Revoke the authorisation (the owner connects again)"))
    def revoke(self, request: HttpRequest, rows: QuerySet[DriveAccount]) -> None:
        """Forget both tokens; the drive then asks its owner for a new authorisation."""
        count = 0
        for token in OAuthToken.objects.filter(account__in=rows.values("pk")).select_related("account"):
            retire(token, "revoked")
            token.delete()
            tokens.forget(token.account_id)
            audit.record("netdisk.revoke", user=request.user, surface="admin", target=f"drive:{token.account_id}")
            count += 1
        self.message_user(
            request,
            ngettext("%d authorisation revoked.", "%d authorisations revoked.", count) % count,
            messages.SUCCESS,
        )


@admin.register(Authorisation)
class AuthorisationAdmin(ReadOnlyAdmin):
    """OAuth requests; states, session keys and device codes stay out of sight."""

    list_display = ["created_at", "user", "kind", "service", "outcome", "expires_at", "used_at"]
    list_filter = ["kind", "outcome", "service"]
    search_fields = ["user__username"]
    list_select_related = ["user"]
    fields = ["user", "kind", "service", "outcome", "account", "created_at", "expires_at", "used_at"]
    ordering = ["-created_at"]
