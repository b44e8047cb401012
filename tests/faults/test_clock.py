"""A wall clock that jumps under one process: by an hour, to 1970, to 2040."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
import time_machine
from django.conf import settings as django_settings

from accounts.limits import spend_downloads
from core.errors import AppError
from core.jobs.lease import Lease
from core.models import Job, uuid7
from core.ratelimit import Limit, hit
from netdisk.models import OAuthToken
from netdisk.tokens import TokenStore
from transfers.engine import Control

NOW = datetime.now(UTC)
JUMPS = {
    "an hour ahead": NOW + timedelta(hours=1),
    "an hour back": NOW - timedelta(hours=1),
    "to 1970": datetime(1970, 1, 2, tzinfo=UTC),
    "to 2040": datetime(2040, 1, 1, tzinfo=UTC),
}
every_jump = pytest.mark.parametrize("jump", JUMPS)


@every_jump
def test_F48_leases_go_by_the_monotonic_clock(jump: str) -> None:
    lease, control = Lease(Job, 1, 1), Control(lease_until=threading.TIMEOUT_MAX)
    with time_machine.travel(JUMPS[jump]):
        assert lease.valid() and control.lease_valid()
    assert lease.valid()


@every_jump
@pytest.mark.django_db(transaction=True)
def test_F48_tokens_are_refreshed_at_most_once_and_never_in_a_loop(standin: Any, drive: Any, jump: str) -> None:
    store = TokenStore()
    store.ensure_fresh(drive.pk)

    def refreshes() -> int:
        return sum(standin.control("GET", "counters")["refresh_calls"].values())

    before = refreshes()
    with time_machine.travel(JUMPS[jump]):
        for _ in range(5):
            try:
                store.ensure_fresh(drive.pk)
            except AppError as error:
                assert error.code in ("netdisk.refresh_failed", "netdisk.reauthorize"), error.code
    assert refreshes() - before <= 1
    for _ in range(3):
        assert TokenStore().ensure_fresh(drive.pk), "back in time all is well"
    assert refreshes() - before <= 2
    assert OAuthToken.objects.get(account=drive).refresh


@every_jump
def test_F48_ids_stay_unique(jump: str) -> None:
    ids = {uuid7() for _ in range(2000)}
    with time_machine.travel(JUMPS[jump]):
        ids |= {uuid7() for _ in range(2000)}
    with time_machine.travel(JUMPS[jump], tick=False):
        ids |= {uuid7() for _ in range(2000)}
    assert len(ids) == 6000


@every_jump
@pytest.mark.django_db
def test_F48_limits_go_on_counting(alice: Any, jump: str) -> None:
    alice.download_limit = 2
    alice.save()
    limit = Limit(3, 60)
    with time_machine.travel(JUMPS[jump]):
        assert [bool(hit("f48", limit)) for _ in range(5)] == [False] * 3 + [True] * 2
        spend_downloads(alice, 2)
        with pytest.raises(AppError):
            spend_downloads(alice)


@pytest.mark.django_db
def test_F48_a_token_from_a_clock_a_little_ahead_is_taken_and_a_late_one_is_not(alice: Any, client: Any) -> None:
    answer = client.post(
        "/auth/login", {"username": "alice", "password": "correct horse battery 9"}, content_type="application/json"
    )
    token = answer.json()["access_token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert int(str(django_settings.SIMPLE_JWT["LEEWAY"])) <= 60

    def status(moment: float) -> int:
        with time_machine.travel(moment):
            return int(client.get("/api/v1/transfers", HTTP_AUTHORIZATION=f"Bearer {token}").status_code)

    assert status(claims["iat"] - 20) == 200
    assert status(claims["exp"] + 20) == 200
    assert status(claims["exp"] + 61) == 401
