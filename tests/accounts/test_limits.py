"""F73, A10: the daily download limit."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.db import connection

from accounts import limits
from accounts.models import DailyDownloads, User
from core import live_settings
from core.errors import LimitReached

from .conftest import Api

pytestmark = pytest.mark.django_db


@pytest.mark.django_db(transaction=True)
def test_F73_of_fifty_at_once_exactly_ten_pass(alice: User) -> None:
    outcomes: list[str] = []
    start = threading.Barrier(50)

    def spend() -> None:
        start.wait(20)
        try:
            limits.spend_downloads(alice)
            outcomes.append("passed")
        except LimitReached:
            outcomes.append("refused")
        except Exception as error:
            outcomes.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=spend) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (outcomes.count("passed"), outcomes.count("refused")) == (10, 40), outcomes
    assert DailyDownloads.objects.get(user=alice).count == 10


@pytest.mark.django_db(transaction=True)
def test_F73_several_at_once_are_all_or_nothing(alice: User) -> None:
    limits.spend_downloads(alice, 8)
    with pytest.raises(LimitReached):
        limits.spend_downloads(alice, 3)
    assert limits.allowance(alice).used == 8
    limits.spend_downloads(alice, 2)
    assert limits.allowance(alice).left == 0


def test_F73_the_day_is_that_of_the_site(alice: User) -> None:
    with time_machine.travel(datetime(2026, 3, 1, 15, 59, tzinfo=UTC), tick=False):  # 23:59 in Shanghai
        limits.spend_downloads(alice, 10)
        assert limits.allowance(alice).left == 0
    with time_machine.travel(datetime(2026, 3, 1, 16, 1, tzinfo=UTC), tick=False):  # 00:01 of the next day
        limits.spend_downloads(alice, 10)
    days = DailyDownloads.objects.filter(user=alice).order_by("day").values_list("day", "count")
    assert [(day.isoformat(), count) for day, count in days] == [("2026-03-01", 10), ("2026-03-02", 10)]


def test_F73_the_day_of_a_clock_change_is_one_day(alice: User, settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    for moment in (datetime(2026, 3, 28, 23, 30, tzinfo=UTC), datetime(2026, 3, 29, 21, 30, tzinfo=UTC)):
        with time_machine.travel(moment, tick=False):
            limits.spend_downloads(alice, 5)
    assert list(DailyDownloads.objects.values_list("count", flat=True)) == [10]


def test_a_users_own_limit_goes_first(alice: User, mallory: User, admin: User) -> None:
    alice.download_limit = 2
    limits.spend_downloads(alice, 2)
    with pytest.raises(LimitReached):
        limits.spend_downloads(alice)
    mallory.download_limit = 0
    limits.spend_downloads(mallory, 500)
    assert limits.allowance(mallory).left is None
    live_settings.save("DOWNLOAD_LIMIT", 3, admin)
    assert limits.allowance(admin).limit == 3


def test_the_allowance_is_visible(alice_api: Api, alice: User) -> None:
    limits.spend_downloads(alice, 3)
    assert alice_api.get("/api/v1/downloads/today").json() == {"limit": 10, "used": 3, "left": 7}
