"""Thumbnails: which of Baidu's sizes are ours, and what counts as a picture (H34)."""

from __future__ import annotations

LARGEST = 2 * 1024 * 1024
SIZES = {"small": ("url1", "icon"), "medium": ("url2", "url1"), "large": ("url3", "url2", "url1", "icon")}


def sniff(data: bytes) -> str:
    """The type of a picture by its first bytes; empty for everything else."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return ""
