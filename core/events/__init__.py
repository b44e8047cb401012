"""Events (G4): `publish` writes a numbered row and wakes the sockets on commit; `progress` is a passing hint without a row."""

from __future__ import annotations

from .publish import begin, broadcast, close_sockets, progress, publish

__all__ = ["begin", "broadcast", "close_sockets", "progress", "publish"]
