"""One owner of a server's channel, over all processes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now

from tests.support.waiting import until
from transfers.clouds import channel, servers
from transfers.clouds.channel import Channels
from transfers.models import CloudServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def other(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What another process would do: its own channels under its own name."""

    class Other(Channels):
        def _as(self, work: Any) -> Any:
            with monkeypatch.context() as patched:
                patched.setattr(channel, "_name", lambda pid: "elsewhere:1:x")
                return work()

        def try_to_take(self, server: CloudServer) -> bool:
            held = self._as(lambda: self._take(server))
            return held is not None

    return Other()


def test_a_second_process_does_not_get_it(server: CloudServer, other: Any) -> None:
    mine = Channels()
    with mine.hold(server) as uploads:
        assert uploads is not None
        assert not other.try_to_take(server)
        with mine.hold(server) as again:
            assert again is uploads, "one channel for all transfers of this process"


def test_it_is_given_back_a_little_after_the_last_upload(
    server: CloudServer, other: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel, "IDLE", 0.0)
    mine = Channels()
    with mine.hold(server):
        pass
    until(lambda: CloudServer.objects.get(pk=server.pk).channel_until is None, 10)
    assert other.try_to_take(server)


def test_what_a_dead_process_held_is_taken_over(server: CloudServer, other: Any) -> None:
    assert other.try_to_take(server)
    mine = Channels()
    with mine.hold(server) as uploads:
        assert uploads is None
    CloudServer.objects.filter(pk=server.pk).update(channel_until=Now() - timedelta(seconds=1))
    with mine.hold(server) as uploads:
        assert uploads is not None


def test_a_lease_that_was_taken_over_closes_the_channel(
    server: CloudServer, other: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel, "RENEW", 0.0)
    mine = Channels()
    with mine.hold(server):
        CloudServer.objects.filter(pk=server.pk).update(channel_until=Now() - timedelta(seconds=1))
        assert other.try_to_take(server)
        until(lambda: server.pk not in mine._held, 10)


def test_two_rows_of_one_account_share_a_channel(
    server: CloudServer, cloud_standin: Any, alice: Any, mallory: Any
) -> None:
    again = servers.add(alice, cloud_standin.access(name="again"))
    strangers = servers.add(mallory, cloud_standin.access())
    mine = Channels()
    with mine.hold(server) as first, mine.hold(again) as second, mine.hold(strangers) as theirs:
        assert first is second and first is not None
        assert theirs is not first, "another person's sign-in is never borrowed"
