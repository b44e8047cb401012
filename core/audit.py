"""The audit trail (A9): one line per operation and per change of an account, with secrets masked."""

from __future__ import annotations

from itertools import islice
from typing import Any

from .models import AuditEntry
from .outbound.redact import redact_text
from .request import current

SECRET_WORDS = ("password", "token", "secret", "key", "code", "pwd", "authorization", "cookie")
PRIVATE = ("content", "text", "m3u8")  # what is in files: its length says enough
TEXT, ITEMS = 200, 20


def masked(value: Any, name: str = "") -> Any:
    """A short copy of arguments or results that is safe to keep: secrets masked, long texts and lists cut."""
    if any(word in name.lower() for word in SECRET_WORDS) and value not in (None, "", [], {}):
        return "•••"
    if name in PRIVATE and isinstance(value, str):
        return f"… {len(value)}"
    if isinstance(value, dict):
        return {str(key)[:64]: masked(item, str(key)) for key, item in list(value.items())[:ITEMS]}
    if isinstance(value, list | tuple):
        return [masked(item) for item in value[:ITEMS]] + ([f"… {len(value)}"] if len(value) > ITEMS else [])
    if isinstance(value, str):
        text = redact_text(value).replace("\x00", "")
        return text if len(text) <= TEXT else text[:TEXT] + "…"
    return value if isinstance(value, int | float | bool | None) else str(value)[:TEXT]


def outline(value: Any) -> Any:
    """The shape of a result, a few hundred bytes at most: plain values as `masked` shows them, lists as their length."""
    if isinstance(value, dict):
        return {name[:64]: _outlined(item, name) for name, item in islice(value.items(), ITEMS)}
    return _outlined(value, "")


def _outlined(value: Any, name: str) -> Any:
    if isinstance(value, list | tuple):
        return f"× {len(value)}"
    return f"× {len(value)}" if isinstance(value, dict) else masked(value, name)


def record(
    action: str,
    *,
    user: Any = None,
    surface: str = "",
    target: str = "",
    result: str = "ok",
    duration: float = 0,
    summary: dict[str, Any] | None = None,
) -> AuditEntry:
    """Write one line; address and request id come from the request in hand. `duration` is in seconds."""
    here = current()
    known = user if user is not None and user.pk else None
    return AuditEntry.objects.create(
        user=known,
        username=known.get_username() if known else "",
        action=action,
        surface=surface or here.surface,
        target=target[:255],
        result=result,
        duration_ms=round(duration * 1000),
        summary={name: value for name, value in masked(summary or {}).items() if value is not None},
        address=here.address,
        request_id=here.request_id,
    )
