"""A CloudDrive2 stand-in that the product may call, and a server of alice's that is connected to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.emulators.clouddrive2.standin import Control, Program
from transfers.clouds import servers
from transfers.models import CloudServer


class CloudStandin(Control):
    """A running stand-in: called, its control API. `host` and `port` are what a person types to connect it."""

    def __init__(self, url: str, port: int) -> None:
        super().__init__(url)
        self.host, self.port = "127.0.0.1", port

    def access(self, **changes: Any) -> servers.Access:
        """What connects it: user name and password of its demo account, unless `changes` say otherwise."""
        given = {"name": "nas", "host": self.host, "port": self.port, "username": "demo", "secret": "demo"}
        return servers.Access(**{**given, **changes})


@pytest.fixture(scope="session")
def cloud_program() -> Iterator[Program]:
    running = Program("--seed", "7", "--entries", "200")
    yield running
    running.stop()


@pytest.fixture
def cloud_standin(cloud_program: Program, settings: Any) -> Iterator[CloudStandin]:
    """The stand-in, as new, and the product allowed to call it although its address is private."""
    from core import http

    standin = CloudStandin(cloud_program.url, cloud_program.port)
    standin("POST", "reset")
    settings.UPSTREAM_HOSTS = {**settings.UPSTREAM_HOSTS, "clouddrive2": [f"{standin.host}:{standin.port}"]}
    http.policy.cache_clear()
    yield standin
    http.policy.cache_clear()
    _forget_clients()


def _forget_clients() -> None:
    """Closes the connections that the product has kept; the next test has other servers."""
    for pk in list(servers.clients._kept):
        servers.clients.drop(pk)


@pytest.fixture
def server(cloud_standin: CloudStandin, alice: Any) -> CloudServer:
    """Alice's server, connected with user name and password."""
    return servers.add(alice, cloud_standin.access())


@pytest.fixture
def page(client: Any, alice: Any) -> Any:
    """Alice's browser, without a screen."""
    client.force_login(alice)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client
