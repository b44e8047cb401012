"""What a netdisk can do (A6, A7), declared once: importing this package registers all of it."""

from __future__ import annotations

from . import account, changes, details, kinds, listing, media, recycle, scans, search, shares, uploads
from .answers import client_of, drive_of, find_file, gather, meta_row, row
from .arguments import Flag, FsId, FsIds, Limit, OfFile, OnDrive, Order, Page, Path, Rows, Start, Whole

__all__ = [
    "Flag", "FsId", "FsIds", "Limit", "OfFile", "OnDrive", "Order", "Page", "Path", "Rows", "Start", "Whole",
    "account", "changes", "client_of", "details", "drive_of", "find_file", "gather", "kinds", "listing", "media",
    "meta_row", "recycle", "row", "scans", "search", "shares", "uploads",
]  # fmt: skip
