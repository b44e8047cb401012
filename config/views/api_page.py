"""`/developers/`: from nothing to a first call in a minute, and every operation ready to copy."""

from __future__ import annotations

import json
import shlex
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from core.errors import Text
from core.operations import Danger, Operation, all_operations

DANGERS: dict[str, tuple[str, Text]] = {
    Danger.READ: ("plain", _("Reads")),
    Danger.WRITE: ("moving", _("Changes")),
    Danger.DESTROY: ("needs-you", _("Destroys")),
    Danger.SPEND: ("waiting", _("Spends")),
    Danger.EXECUTE: ("waiting", _("Runs code")),
}
JSON_TYPE, BEARER = "-H 'Content-Type: application/json'", '-H "Authorization: Bearer $TOKEN"'
SAMPLES: dict[str, Any] = {"array": [123456789], "integer": 1, "number": 1, "boolean": True, "object": {}}


@login_required
@require_GET
def developers(request: HttpRequest) -> HttpResponse:
    site = settings.PUBLIC_URL
    context = {
        "sign_in": sign_in(site, request.user.get_username()),
        "first_call": call(site, {"op": "quota"}),
        "transfer": _post(site, "/api/v1/transfers", {"source": {"url": "https://example.org/file.zip"}}),
        "refresh": f'curl -s {site}/auth/refresh {JSON_TYPE} -d \'{{"refresh_token": "…"}}\'',
        "ticket": f"curl -s -X POST {site}/api/v1/ws-tickets {BEARER}",
        "socket": _socket(site),
        "operations": [described(entry, site) for entry in all_operations()],
    }
    return render(request, "dashboard/developers.html", context)


def sign_in(site: str, username: str) -> str:
    body = shlex.quote(json.dumps({"username": username, "password": "…"}, ensure_ascii=False))
    pick = 'sed -E \'s/.*"access_token":"([^"]+)".*/\\1/\''
    return f"TOKEN=$(curl -s {site}/auth/login {JSON_TYPE} \\\n  -d {body} | {pick})"


def call(site: str, body: dict[str, Any]) -> str:
    return _post(site, "/mcp/user/exec", body)


def _post(site: str, path: str, body: dict[str, Any]) -> str:
    data = shlex.quote(json.dumps(body, ensure_ascii=False))
    return f"curl -s {site}{path} {BEARER} \\\n  {JSON_TYPE} -d {data}"


def _socket(site: str) -> str:
    parts = urlsplit(site)
    return f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}{parts.path}/ws?ticket=…&last_event_id=0"


def described(entry: Operation, site: str) -> dict[str, Any]:
    tone, word = DANGERS[entry.danger]
    arguments = example(entry.schema())
    return {
        "name": entry.name,
        "title": entry.title,
        "summary": entry.summary,
        "scope": entry.scope,
        "tone": tone,
        "word": word,
        "service": entry.service,
        "curl": call(site, {"op": entry.short_name, **({"args": arguments} if arguments else {})}),
    }


def example(schema: dict[str, Any]) -> dict[str, Any]:
    """The required arguments of a JSON Schema with plausible values."""
    properties = schema.get("properties", {})
    return {name: _sample(name, properties.get(name, {})) for name in schema.get("required", [])}


def _sample(name: str, schema: dict[str, Any]) -> Any:
    if schema.get("enum"):
        return schema["enum"][0]
    if schema.get("examples"):
        return schema["examples"][0]
    return SAMPLES.get(schema.get("type", ""), "/folder" if name in {"path", "dir"} else "…")
