"""A site with something of everything, so that its pages show their words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from core import audit, events
from core.models import JobState
from tests.transfers.clouds.conftest import cloud_program, cloud_standin, server  # noqa: F401
from tests.transfers.conftest import bells  # noqa: F401
from transfers import services
from transfers.messages import STEPS
from transfers.models import LibraryFile, Transfer, TransferPart, TransferStep

LINK = "https://files.example.org/%d.bin"
PARTS = 3


@pytest.fixture
def library_folder(settings: Any, tmp_path: Path) -> Path:
    settings.LIBRARY_DIR = tmp_path / "library"
    settings.DOWNLOAD_LIMIT = 0
    return tmp_path / "library"


@pytest.fixture
def chief(admin: Any, drive: Any) -> Any:
    """An administrator who owns the connected drive."""
    drive.user = admin
    drive.save()
    return admin


@pytest.fixture
def transfers(chief: Any, library_folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[Transfer]:
    """A transfer in each state."""
    monkeypatch.setattr("transfers.services.ring", lambda task, pk: None)
    return [_transfer(chief, number, state) for number, state in enumerate(JobState.values)]


def _transfer(user: Any, number: int, state: str) -> Transfer:
    row = services.create(user, services.from_url(LINK % number))[0]
    now, code = timezone.now(), "timed_out" if state in {JobState.WAITING, JobState.FAILED} else ""
    moments = {"started_at": now, "finished_at": now} if state in {JobState.DONE, JobState.FAILED} else {}
    Transfer.objects.filter(pk=row.pk).update(state=state, error_code=code, size=PARTS * 2**20, attempts=2, **moments)
    row.refresh_from_db()
    for index in range(PARTS):
        TransferPart.objects.create(transfer=row, index=index, start=index * 2**20, stop=(index + 1) * 2**20, done=9)
    for step in STEPS:
        data = {"bytes": 5, "how": "md5", "code": "timed_out", "part": 1}
        TransferStep.objects.create(transfer=row, code=step, data=data, attempt=1)
    return row


@pytest.fixture
def library_file(chief: Any, library_folder: Path) -> LibraryFile:
    return LibraryFile.objects.create(user=chief, name="1.bin", size=2**20, sha256="0" * 64, folder="/99")


@pytest.fixture
def history(chief: Any, transfers: list[Transfer]) -> None:
    """Every action and every event that the activity page can word."""
    from config.sentences import EVENTS, titles

    for number, action in enumerate(titles()):
        audit.record(action, user=chief, target=transfers[0].object_name, result="ok" if number % 2 else "conflict")
    for name in EVENTS:
        events.publish(chief.pk, name, {"name": "1.bin"}, object_=transfers[0].object_name)
