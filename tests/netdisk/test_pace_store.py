"""The rows that all processes share, on the test's own database."""

from __future__ import annotations

import time
import uuid
from typing import Any

import pytest
from django.db.models import F

from netdisk.models import DriveAccount, Pace
from netdisk.pace import rules, store
from netdisk.pace.store import Local, Refusal
from tests.support.processes import finished, python

pytestmark = pytest.mark.django_db(transaction=True)

REFUSAL = Refusal("31034")
KIND = "list"


@pytest.fixture
def mine(alice: Any) -> DriveAccount:
    return DriveAccount.objects.create(user=alice, name="mine")


@pytest.fixture
def others(mallory: Any) -> list[DriveAccount]:
    return [DriveAccount.objects.create(user=mallory, name=f"drive {number}", uk=number) for number in range(3)]


def take(drive: DriveAccount, token: str = "t", **options: Any) -> float:
    return store.take(drive.pk, options.pop("kind", KIND), token, **options).wait


def refuse(drive: DriveAccount, local: Local | None = None, **options: Any) -> None:
    store.refused(drive.pk, KIND, REFUSAL, local or Local(reached=10), **options)


def row(drive: DriveAccount | None) -> Pace:
    return Pace.objects.get(drive=drive, kind=KIND)


def hold_is_over(*drives: DriveAccount | None) -> None:
    for drive in drives:
        Pace.objects.filter(drive=drive, kind=KIND).update(held_until=0)


def in_processes(count: int, code: str, **values: Any) -> list[str]:
    """Run `code` in as many processes at once, with `values` as names; what each printed."""
    head = "from netdisk.pace import store\nimport time, uuid\n"
    head += "".join(f"{name} = {value!r}\n" for name, value in values.items())
    running = [python(head + code) for _ in range(count)]
    return [finished(each).strip() for each in running]


def test_while_nothing_is_limited_there_is_no_row(mine: DriveAccount) -> None:
    assert take(mine) == 0
    assert not Pace.objects.exists()


def test_one_refusal_holds_the_drive_and_its_class_alone(mine: DriveAccount, others: list[DriveAccount]) -> None:
    refuse(mine)
    assert 3 < take(mine) < 5
    assert take(mine, kind="search") == 0
    assert take(others[0]) == 0


def test_several_drives_refused_together_hold_the_whole_site_and_not_themselves(
    mine: DriveAccount, others: list[DriveAccount]
) -> None:
    refuse(mine)
    refuse(others[0])
    assert 3 < take(others[2]) < 5
    assert row(None).strikes == 1
    assert not Pace.objects.filter(drive__isnull=False, active=True).exists()
    hold_is_over(None)
    assert take(mine, "probe") == 0
    assert take(others[0]) == pytest.approx(rules.PROBE_POLL)


def test_single_drives_refused_among_many_answers_do_not_hold_the_site(
    mine: DriveAccount, others: list[DriveAccount]
) -> None:
    for drive in (mine, *others[:2]):
        refuse(drive, Local(reached=10, share_refused=0.05))
    assert not Pace.objects.filter(drive=None).exists()
    assert take(others[2]) == 0


def test_refusals_far_apart_do_not_hold_the_site(mine: DriveAccount, others: list[DriveAccount]) -> None:
    refuse(mine)
    Pace.objects.update(refused_at=F("refused_at") - store.TOGETHER - 1)
    refuse(others[0])
    assert take(others[1]) == 0


def test_a_code_that_means_the_app_holds_the_site_at_once(mine: DriveAccount, others: list[DriveAccount]) -> None:
    store.refused(mine.pk, KIND, Refusal("20012", least=3600, everyone=True), Local())
    assert 3500 < take(others[0]) <= 3600
    assert row(None).code == "20012"


def test_a_site_that_is_open_again_is_held_once_more_when_it_was_too_early(
    mine: DriveAccount, others: list[DriveAccount]
) -> None:
    refuse(mine)
    refuse(others[0])
    hold_is_over(None)
    take(mine, "probe")
    store.answered(mine.pk, KIND, "probe")
    refuse(others[1])
    held = row(None)
    assert (held.strikes, held.episodes) == (1, 1)
    assert held.hold > rules.FIRST_HOLD * 1.3
    assert not Pace.objects.filter(drive=others[1]).exists()


def test_the_drive_of_a_refused_call_may_be_gone(others: list[DriveAccount]) -> None:
    gone = uuid.uuid4()
    store.refused(gone, KIND, REFUSAL, Local())
    assert store.take(gone, "list_all", "t", limit=8).wait == 0
    assert not Pace.objects.exists()


def test_rows_go_with_their_drive_and_when_nothing_happened_for_long(
    mine: DriveAccount, others: list[DriveAccount]
) -> None:
    refuse(mine)
    Pace.objects.update(changed_at="2020-01-01T00:00:00Z")
    refuse(others[0], Local(share_refused=0))
    assert [each.drive_id for each in Pace.objects.all()] == [others[0].pk]
    others[0].delete()
    assert not Pace.objects.exists()


def test_F48_a_database_clock_set_back_costs_one_hold_at_most(mine: DriveAccount) -> None:
    refuse(mine)
    Pace.objects.update(held_until=F("held_until") + 7200, refused_at=F("refused_at") + 7200)
    first = take(mine)
    assert first < 5
    assert take(mine) <= first
    assert row(mine).held_until < time.time() + 10


def test_processes_share_the_slots_of_a_documented_window(mine: DriveAccount) -> None:
    code = "print(sum(store.take(uuid.UUID(drive), 'list_all', uuid.uuid4().hex, limit=8).wait == 0 for _ in range(6)))"
    granted = in_processes(3, code, drive=str(mine.pk))
    assert (len(granted), sum(map(int, granted))) == (3, 8)


def test_of_all_processes_one_probes(mine: DriveAccount) -> None:
    refuse(mine)
    hold_is_over(mine)
    code = "print(sum(store.take(uuid.UUID(drive), 'list', uuid.uuid4().hex).wait == 0 for _ in range(20)))"
    assert sum(map(int, in_processes(3, code, drive=str(mine.pk)))) == 1


def test_processes_share_a_learnt_rate(mine: DriveAccount) -> None:
    Pace.objects.create(
        key=store.drive_key(mine.pk, KIND), drive=mine, kind=KIND, active=True, rate=0.1, reached=9, episodes=3,
        refused_at=time.time(),
    )  # fmt: skip
    code = "print(sum(store.take(uuid.UUID(drive), 'list', 't').wait == 0 for _ in range(20)))"
    granted = in_processes(3, code, drive=str(mine.pk))
    assert (len(granted), sum(map(int, granted))) == (3, 1)


def test_where_a_person_waits_bulk_work_of_all_processes_lets_the_next_slot_pass(mine: DriveAccount) -> None:
    Pace.objects.create(
        key=store.drive_key(mine.pk, KIND), drive=mine, kind=KIND, active=True, rate=60, episodes=3,
        refused_at=time.time(), next_at=time.time() + 1,
    )  # fmt: skip
    assert 0 < take(mine) <= 1
    Pace.objects.update(next_at=0)
    assert take(mine, bulk=True) > 0
    assert take(mine) == 0
