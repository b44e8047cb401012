"""H30 to H33, H35: addresses that lead inside, at the doors that take an address."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.transfers.engine.faulty_server import serving, status
from transfers import runner
from transfers.models import LibraryFile, Transfer

from .callers import Caller, is_problem

pytestmark = pytest.mark.django_db(transaction=True)


class Canary:
    """Listens on loopback, on both families, and counts who knocks."""

    def __init__(self) -> None:
        self.hits = 0
        first = socket.create_server(("127.0.0.1", 0))
        self.port = first.getsockname()[1]
        self.sockets = [first]
        if socket.has_dualstack_ipv6():
            self.sockets.append(socket.create_server(("::1", self.port), family=socket.AF_INET6))
        for listener in self.sockets:
            threading.Thread(target=self._count, args=[listener], daemon=True).start()

    def _count(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self.hits += 1
            connection.close()

    def close(self) -> None:
        for listener in self.sockets:
            listener.close()


@pytest.fixture
def canary() -> Iterator[Canary]:
    running = Canary()
    yield running
    running.close()


@pytest.fixture(autouse=True)
def _no_exceptions(allow: Any, settings: Any) -> None:
    settings.DOWNLOAD_LIMIT = 0
    allow("")


INSIDE = [
    "http://169.254.169.254:{port}/", "http://127.0.0.1:{port}/", "http://localhost:{port}/",
    "http://LOCALHOST:{port}/", "http://localhost.:{port}/",
    "http://0.0.0.0:{port}/", "http://0:{port}/", "http://127.1:{port}/", "http://2130706433:{port}/",
    "http://0x7f000001:{port}/",
    "http://017700000001:{port}/", "http://0x7f.1:{port}/", "http://0177.0.0.1:{port}/",
    "http://127.0.0.1.:{port}/", "http://[::1]:{port}/", "http://[::]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/", "http://[::ffff:7f00:1]:{port}/", "http://[64:ff9b::7f00:1]:{port}/",
    "http://[2002:7f00:1::]:{port}/", "http://[fe80::1%25eth0]:{port}/",
    "http://[fd00:ec2::254]:{port}/", "http://100.100.100.200:{port}/", "http://100.64.0.1/", "http://192.0.0.1/",
    "http://192.168.0.1/", "http://10.0.0.1/", "http://172.16.0.1/",
    "http://198.18.0.1/", "http://224.0.0.1/", "http://255.255.255.255/", "http://240.0.0.1/",
    "http://①②⑦.⓪.⓪.①:{port}/", "http://127。0。0。1:{port}/",
    "http://user@127.0.0.1:{port}/", "http://127.0.0.1:{port}@example.org/", "http://example.org\\@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}\\@example.org/", "http://127.0.0.1%00.example.org:{port}/",
    "http://127.0.0.1:{port}%2f@example.org", "http:127.0.0.1:{port}/", "http:/127.0.0.1:{port}/",
    "//127.0.0.1:{port}/",
    "http:///127.0.0.1:{port}/", "http://127.0.0.1\t:{port}/", "http://127.0.0.1\r\nHost: x:{port}/",
    " http://127.0.0.1:{port}/", "ht\ntp://127.0.0.1:{port}/", "http://127.0.0.1:{port}/\x7f",
]  # fmt: skip
NO_WEB = [
    "file:///etc/passwd", "gopher://127.0.0.1:{port}/_x", "ftp://127.0.0.1:{port}/", "data:text/plain,x",
    "javascript:alert(1)", "unix:///run/x.sock",
    "http+unix://%2Frun%2Fx.sock/", "dict://127.0.0.1:{port}/", "ldap://127.0.0.1:{port}/", "jar:http://x!/",
    "https://", "http://", "http://:80/", "http://a b/", "http://a:0/",
    "http://a:65536/", "http://a:port/", "http://[::1", "http://::1/", "http://a..b/", "http://-a-/", "http://%/",
    "http://" + "a" * 300 + ".org/", "x", "", " ", "http://\ud83d/",
]  # fmt: skip


def outcome(as_alice: Caller, url: str) -> tuple[str, str]:
    """Code and sentence with which an address is refused, at once or when the transfer runs."""
    answer = as_alice.post("/api/v1/transfers", {"source": {"url": url}})
    if answer.status_code != 201:
        assert answer.status_code in {400, 422} and is_problem(answer), (url, answer.content)
        return answer.json()["code"], answer.json()["detail"]
    assert runner.run_next()
    shown = as_alice.get(f"/api/v1/transfers/{answer.json()['id']}").json()
    assert shown["state"] in {"failed", "waiting", "queued"}, (url, shown)
    Transfer.objects.all().delete()
    return shown["error"]["code"], shown["error"]["detail"]


def test_H30_H33_addresses_that_lead_inside_are_refused_before_anyone_is_called(
    canary: Canary, as_alice: Caller
) -> None:
    seen = {}
    for pattern in INSIDE:
        url = pattern.replace("{port}", str(canary.port))
        seen[url] = outcome(as_alice, url)
        assert canary.hits == 0, url
    assert {code for code, _ in seen.values()} == {"address_refused"}, {
        u: s for u, s in seen.items() if s[0] != "address_refused"
    }
    assert LibraryFile.objects.count() == 0


def test_H32_only_http_and_https_are_addresses(canary: Canary, as_alice: Caller) -> None:
    for pattern in NO_WEB:
        code, _text = outcome(as_alice, pattern.replace("{port}", str(canary.port)))
        assert code in {"address_refused", "invalid", "json_invalid"}, pattern
    assert canary.hits == 0 and not Transfer.objects.exists()


def test_H35_a_closed_and_an_open_port_sound_the_same(canary: Canary, as_alice: Caller) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        closed = probe.getsockname()[1]
    told = {
        outcome(as_alice, f"http://{host}:{port}/")
        for host in ("127.0.0.1", "localhost", "[::1]")
        for port in (canary.port, closed, 22, 5432, 6379)
    }
    assert len(told) == 1 and canary.hits == 0


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_H32_a_redirect_does_not_lead_inside_either(code: int, canary: Canary, as_alice: Caller, allow: Any) -> None:
    with serving(b"x" * 100) as server:
        allow(server.url)
        server.probes_too = True
        for target in (
            f"http://127.0.0.1:{canary.port}/",
            f"//127.0.0.1:{canary.port}/",
            "http://169.254.169.254/",
            "file:///etc/passwd",
            "gopher://127.0.0.1/",
            "data:text/plain,x",
            f"http://x@127.0.0.1:{canary.port}/",
            "\\\\127.0.0.1\\x",
        ):
            server.behave = status(code, Location=target)
            assert outcome(as_alice, server.url)[0] == "address_refused", target
    assert canary.hits == 0 and not LibraryFile.objects.exists()


def test_H31_a_name_with_one_address_inside_is_refused(
    canary: Canary, as_alice: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The resolver is the network's: here it answers a public and a private address, then only the private one."""
    real = socket.getaddrinfo

    def lie(host: str, port: Any, *args: Any, **options: Any) -> Any:
        if host != "rebind.example.org":
            return real(host, port, *args, **options)
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port or 0))
            for address in ("93.184.216.34", "127.0.0.1")
        ]

    monkeypatch.setattr(socket, "getaddrinfo", lie)
    assert outcome(as_alice, f"http://rebind.example.org:{canary.port}/")[0] == "address_refused"
    assert canary.hits == 0


