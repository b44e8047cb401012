"""The shared account's authorisation is renewed on time by itself, and staff hear when it is not (A3)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import User
from core.alerts import MAIL_JOB
from core.jobs.queue import run_job
from core.models import Event, Job
from netdisk.baidu.types import TokenPair
from netdisk.connect import connect
from netdisk.models import DriveAccount, OAuthToken
from netdisk.tasks import renew_service_account
from netdisk.tokens import tokens

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shared(standin: Any, admin: Any) -> Any:
    drive = connect(admin, TokenPair(**standin.sign_in()), service=True)
    old = timezone.now() - timedelta(days=2)
    OAuthToken.objects.filter(account=drive).update(obtained_at=old, expires_at=timezone.now() + timedelta(days=28))
    tokens.forget(drive.pk)
    return drive


def alerts(user: Any) -> list[str]:
    return [row.data["code"] for row in Event.objects.filter(user=user, type="alert")]


def test_the_shared_account_is_renewed_without_anybody_calling(shared: Any, admin: Any) -> None:
    renew_service_account()
    assert OAuthToken.objects.get(account=shared).generation == 2
    assert alerts(admin) == []


def test_staff_hear_once_when_a_renewal_fails_and_calls_go_on(
    shared: Any, standin: Any, admin: Any, alice: Any
) -> None:
    User.objects.filter(pk=admin.pk).update(language="en")
    standin.fault("status", match={"op": "token_refresh"}, code=503)
    renew_service_account()
    renew_service_account()
    assert alerts(admin) == ["service_account_not_renewed"] and alerts(alice) == []
    assert tokens.ensure_fresh(shared.pk)
    assert run_job(Job.objects.get(kind=MAIL_JOB).pk)
    assert [message.to for message in mail.outbox] == [[admin.email]]
    assert "still works" in mail.outbox[0].body and "access" not in mail.outbox[0].body


def test_staff_hear_when_only_a_new_authorisation_helps(shared: Any, admin: Any) -> None:
    OAuthToken.objects.filter(account=shared).update(refresh="", expires_at=timezone.now() - timedelta(days=1))
    DriveAccount.objects.filter(pk=shared.pk).update(state=DriveAccount.State.NEEDS_YOU)
    renew_service_account()
    assert alerts(admin) == ["service_account_needs_you"]
