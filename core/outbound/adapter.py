"""Connection pools of `requests` whose sockets come from the gate: what is checked is connected to."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.exceptions import SSLError as PoolSSLError

from .dial import dial
from .errors import Blocked, OutboundError, ProtocolBroken, TimedOut
from .gate import Policy
from .resolve import Resolver
from .urls import parse_url
from .wire import TimedResponse, tls_failed


@dataclass(frozen=True, slots=True)
class PoolLimits:
    """Idle connections kept: for at most `hosts` hosts, `per_host` each."""

    hosts: int = 16
    per_host: int = 16


class GateAdapter(HTTPAdapter):
    """Sends through the gate, never through a proxy, never twice; all its errors are `OutboundError`."""

    def __init__(self, policy: Policy, resolver: Resolver, pool: PoolLimits, write_timeout: float) -> None:
        self._pools = _gated_pools(policy, resolver, write_timeout)
        super().__init__(pool_connections=pool.hosts, pool_maxsize=pool.per_host, max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:
        self.poolmanager = PoolManager(num_pools=connections, maxsize=maxsize, block=block, **pool_kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: bool | str, cert: Any = None
    ) -> tuple[Any, Any]:
        """The host of the gate's parser, so that no second parser decides where the connection goes."""
        _, tls = super().build_connection_pool_key_attributes(request, verify, cert)
        target = parse_url(request.url or "")
        return {"scheme": target.scheme, "host": target.host, "port": target.port}, tls

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs["proxies"] = None
        try:
            return super().send(request, *args, **kwargs)
        except (requests.RequestException, HTTPError) as error:
            raise _translated(error) from error


def _gated_pools(policy: Policy, resolver: Resolver, write_timeout: float) -> dict[str, type[HTTPConnectionPool]]:
    """Pool classes by scheme, their connections bound to this policy."""

    def connect(connection: HTTPConnection) -> socket.socket:
        scheme = "https" if isinstance(connection, HTTPSConnection) else "http"
        host = f"[{connection.host}]" if ":" in connection.host else connection.host
        timeout = connection.timeout
        target = parse_url(f"{scheme}://{host}:{connection.port}")
        return dial(
            target,
            policy,
            timeout=timeout if isinstance(timeout, (int, float)) else write_timeout,
            resolver=resolver,
        )

    class GatedConnection(HTTPConnection):
        response_class = TimedResponse

        def _new_conn(self) -> socket.socket:
            return connect(self)

        def connect(self) -> None:
            super().connect()
            self.sock.settimeout(write_timeout)

        def request(self, *args: Any, **kwargs: Any) -> None:
            if self.sock:  # open already, so that the connect time-out would be taken for the writing
                self.timeout = write_timeout
            super().request(*args, **kwargs)

    class GatedTlsConnection(GatedConnection, HTTPSConnection):
        """The same over TLS."""

    class GatedPool(HTTPConnectionPool):
        ConnectionCls = GatedConnection

    class GatedTlsPool(HTTPSConnectionPool):
        ConnectionCls = GatedTlsConnection

    return {"http": GatedPool, "https": GatedTlsPool}


def _translated(error: Exception) -> OutboundError:
    if isinstance(error, (requests.Timeout, TimeoutError)):
        return TimedOut()
    if isinstance(error, (requests.exceptions.SSLError, PoolSSLError)):
        return tls_failed(error)
    if isinstance(error, (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema)):
        return Blocked()
    return ProtocolBroken()
