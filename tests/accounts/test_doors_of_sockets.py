"""H07, H08: how a WebSocket may say who it is. The doors are called as the consumer calls them."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts import tickets
from accounts.models import LoginSession, SocketTicket, User
from accounts.services import sessions
from core.sockets import Identity, SocketRefused, authenticators

from .conftest import Api

pytestmark = pytest.mark.django_db


def ask(
    query: str = "", *, subprotocols: tuple[str, ...] = (), frame: str | None = None, **headers: str
) -> Identity | None:
    from urllib.parse import parse_qs

    scope = {
        "query_string": query.encode(),
        "subprotocols": list(subprotocols),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }
    asked = parse_qs(query) if frame is None else {"first_frame": [frame]}
    for authenticate in authenticators:
        identity = authenticate(scope, asked)
        if identity is not None:
            return identity
    return None


def refused(*args: Any, **options: Any) -> str:
    with pytest.raises(SocketRefused) as caught:
        ask(*args, **options)
    return caught.value.reason


def test_subprotocol_with_a_token(alice_api: Api, alice: User) -> None:
    secret = f"bearer.{alice_api.access}"
    alone = ask(subprotocols=(secret,))
    assert alone is not None and (alone.user, alone.subprotocol) == (alice.pk, secret)
    assert alone.session == str(LoginSession.objects.get(user=alice).pk)
    beside = ask(subprotocols=(secret, "yungang.v1"))
    assert beside is not None and beside.subprotocol == "yungang.v1"
    assert refused(subprotocols=("bearer.a.b.c",)) == "unauthenticated"
    assert refused(subprotocols=(f"bearer.{alice_api.refresh}",)) == "unauthenticated"


def test_first_frame_with_a_token(alice_api: Api, alice: User) -> None:
    identity = ask(frame=alice_api.access)
    assert identity is not None and identity.user == alice.pk
    assert refused(frame="") == "unauthenticated"
    assert refused(frame="nonsense") == "unauthenticated"


@pytest.mark.parametrize("name", ["token", "access_token", "jwt", "Token", "first_frame", "authorization"])
def test_H07_a_token_in_the_address_is_refused(alice_api: Api, name: str) -> None:
    assert refused(f"{name}={alice_api.access}") == "unauthenticated"
    assert Api().get(f"/auth/me?{name}={alice_api.access}").status_code == 401


def test_H07_a_ticket_works_once(alice_api: Api, alice: User) -> None:
    answer = alice_api.post("/api/v1/ws-tickets")
    assert answer.status_code == 201
    assert answer.json()["expires_in"] <= 30
    ticket = answer.json()["ticket"]
    assert not SocketTicket.objects.filter(digest=ticket).exists()  # only its hash is kept
    identity = ask(f"ticket={ticket}")
    assert identity is not None and identity.user == alice.pk
    assert refused(f"ticket={ticket}") == "unauthenticated"


def test_H07_a_ticket_ends_with_its_time_session_and_user(alice: User) -> None:
    late = tickets.issue(alice, "")
    SocketTicket.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert refused(f"ticket={late}") == "unauthenticated"
    session = sessions.open_session(alice, "api", "")
    orphan = tickets.issue(alice, str(session.pk))
    sessions.revoke(alice, session.pk)
    assert refused(f"ticket={orphan}") == "unauthenticated"
    idle = tickets.issue(alice, "")
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert refused(f"ticket={idle}") == "unauthenticated"


@pytest.mark.django_db(transaction=True)
def test_H07_of_many_at_once_one_gets_in(alice: User) -> None:
    ticket = tickets.issue(alice, "")
    found: list[Any] = []
    start = threading.Barrier(8)

    def use() -> None:
        start.wait(10)
        found.append(tickets.redeem(ticket))
        connection.close()

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(entry is not None for entry in found) == [False] * 7 + [True]


def cookie(client: Client) -> str:
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def test_the_dashboard_is_known_by_its_cookie(browser: Client, alice: User) -> None:
    identity = ask(Cookie=cookie(browser), Origin="http://localhost:8000", Host="localhost:8000")
    assert identity is not None
    assert identity.user == alice.pk
    assert identity.session == str(LoginSession.objects.get(user=alice).pk)


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://localhost:9",
        "http://localhost:8000.evil.example",
        "http://evil.example#localhost:8000",
        "http://localhost:8000@evil.example",
        "null",
        "",
        "file://",
        "http://[",
        "javascript:alert(1)",
        "ws://localhost:8000",
    ],
)
def test_H08_a_foreign_origin_may_not_use_the_cookie(browser: Client, origin: str) -> None:
    assert refused(Cookie=cookie(browser), Origin=origin, Host="localhost:8000") == "origin"


def test_H08_a_missing_origin_or_foreign_host_may_not_use_the_cookie(browser: Client) -> None:
    assert refused(Cookie=cookie(browser), Host="localhost:8000") == "origin"
    assert refused(Cookie=cookie(browser), Origin="http://evil.example", Host="evil.example") == "origin"


def test_H08_listed_origins_may(browser: Client, settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example"]
    assert ask(Cookie=cookie(browser), Origin="https://app.example", Host="localhost:8000") is not None


def test_H08_tokens_do_not_need_an_origin(alice_api: Api) -> None:
    assert ask(subprotocols=(f"bearer.{alice_api.access}",), Origin="https://evil.example") is not None


def test_an_ended_browser_session_is_nobody(browser: Client, alice: User) -> None:
    sessions.end_all(alice, "test")
    assert ask(Cookie=cookie(browser), Origin="http://localhost:8000", Host="localhost:8000") is None
    assert ask(Cookie="yg_session=made-up", Origin="http://localhost:8000", Host="localhost:8000") is None
    assert ask() is None
