"""What became of each file of a change, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import AppError, Text

from .selection import Item


@dataclass(frozen=True)
class Failure:
    """A file or folder that stayed as it was, and why."""

    item: Item
    reason: Text


def failures(result: dict[str, Any], items: Sequence[Item]) -> list[Failure]:
    """What a result of the file manager says failed, in the order of `items`."""
    said = {row["path"]: f"{row['detail']} {row['hint']}" for row in result["info"] if row.get("code")}
    return _told(said, items)


def all_failed(error: AppError, items: Sequence[Item]) -> list[Failure]:
    """The reasons within a refusal of several; empty when it is about the whole call."""
    said = {path: " ".join(str(text) for text in texts) for path, texts in error.fields.items()}
    return _told(said, items) if len(items) > 1 else []


def is_running(result: dict[str, Any]) -> bool:
    """Whether Baidu goes on in the background."""
    return bool(result["state"] == "running")


def _told(said: dict[str, str], items: Sequence[Item]) -> list[Failure]:
    return [Failure(item, said[item.path]) for item in items if item.path in said]
