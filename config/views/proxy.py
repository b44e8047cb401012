"""`/system/proxy/`: what the server received, whether it fits, and the exact lines to set.

Open to strangers, because behind a proxy that is set up wrongly nobody can sign in. They see only what they
sent themselves; addresses of the server's network and the settings in force are for staff.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from core.request import current

FORWARDED = (
    "X-Forwarded-For",
    "X-Forwarded-Proto",
    "X-Forwarded-Host",
    "X-Forwarded-Port",
    "X-Real-IP",
    "Forwarded",
    "Via",
)
LONGEST = 200
NGINX = """\
map $http_upgrade $connection_upgrade {{
    default upgrade;
    "" close;
}}
server {{
    listen 443 ssl;
    server_name {host};
    client_max_body_size 16m;

    location / {{
        proxy_pass http://{upstream};
        proxy_http_version 1.1;
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_read_timeout 75s;
        proxy_buffering off;
    }}
}}"""
CADDY = "{host} {{\n    reverse_proxy {upstream}\n}}"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `id` lets the page's script change it when the browser knows better."""

    id: str
    title: str
    tone: str
    word: str
    text: str


@require_GET
def proxy_check(request: HttpRequest) -> HttpResponse:
    staff = request.user.is_authenticated and request.user.is_staff
    browser = _browser_origin(request)
    upstream = f"{settings.HOST if settings.HOST != '0.0.0.0' else '127.0.0.1'}:{settings.PORT}"  # noqa: S104
    names = {"host": urlsplit(browser).hostname or "drive.example.org", "upstream": upstream}
    context = {
        "shell": "base.html" if request.user.is_authenticated else "base_plain.html",
        "staff": staff,
        "received": _received(request, staff),
        "findings": _findings(request, browser, staff),
        "env": _lines(request, browser, staff),
        "nginx": NGINX.format(**names),
        "caddy": CADDY.format(**names),
        "browser": browser,
    }
    return render(request, "dashboard/proxy.html", context)


def _browser_origin(request: HttpRequest) -> str:
    """The address the browser most likely shows; the page's script corrects it."""
    scheme, host = _first(request, "X-Forwarded-Proto"), _first(request, "X-Forwarded-Host")
    return f"{scheme if scheme in {'http', 'https'} else request.scheme}://{host or request.get_host()}"


def _first(request: HttpRequest, header: str) -> str:
    return request.headers.get(header, "").split(",")[0].strip()[:LONGEST]


def _received(request: HttpRequest, staff: bool) -> list[dict[str, Any]]:
    pairs: list[dict[str, Any]] = [
        {"label": _("Scheme"), "value": request.scheme, "mono": True},
        {"label": _("Host"), "value": request.headers.get("Host", "")[:LONGEST], "mono": True},
        {"label": _("Your address"), "value": current().address or "–", "mono": True},
    ]
    if staff:
        pairs.append({"label": _("Connection comes from"), "value": request.META.get("REMOTE_ADDR", "–"), "mono": True})
    shown = FORWARDED if staff else FORWARDED[1:3]
    pairs += [
        {"label": name, "value": request.headers[name][:LONGEST], "mono": True}
        for name in shown
        if name in request.headers
    ]
    return pairs


def _findings(request: HttpRequest, browser: str, staff: bool) -> list[Finding]:
    same = browser.casefold() == settings.PUBLIC_URL.casefold()
    well = _("PUBLIC_URL is what the browser shows; forms and links work.")
    to_set = _("PUBLIC_URL differs from what the browser shows. Sign-in and forms fail until it is set.")
    live = _("Live pages need it; without it they refresh by hand.")
    found = [
        Finding("origin", _("Public address"), *_verdict(same), well if same else to_set),
        Finding("client", _("Client addresses"), *_client(request)),
        Finding("socket", "WebSocket", "plain", _("Checking"), live),
    ]
    if staff and not settings.SECURE and request.headers.get("X-Forwarded-Proto") == "https":
        text = _("The proxy speaks HTTPS, but cookies are not marked secure. Set PUBLIC_URL.")
        found.append(Finding("https", "HTTPS", *_verdict(False), text))
    return found


def _client(request: HttpRequest) -> tuple[str, str, str]:
    if "X-Forwarded-For" not in request.headers:
        return "plain", _("Direct"), _("No proxy named a client. Right when there is none.")
    believed = current().address != request.META.get("REMOTE_ADDR")
    if believed:
        return (*_verdict(True), _("The proxy is trusted; limits and the audit trail see the real address."))
    text = _("A proxy names the client, but is not in TRUSTED_PROXIES: everyone shares its address and its limits.")
    return (*_verdict(False), text)


def _verdict(good: bool) -> tuple[str, str]:
    return ("done", _("Well")) if good else ("needs-you", _("To set"))


def _lines(request: HttpRequest, browser: str, staff: bool) -> str:
    lines = [f"PUBLIC_URL={browser}"]
    peer = request.META.get("REMOTE_ADDR", "")
    if staff and peer and "X-Forwarded-For" in request.headers:
        lines.append(f"TRUSTED_PROXIES={','.join(dict.fromkeys([*settings.TRUSTED_PROXIES, peer]))}")
    return "\n".join(lines)
