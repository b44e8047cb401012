"""What tests of transfers from and to CloudDrive2 need beside the fixtures."""

from __future__ import annotations

import hashlib
from typing import Any

from core.models import JobState
from tests.transfers.departures import fresh
from transfers import runner, services
from transfers.models import CloudServer, LibraryFile, Transfer

FOLDER = "/115open/来自云港"


def to_cloud(user: Any, server: CloudServer, *files: Any, **options: Any) -> list[Transfer]:
    options.setdefault("path", FOLDER)
    return services.store_all(user, list(files), server_id=server.pk, **options)


def from_file(user: Any, file: LibraryFile) -> services.Wanted:
    return services.from_library(user, file.pk)


def run_all() -> None:
    """Run what is due until nothing is left."""
    while runner.run_next():
        pass


def done(row: Transfer) -> Transfer:
    """Run until it has ended well."""
    run_all()
    row = fresh(row)
    assert row.state == JobState.DONE, (row.state, row.error_code, row.error)
    return row


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
