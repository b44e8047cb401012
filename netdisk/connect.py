"""Connecting a drive (A4): authorisation code with a one-time state, device code with a QR, or tokens brought by a client."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import audit, events
from core.errors import AppError, Conflict, Forbidden, NotFound
from core.http import session
from core.vault import open_secret, seal_secret

from .baidu.client import BaiduClient
from .baidu.errors import AuthorizationDeclined, AuthorizationPending, DeviceCodeExpired, PollTooFast
from .baidu.types import TokenPair
from .drives import refresh_info
from .errors import translated
from .models import SERVICE, Authorisation, DriveAccount
from .tokens import oauth_client, store

log = structlog.get_logger(__name__)
STATE_LIFE = timedelta(minutes=10)


class BadState(AppError):
    code, status = "oauth_state", 400
    message = _("This sign-in link does not belong to this browser, was used before, or is too old.")
    hint = _("Go to Drives and press Connect again.")


class Refused(AppError):
    code, status = "oauth_refused", 400
    message = _("The authorisation was not given.")
    hint = _("Nothing was connected. You can try again at any time.")


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _require_app() -> None:
    if not settings.BAIDU_CLIENT_ID:
        raise Conflict(
            _("This site has no Baidu app yet."),
            code="netdisk.misconfigured",
            hint=_("An administrator sets BAIDU_CLIENT_ID and BAIDU_CLIENT_SECRET."),
        )


def _check_service(user: Any, service: bool) -> None:
    if service and not user.is_staff:
        raise Forbidden(_("Only staff may connect the site's shared account."))


def begin(user: Any, session_key: str, *, service: bool = False) -> str:
    """Start the browser flow; returns the address of Baidu's page."""
    _require_app()
    _check_service(user, service)
    state = secrets.token_urlsafe(32)
    Authorisation.objects.create(
        user=user,
        service=service,
        state_digest=digest(state),
        session_digest=digest(session_key),
        expires_at=timezone.now() + STATE_LIFE,
    )
    return oauth_client().authorize_url(state, settings.BAIDU_REDIRECT_URI)


def finish(session_key: str, *, state: str, code: str, error: str) -> DriveAccount:
    """The way back: `state` must be unused, young and of this very browser session (H16)."""
    request = _spend_state(state, session_key)
    if error or not code:
        _close(request, "refused")
        raise Refused
    try:
        with translated():
            pair = oauth_client().exchange_code(code, settings.BAIDU_REDIRECT_URI)
    except AppError as failure:
        _close(request, failure.code)
        raise
    drive = connect(request.user, pair, service=request.service)
    _close(request, "connected", drive)
    return drive


def _spend_state(state: str, session_key: str) -> Authorisation:
    rows = Authorisation.objects.filter(state_digest=digest(state), used_at=None, expires_at__gt=timezone.now())
    request = rows.select_related("user").first() if state else None
    if request is None or not hmac.compare_digest(request.session_digest, digest(session_key)):
        raise BadState
    if not rows.filter(pk=request.pk).update(used_at=timezone.now()):
        raise BadState
    return request


def _close(request: Authorisation, outcome: str, drive: DriveAccount | None = None) -> None:
    Authorisation.objects.filter(pk=request.pk).update(
        outcome=outcome, account=drive, used_at=timezone.now(), device_code=""
    )


def begin_device(user: Any, *, service: bool = False) -> Authorisation:
    """Start the device flow: show `user_code` and the address (as a QR), then poll."""
    _require_app()
    _check_service(user, service)
    with translated():
        code = oauth_client().device_code()
    now = timezone.now()
    request = Authorisation(
        user=user,
        kind=Authorisation.Kind.DEVICE,
        service=service,
        user_code=code.user_code[:32],
        verification_url=code.verification_url[:300],
        interval=code.interval,
        poll_after=now + timedelta(seconds=code.interval),
        expires_at=now + timedelta(seconds=code.expires_in),
    )
    seal_secret(request, "device_code", code.device_code)
    request.save()
    return request


@dataclass(frozen=True)
class Poll:
    """`state`: pending, connected, declined, expired or failed; `wait` seconds before asking again."""

    state: str
    wait: int = 0
    drive: DriveAccount | None = None


def poll_device(user: Any, pk: Any) -> Poll:
    """Ask once, never faster than Baidu allows (wire/baidu-netdisk.md §1.2)."""
    request = (
        Authorisation.objects.select_related("account").filter(user=user, kind=Authorisation.Kind.DEVICE, pk=pk).first()
    )
    if request is None:
        raise NotFound
    now = timezone.now()
    if request.outcome:
        return Poll("connected" if request.outcome == "connected" else request.outcome, drive=request.account)
    if request.expires_at <= now:
        _close(request, "expired")
        return Poll("expired")
    due = Authorisation.objects.filter(pk=request.pk, outcome="", poll_after__lte=now)
    if not due.update(poll_after=now + timedelta(seconds=request.interval)):
        return Poll("pending", request.interval)
    return _poll_upstream(request)


def _poll_upstream(request: Authorisation) -> Poll:
    try:
        with translated():
            pair = _poll_once(request)
    except AppError as failure:
        _close(request, failure.code)
        raise
    if isinstance(pair, Poll):
        return pair
    drive = connect(request.user, pair, service=request.service)
    _close(request, "connected", drive)
    return Poll("connected", drive=drive)


def _poll_once(request: Authorisation) -> TokenPair | Poll:
    try:
        return oauth_client().poll_device(open_secret(request, "device_code"))
    except AuthorizationPending:
        return Poll("pending", request.interval)
    except PollTooFast:
        Authorisation.objects.filter(pk=request.pk).update(interval=request.interval + 5)
        return Poll("pending", request.interval + 5)
    except AuthorizationDeclined:
        _close(request, "declined")
        return Poll("declined")
    except DeviceCodeExpired:
        _close(request, "expired")
        return Poll("expired")


def upsert(user: Any, pair: TokenPair, *, service: bool = False) -> DriveAccount:
    """Tokens that a client obtained itself (seed A)."""
    _check_service(user, service)
    return connect(user, pair, service=service)


def connect(user: Any, pair: TokenPair, *, service: bool = False) -> DriveAccount:
    """Store a new pair: on the drive it belongs to when Baidu says whose it is, else on the one whose owner is unknown."""
    uk = _whose(pair)
    with transaction.atomic():
        drive = _service_drive() if service else _user_drive(user, uk)
        store(drive, pair)
        audit.record("netdisk.connect", user=user, target=f"drive:{drive.pk}")
        events.publish(user.pk, "drive.connected", {"name": drive.name}, object_=f"drive:{drive.pk}")
    try:
        refresh_info(drive)
    except AppError as error:  # connected all the same; the page shows what is wrong
        log.warning("drive.info_failed", code=error.code)
    return drive


def _whose(pair: TokenPair) -> int | None:
    client = BaiduClient(
        session("baidu"),
        pan_url=settings.BAIDU_PAN_URL,
        pcs_url=settings.BAIDU_PCS_URL,
        access_token=lambda: pair.access_token,
    )
    try:
        with translated():
            return client.user_info().uk
    except AppError as error:
        log.warning("drive.owner_unknown", code=error.code)
        return None


def _user_drive(user: Any, uk: int | None) -> DriveAccount:
    drive, _created = DriveAccount.objects.get_or_create(user=user, uk=uk, defaults={"name": str(_("Baidu Netdisk"))})
    return drive


def _service_drive() -> DriveAccount:
    drive, _created = DriveAccount.objects.get_or_create(slot=SERVICE, defaults={"name": str(_("Shared account"))})
    return drive
