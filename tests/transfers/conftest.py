from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from transfers import services
from transfers.models import Transfer

SMALL = "/测试/1MiB.bin"


@pytest.fixture(autouse=True)
def library(settings: Any, tmp_path: Path) -> Iterator[Path]:
    settings.LIBRARY_DIR = tmp_path / "library"
    yield settings.LIBRARY_DIR
    shutil.rmtree(settings.LIBRARY_DIR, ignore_errors=True)


@pytest.fixture
def bells(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Wake-ups that were sent; none arrives anywhere."""
    rung: list[str] = []
    monkeypatch.setattr("transfers.services.ring", lambda task, pk: rung.append(str(pk)))
    return rung


@pytest.fixture
def queue(bells: list[str]) -> Any:
    """Queue one file of a stand-in for a user; returns the row."""

    def add(user: Any, standin: Any, path: str, **options: Any) -> Transfer:
        fs_id = standin.source(path, hash=0)["fs_id"]
        return services.create(user, services.from_netdisk(user, [fs_id]), **options)[0]

    return add