def test_H30_the_page_refuses_the_same_addresses(canary: Canary, as_alice: Caller) -> None:
    for pattern in INSIDE:
        url = pattern.replace("{port}", str(canary.port))
        answer = as_alice.post("/transfers/new", {"links": url, "folder": "/"})
        assert answer.status_code in {302, 422}, url
        while runner.run_next():
            pass
    assert canary.hits == 0 and not LibraryFile.objects.exists()
    assert set(Transfer.objects.values_list("error_code", flat=True)) <= {"address_refused", "dns_failed"}


def test_H30_no_other_door_calls_an_address_that_the_caller_chose(canary: Canary, as_alice: Caller) -> None:
    """Every text argument of every operation, and every text field of the API, with an address in it."""
    from core.operations import all_operations

    url = f"http://127.0.0.1:{canary.port}/"
    for entry in all_operations():
        for name in entry.schema()["properties"]:
            as_alice.post("/mcp/user/exec", {"op": entry.name, "args": {name: url}})
            as_alice.post("/mcp/user/exec", {"op": entry.name, "args": {name: f"/{url}"}})
    for path in ("/auth/register", "/auth/login", "/auth/password-reset"):
        as_alice.post(path, {"username": url, "password": url, "email": f"a@[127.0.0.1:{canary.port}]"})
    as_alice.post("/oauth/user/token/upsert", {"access_token": url, "refresh_token": url, "expires_in": 9})
    for path in ("/login/?next=", "/setup/proxy?url=", "/oauth/callback?redirect_uri=", "/system/proxy/?host="):
        as_alice.get(path + url, **{"X-Forwarded-Host": f"127.0.0.1:{canary.port}", "Referer": url, "Origin": url})
    assert canary.hits == 0
