"""H30 to H35 on the way to and from a drive: links that go to a drive, and addresses that a drive's service gives."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from core import http
from core.batches.runner import run as run_batch
from core.vault import vault
from netdisk import sealed_links
from netdisk.baidu.media import StreamType
from netdisk.models import DriveAccount
from netdisk.views import thumbs
from tests.transfers.engine.faulty_server import serving, status
from transfers import runner
from transfers.models import LibraryFile, Transfer

from .callers import Caller, everything, is_problem
from .test_links import INSIDE, NO_WEB, Canary

pytestmark = pytest.mark.django_db(transaction=True)
FOLDER = "/apps/yungang"
NOWHERE = {"address_refused", "invalid", "json_invalid", "netdisk.not_supported"}


@pytest.fixture(autouse=True)
def _nothing_is_moved(settings: Any) -> None:
    """As on a site whose operator did not point Baidu's addresses to a host inside; these tests have the stand-in allowed by name."""
    settings.UPSTREAM_HOSTS = {}
    http.policy.cache_clear()
    http.session.cache_clear()


@pytest.fixture
def canary() -> Iterator[Canary]:
    running = Canary()
    yield running
    running.close()


def _exec(name: str, **args: Any) -> Callable[[Caller, str], Any]:
    return lambda alice, url: alice.post("/mcp/user/exec", {"op": name, "args": {**args, _link(name): url}})


def _rest(name: str, **args: Any) -> Callable[[Caller, str], Any]:
    return lambda alice, url: alice.post(f"/api/v1/netdisk/{name}", {**args, _link(name): url})


def _link(name: str) -> str:
    return "source_url" if name == "offline_add" else "url"


def _transfer(alice: Caller, url: str) -> Any:
    return alice.post(
        "/api/v1/transfers", {"source": {"url": url}, "destination": {"kind": "netdisk", "folder": FOLDER}}
    )


DOORS: dict[str, Callable[[Caller, str], Any]] = {
    "transfers": _transfer,
    "upload_url": _exec("upload_url", wait=0, dir=FOLDER),
    "upload_url alone": _rest("upload_url", wait=0, dir=FOLDER),
    "offline_add": _exec("offline_add", wait=0, save_path=FOLDER),
}
each_door = pytest.mark.parametrize("door", list(DOORS.values()), ids=list(DOORS))


def outcome(door: Callable[[Caller, str], Any], alice: Caller, url: str) -> tuple[str, str]:
    """Code and sentence with which an address is refused, at once or when the transfer runs."""
    answer = door(alice, url)
    if answer.status_code >= 400:
        assert is_problem(answer), (url, answer.content)
        told = answer.json().get("error") or answer.json()
        return told["code"], told["detail"]
    assert runner.run_next()
    row = Transfer.objects.get()
    assert row.state in {"failed", "waiting", "queued"}, (url, row.state)
    shown = alice.get(f"/api/v1/transfers/{row.pk}").json()["error"]
    row.delete()
    return shown["code"], shown["detail"]


@each_door
def test_H30_H33_a_link_to_a_drive_leads_nowhere_inside(
    door: Any, drive: Any, standin: Any, canary: Canary, as_alice: Caller
) -> None:
    seen = {}
    for pattern in INSIDE:
        url = pattern.replace("{port}", str(canary.port))
        seen[url] = outcome(door, as_alice, url)[0]
        assert canary.hits == 0, url
    odd = {url: code for url, code in seen.items() if code != "address_refused"}
    assert not set(odd.values()) - NOWHERE, odd
    assert not [url for url in odd if url.startswith("http://") and len(url.split()) == 1], odd
    assert not {"precreate", "superfile2", "create"} & {call["op"] for call in standin.log()}


@each_door
def test_H32_only_http_and_https_go_to_a_drive(door: Any, drive: Any, canary: Canary, as_alice: Caller) -> None:
    for pattern in NO_WEB:
        code, _text = outcome(door, as_alice, pattern.replace("{port}", str(canary.port)))
        assert code in NOWHERE, pattern
    assert canary.hits == 0 and not Transfer.objects.exists()


@each_door
def test_H35_every_port_inside_sounds_the_same(door: Any, drive: Any, canary: Canary, as_alice: Caller) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        closed = probe.getsockname()[1]
    told = {outcome(door, as_alice, f"http://127.0.0.1:{port}/") for port in (canary.port, closed, 22, 5432, 6379)}
    assert len(told) == 1 and canary.hits == 0


def test_H32_a_redirect_on_the_way_to_a_drive_does_not_lead_inside(
    drive: Any, canary: Canary, as_alice: Caller, settings: Any, allow: Any
) -> None:
    with serving(b"x" * 100) as server:
        settings.UPSTREAM_HOSTS = {"baidu": tuple(settings.OUTBOUND_ALLOW.split(","))}
        allow(server.url)
        server.probes_too = True
        for code, target in (
            (302, f"http://127.0.0.1:{canary.port}/"),
            (307, "http://169.254.169.254/"),
            (301, "file:///x"),
        ):
            server.behave = status(code, Location=target)
            assert outcome(DOORS["upload_url"], as_alice, server.url)[0] == "address_refused", target
    assert canary.hits == 0 and not LibraryFile.objects.exists()


