"""The pairs of ends that exist."""

from __future__ import annotations

SOURCES = ("library", "upload", "url", "netdisk", "clouddrive")
TARGETS = ("library", "netdisk", "clouddrive")
LOCAL = ("library", "upload")
PAIRS = [(source, target) for source in SOURCES for target in TARGETS if target != "library" or source not in LOCAL]
