"""The clients that a process keeps, one for each server."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from transfers.clouds import servers
from transfers.models import CloudServer

pytestmark = pytest.mark.django_db


def test_threads_that_come_at_once_share_a_connection_that_stays(server: CloudServer, monkeypatch: Any) -> None:
    servers.forget(server)
    together = threading.Barrier(4, timeout=10)
    make = servers._new_client

    def at_once(row: CloudServer) -> Any:
        together.wait()
        return make(row)

    monkeypatch.setattr(servers, "_new_client", at_once)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _number: servers.client_for(server), range(4)))
    assert len({id(client) for client in found}) == 1
    assert found[0].system_info().SystemReady
