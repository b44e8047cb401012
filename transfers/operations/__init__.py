"""Bringing files to a drive (A6, A7), declared once: importing this package registers all of it."""

from __future__ import annotations

from . import folders, offline, sending

__all__ = ["folders", "offline", "sending"]
