"""Drives of a user or of the site: find, open, refresh what is known about them, disconnect (A3, A5)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from functools import cache
from typing import Any, Literal

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import audit, events, metrics
from core.errors import AppError, Conflict, NotFound
from core.http import session

from . import pace
from .baidu.client import BaiduClient
from .baidu.hosts import BAIDU_HOSTS
from .errors import translated
from .models import SERVICE, DriveAccount
from .tokens import tokens

DISCONNECTED = DriveAccount.State.DISCONNECTED.value


def parse_id(text: Any) -> uuid.UUID:
    """A drive's id from the outside; anything malformed is simply not found."""
    try:
        return uuid.UUID(str(text))
    except ValueError:
        raise NotFound from None


def find_drive(user: Any, *, mode: Literal["user", "public"] = "user", drive_id: Any = None) -> DriveAccount:
    """The drive that a call works on: the named one, else the user's first; in public mode the site's own."""
    if mode == "public":
        drive = _only(DriveAccount.objects.raw(_service_sql(), [DISCONNECTED, SERVICE]))
        if drive is None:
            raise NotFound(
                _("The site has no shared account."),
                code="netdisk.no_service_account",
                hint=_("Staff can connect one under Drives."),
            )
        return drive
    if drive_id:
        drive = DriveAccount.objects.visible_to(user).usable().filter(pk=parse_id(drive_id)).first()
        if drive is None:
            raise NotFound
        return drive
    drive = _only(DriveAccount.objects.raw(_first_sql(), [user.pk, DISCONNECTED]))
    if drive is None:
        raise Conflict(_("No drive is connected yet."), code="netdisk.no_drive", hint=_("Connect a drive first."))
    return drive


# Nearly every call asks one of these two, and Django takes four times as long to build the query as the database to answer it.
@cache
def _first_sql() -> str:
    return _sql(DriveAccount.objects.visible_to(0).usable())


@cache
def _service_sql() -> str:
    return _sql(DriveAccount.objects.usable().filter(slot=SERVICE))


def _sql(drives: Any) -> str:
    """The statement for the first of some drives, with a place for each parameter in the order of the filters."""
    statement: str = drives.order_by("created_at")[:1].query.sql_with_params()[0]
    return statement


def _only(drives: Iterable[DriveAccount]) -> DriveAccount | None:
    return next(iter(drives), None)


class DriveClient(BaiduClient):
    """The wire client of one drive, with tokens that renew themselves."""

    def __init__(self, drive: DriveAccount) -> None:
        drive_id = drive.pk
        super().__init__(
            session("baidu"),
            pan_url=settings.BAIDU_PAN_URL,
            pcs_url=settings.BAIDU_PCS_URL,
            app_id=settings.BAIDU_APP_ID,
            access_token=lambda: tokens.ensure_fresh(drive_id),
            on_token_rejected=lambda old: _renew(drive_id, old),
            download_hosts=[*BAIDU_HOSTS, *settings.BAIDU_TOKEN_HOSTS, *settings.UPSTREAM_HOSTS.get("baidu", ())],
            throttle=lambda kind: pace.Turn(drive_id, kind),
            on_result=lambda endpoint, code, seconds: metrics.UPSTREAM.labels("baidu", endpoint, str(code)[:20]).inc(),
        )


def client_for(drive: DriveAccount) -> DriveClient:
    return DriveClient(drive)


def _renew(drive_id: Any, rejected: str) -> None:
    tokens.ensure_fresh(drive_id, rejected=rejected)


class NetdiskClient(DriveClient):
    """The one entrance (A5): `NetdiskClient(mode="user", user=…)` or `NetdiskClient(mode="public")`."""

    def __init__(self, *, mode: Literal["user", "public"] = "user", user: Any = None, drive_id: Any = None) -> None:
        super().__init__(find_drive(user, mode=mode, drive_id=drive_id))


def refresh_info(drive: DriveAccount) -> DriveAccount:
    """Ask Baidu who this is and how full it is; keep the answer."""
    with translated():
        client = client_for(drive)
        info, quota = client.user_info(), client.quota()
    drive.uk, drive.vip_type = info.uk, info.vip_type
    drive.name = (info.netdisk_name or info.baidu_name)[:120]
    drive.total, drive.used, drive.checked_at = quota.total, quota.used, timezone.now()
    drive.save(update_fields=["uk", "vip_type", "name", "total", "used", "checked_at"])
    return drive


def test_connection(drive: DriveAccount) -> dict[str, Any]:
    """The connection test of a drive: what works, or what is wrong and what to do. Never raises for upstream trouble."""
    try:
        refresh_info(drive)
    except AppError as error:
        return {"ok": False, "code": error.code, "detail": str(error.message), "hint": str(error.hint)}
    return {"ok": True, "name": drive.name, "total": drive.total, "used": drive.used}


def disconnect(user: Any, drive: DriveAccount) -> None:
    """Forget a drive's tokens at once. Transfers of it stop with a clear reason; the library keeps its files."""
    with transaction.atomic():
        audit.record("netdisk.disconnect", user=user, target=f"drive:{drive.pk}")
        if drive.user_id:
            events.publish(drive.user_id, "drive.disconnected", {"name": drive.name}, object_=f"drive:{drive.pk}")
        drive.delete()
    tokens.forget(drive.pk)
