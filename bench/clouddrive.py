"""A CloudDrive2 stand-in of our own for a row, in a process of its own: its work counts for nobody."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from bench.server import Process, free_port, listens

FOLDER = "/CloudNAS/bench"
"""In a drive that asks for no hashes: what is measured is the way of the bytes."""


@dataclass(frozen=True, slots=True)
class CloudStandin:
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def control(self, verb: str, path: str, body: Any = None) -> Any:
        answer = requests.request(verb, f"{self.url}/control/{path}", json=body, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def delete(self, path: str) -> None:
        self.control("POST", "change", {"op": "delete", "path": path})


@contextmanager
def cloud_standin(folder: Path, *settings: str) -> Iterator[CloudStandin]:
    """Start one that counts bytes instead of keeping them, with WebDAV on; `settings` are more of its `NAME=VALUE`."""
    port = free_port()
    command = [sys.executable, "-m", "emulators", "clouddrive2", "--port", str(port), "--entries", "60"]
    for each in ("keep=length", "dav_enabled=true", *settings):
        command += ["--set", each]
    with Process(command, folder / "clouddrive2.log") as process:
        process.until(lambda: listens(port), 30)
        made = CloudStandin(port)
        made.control("POST", "change", {"op": "mkdir", "path": FOLDER})
        yield made
