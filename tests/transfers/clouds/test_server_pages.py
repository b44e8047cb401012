"""The pages of CloudDrive2 servers, against the stand-in."""

from __future__ import annotations

import json
import re
import socket
from typing import Any

import pytest
from django.urls import reverse

from accounts.privacy import export
from core.models import AuditEntry, Event
from tests.support.waiting import until
from transfers.clouds import servers
from transfers.models import CloudServer

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
FRAME = 5  # queries of every page: session, person, newest event, two badges
SECRET = "s3cret-9f1c77aa-token"
PARTS = ("clouds", "ways", "uploads")


def url(name: str, server: CloudServer, *more: Any) -> str:
    return reverse(f"transfers:{name}", args=[server.pk, *more])


def form(standin: Any, **changes: Any) -> dict[str, Any]:
    given = {
        "name": "nas",
        "host": standin.host,
        "port": standin.port,
        "sign_in": "password",
        "username": "demo",
        "password": "demo",
    }
    return {**given, **changes}


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def part(page: Any, server: CloudServer, name: str) -> str:
    answer = page.get(url("server-part", server, name), headers=HTMX)
    assert answer.status_code == 200
    return str(answer.content.decode())


# -- the list


def test_without_a_server_the_list_says_what_to_do(page: Any) -> None:
    text = page.get("/servers/").content.decode()
    assert "No server is connected yet" in text and reverse("transfers:server-new") in text
    assert "Connect the stand-in" not in text


def test_the_list_costs_the_same_however_many_servers(page: Any, alice: Any, django_assert_num_queries: Any) -> None:
    for number in range(8):
        CloudServer.objects.create(user=alice, name=f"nas {number}", host="nas.example.org", missing=["list"])
    page.get("/servers/")
    with django_assert_num_queries(FRAME + 1):  # the servers
        page.get("/servers/")


def test_the_list_shows_name_state_and_version(page: Any, server: CloudServer) -> None:
    text = page.get("/servers/").content.decode()
    assert server.name in text and "Works" in text and f"CloudDrive2 {server.version}" in text
    assert "<html" not in page.get("/servers/", headers=HTMX).content.decode()


def test_a_server_with_a_problem_says_what_to_do(page: Any, server: CloudServer) -> None:
    CloudServer.objects.update(state=CloudServer.State.TROUBLE, problem="clouddrive_auth")
    text = page.get("/servers/").content.decode()
    assert "refused the sign-in" in text and "Enter the token or the password again" in text


# -- who may see what


def test_a_stranger_finds_nothing_of_a_server(client: Any, mallory: Any, server: CloudServer) -> None:
    client.force_login(mallory)
    assert server.name not in client.get("/servers/").content.decode().replace("namespace", "")
    for name in ("server", "server-edit", "mounts", "mount-new", "mount-edit"):
        assert client.get(url(name, server)).status_code == 404, name
    for name in PARTS:
        assert client.get(url("server-part", server, name)).status_code == 404, name
    for name in ("server-edit", "server-test", "server-remove", "mount-new", "mount-edit"):
        assert client.post(url(name, server)).status_code == 404, name
    for name, verb in (("server-upload", "cancel"), ("mount-act", "remove")):
        assert client.post(url(name, server, verb), {"key": "x", "point": "/x"}).status_code == 404, name
    assert CloudServer.objects.filter(pk=server.pk).exists()


def test_strangers_are_sent_to_sign_in(client: Any, server: CloudServer) -> None:
    for path in ("/servers/", "/servers/new", url("server", server), url("mounts", server)):
        assert client.get(path).url.startswith(reverse("accounts:login"))


@pytest.mark.parametrize("pk", ["0", "nope", "9" * 40, "00000000-0000-0000-0000-000000000000"])
def test_odd_ids_are_simply_not_found(page: Any, pk: str) -> None:
    assert page.get(f"/servers/{pk}/").status_code == 404
    assert page.get(f"/servers/{pk}/part/clouds").status_code == 404


def test_odd_parts_and_verbs_are_not_found(page: Any, server: CloudServer) -> None:
    assert page.get(url("server-part", server, "secrets")).status_code == 404
    assert page.post(url("server-upload", server, "explode"), {"key": "x"}).status_code == 404
    assert page.post(url("server-upload", server, "pause")).status_code == 404


