"""A scripted HTTP server on loopback, clocks that move when told, and a certificate for an invented name."""

from __future__ import annotations

import datetime
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from core.outbound import Clock, Policy


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Handler = Callable[[socket.socket, Request], object]


def answer(body: bytes = b"", status: int = 200, **headers: str) -> bytes:
    """A whole response; header names are written with underscores."""
    lines = [f"HTTP/1.1 {status} Scripted", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass
class Upstream:
    """Sends what its routes say: `bytes`, or a function that gets the socket; connections are kept alive."""

    address: str = "127.0.0.1"
    port: int = 0
    tls: ssl.SSLContext | None = None
    greeting: bytes | None = None  # sent instead of listening
    routes: dict[str, bytes | Handler] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        self._listener = socket.create_server((self.address, self.port), family=family)
        self.port = self._listener.getsockname()[1]
        self._sockets: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def stop(self) -> None:
        self.stopping.set()
        for sock in [self._listener, *self._sockets]:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        self._listener.close()

    @property
    def key(self) -> str:
        return f"{self.address}:{self.port}"

    def url(self, path: str = "/") -> str:
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"http://{host}:{self.port}{path}"

    def policy(self) -> Policy:
        return Policy.parse(self.key)

    def wait_for_stop(self, *_: object) -> None:
        """A handler that never answers."""
        self.stopping.wait(20)

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._sockets.append(sock)
            thread = threading.Thread(target=self._serve, args=(sock,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket) -> None:
        try:
            if self.greeting:
                sock.sendall(self.greeting)
                sock.close()
                return
            if self.tls:
                sock = self.tls.wrap_socket(sock, server_side=True)
                self._sockets.append(sock)
            with sock, sock.makefile("rb") as reader:
                while self._serve_one(sock, reader):
                    pass
        except (OSError, ValueError):
            sock.close()

    def _serve_one(self, sock: socket.socket, reader: object) -> bool:
        line = reader.readline()
        if not line:
            return False
        method, path, _ = line.decode("latin-1").split(" ", 2)
        headers = {}
        while (header := reader.readline().decode("latin-1").strip()) != "":
            name, _, value = header.partition(":")
            headers[name.lower()] = value.strip()
        body = reader.read(int(headers.get("content-length", 0)))
        self.requests.append(Request(method, path, headers, body))
        route = self.routes.get(path.partition("?")[0], answer(b"nothing here", 404))
        if callable(route):
            return bool(route(sock, self.requests[-1]))
        sock.sendall(route)
        return headers.get("connection", "").lower() != "close"


MakeUpstream = Callable[..., Upstream]


@pytest.fixture
def make_upstream() -> Iterator[MakeUpstream]:
    started: list[Upstream] = []

    def make(**fields: object) -> Upstream:
        upstream = Upstream(**fields)
        upstream.start()
        started.append(upstream)
        return upstream

    yield make
    for upstream in started:
        upstream.stop()


@pytest.fixture
def upstream(make_upstream: MakeUpstream) -> Upstream:
    return make_upstream()


@dataclass
class FakeTime:
    """Time that passes only by sleeping or by `pass_time`; chance that always draws `draw`."""

    now: float = 1_000.0
    wall: float = 1_800_000_000.0
    draw: float = 0.5
    slept: list[float] = field(default_factory=list)

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        self.wall += seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.pass_time(seconds)

    def clock(self) -> Clock:
        return Clock(lambda: self.now, lambda: self.wall, self.sleep, lambda: self.draw)


@pytest.fixture
def fake_time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def send() -> Callable[..., bytes]:
    return answer


@pytest.fixture
def wait_until() -> Callable[[Callable[[], bool]], None]:
    def wait(condition: Callable[[], bool], seconds: float = 5.0) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "the condition did not come true in time"
            threading.Event().wait(0.005)

    return wait


@dataclass
class Certificate:
    """A self-signed certificate for `files.example` and a server context that notes requested names."""

    pem: Path
    context: ssl.SSLContext
    names: list[str | None]


@pytest.fixture(scope="session")
def _pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "files.example")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("files.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def certificate(_pem: Path) -> Certificate:
    names: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_pem)
    context.sni_callback = lambda _sock, name, _context: names.append(name)
    return Certificate(_pem, context, names)
