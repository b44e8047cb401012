from __future__ import annotations

import pytest
from django.test import Client

from config.csp import loosened

STRICT = ("/login/", "/", "/developers/", "/system/", "/docsx", "/redoc/x", "/nothing", "/docs/../")


def _directives(client: Client, path: str) -> dict[str, str]:
    header = client.get(path, headers={"Accept": "text/html"}).headers["Content-Security-Policy"]
    return dict(part.strip().partition(" ")[::2] for part in header.split(";"))


@pytest.mark.parametrize("path", STRICT)
def test_everywhere_else_is_strict(path: str, as_admin: Client) -> None:
    found = _directives(as_admin, path)
    assert found["default-src"] == "'self'"
    assert (found["object-src"], found["base-uri"], found["frame-ancestors"]) == ("'none'",) * 3
    assert "unsafe" not in str(found)
    assert "script-src" not in found
    assert "style-src" not in found


@pytest.mark.parametrize(
    ("path", "script", "worker"),
    [
        ("/admin/", "'self' 'unsafe-eval'", None),
        ("/admin/login/", "'self' 'unsafe-eval'", None),
        ("/docs", None, None),
        ("/redoc", None, "'self' blob:"),
    ],
)
def test_loosened_only_as_far_as_needed(path: str, script: str | None, worker: str | None, as_admin: Client) -> None:
    found = _directives(as_admin, path)
    assert found["default-src"] == "'self'"
    assert found["style-src"] == "'self' 'unsafe-inline'"
    assert found.get("script-src") == script
    assert found.get("worker-src") == worker
    assert found["frame-ancestors"] == "'none'"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/docs", "/redoc", "/docs?script="])
def test_descriptions_name_no_other_host(path: str) -> None:
    page = Client().get(path)
    assert page.status_code == 200
    text = page.content.decode()
    assert "https://" not in text
    assert "googleapis" not in text
    assert "<script>" not in text


@pytest.mark.django_db
def test_early_refusals_carry_the_policy_too() -> None:
    for answer in (Client().get("/admin"), Client().get("/", headers={"Host": "unknown.example.net"})):
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


def test_loosened_paths() -> None:
    assert loosened("/administrator/") is None
    assert loosened("/docs/") is None
    assert loosened("/admin/anything") is not None