# -- connecting


def test_connecting_tests_and_lands_on_the_server_s_page(page: Any, cloud_standin: Any) -> None:
    answer = page.post("/servers/new", form(cloud_standin), follow=True)
    row = CloudServer.objects.get()
    assert answer.redirect_chain[-1][0] == url("server", row)
    assert row.state == CloudServer.State.OK and row.username == "demo"
    text = answer.content.decode()
    assert "nas is connected" in text and "Works" in text


def test_with_script_the_answer_is_the_way_to_the_page(page: Any, cloud_standin: Any) -> None:
    answer = page.post("/servers/new", form(cloud_standin), headers=HTMX)
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == url("server", CloudServer.objects.get())


def test_a_wrong_password_is_stored_and_told(page: Any, cloud_standin: Any) -> None:
    text = page.post("/servers/new", form(cloud_standin, password="wrong"), follow=True).content.decode()
    assert CloudServer.objects.get().problem == "clouddrive_auth"
    assert "the test of the connection failed" in text and "refused the sign-in" in text


def test_a_token_that_lacks_rights_has_them_named_with_their_purpose(page: Any, cloud_standin: Any) -> None:
    token = cloud_standin.token(without=["push_message", "delete"])
    given = form(cloud_standin, sign_in="token", token=token, username="ignored", password="ignored")
    answer = page.post("/servers/new", given, follow=True)
    row = CloudServer.objects.get()
    assert row.username == "" and row.missing == ["push_message"]
    text = answer.content.decode()
    assert "allow_push_message" in text and "Hear at once when something changes" in text
    assert "The API token lacks a right that uploads need" in page.get("/servers/").content.decode()
    told = part(page, row, "ways")
    assert "allow_push_message" in told and "allow_delete" in told and "1 more right that the token lacks" in told


@pytest.mark.parametrize(
    ("typed", "host", "port", "tls"),
    [
        ("http://127.0.0.1:{port}/", "127.0.0.1", "{port}", False),
        ("127.0.0.1:{port}", "127.0.0.1", "{port}", False),
        ("  127.0.0.1  ", "127.0.0.1", "{given}", False),
    ],
)
def test_a_pasted_address_fills_the_fields(
    page: Any, cloud_standin: Any, typed: str, host: str, port: str, tls: bool
) -> None:
    given = cloud_standin.port if "{given}" in port else 19798
    page.post("/servers/new", form(cloud_standin, host=typed.format(port=cloud_standin.port), port=given, name=""))
    row = CloudServer.objects.get()
    assert (row.host, row.port, row.tls, row.name) == (host, cloud_standin.port, tls, host)
    assert row.state == CloudServer.State.OK


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"host": ""}, "host", "required"),
        ({"host": "ftp://nas"}, "host", "host name or an IP address"),
        ({"host": "http://nas:99999/"}, "host", "host name or an IP address"),
        ({"host": "na s/../"}, "host", "host name or an IP address"),
        ({"port": "70000"}, "port", "65535"),
        ({"username": ""}, "username", "user name"),
        ({"password": ""}, "password", "API token, or a user name"),
        ({"sign_in": "token"}, "token", "API token, or a user name"),
        ({"sign_in": "magic"}, "sign_in", "magic"),
        ({"dav_username": "dav"}, "dav_secret", "WebDAV"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    page: Any, cloud_standin: Any, changes: dict[str, Any], field: str, words: str
) -> None:
    answer = page.post("/servers/new", form(cloud_standin, **changes))
    assert answer.status_code == 422 and words in " ".join(answer.context["form"].errors[field])
    assert not CloudServer.objects.exists()


@pytest.mark.parametrize("host", ["169.254.169.254", "127.0.0.1", "10.0.0.1", "[::1]", "http://192.168.1.2:19798"])
def test_private_addresses_are_refused_for_ordinary_users(page: Any, settings: Any, host: str) -> None:
    from core import http

    settings.UPSTREAM_HOSTS = {**settings.UPSTREAM_HOSTS, "clouddrive2": []}
    http.policy.cache_clear()
    given = {"host": host, "port": 19798, "sign_in": "token", "token": SECRET}
    answer = page.post("/servers/new", given)
    assert answer.status_code == 422
    assert "Not a public address" in answer.context["form"].errors["host"][0]
    assert "CLOUDDRIVE_HOSTS" in answer.content.decode()
    assert not CloudServer.objects.exists()


