from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from core import audit
from core.events import publish
from core.models import AuditEntry, Event, Job
from core.retention import prune


@pytest.mark.django_db
def test_what_is_past_its_time_goes_and_the_rest_stays(alice: Any, settings: Any) -> None:
    settings.EVENT_RETENTION_DAYS, settings.AUDIT_RETENTION_DAYS = 14, 365
    now = timezone.now()
    for number in range(3):
        publish(alice.pk, "test", {"n": number})
    Event.objects.filter(seq__lte=2).update(created_at=now - timedelta(days=15))
    old, young = audit.record("old", user=alice), audit.record("young", user=alice)
    AuditEntry.objects.filter(pk=old.pk).update(created_at=now - timedelta(days=366))
    done = Job.objects.create(kind="x", state="done", finished_at=now - timedelta(days=8))
    waiting = Job.objects.create(kind="x", finished_at=None)
    assert prune() == 4 and prune() == 0
    assert list(Event.objects.values_list("seq", flat=True)) == [3]
    assert AuditEntry.objects.filter(pk=young.pk).exists() and not AuditEntry.objects.filter(pk=old.pk).exists()
    assert Job.objects.filter(pk=waiting.pk).exists() and not Job.objects.filter(pk=done.pk).exists()
