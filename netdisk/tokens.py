"""TokenStore (A2–A4): hands out access tokens that are fresh, and refreshes each generation exactly once.

The token row decides who refreshes. A refresh begins with a conditional UPDATE that writes an *intent*; Baidu's refresh tokens
are single use and die even in a failed call (wire/baidu-netdisk.md §1.3), so nobody ever calls twice for one generation unless
the earlier caller vanished, and then only `TRIES` times in all. Losers wait, bounded, and read what the winner stored.
"""

from __future__ import annotations

import threading
import time
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from core import events, metrics
from core.errors import Unavailable
from core.faults import fault
from core.http import session
from core.outbound import OutboundError
from core.vault import open_secret, seal_secret

from .baidu.errors import BaiduError, Reaction
from .baidu.oauth import OAuthClient
from .baidu.types import TokenPair
from .errors import NeedsAuthorisation
from .models import DriveAccount, OAuthToken

log = structlog.get_logger(__name__)

USER_MARGIN = timedelta(seconds=60)
SERVICE_MARGIN = timedelta(days=30)
SERVICE_AGE = timedelta(hours=24)  # an access token lives 30 days, so the early renewal also waits for this age
INTENT = timedelta(seconds=45)  # longer than one call to the token endpoint can take
TRIES = 2
PAUSE_AFTER_FAILURE = timedelta(seconds=60)
WAIT_SECONDS = 15.0
CACHE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Cached:
    token: str
    until: float  # monotonic
    expires: float  # wall clock, less the margin


def oauth_client() -> OAuthClient:
    return OAuthClient(
        session("baidu-oauth", retries=False),
        settings.BAIDU_OAUTH_URL,
        settings.BAIDU_CLIENT_ID,
        settings.BAIDU_CLIENT_SECRET,
    )


class TokenStore:
    def __init__(self) -> None:
        self._cache: dict[Any, Cached] = {}
        self._locks: dict[Any, threading.Lock] = {}

    def ensure_fresh(self, account_id: Any, *, rejected: str = "") -> str:
        """An access token that Baidu should take; `rejected` is one it has just refused.

        Raises `NeedsAuthorisation` when only the user can help, `Unavailable` when a refresh is stuck.
        """
        known = self._cache.get(account_id)
        if known and known.token != rejected and time.monotonic() < known.until and time.time() < known.expires:
            return known.token
        with self._locks.setdefault(account_id, threading.Lock()):
            return self._ensure(account_id, rejected)

    def forget(self, account_id: Any) -> None:
        self._cache.pop(account_id, None)

    def _ensure(self, account_id: Any, rejected: str) -> str:
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            row = _row(account_id)
            access = open_secret(row, "access")
            if access != rejected and not _due(row):
                return self._remember(row, access)
            if not row.refresh or row.account.state == DriveAccount.State.NEEDS_YOU:
                return self._last_resort(row, access, rejected)
            if self._may_try(row) and self._refresh(row):
                continue
            row = _row(account_id)
            if not row.intent or time.monotonic() >= deadline:
                return self._last_resort(row, open_secret(row, "access"), rejected)
            time.sleep(0.05)  # another thread or process is refreshing: look again

    @staticmethod
    def _may_try(row: OAuthToken) -> bool:
        return row.refresh_after is None or row.refresh_after <= timezone.now()

    def _last_resort(self, row: OAuthToken, access: str, rejected: str) -> str:
        """A refresh failed or is not possible: the old token still serves while it lives (A3)."""
        if access != rejected and row.expires_at > timezone.now():
            return self._remember(row, access, seconds=5)
        if not row.refresh or row.account.state == DriveAccount.State.NEEDS_YOU:
            raise NeedsAuthorisation
        raise Unavailable(code="netdisk.refresh_failed", retry_after=PAUSE_AFTER_FAILURE.total_seconds())

    def _remember(self, row: OAuthToken, access: str, seconds: float = CACHE_SECONDS) -> str:
        margin = USER_MARGIN.total_seconds() if seconds == CACHE_SECONDS else 0
        self._cache[row.account_id] = Cached(access, time.monotonic() + seconds, row.expires_at.timestamp() - margin)
        return access

    def _refresh(self, row: OAuthToken) -> bool:
        """Try to be the one who refreshes this generation; true when the row changed."""
        intent = uuid.uuid4().hex
        mine = OAuthToken.objects.filter(pk=row.pk, generation=row.generation)
        free = Q(intent="") | Q(intent_until__lt=Now())
        if row.tries >= TRIES:
            return bool(mine.filter(free).exists()) and retire(row, "refresh_lost")
        if not mine.filter(free).update(intent=intent, intent_until=Now() + INTENT, tries=F("tries") + 1):
            return False
        fault("refresh_intent_written")
        try:
            pair = oauth_client().refresh(open_secret(row, "refresh"))
        except (BaiduError, OutboundError) as error:
            return _refresh_failed(row, intent, error)
        fault("refresh_answered")
        metrics.REFRESHES.labels("ok").inc()
        return store(row.account, pair, intent=intent, generation=row.generation)