def test_H30_pages_and_batches_refuse_them_too(drive: Any, canary: Canary, as_alice: Caller) -> None:
    url = f"http://127.0.0.1:{canary.port}/"
    page = as_alice.post("/transfers/new", {"links": url, "to": str(drive.pk), "folder": FOLDER, "conflict": "rename"})
    assert page.status_code == 422
    orders = [{"op": "upload_url", "args": {"url": url, "wait": 0}}, {"op": "offline_add", "args": {"source_url": url}}]
    batch = as_alice.post("/mcp/user/exec", {"op": "batch_submit", "args": {"items": orders}}).json()["data"]
    run_batch(batch["id"])
    told = as_alice.post("/mcp/user/exec", {"op": "batch_status", "args": {"id": batch["id"]}}).json()["data"]
    assert [item["error"]["code"] for item in told["items"]] == ["address_refused"] * 2
    assert canary.hits == 0 and not Transfer.objects.exists()


# -- addresses that the drive's service gives


def test_H30_H34_what_a_drive_says_of_pictures_and_films_is_not_called_inside(
    drive: Any, alice: Any, canary: Canary, as_alice: Caller
) -> None:
    for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433"):
        url = f"http://{host}:{canary.port}/x.jpg"
        thumbs.remember(drive, [{"fs_id": 5, "thumbs": dict.fromkeys(("icon", "url1", "url2", "url3"), url)}])
        shown = as_alice.get(f"/drives/{drive.pk}/thumb/5")
        assert (shown.status_code, shown["Content-Type"]) == (200, "image/svg+xml")
        for address in (
            sealed_links.picture(alice, drive, url),
            sealed_links.piece(alice, drive, url, StreamType.VIDEO_480),
        ):
            answer = Caller().get(address)
            assert (answer.status_code, answer.json()["code"]) == (400, "address_refused")
            assert str(canary.port) not in everything(answer)
    assert canary.hits == 0


def test_H30_a_playlist_names_addresses_of_ours_only(drive: Any, alice: Any) -> None:
    hostile = '#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="http://127.0.0.1/k"\n//evil.example/a.ts\nfile:///etc/passwd\njavascript:x\n'
    text = sealed_links.own_playlist(alice, drive, hostile, StreamType.VIDEO_480)
    led = [line for line in text.splitlines() if line and not line.startswith("#")] + re.findall(r'URI="([^"]*)"', text)
    assert len(led) == 4 and all(address.startswith("/api/v1/netdisk/media/v1.") for address in led)
    for address in led:
        assert Caller().get(address).status_code in {400, 502, 503}


# -- sealed links


@pytest.fixture
def link(drive: Any, alice: Any) -> str:
    return sealed_links.picture(alice, drive, "http://127.0.0.1:10/x.jpg")


def opens(address: str) -> bool:
    """Whether the link was believed: this one leads to an address that is refused."""
    answer = Caller().get(address)
    assert answer.status_code in {400, 404}, answer.content
    return bool(answer.json()["code"] == "address_refused")


def test_H20_a_sealed_link_can_not_be_made_or_altered(link: str) -> None:
    assert opens(link)
    head, _dot, sealed = link.rpartition(".")
    for place in range(0, len(sealed) - 4, 17):
        other = "A" if sealed[place] != "A" else "B"
        assert not opens(f"{head}.{sealed[:place]}{other}{sealed[place + 1 :]}"), place
    version, key = head.rpartition("/")[2].split(".")
    plain = json.dumps({"kind": "picture", "user": 1, "drive": "x", "until": 2**40, "url": "http://x/"})
    for text in (
        "x", "..", "v1..", "v1.x.y", f"v1.{key}.", f"v1.{key}.AAAA", f"v2.{key}.{sealed}", f"{version}.{'0' * 8}.{sealed}",
        f"v1.{key}.{sealed[:-8]}", f"v1.{key}.{sealed}{sealed}", "A" * 100_000, "%00", "%ff", "ключ", plain.replace("/", ""),
        vault().seal(plain, "netdisk_oauthtoken:1:access"),
    ):  # fmt: skip
        assert not opens(f"/api/v1/netdisk/media/{text}"), text[:50]


def test_H05_H20_a_sealed_link_ends_with_its_time_its_user_and_its_drive(
    link: str, drive: Any, alice: Any, mallory: Any
) -> None:
    users = type(alice).objects
    for change, back in (
        (
            lambda: users.filter(pk=alice.pk).update(is_active=False),
            lambda: users.filter(pk=alice.pk).update(is_active=True),
        ),
        (lambda: _give(drive, mallory), lambda: _give(drive, alice)),
        (lambda: _state(drive, DriveAccount.State.DISCONNECTED), lambda: _state(drive, DriveAccount.State.CONNECTED)),
    ):
        assert opens(link)
        change()
        assert not opens(link)
        back()
    old = sealed_links.SealedLink("picture", alice.pk, str(drive.pk), int(time.time()) - 1, url="http://127.0.0.1:10/")
    assert not opens(old.address())
    DriveAccount.objects.filter(pk=drive.pk).delete()
    assert not opens(link)


def _give(drive: Any, user: Any) -> None:
    DriveAccount.objects.filter(pk=drive.pk).update(user=user)


def _state(drive: Any, state: str) -> None:
    DriveAccount.objects.filter(pk=drive.pk).update(state=state)
