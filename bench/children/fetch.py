"""Downloads with the product's engine, as a transfer does; answers CPU seconds, wall seconds and growth of memory in MiB."""

from __future__ import annotations

import resource
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.children import serve
from core.outbound import Policy, Stream, open_stream
from transfers.engine import Download, DownloadSpec, Link


def fetch(source: str, path: str, sha256: bool, connections: int) -> dict[str, Any]:
    policy = Policy.parse(urlsplit(source).netloc)

    def opener(url: str, headers: Mapping[str, str]) -> Stream:
        return open_stream(url, policy=policy, headers=headers)

    spec = DownloadSpec(Path(path), connections=connections, sha256=sha256)
    download = Download(spec, resolve=lambda renew: Link(source), open_stream=opener)
    before = memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the highest mark of memory begins anew
    cpu, wall = cpu_seconds(), time.monotonic()
    result = download.run()
    used = {
        "cpu": cpu_seconds() - cpu,
        "wall": time.monotonic() - wall,
        "growth": (memory("VmHWM") - before) / 1024,
    }
    return {**used, "size": result.size, "sha256": result.verdict.sha256}


def cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def memory(name: str) -> int:
    """A line of /proc/self/status in KiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


if __name__ == "__main__":
    serve(fetch)
