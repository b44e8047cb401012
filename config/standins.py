"""Where the stand-ins of this data folder listen, so that every process of one installation finds them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

FILE = "stand-ins.json"


def running(data_dir: Path) -> dict[str, Any]:
    """`{name: {"url", "hosts", "pid", "owner"}}` of the stand-ins that live with the server that started them."""
    try:
        known: dict[str, Any] = json.loads((data_dir / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {
        name: entry for name, entry in known.items() if _alive(entry.get("pid", 0)) and _alive(entry.get("owner", 0))
    }


def remember(data_dir: Path, entries: dict[str, Any]) -> None:
    temporary = data_dir / f"{FILE}.new"
    temporary.write_text(json.dumps(entries), encoding="utf-8")
    temporary.replace(data_dir / FILE)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (OSError, TypeError):
        return False
    return pid > 0
