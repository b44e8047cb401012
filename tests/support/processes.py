"""Other processes of the product on the test's own database: real workers to kill, freeze and race."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import connection


def database_url() -> str:
    """The URL of the database that this test runs on."""
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    kind = {"postgresql": "postgres", "mysql": "mysql"}[connection.vendor]
    login = f"{found['USER']}:{found['PASSWORD']}@" if found["USER"] else ""
    host = found["HOST"] or "127.0.0.1"
    return f"{kind}://{login}{host}:{found['PORT'] or {'postgres': 5432, 'mysql': 3306}[kind]}/{found['NAME']}"


def environment(**extra: str) -> dict[str, str]:
    keep = {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "PYTEST_"))}
    return {
        **keep,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": database_url(),
        "SECRET_KEY": settings.SECRET_KEY,
        "ENC_MASTER_KEY": settings.ENC_MASTER_KEY,
        "DATA_DIR": str(settings.DATA_DIR),
        **extra,
    }


def python(code: str, *, env: Mapping[str, str] | None = None, **options: Any) -> subprocess.Popen[str]:
    """Run `code` in a fresh interpreter with Django set up."""
    script = f"import django; django.setup()\n{code}"
    options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.Popen(
        [sys.executable, "-c", script],
        env={**environment(), **(env or {})},
        text=True,
        cwd=settings.BASE_DIR,
        **options,
    )


def finished(process: subprocess.Popen[str], seconds: float = 60) -> str:
    """What a process printed; fails when it failed or did not end."""
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    assert process.returncode == 0, err[-2000:]
    return out
