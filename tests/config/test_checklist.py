from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from config.views import checklist
from core import audit, live_settings
from netdisk.models import DriveAccount
from transfers.models import Transfer


def _done(user: Any) -> list[bool]:
    return [step["done"] for step in checklist.steps(user)]


def test_steps_follow_what_really_happened(alice: Any) -> None:
    assert _done(alice) == [False, False, False]
    DriveAccount.objects.create(user=alice, uk=1)
    Transfer.objects.create(user=alice, source_kind="url", name="a")
    assert _done(alice) == [True, True, False]
    audit.record("netdisk.quota", user=alice, surface="rest")
    assert checklist.steps(alice) == []  # all done: the card leaves by itself


def test_staff_have_two_more_steps(admin: Any, as_admin: Client) -> None:
    assert _done(admin) == [False] * 5
    live_settings.save("REGISTRATION", "closed", admin)
    as_admin.post("/system/keys/", {"tail": settings.ENC_MASTER_KEY[-4:]})
    assert _done(admin) == [False, False, True, True, False]


def test_every_step_leads_somewhere(as_admin: Client, admin: Any) -> None:
    for step in checklist.steps(admin):
        assert as_admin.get(step["url"]).status_code == 200, step


def test_dismissing_is_remembered(as_alice: Client, alice: Any) -> None:
    assert "checklist" in as_alice.get("/").content.decode()
    assert as_alice.get("/checklist/dismiss").status_code == 405
    assert as_alice.post("/checklist/dismiss").status_code == 302
    alice.refresh_from_db()
    assert alice.checklist_dismissed
    assert "checklist" not in as_alice.get("/").content.decode()


@pytest.mark.parametrize("typed", ["", "zzzz", "wrong"])
def test_keys_page_refuses_a_wrong_end(typed: str, as_admin: Client) -> None:
    answer = as_admin.post("/system/keys/", {"tail": typed})
    assert answer.status_code == 422
    assert not checklist.are_saved()


def test_keys_page_limits_guesses(as_admin: Client) -> None:
    codes = [as_admin.post("/system/keys/", {"tail": "zzzz"}).status_code for _ in range(12)]
    assert codes[0] == 422
    assert codes[-1] == 429
