"""Kinds of jobs that only tests need."""

from __future__ import annotations

import os

from core.jobs import job
from core.models import LiveSettingChange


@job("test.effect")
def effect(mark: str) -> None:
    """A side effect that can be counted."""
    LiveSettingChange.objects.create(key=mark)


@job("test.crash")
def crash() -> None:
    os._exit(139)


@job("test.raise", max_attempts=2)
def fail() -> None:
    raise RuntimeError("as asked")
