"""Named kill points. Only the tests' settings define `FAULT_HOOK`; without it this does nothing."""

from __future__ import annotations

from django.conf import settings


def fault(point: str) -> None:
    hook = getattr(settings, "FAULT_HOOK", None)
    if hook is not None:
        hook(point)