def _row(account_id: Any) -> OAuthToken:
    row = OAuthToken.objects.select_related("account").filter(account_id=account_id).first()
    if row is None:
        raise NeedsAuthorisation
    return row


def _due(row: OAuthToken) -> bool:
    now = timezone.now()
    if row.expires_at - now <= USER_MARGIN:
        return True
    return _early(row) and (row.refresh_after is None or row.refresh_after <= now)


def _early(row: OAuthToken) -> bool:
    now = timezone.now()
    return row.account.is_service and row.expires_at - now <= SERVICE_MARGIN and now - row.obtained_at >= SERVICE_AGE


def renewal_due(account_id: Any) -> bool:
    """Whether the token in the row should have been renewed by now: after `ensure_fresh`, that the renewal failed."""
    return _early(_row(account_id))


def _refresh_failed(row: OAuthToken, intent: str, error: BaiduError | OutboundError) -> bool:
    """What a failed refresh leaves behind: a retired token, or one more try after a pause."""
    metrics.REFRESHES.labels("failed").inc()
    refused = isinstance(error, BaiduError) and error.reaction == Reaction.REAUTHORIZE
    log.warning(
        "token.refresh_failed", account=str(row.account_id), refused=refused, error=str(getattr(error, "code", ""))
    )
    if refused:
        return retire(row, "refresh_refused")
    unsent = getattr(error, "code", "") in {
        "unreachable",
        "connect_failed",
        "dns_failed",
        "circuit_open",
        "address_refused",
    }
    OAuthToken.objects.filter(pk=row.pk, intent=intent).update(
        intent="",
        intent_until=None,
        refresh_after=Now() + PAUSE_AFTER_FAILURE,
        tries=F("tries") - 1 if unsent else F("tries"),
    )
    return False


def retire(row: OAuthToken, reason: str) -> bool:
    """The refresh token is spent: forget it and ask the user; the access token may live on until it expires."""
    with transaction.atomic():
        changed = OAuthToken.objects.filter(pk=row.pk, generation=row.generation).update(
            refresh="", intent="", intent_until=None, generation=F("generation") + 1
        )
        if changed:
            account = row.account
            DriveAccount.objects.filter(pk=account.pk).update(state=DriveAccount.State.NEEDS_YOU, problem=reason)
            if account.user_id:
                events.publish(account.user_id, "drive.needs_you", {"reason": reason}, object_=f"drive:{account.pk}")
    return bool(changed)


def store(account: DriveAccount, pair: TokenPair, *, intent: str = "", generation: int | None = None) -> bool:
    """Keep a new pair. With `intent`: only if the refresh is still ours; without: a new authorisation replaces everything."""
    now = timezone.now()
    with transaction.atomic():
        row = OAuthToken.objects.select_for_update().filter(account=account).first() or OAuthToken(account=account)
        if intent and (row.intent != intent or row.generation != generation):
            return False
        row.generation = row.generation + 1 if row.obtained_at else 1
        seal_secret(row, "access", pair.access_token)
        seal_secret(row, "refresh", pair.refresh_token)
        row.expires_at, row.obtained_at = now + timedelta(seconds=pair.expires_in), now
        row.intent, row.intent_until, row.tries, row.refresh_after = "", None, 0, None
        row.save()
        DriveAccount.objects.filter(pk=account.pk).update(state=DriveAccount.State.CONNECTED, problem="")
    tokens.forget(account.pk)
    return True


tokens = TokenStore()
