"""Bringing files to drives and servers (A6, A7, E2), declared once: importing this package registers all of it."""

from __future__ import annotations

from . import (
    clouds_files,
    clouds_mounts,
    clouds_moving,
    clouds_offline,
    clouds_servers,
    clouds_tasks,
    folders,
    offline,
    sending,
)

__all__ = [
    "clouds_files", "clouds_mounts", "clouds_moving", "clouds_offline", "clouds_servers", "clouds_tasks", "folders", "offline", "sending",
]  # fmt: skip
