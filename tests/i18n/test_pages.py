"""Every page in both languages: no English word is left in Chinese, no Chinese character in English."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

import pytest
from django.contrib import admin as django_admin
from django.core.cache import cache
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from accounts.reauth import mark
from netdisk.models import Authorisation
from transfers.messages import STEPS

from .text import shown_texts

pytestmark = pytest.mark.django_db
WORD = re.compile(r"[A-Za-z]{3,}")
CJK = re.compile(r"[一-鿿]+")
NAMES = {
    "Yungang", "English", "Django", "Python", "SQLite", "PostgreSQL", "MariaDB", "MySQL", "Redis", "Swagger", "ReDoc",
    "WebSocket", "Caddy", "nginx", "OpenAPI", "Baidu", "CloudDrive", "PikPak", "Windows",
}  # fmt: skip
TERMS = {
    "API", "URL", "JSON", "CSV", "PDF", "SHA", "HTTPS", "HTTP", "http", "https", "Cookie", "DNS", "NUL", "MCP", "OAuth", "bytes",
    "manage", "worker", "Authorization", "Retry", "After", "Upgrade", "Connection", "env", "Proxy", "curl", "LDAP", "UTC", "ftp",
    "gRPC", "Web", "WebDAV", "TLS", "NAS",
}  # fmt: skip
KEYS = {"Ctrl", "Shift", "Enter", "Esc", "Control", "Command", "Mac"}
CONSTANT = re.compile(
    r"\{\w+\}|/s\b"  # filled in by scripts
    r"|\b[A-Z]+(?:_[A-Z]+)+\b|\b[a-z]+(?:_[a-z]+)+\b|\b[\w.-]+\.(?:py|md|org|bin|sqlite3|txt|pdf)\b"  # names in code, files
    r"|(?<!\w)/\w+(?:/\w+)*|\b[A-Z]\w+/[A-Z][\w /-]+|\b[A-Za-z]+\.[a-z_]+\b"  # paths, time zones, actions
    r"|(?:\b(?:transfer|drive):)?\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"  # ids
    r"|\b[\w./+=]*\*{4,}"  # the masked hash of a password
)
PERMISSION = re.compile(r"Can (?:add|change|delete|view) [\w -]+\Z")  # Django keeps these in the database, in English
DATA = {"chief", "Chief", "Alice", "nowhere", "alice", "example", "org", "testserver"}
# The admin shows these as they are stored.
CODES = {"page", "script", "conflict", "broadcast", "alert", *STEPS}
FINE_IN_CHINESE = NAMES | TERMS | KEYS | DATA
FINE_IN_ENGLISH = {"云港", "简体中文", "语言", "欢迎使用"}
LANGUAGES = ["zh-hans", "en"]
NOT_HERE = {"docs", "redoc"}  # the viewers word themselves; their page is the API's own description


def browser(user: Any, language: str) -> Client:
    client = Client(headers={"Accept-Language": language})
    client.force_login(user)
    session = client.session
    mark(type("Request", (), {"session": session})())
    session.save()
    return client


def foreign(texts: list[str], language: str, also_fine: Collection[str] = ()) -> list[str]:
    """The texts that hold a word of the other language."""
    if language == "en":
        return [text for text in texts if set(CJK.findall(text)) - FINE_IN_ENGLISH]
    return [
        text
        for text in texts
        if set(WORD.findall(PERMISSION.sub("", CONSTANT.sub(" ", text)))) - FINE_IN_CHINESE - set(also_fine)
    ]


def left_over(client: Client, path: str, language: str, data: Collection[str] = ()) -> list[str]:
    answer = client.get(path)
    if answer.status_code in {301, 302, 405} or "text/html" not in answer.headers.get("Content-Type", ""):
        return []
    html = answer.content.decode()
    texts = shown_texts(html)
    assert texts or "<html" not in html, path
    for name in sorted(data, key=len, reverse=True):
        texts = [text.replace(name, "") for text in texts]
    return foreign(texts, language, CODES if path.startswith("/admin/") else ())


def names(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from names(entry, f"{prefix}{entry.namespace}:" if entry.namespace else prefix)
        elif isinstance(entry, URLPattern) and entry.name:
            yield f"{prefix}{entry.name}"


def plain_paths() -> list[str]:
    """Every address that needs no argument."""
    found = set()
    for name in set(names(get_resolver())) - NOT_HERE:
        try:
            found.add(reverse(name))
        except NoReverseMatch:
            continue
    return sorted(found)


def walk(client: Client, paths: list[str], language: str, data: Collection[str] = ()) -> dict[str, str]:
    """Each foreign text with the last page that shows it; `data` are names that people gave."""
    cache.clear()
    return {text: path for path in paths for text in left_over(client, path, language, data)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_a_new_site(language: str, admin: Any) -> None:
    paths = plain_paths()
    assert len(paths) > 40
    assert walk(browser(admin, language), paths, language) == {}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.usefixtures("history", "library_file", "transfers")
def test_pages_of_a_site_in_use(language: str, chief: Any) -> None:
    paths = [
        *plain_paths(),
        "/activity/?kind=problems",
        "/activity/?page=2",
        "/transfers/?group=failed",
        "/transfers/?q=none",
    ]
    assert walk(browser(chief, language), paths, language) == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_strangers(language: str, db: Any) -> None:
    client = Client(headers={"Accept-Language": language})
    paths = [*plain_paths(), "/setup/" + "x" * 43, "/password-reset/eA/x-y/", "/no-such-page/"]
    assert walk(client, paths, language) == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_transfers(language: str, chief: Any, transfers: list[Any], library_file: Any) -> None:
    paths = [reverse("transfers:detail", args=[row.pk]) for row in transfers]
    paths += [reverse("transfers:row", args=[row.pk]) for row in transfers]
    assert (
        walk(browser(chief, language), [*paths, reverse("transfers:preview", args=[library_file.pk])], language) == {}
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_people(language: str, admin: Any, alice: Any) -> None:
    paths = [
        reverse(f"accounts:{name}", args=[row.pk]) for name in ("person", "person-delete") for row in (alice, admin)
    ]
    assert walk(browser(admin, language), paths, language) == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_a_drive(language: str, chief: Any, drive: Any, standin: Any) -> None:
    client = browser(chief, language)
    client.post(reverse("netdisk:device-start"))
    device = Authorisation.objects.get(user=chief)
    file = standin.source("/测试/1MiB.bin", hash=0)["fs_id"]
    assert client.get(reverse("netdisk:files", args=[drive.pk])).status_code == 200
    paths = [
        reverse("netdisk:files", args=[drive.pk]),
        reverse("netdisk:files", args=[drive.pk]) + "?path=/nowhere",
        reverse("netdisk:file", args=[drive.pk, file]),
        reverse("netdisk:device", args=[device.pk]),
        "/oauth/callback",
    ]
    names_there = [entry["server_filename"] for entry in standin.file("list", dir="/")["list"]]
    assert walk(client, paths, language, names_there) == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_forms_that_were_not_accepted(language: str, admin: Any) -> None:
    client = browser(admin, language)
    forms = {
        "accounts:login": {"username": "chief", "password": "7"},
        "accounts:register": {"username": "", "password": "1"},
        "accounts:password": {"old_password": "1", "new_password": "2"},
        "accounts:settings": {"email": "7", "time_zone": "7"},
        "accounts:person-new": {"username": "", "email": "7"},
        "transfers:new": {"links": "ftp://7", "folder": ".."},
        "keys": {"tail": "7"},
    }
    stranger = Client(headers={"Accept-Language": language})
    found = {}
    for name, data in forms.items():
        who = stranger if name in {"accounts:login", "accounts:register"} else client
        found[name] = foreign(shown_texts(who.post(reverse(name), data).content.decode()), language)
    assert {name: texts for name, texts in found.items() if texts} == {}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.usefixtures("history", "library_file", "transfers")
def test_pages_of_the_admin(language: str, chief: Any) -> None:
    paths = [reverse("admin:index"), reverse("admin:password_change")]
    for model, shown in django_admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        paths.append(reverse(f"{name}_changelist"))
        row = model._default_manager.order_by("pk").first()
        if row is not None:
            paths += [reverse(f"{name}_{page}", args=[row.pk]) for page in ("change", "history")]
        if shown.get_model_perms(type("Request", (), {"user": chief})())["add"]:
            paths.append(reverse(f"{name}_add"))
    assert len(paths) > 20
    assert walk(browser(chief, language), paths, language) == {}


def test_the_check_sees_what_a_person_sees() -> None:
    html = (
        '<html lang="zh-hans"><p title="Hover me">好 <bdi>name</bdi><code>curl</code></p><button aria-label="Press">x</button>'
        '<span lang="en">English words</span><br>Left over<input type="submit" value="Send">'
    )
    assert foreign(shown_texts(html), "zh-hans") == ["Hover me", "Press", "Left over", "Send"]
    assert foreign(shown_texts(html), "en") == ["好"]
