"""The two secrets the platform can't run without: given by the environment, or made once and kept beside the data."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from .environment import BadEnvironment

MINIMUM = 32
WEAK = ("change-me", "changeme", "secret", "password", "insecure", "default", "example", "xxxx", "1234567890")


def load(name: str, value: str, folder: Path, *, may_create: bool) -> str:
    """The secret `name`: the given value, else the kept one, else (single mode) a new one written with mode 600."""
    if value:
        return _checked(name, value)
    path = folder / name.lower()
    if path.exists():
        return _checked(name, path.read_text(encoding="utf-8").strip())
    if not may_create:
        raise BadEnvironment(
            f"{name} is not set. Server mode needs it: 32 random characters or more, the same on every host."
        )
    return _create(path)


def _checked(name: str, value: str) -> str:
    if len(value) < MINIMUM:
        raise BadEnvironment(f"{name} is too short: {len(value)} characters, at least {MINIMUM} are needed.")
    if len(set(value)) < 8 or any(word in value.lower() for word in WEAK):
        raise BadEnvironment(
            f"{name} is weak or an example value. Make one: python -c 'import secrets; print(secrets.token_hex(32))'"
        )
    return value


def _create(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    value = secrets.token_hex(32)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="utf-8").strip()
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(value)
        file.flush()
        os.fsync(file.fileno())
    return value
