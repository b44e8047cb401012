"""Settings, proxy check and support text: they change what they should and never show a secret."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client, override_settings

from config import status, variables
from config.environment import BY_NAME, VARIABLES
from core import live_settings
from core.models import AuditEntry, Event, LiveSettingChange, LiveSettingValue

from .conftest import browser

SECRETS = [variable for variable in VARIABLES if variable.secret]


def _canary(name: str) -> str:
    return f"canary-{name.lower().replace('_', '-')}-7f3a"


@pytest.fixture
def canaries(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every secret variable set in the environment and, where it is one, in the settings."""
    values = {variable.name: _canary(variable.name) for variable in SECRETS}
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("BAIDU_PAN_URL", f"https://user:{_canary('userinfo')}@pan.example.org/?token={_canary('query')}")
    kept = ("ADMIN_SECRET", "METRICS_TOKEN", "ENC_MASTER_KEY", "BAIDU_CLIENT_SECRET", "DATABASE_URL")
    with override_settings(**{name: values[name] for name in kept}):
        yield [*values.values(), _canary("userinfo"), _canary("query")]


@pytest.mark.parametrize(
    "path", ["/system/", "/system/settings/", "/system/keys/", "/system/proxy/", "/developers/", "/"]
)
def test_no_page_shows_a_secret(path: str, canaries: list[str], admin: Any) -> None:
    answer = browser(admin).get(path)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert not [canary for canary in canaries if canary in page]


def test_support_text_is_json_with_names_but_no_secrets(canaries: list[str], as_admin: Client) -> None:
    text = as_admin.get("/system/").context["support"]
    assert not [canary for canary in canaries if canary in text]
    found = json.loads(text)
    assert found["settings"]["METRICS_TOKEN"] == f"{variables.MASK} (environment)"
    assert {"version", "mode", "parts", "queues", "broker", "breakers", "platform"} <= set(found)


def test_variables_know_where_their_value_comes_from(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    path = tmp_path / "secret"
    path.write_text("from-a-file")
    monkeypatch.setenv("METRICS_TOKEN_FILE", str(path))
    monkeypatch.setenv("APP_BAIDU_CLIENT_ID", "abc")
    monkeypatch.delenv("BAIDU_CLIENT_ID", raising=False)
    monkeypatch.delenv("WEB_THREADS", raising=False)
    monkeypatch.setenv("TRUSTED_PROXIES", "10.0.0.1, 10.0.0.2")
    found = {name: variables.describe(BY_NAME[name]) for name in BY_NAME}
    assert (found["METRICS_TOKEN"].source, found["METRICS_TOKEN"].shown) == ("file", variables.MASK)
    assert (found["BAIDU_CLIENT_ID"].source, found["BAIDU_CLIENT_ID"].origin) == ("environment", "APP_BAIDU_CLIENT_ID")
    assert (found["WEB_THREADS"].source, found["WEB_THREADS"].shown) == ("default", "16")
    assert found["TRUSTED_PROXIES"].shown == "10.0.0.1, 10.0.0.2"


def test_a_setting_is_saved_with_history_audit_and_event(as_admin: Client, admin: Any) -> None:
    answer = as_admin.post("/system/settings/", {"name": "DOWNLOAD_LIMIT", "value": "25"})
    assert answer.status_code == 302
    assert live_settings.value("DOWNLOAD_LIMIT") == 25
    change = LiveSettingChange.objects.get()
    assert (change.before, change.after, change.user) == (None, 25, admin)
    assert AuditEntry.objects.filter(user=admin, action="system.setting", target="DOWNLOAD_LIMIT").exists()
    assert Event.objects.get(user=admin, type="system.setting").data == {"name": "DOWNLOAD_LIMIT"}
    page = as_admin.get("/system/settings/")
    assert {entry["name"]: entry["source"] for entry in page.context["entries"]}["DOWNLOAD_LIMIT"] == "saved"
    assert [line["after"] for line in page.context["history"]] == ["25"]


def test_back_to_the_default(as_admin: Client, admin: Any) -> None:
    live_settings.save("DOWNLOAD_LIMIT", 25, admin)
    as_admin.post("/system/settings/", {"name": "DOWNLOAD_LIMIT", "value": "99", "reset": "1"})
    assert not LiveSettingValue.objects.exists()
    assert live_settings.value("DOWNLOAD_LIMIT") == 10


@pytest.mark.parametrize("value", ["-1", "many", "", "1e9", "99999999999999999999"])
def test_a_bad_value_changes_nothing_and_says_why(value: str, as_admin: Client) -> None:
    answer = as_admin.post("/system/settings/", {"name": "DOWNLOAD_LIMIT", "value": value})
    assert answer.status_code == 400
    assert 'aria-invalid="true"' in answer.content.decode()
    assert not LiveSettingValue.objects.exists()


def test_an_unknown_setting_is_refused(as_admin: Client) -> None:
    assert as_admin.post("/system/settings/", {"name": "SECRET_KEY", "value": "x"}).status_code == 400


def test_what_the_environment_fixes_is_greyed_out_and_refused(as_admin: Client) -> None:
    with override_settings(FIXED_BY_ENVIRONMENT={"DOWNLOAD_LIMIT"}):
        page = as_admin.get("/system/settings/")
        entry = next(entry for entry in page.context["entries"] if entry["name"] == "DOWNLOAD_LIMIT")
        assert (entry["fixed"], entry["source"]) == (True, "environment")
        assert as_admin.post("/system/settings/", {"name": "DOWNLOAD_LIMIT", "value": "3"}).status_code == 409
    assert not LiveSettingValue.objects.exists()


def test_people_who_are_not_staff_change_nothing(as_alice: Client) -> None:
    assert as_alice.post("/system/settings/", {"name": "REGISTRATION", "value": "closed"}).status_code == 403
    assert not LiveSettingValue.objects.exists()


BEHIND = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "drive.example.org",
}


def test_proxy_check_gives_staff_the_exact_lines(as_admin: Client) -> None:
    page = as_admin.get("/system/proxy/", headers=BEHIND)
    assert page.context["env"] == "PUBLIC_URL=https://drive.example.org\nTRUSTED_PROXIES=127.0.0.1"
    assert "server_name drive.example.org;" in page.content.decode()
    tones = {finding.id: finding.tone for finding in page.context["findings"]}
    assert tones == {"origin": "needs-you", "client": "needs-you", "socket": "plain", "https": "needs-you"}


@pytest.mark.django_db
def test_proxy_check_shows_strangers_only_what_they_sent() -> None:
    page = Client().get("/system/proxy/", headers=BEHIND, REMOTE_ADDR="172.18.0.7")
    assert page.status_code == 200
    assert page.context["env"] == "PUBLIC_URL=https://drive.example.org"
    labels = {pair["label"] for pair in page.context["received"]}
    assert "X-Forwarded-For" not in labels
    assert "TRUSTED_PROXIES=" not in page.content.decode()
    assert Client().get("/setup/proxy").headers["Location"] == "/system/proxy/"


@pytest.mark.django_db
def test_proxy_check_escapes_what_it_repeats() -> None:
    hostile = {"X-Forwarded-Host": '"><script>alert(1)</script>', "X-Forwarded-Proto": "javascript"}
    page = Client().get("/system/proxy/", headers=hostile).content.decode()
    assert "<script>alert" not in page
    assert "PUBLIC_URL=javascript" not in page


def test_for_support_needs_no_request(db: Any) -> None:
    assert json.dumps(status.for_support(status.snapshot()), default=str)
