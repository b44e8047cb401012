"""The last answers: never without a request id, never a page for a program, never the database."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from config import urls as site
from config.views import bad_request, forbidden, not_found, server_error

assert all((bad_request, forbidden, not_found, server_error))


class Broken(Exception):
    pass


def _raising(error: Callable[[], Exception]) -> Callable[[HttpRequest], HttpResponse]:
    def view(request: HttpRequest) -> HttpResponse:
        raise error()

    return view


ERRORS: dict[int, Callable[[], Exception]] = {
    400: lambda: SuspiciousOperation("what"),
    403: PermissionDenied,
    500: Broken,
    503: lambda: OperationalError("database is locked"),
}
urlpatterns = [
    *[path(f"{prefix}broken/{code}", _raising(error)) for code, error in ERRORS.items() for prefix in ("", "api/")],
    *site.urlpatterns,
]
handler400, handler403, handler404, handler500 = site.handler400, site.handler403, site.handler404, site.handler500


@pytest.fixture
def client() -> Iterator[Client]:
    with override_settings(ROOT_URLCONF=__name__):
        yield Client(raise_request_exception=False)


@pytest.mark.django_db
@pytest.mark.parametrize("code", [400, 403, 404, 500, 503])
def test_programs_get_a_problem_and_people_a_page(code: int, client: Client) -> None:
    problem = client.get(f"/api/broken/{code}", headers={"X-Request-ID": "trace-me-12345"})
    assert problem.status_code == code
    assert problem.headers["Content-Type"] == "application/problem+json"
    body = problem.json()
    assert (body["status"], body["request_id"]) == (code, "trace-me-12345")
    assert body["code"]
    assert body["hint"]
    page = client.get(f"/broken/{code}", headers={"X-Request-ID": "trace-me-12345"})
    assert page.status_code == code
    assert page.headers["Content-Type"].startswith("text/html")
    assert "trace-me-12345" in page.content.decode()


def test_server_error_never_asks_the_database(client: Client, django_db_blocker: Any) -> None:
    with django_db_blocker.block():
        assert client.get("/broken/500").status_code == 500
        assert client.get("/api/broken/500").json()["code"] == "internal"


def test_server_error_with_a_session_while_the_database_is_away(
    client: Client, alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(alice)
    away = OperationalError("gone")
    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", _raising(lambda: away))
    answer = client.get("/activity/")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"


def test_server_error_survives_a_broken_template(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.views.errors.loader.render_to_string", lambda *a: 1 / 0)
    page = client.get("/broken/500", headers={"X-Request-ID": "trace-me-12345"})
    assert page.status_code == 500
    assert "trace-me-12345" in page.content.decode()


def test_an_error_says_nothing_of_its_cause(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ERRORS, 500, lambda: Broken("canary-of-the-cause"))
    assert "canary-of-the-cause" not in client.get("/broken/500").content.decode()
    assert "canary-of-the-cause" not in json.dumps(client.get("/api/broken/500").json())


@pytest.mark.django_db
def test_an_unknown_host_is_told_what_to_set(client: Client) -> None:
    page = client.get("/", headers={"Host": "files.example.net"})
    assert page.status_code == 400
    assert "PUBLIC_URL=http://files.example.net" in page.content.decode()
    hostile = client.get("/", headers={"Host": '"><script>alert(1)</script>'})
    assert hostile.status_code == 400
    assert "<script>alert" not in hostile.content.decode()


@override_settings(CSRF_FAILURE_VIEW="config.views.csrf_failure")
def test_csrf_page_explains_the_proxy(alice: Any) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    page = strict.post("/checklist/dismiss", headers={"Origin": "https://drive.example.org"})
    assert page.status_code == 403
    assert "PUBLIC_URL=https://drive.example.org" in page.content.decode()
    alice.refresh_from_db()
    assert not alice.checklist_dismissed
