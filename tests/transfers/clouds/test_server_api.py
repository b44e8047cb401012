"""`/api/v1/servers`: secrets go in and never come out, private addresses are staff's, others' servers are not there."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from core import vault
from core.models import AuditEntry, Event
from transfers.models import CloudServer

pytestmark = pytest.mark.django_db
LIST = "/api/v1/servers"
SECRET = "geheim-7f3a9c"
MISSING = "01900000-0000-7000-8000-000000000000"


class Api:
    """JSON calls of one person; `said` is everything that was answered."""

    def __init__(self, user: Any) -> None:
        self.http = Client(raise_request_exception=False, headers={"Accept-Language": "en"})
        self.http.force_login(user)
        self.said = ""

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        data = "" if body is None else json.dumps(body)
        answer = self.http.generic(method, path, data, content_type="application/json")
        self.said += f"{answer.headers}{answer.content.decode()}"
        return answer


@pytest.fixture
def api(alice: Any) -> Api:
    return Api(alice)


@pytest.fixture
def given(cloud_standin: Any) -> dict[str, Any]:
    return {"host": cloud_standin.host, "port": cloud_standin.port, "username": "demo", "secret": "demo"}


def one(server: Any) -> str:
    return f"{LIST}/{server.pk}"


def test_connect_show_list_and_forget(api: Api, given: Any, alice: Any) -> None:
    answer = api("POST", LIST, {**given, "name": "NAS"})
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["name"], made["state"], made["problem"], made["missing"]) == ("NAS", "ok", "", [])
    assert made["version"] and made["checked_at"]
    assert api("GET", f"{LIST}/{made['id']}").json() == made
    listed = api("GET", LIST).json()
    assert (listed["count"], listed["results"]) == (1, [made])
    assert api("POST", f"{LIST}/{made['id']}/test").json()["ok"] is True
    assert api("DELETE", f"{LIST}/{made['id']}").status_code == 204
    assert api("GET", f"{LIST}/{made['id']}").status_code == 404
    assert not CloudServer.objects.exists()
    actions = set(AuditEntry.objects.filter(user=alice).values_list("action", flat=True))
    assert {"transfers.server_add", "transfers.server_remove"} <= actions
    assert set(Event.objects.filter(user=alice).values_list("type", flat=True)) == {
        "server.connected",
        "server.removed",
    }


def test_H62_secrets_never_come_out(api: Api, given: Any, alice: Any) -> None:
    body = {**given, "secret": SECRET, "dav_username": "dav", "dav_secret": f"{SECRET}-dav"}
    made = api("POST", LIST, body).json()
    assert (made["state"], made["problem"]) == ("trouble", "clouddrive_auth")
    path = f"{LIST}/{made['id']}"
    for method, end, sent in (
        ("GET", "", None),
        ("PATCH", "", {"name": "x"}),
        ("PATCH", "", {"secret": f"{SECRET}-2"}),
        ("PATCH", "", {"secret": [SECRET]}),
        ("POST", "/test", None),
        ("DELETE", "", None),
    ):
        api(method, path + end, sent)
    api("GET", LIST)
    assert SECRET not in api.said
    kept = [*AuditEntry.objects.values_list("summary", flat=True), *Event.objects.values_list("data", flat=True)]
    assert SECRET not in str(kept)


def test_secrets_are_sealed_and_stay_when_left_out(api: Api, given: Any) -> None:
    made = api("POST", LIST, {**given, "dav_username": "dav", "dav_secret": SECRET}).json()
    row = CloudServer.objects.get(pk=made["id"])
    assert SECRET not in row.dav_secret and "demo" not in row.secret
    changed = api("PATCH", one(row), {"name": "Anders"})
    assert (changed.status_code, changed.json()["name"], changed.json()["state"]) == (200, "Anders", "ok")
    row.refresh_from_db()
    assert (vault.open_secret(row, "secret"), vault.open_secret(row, "dav_secret")) == ("demo", SECRET)
    api("PATCH", one(row), {"dav_username": ""})
    row.refresh_from_db()
    assert vault.open_secret(row, "dav_secret") == ""


@pytest.mark.parametrize("change", [{"host": "localhost"}, {"port": 1}, {"tls": True}, {"username": "other"}])
def test_another_address_or_name_asks_for_the_secret_again(change: Any, api: Api, server: Any) -> None:
    answer = api("PATCH", one(server), change)
    assert answer.status_code == 400 and "secret" in answer.json()["errors"]
    before = CloudServer.objects.values().get()
    assert (before["host"], before["port"]) == (server.host, server.port)


def test_a_token_tells_what_it_lacks(api: Api, given: Any, cloud_standin: Any) -> None:
    token = cloud_standin.token(without=["write", "push_message"], root="/115open")
    made = api("POST", LIST, {**given, "username": "", "secret": token}).json()
    assert (made["state"], made["missing"], made["root"]) == ("ok", ["write", "push_message"], "/115open")
    told = api("POST", f"{LIST}/{made['id']}/test").json()
    assert (told["ok"], told["missing"]) == (True, ["write", "push_message"])
    assert token not in api.said


def test_H20_servers_of_others_are_not_there(server: Any, mallory: Any) -> None:
    theirs = Api(mallory)
    before = CloudServer.objects.values().get()
    for method, end, sent in (
        ("GET", "", None),
        ("PATCH", "", {"name": "x"}),
        ("DELETE", "", None),
        ("POST", "/test", None),
    ):
        told = [theirs(method, f"{LIST}/{pk}{end}", sent) for pk in (server.pk, MISSING, "x", "0" * 400)]
        assert {answer.status_code for answer in told} == {404}, method
        assert len({answer.json()["detail"] for answer in told}) == 1
    assert theirs("GET", LIST).json()["count"] == 0
    assert CloudServer.objects.values().get() == before
    assert Client().get(LIST).status_code in {401, 403}


@pytest.mark.parametrize("host", ["10.0.0.7", "192.168.1.2", "169.254.169.254", "[::1]", "::ffff:10.0.0.1", "0.0.0.0"])
def test_H31_private_addresses_are_for_staff(host: str, api: Api, given: Any) -> None:
    answer = api("POST", LIST, {**given, "host": host})
    assert (answer.status_code, answer.json()["code"]) == (400, "address_refused")
    assert "CLOUDDRIVE_HOSTS" in answer.json()["hint"]
    assert not CloudServer.objects.exists()


def test_H31_not_even_staff_reach_the_metadata_service(admin: Any, given: Any) -> None:
    answer = Api(admin)("POST", LIST, {**given, "host": "169.254.169.254"})
    assert (answer.status_code, answer.json()["code"]) == (400, "address_refused")


@pytest.mark.parametrize(
    "wrong",
    [
        {"host": ""},
        {"host": None},
        {"host": 1},
        {"host": "a b"},
        {"host": "a/b"},
        {"host": "u@h"},
        {"host": "h?x"},
        {"host": "h#x"},
        {"host": "h\\x"},
        {"host": "h\x00"},
        {"host": "h" * 254},
        {"port": 0},
        {"port": 65536},
        {"port": "80"},
        {"port": True},
        {"tls": "yes"},
        {"name": "x" * 121},
        {"name": ["x"]},
        {"secret": ""},
        {"secret": None},
        {"secret": "x" * 4001},
        {"username": "x" * 201},
        {"trusted": True},
        {"user": 1},
        {"root": "/"},
        {"state": "ok"},
    ],
)
def test_H14_values_that_do_not_fit(wrong: Any, api: Api, given: Any, server: Any) -> None:
    for method, path in (("POST", LIST), ("PATCH", one(server))):
        answer = api(method, path, {**given, **wrong})
        assert answer.status_code in {400, 422}, (method, answer.content)
    assert list(CloudServer.objects.values_list("pk", "host", "trusted")) == [(server.pk, server.host, False)]


def test_there_is_an_end_to_servers(api: Api, given: Any, server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("transfers.clouds.servers.MOST", 1)
    answer = api("POST", LIST, given)
    assert (answer.status_code, answer.json()["code"]) == (409, "clouddrive.too_many_servers")


def test_a_server_that_is_away_is_connected_all_the_same(api: Api, given: Any, settings: Any) -> None:
    from core import http

    settings.UPSTREAM_HOSTS = {**settings.UPSTREAM_HOSTS, "clouddrive2": ["127.0.0.1:9"]}
    http.policy.cache_clear()
    answer = api("POST", LIST, {**given, "port": 9})
    assert answer.status_code == 201
    assert (answer.json()["state"], answer.json()["problem"]) == ("trouble", "clouddrive_unavailable")