def test_staff_may_connect_a_private_address_but_no_metadata_service(
    client: Any, admin: Any, cloud_standin: Any, settings: Any
) -> None:
    from core import http

    settings.UPSTREAM_HOSTS = {**settings.UPSTREAM_HOSTS, "clouddrive2": []}
    http.policy.cache_clear()
    client.force_login(admin)
    client.post("/servers/new", form(cloud_standin))
    row = CloudServer.objects.get()
    assert row.trusted and row.state == CloudServer.State.OK
    answer = client.post("/servers/new", form(cloud_standin, host="169.254.169.254", port=80))
    assert answer.status_code == 422 and CloudServer.objects.count() == 1


def test_a_host_name_that_nobody_knows_is_said_at_the_address(page: Any, cloud_standin: Any) -> None:
    answer = page.post("/servers/new", form(cloud_standin, host="no-such-host.invalid"))
    assert answer.status_code == 422 and "not known" in answer.context["form"].errors["host"][0]


def test_the_stand_in_is_one_click_away(page: Any, cloud_standin: Any, settings: Any) -> None:
    settings.CLOUDDRIVE_STANDIN = [f"{cloud_standin.host}:{cloud_standin.port}"]
    assert "Connect the stand-in" in page.get("/servers/").content.decode()
    assert "Connect the stand-in" in page.get("/servers/new").content.decode()
    page.post(reverse("transfers:server-standin"))
    row = CloudServer.objects.get()
    assert row.state == CloudServer.State.OK
    assert "Connect the stand-in" not in page.get("/servers/").content.decode()
    assert page.post(reverse("transfers:server-standin")).url == "/servers/"
    assert CloudServer.objects.count() == 1


# -- changing, testing, removing


def test_changing_the_name_keeps_the_secret(page: Any, server: CloudServer, cloud_standin: Any) -> None:
    before = CloudServer.objects.get().secret
    assert page.post(url("server-edit", server), form(cloud_standin, name="new name", password="")).status_code == 302
    row = CloudServer.objects.get()
    assert row.name == "new name" and row.secret == before and row.state == CloudServer.State.OK


def test_another_address_asks_for_the_secret_again(page: Any, server: CloudServer, cloud_standin: Any) -> None:
    answer = page.post(url("server-edit", server), form(cloud_standin, port=cloud_standin.port + 1, password=""))
    assert answer.status_code == 422 and "Give it again" in answer.context["form"].errors["password"][0]
    assert CloudServer.objects.get().port == server.port


def test_the_test_button_answers_with_the_card_and_the_time(page: Any, server: CloudServer) -> None:
    answer = page.post(url("server-test", server), headers=HTMX)
    text = answer.content.decode()
    assert "The connection works" in text and " ms" in text and "<html" not in text
    assert answer.headers["HX-Trigger"] == "server-tested"
    assert page.post(url("server-test", server)).url == url("server", server)


def test_a_failed_test_says_what_to_do(page: Any, server: CloudServer, cloud_standin: Any) -> None:
    cloud_standin.fault("auth_expired")
    text = page.post(url("server-test", server), headers=HTMX).content.decode()
    assert 'data-tone="needs-you"' in text and "Enter the token or the password again" in text


def test_an_address_that_is_no_longer_allowed_is_a_sentence(page: Any, server: CloudServer, settings: Any) -> None:
    from core import http

    servers.forget(server)
    settings.UPSTREAM_HOSTS = {**settings.UPSTREAM_HOSTS, "clouddrive2": []}
    http.policy.cache_clear()
    assert "This address can’t be used" in _straight(page.post(url("server-test", server), headers=HTMX))
    assert page.get(url("server", server)).status_code == 200
    for name in PARTS:
        assert "This address can’t be used" in _straight(part(page, server, name)), name


def _straight(answer: Any) -> str:
    text = answer if isinstance(answer, str) else answer.content.decode()
    return text.replace("&#x27;", "’").replace("'", "’")


