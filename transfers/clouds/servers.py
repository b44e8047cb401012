"""CloudDrive2 servers of a user: connect, change, test, forget; and the client that calls one (E1).

A server may stand at a private address only when staff gave it, or the operator listed it in CLOUDDRIVE_HOSTS.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import requests
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import audit, events, http, vault
from core.errors import AppError, Conflict, Invalid, NotFound
from core.outbound import NO_RETRIES, OutboundError, make_session, parse_url
from core.outbound.gate import HostPort, Policy, checked_addresses
from core.outbound.resolve import system_resolver
from netdisk.drives import parse_id
from transfers.clouddrive2.client import CloudDrive, connect
from transfers.clouddrive2.dav import DavUploads
from transfers.clouddrive2.tuning import MIB, Endpoint, Tuning
from transfers.clouddrive2.web import WebTransport
from transfers.models import CloudServer

from .errors import CloudError, translated

MOST = 50  # servers of one user
MOST_CLIENTS = 64
DNS_SECONDS = 3.0
WEB_TUNING = Tuning(chunk=3 * MIB)  # each chunk is a request of its own; servers take messages of 4 MiB (§1.2)
TUNING = Tuning(metadata_seconds=10, attempts=2)
NEVER = ("169.254.0.0/16", "[fe80::/10]")  # link-local: where clouds keep their metadata services


def find(user: Any, pk: Any = None) -> CloudServer:
    """The named server of the user, else their first."""
    mine = CloudServer.objects.visible_to(user)
    if pk:
        server = mine.filter(pk=parse_id(pk)).first()
        if server is None:
            raise NotFound
        return server
    server = mine.first()
    if server is None:
        raise Conflict(
            _("No CloudDrive2 server is connected yet."),
            code="clouddrive.no_server",
            hint=_("Connect one under Servers."),
        )
    return server


@dataclass(frozen=True)
class Access:
    """What a person gives to connect a server. Empty secrets leave what is stored."""

    name: str
    host: str
    port: int = 19798
    tls: bool = False
    username: str = ""
    secret: str = ""
    dav_username: str = ""
    dav_secret: str = ""


def add(user: Any, access: Access) -> CloudServer:
    """Store a server and test it; what the test finds is kept with it, a server that is away is no reason to refuse."""
    if CloudServer.objects.visible_to(user).count() >= MOST:
        raise Conflict(_("At most %d servers.") % MOST, code="clouddrive.too_many_servers")
    if not access.secret:
        raise Invalid(fields={"secret": [_("Give an API token, or a user name and its password.")]})
    server = CloudServer(user=user)
    _fill(server, user, access)
    with transaction.atomic():
        server.save(force_insert=True)
        audit.record("transfers.server_add", user=user, target=server.object_name, summary={"host": server.host})
        events.publish(user.pk, "server.connected", {"name": server.name}, object_=server.object_name)
    test(server)
    return server


def change(user: Any, server: CloudServer, access: Access) -> CloudServer:
    """Another host never gets the secrets that were given for the first one: they are asked for again."""
    moved = (access.host, access.port, access.tls) != (server.host, server.port, server.tls)
    if (moved or access.username != server.username) and not access.secret:
        raise Invalid(fields={"secret": [_("Give it again: it was stored for another address or user name.")]})
    if moved and access.dav_username and not access.dav_secret:
        raise Invalid(fields={"dav_secret": [_("Give it again: it was stored for another address or user name.")]})
    _fill(server, user, access)
    with transaction.atomic():
        server.save()
        audit.record("transfers.server_change", user=user, target=server.object_name, summary={"host": server.host})
    forget(server)
    test(server)
    return server


def _fill(server: CloudServer, user: Any, access: Access) -> None:
    server.name = access.name or access.host
    server.host, server.port, server.tls = access.host.strip().lower().strip("[]"), access.port, access.tls
    server.username, server.dav_username = access.username, access.dav_username
    server.trusted = bool(user.is_staff)
    _address(server)
    if access.secret:
        vault.seal_secret(server, "secret", access.secret)
    if access.dav_secret or not access.dav_username:
        vault.seal_secret(server, "dav_secret", access.dav_secret)


def remove(user: Any, server: CloudServer) -> None:
    """Forget the server and its secrets. Transfers to it stop with a clear reason; what is stored there stays."""
    with transaction.atomic():
        audit.record("transfers.server_remove", user=user, target=server.object_name)
        events.publish(server.user_id, "server.removed", {"name": server.name}, object_=server.object_name)
        gone = server.pk
        server.delete()
    clients.drop(gone)


def test(server: CloudServer) -> dict[str, Any]:
    """The connection test: what works, which rights are missing, or what is wrong and what to do. Never raises for that."""
    try:
        with translated():
            found = client_for(server).test()
    except AppError as error:
        server.state, server.problem, server.missing = CloudServer.State.TROUBLE, error.code, []
        answer = {"ok": False, "code": error.code, "detail": str(error), "hint": str(error.hint), "missing": []}
    else:
        server.state, server.problem, server.missing = CloudServer.State.OK, "", list(found.missing)
        server.version, server.root = found.version[:40], found.root[:1000]
        answer = {"ok": True, "version": server.version, "missing": server.missing, "root": server.root}
    server.checked_at = timezone.now()
    CloudServer.objects.filter(pk=server.pk).update(
        **{name: getattr(server, name) for name in ("state", "problem", "missing", "version", "root", "checked_at")}
    )
    return answer


# -- calling one


def policy(server: CloudServer) -> Policy:
    """Where calls for this server may go."""
    general = http.policy("clouddrive2")
    if not server.trusted:
        return general
    host = f"[{server.host}]" if ":" in server.host else server.host
    own = HostPort.parse(f"{host}:{server.port}")
    denied = frozenset(HostPort.parse(entry) for entry in NEVER)
    return Policy(general.allow | {own}, general.deny | denied, general.max_redirects)


def _address(server: CloudServer) -> str:
    """An address of the host that may be called, resolved and checked once; the connection goes there (row H31)."""
    host = f"[{server.host}]" if ":" in server.host else server.host
    try:
        target = parse_url(f"{'https' if server.tls else 'http'}://{host}:{server.port}/")
        found = checked_addresses(target, policy(server), resolver=system_resolver, timeout=DNS_SECONDS)
    except OutboundError as error:
        if error.code == "address_refused":
            raise Invalid(
                _("This address can't be used."),
                code="address_refused",
                hint=_("Private addresses are connected by staff, or listed by the operator in CLOUDDRIVE_HOSTS."),
                fields={"host": [_("Not a public address.")]},
            ) from error
        raise CloudError("clouddrive_dns", permanent=False) from error
    except ValueError as error:
        raise Invalid(fields={"host": [_("Write a host name or an IP address.")]}) from error
    return str(found[0])


def _endpoint(server: CloudServer) -> Endpoint:
    return Endpoint(server.host, server.port, server.tls, address=_address(server))


class Clients:
    """The clients of this process, each with its connection and its token, as long as the server's row is the same."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[Any, tuple[str, CloudDrive]] = OrderedDict()

    def get(self, server: CloudServer) -> CloudDrive:
        stamp = _stamp(server)
        with self._lock:
            kept = self._kept.get(server.pk)
            if kept and kept[0] == stamp:
                self._kept.move_to_end(server.pk)
                return kept[1]
        client = _new_client(server)
        with self._lock:
            before = self._kept.pop(server.pk, None)
            if before and before[0] == stamp:  # another thread was quicker, and calls run on its connection
                before, client = (stamp, client), before[1]
            self._kept[server.pk] = (stamp, client)
            dropped = [before] if before else []
            if len(self._kept) > MOST_CLIENTS:
                dropped.append(self._kept.popitem(last=False)[1])
        for _stamp_of, old in dropped:
            old.close()
        return client

    def drop(self, pk: Any) -> None:
        with self._lock:
            kept = self._kept.pop(pk, None)
        if kept:
            kept[1].close()


