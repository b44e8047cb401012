"""TokenStore against a token endpoint whose refresh tokens really are single use (A3, F63)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from core.errors import Unavailable
from core.models import Event
from core.vault import open_secret
from netdisk.errors import NeedsAuthorisation
from netdisk.models import DriveAccount, OAuthToken
from netdisk.tokens import TRIES, TokenStore
from tests.support.processes import finished, python

pytestmark = pytest.mark.django_db(transaction=True)


def age(drive: Any, **changes: Any) -> None:
    values = {"expires_at": timezone.now() - timedelta(seconds=1), **changes}
    OAuthToken.objects.filter(account=drive).update(**values)


def refreshes(standin: Any) -> int:
    return sum(standin.control("GET", "counters")["refresh_calls"].values())


def in_threads(count: int, work: Callable[[], Any]) -> list[Any]:
    results: list[Any] = []
    barrier = threading.Barrier(count)

    def run() -> None:
        barrier.wait()
        try:
            results.append(work())
        except Exception as error:
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_a_fresh_token_is_handed_out_without_any_call(standin: Any, drive: Any) -> None:
    before = standin.control("GET", "counters")
    store = TokenStore()
    token = store.ensure_fresh(drive.pk)
    assert token == open_secret(drive.token, "access")
    assert standin.control("GET", "counters")["refresh_calls"] == before["refresh_calls"]


def test_a_token_is_refreshed_a_minute_before_it_expires(standin: Any, drive: Any) -> None:
    age(drive, expires_at=timezone.now() + timedelta(seconds=59))
    old = open_secret(drive.token, "access")
    assert TokenStore().ensure_fresh(drive.pk) != old
    row = OAuthToken.objects.get(account=drive)
    assert row.generation == 2 and row.expires_at > timezone.now() + timedelta(days=29)


def test_F63_many_threads_make_one_refresh(standin: Any, drive: Any) -> None:
    for round_ in range(1, 4):
        age(drive)
        store = TokenStore()
        tokens = in_threads(16, lambda store=store: store.ensure_fresh(drive.pk))  # type: ignore[misc]
        assert len(set(tokens)) == 1 and isinstance(tokens[0], str), tokens
        assert refreshes(standin) == round_


RACE = """
import sys
from netdisk.tokens import tokens
import threading
from django.db import connection
found = []
def run():
    try: found.append(tokens.ensure_fresh("%(drive)s"))
    finally: connection.close()
threads = [threading.Thread(target=run) for _ in range(8)]
sys.stdin.readline()
[t.start() for t in threads]; [t.join() for t in threads]
print(len(set(found)), len(found), found[0])
"""


def url_environment(settings: Any) -> dict[str, str]:
    names = ("BAIDU_OAUTH_URL", "BAIDU_PAN_URL", "BAIDU_PCS_URL", "OUTBOUND_ALLOW")
    return {name: str(getattr(settings, name)) for name in names}


def test_F63_many_processes_make_one_refresh(standin: Any, drive: Any, settings: Any) -> None:
    age(drive)
    code = RACE % {"drive": drive.pk}
    racers = [python(code, env=url_environment(settings), stdin=-1) for _ in range(3)]
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.close()
        racer.stdin = None
    answers = {finished(racer).strip() for racer in racers}
    assert len(answers) == 1 and answers.pop().startswith("1 8 ")
    assert refreshes(standin) == 1


def test_F63_a_used_refresh_token_is_retired_and_the_user_asked(standin: Any, drive: Any) -> None:
    standin.token("refresh_token", refresh_token=open_secret(drive.token, "refresh"))  # someone else used it up
    age(drive)
    store = TokenStore()
    for _ in range(5):
        with pytest.raises(NeedsAuthorisation):
            store.ensure_fresh(drive.pk)
    drive.refresh_from_db()
    assert drive.state == DriveAccount.State.NEEDS_YOU
    assert Event.objects.filter(type="drive.needs_you").count() == 1
    calls = standin.control("GET", "counters")["refresh_calls"]
    assert sum(calls.values()) == 2, "ours was tried once, never in a loop"


def test_A3_a_failed_early_refresh_still_serves_the_old_token(standin: Any, drive: Any) -> None:
    standin.fault("status", match={"op": "token_refresh"}, code=503)
    age(drive, expires_at=timezone.now() + timedelta(seconds=30))
    old = open_secret(drive.token, "access")
    assert TokenStore().ensure_fresh(drive.pk) == old


def test_F63_a_refresh_that_fails_for_a_while_is_not_repeated_in_a_loop(standin: Any, drive: Any) -> None:
    standin.fault("status", match={"op": "token_refresh"}, code=503)
    age(drive)
    for _ in range(5):
        with pytest.raises(Unavailable):
            TokenStore().ensure_fresh(drive.pk)
    tried = [call for call in standin.log() if call["op"] == "token_refresh"]
    assert len(tried) == 1


@pytest.mark.parametrize("point", ["refresh_intent_written", "refresh_answered"])
def test_F63_a_refresher_that_dies_leaves_no_loop(standin: Any, drive: Any, settings: Any, point: str) -> None:
    age(drive)
    code = f"""
import os
from django.conf import settings
settings.FAULT_HOOK = lambda name: os._exit(9) if name == {point!r} else None
from netdisk.tokens import tokens
tokens.ensure_fresh("{drive.pk}")
"""
    dead = python(code, env=url_environment(settings))
    dead.communicate(timeout=60)
    assert dead.returncode == 9
    row = OAuthToken.objects.get(account=drive)
    assert row.intent and row.tries == 1
    OAuthToken.objects.filter(pk=row.pk).update(intent_until=timezone.now() - timedelta(seconds=1))
    store = TokenStore()
    if point == "refresh_intent_written":  # nothing was sent: the next one succeeds
        assert store.ensure_fresh(drive.pk)
    else:  # the refresh token is used up: the user is asked, once and for all
        for _ in range(3):
            with pytest.raises(NeedsAuthorisation):
                store.ensure_fresh(drive.pk)
    assert refreshes(standin) <= TRIES


def test_a_token_refused_by_baidu_is_renewed_once(standin: Any, drive: Any) -> None:
    from netdisk.drives import client_for

    assert client_for(drive).quota().total > 0
    standin.control("POST", "expire-tokens", {"user": "demo"})
    assert client_for(drive).quota().total > 0
    assert refreshes(standin) == 1


def test_the_service_token_is_renewed_early_and_there_is_one_row(standin: Any, admin: Any) -> None:
    from netdisk.baidu.types import TokenPair
    from netdisk.connect import connect

    first = connect(admin, TokenPair(**standin.sign_in()), service=True)
    assert connect(admin, TokenPair(**standin.sign_in()), service=True).pk == first.pk
    store = TokenStore()
    store.ensure_fresh(first.pk)
    assert refreshes(standin) == 0, "a day old at least"
    age(first, expires_at=timezone.now() + timedelta(days=29), obtained_at=timezone.now() - timedelta(days=2))
    TokenStore().ensure_fresh(first.pk)
    assert refreshes(standin) == 1