def test_removing_forgets_the_server(page: Any, server: CloudServer) -> None:
    assert page.post(url("server-remove", server)).url == "/servers/"
    assert not CloudServer.objects.exists()
    assert AuditEntry.objects.filter(action="transfers.server_remove").exists()
    assert page.get(url("server-remove", server)).status_code == 405


# -- the page of one server


def test_the_page_asks_nothing_of_the_server(page: Any, server: CloudServer, cloud_standin: Any) -> None:
    cloud_standin("DELETE", "log")
    text = page.get(url("server", server)).content.decode()
    assert cloud_standin("GET", "log")["calls"] == []
    assert all(url("server-part", server, name) in text for name in PARTS)
    assert "User name demo" in text and server.version in text


def test_clouds_are_shown_with_their_space(page: Any, server: CloudServer) -> None:
    text = part(page, server, "clouds")
    assert "115open" in text and "百度网盘" in text and "read only" in text
    assert "of 20.0\xa0TB used" in text and "<html" not in text


def test_parts_are_pages_without_script(page: Any, server: CloudServer) -> None:
    for name in PARTS:
        assert "<html" in page.get(url("server-part", server, name)).content.decode()


def test_a_token_without_the_right_still_gets_a_page(page: Any, alice: Any, cloud_standin: Any) -> None:
    token = cloud_standin.token(without=["get_cloud_apis", "get_transfer_tasks", "write"])
    row = servers.add(alice, cloud_standin.access(username="", secret=token))
    assert "The token does not allow this" in part(page, row, "clouds")
    assert "The token does not allow this" in part(page, row, "uploads")
    assert "The token lacks allow_write" in part(page, row, "ways")


def test_the_space_of_a_cloud_that_does_not_tell_is_a_sentence(
    page: Any, server: CloudServer, cloud_standin: Any
) -> None:
    cloud_standin.fault("permission", match={"op": "GetSpaceInfo"})
    text = part(page, server, "clouds")
    assert "115open" in text and "does not allow this" in text and "<progress" not in text


def test_ways_of_uploading_say_why_not(page: Any, server: CloudServer, settings: Any) -> None:
    text = part(page, server, "ways")
    assert "CLOUDDRIVE_MOUNTS" in text and "No WebDAV user is stored here" in text and "Possible" in text
    assert "every right of the account" in text
    settings.CLOUDDRIVE_MOUNTS = ["/mnt/clouds"]
    assert "Only for servers that staff have connected" in part(page, server, "ways")
    CloudServer.objects.update(trusted=True)
    assert "No writable mount below" in part(page, server, "ways")


def test_webdav_is_possible_where_it_is_on(page: Any, alice: Any, cloud_standin: Any) -> None:
    row = servers.add(alice, cloud_standin.access(dav_username="demo", dav_secret="demo"))
    assert "WebDAV is switched off" in part(page, row, "ways")
    cloud_standin.settings(dav_enabled=True)
    cloud_standin("POST", "reset")


def upload(standin: Any, row: CloudServer) -> str:
    """An upload that has just begun; the key that the server gave it."""
    standin.settings(upload_bytes_per_s=1000, upload_delay_s=0)
    servers.client_for(row).write("/115open/测试/slow.bin", 500_000, lambda offset, length: bytes(length))
    found = until(lambda: [each for each in standin("GET", "uploads")["uploads"] if "slow" in each["path"]])
    until(lambda: standin.states("/115open/测试/slow.bin") == ["Transfer"], what="its transfer")
    return str(found[0]["key"])


def test_uploads_are_shown_paused_continued_and_cancelled(page: Any, server: CloudServer, cloud_standin: Any) -> None:
    assert "sending nothing to its clouds now" in part(page, server, "uploads")
    key = upload(cloud_standin, server)
    text = part(page, server, "uploads")
    assert "slow.bin" in text and "Uploading" in text and 'max="500000"' in text and "every 3s" in text
    for verb, word in (("pause", "Paused"), ("resume", "Pause"), ("cancel", "Cancelled")):
        answer = page.post(url("server-upload", server, verb), {"key": key}, headers=HTMX)
        assert answer.status_code == 200 and "toast" in answer.headers["HX-Trigger"], verb
        text = answer.content.decode()
        assert word in text, verb
    assert "slow.bin" in text and "every 3s" not in text
    assert AuditEntry.objects.filter(action="transfers.server_upload").count() == 3
    assert page.post(url("server-upload", server, "pause"), {"key": key}).url == url("server", server)