clients = Clients()


def client_for(server: CloudServer) -> CloudDrive:
    """The server's client in this process; native gRPC on one connection, shared by all threads."""
    return clients.get(server)


def forget(server: CloudServer) -> None:
    clients.drop(server.pk)


def web_client(server: CloudServer) -> CloudDrive:
    """The same calls as gRPC-Web over HTTP/1.1, for servers behind proxies without HTTP/2; close it after use."""
    endpoint = _endpoint(server)
    transport = WebTransport(_session(server), endpoint.origin, WEB_TUNING)
    return connect(endpoint, transport=transport, tuning=WEB_TUNING, **_credentials(server))


def dav_client(server: CloudServer) -> DavUploads | None:
    """WebDAV, if the user has given a WebDAV user."""
    if not server.dav_username:
        return None
    origin = Endpoint(server.host, server.port, server.tls).origin
    return DavUploads(_session(server), origin, server.dav_username, vault.open_secret(server, "dav_secret"))


def _session(server: CloudServer) -> requests.Session:
    return make_session(policy(server), retries=NO_RETRIES, on_call=http.count("clouddrive2"))


def _credentials(server: CloudServer) -> dict[str, Any]:
    secret = vault.open_secret(server, "secret")
    return {"user": server.username, "password": secret} if server.username else {"token": secret}


def _new_client(server: CloudServer) -> CloudDrive:
    """Impatient, as people wait; transfers try again later by themselves."""
    return connect(_endpoint(server), tuning=TUNING, **_credentials(server))


def _stamp(server: CloudServer) -> str:
    parts = (server.host, server.port, server.tls, server.trusted, server.username, server.secret)
    return hashlib.sha256(repr(parts).encode()).hexdigest()