def test_an_upload_that_may_not_be_touched_says_so(page: Any, alice: Any, cloud_standin: Any) -> None:
    token = cloud_standin.token(without=["modify_transfer_tasks"])
    row = servers.add(alice, cloud_standin.access(username="", secret=token))
    answer = page.post(url("server-upload", row, "pause"), {"key": "any"}, headers=HTMX)
    assert "The token does not allow this" in answer.content.decode() and "HX-Trigger" not in answer.headers
    assert not AuditEntry.objects.filter(action="transfers.server_upload").exists()


@pytest.mark.parametrize("name", PARTS)
def test_a_server_that_is_away_is_a_sentence_with_another_try(page: Any, server: CloudServer, name: str) -> None:
    CloudServer.objects.update(port=free_port())  # listed for all hosts by the next line
    from core import http

    http.policy.cache_clear()
    _allow_all_of_localhost()
    text = part(page, server, name)
    assert "can’t be reached" in _straight(text) and "Try again" in text


def _allow_all_of_localhost() -> None:
    from django.conf import settings

    settings.UPSTREAM_HOSTS = {**settings.UPSTREAM_HOSTS, "clouddrive2": ["127.0.0.1"]}


# -- secrets


def test_no_secret_is_ever_shown_or_written_down(page: Any, cloud_standin: Any, alice: Any, caplog: Any) -> None:
    dav = "dav-77aa-secret"
    given = form(cloud_standin, sign_in="token", token=SECRET, dav_username="dav", dav_secret=dav)
    pages = [page.post("/servers/new", given, follow=True)]
    row = CloudServer.objects.get()
    pages += [page.get(path) for path in ("/servers/", url("server", row), url("server-edit", row), url("mounts", row))]
    pages += [page.get(url("server-part", row, name)) for name in PARTS]
    pages += [page.post("/servers/new", {**given, "host": ""}), page.post(url("server-test", row), headers=HTMX)]
    pages += [page.post(url("server-edit", row), {**given, "port": "0"})]
    texts = [answer.content.decode() for answer in pages]
    texts += [caplog.text, json.dumps(export(alice), default=str)]
    texts += [json.dumps([each.summary, each.target]) for each in AuditEntry.objects.all()]
    texts += [json.dumps(each.data) for each in Event.objects.all()]
    assert len(texts) > 12
    for text in texts:
        assert SECRET not in text and dav not in text
        assert row.secret not in text and row.dav_secret not in text


def test_admin_shows_servers_without_secrets_tests_and_disconnects(
    client: Any, admin: Any, server: CloudServer
) -> None:
    client.force_login(admin)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    base = reverse("admin:transfers_cloudserver_changelist")
    detail = reverse("admin:transfers_cloudserver_change", args=[server.pk])
    texts = [client.get(path).content.decode() for path in (base, detail)]
    for text in texts:
        assert server.host in text and server.secret not in text and not re.search(r'name="(dav_)?secret"', text)
    chosen = {"_selected_action": [str(server.pk)]}
    told = client.post(base, {"action": "test_connection", **chosen}, follow=True).content.decode()
    assert "The connection works" in told
    csv = b"".join(client.post(base, {"action": "export_csv", **chosen}).streaming_content).decode()
    assert server.host in csv and server.secret not in csv
    client.post(base, {"action": "disconnect", **chosen}, follow=True)
    assert not CloudServer.objects.exists()
    assert AuditEntry.objects.get(action="transfers.server_remove").user == admin


@pytest.mark.parametrize("name", PARTS)
def test_a_server_that_never_answers_is_soon_given_up(
    page: Any, server: CloudServer, cloud_standin: Any, monkeypatch: Any, name: str
) -> None:
    monkeypatch.setattr("transfers.clouds.views.asking.LOOKING_SECONDS", 0.3)
    cloud_standin.fault("hang")
    text = part(page, server, name)
    assert "did not answer in time" in text and "Try again" in text
    asked = [call["op"] for call in cloud_standin("GET", "log")["calls"]]
    assert len(asked) < 12, asked
