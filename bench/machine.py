"""The machine that measures: which cores serve and which ask, and what the report says about it."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

LIBRARIES = (
    "django", "djangorestframework", "uvicorn", "uvloop", "a2wsgi", "channels", "celery", "cryptography",
    "fastapi", "sqlalchemy", "aiosqlite", "pyjwt", "daphne", "channels-redis", "redis",
)  # fmt: skip
TOOLS = (("curl", "--version"), ("aria2c", "--version"), ("rclone", "version"), ("redis-server", "--version"))


def server_core() -> int:
    """The core that whatever is measured runs on."""
    return min(os.sched_getaffinity(0))


def client_core() -> int:
    """Another core for the load, where there is one."""
    return max(os.sched_getaffinity(0))


@contextmanager
def pinned(core: int) -> Iterator[None]:
    """Keep this thread on one core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def facts(folder: Path) -> dict[str, str]:
    """Name → value, in the order to print."""
    cores = len(os.sched_getaffinity(0))
    return {
        "CPU": f"{_cpu()}, {cores} core{'s' if cores > 1 else ''}",
        "Memory": f"{_memory() / 2**30:.1f} GiB",
        "Kernel": f"{platform.system()} {platform.release()}",
        "Load before the run": " ".join(f"{value:.2f}" for value in os.getloadavg()),
        "Priority": _priority(),
        "Data folder on": filesystem(folder),
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "Libraries": ", ".join(f"{name} {_version(name)}" for name in LIBRARIES),
        "Tools": ", ".join(filter(None, (_tool(*tool) for tool in TOOLS))),
    }


def filesystem(folder: Path) -> str:
    """The kind of file system that holds the folder, such as ext4 or tmpfs."""
    mounts = (line.split() for line in Path("/proc/mounts").read_text().splitlines())
    covering = [(point, kind) for _, point, kind, *_ in mounts if folder.resolve().is_relative_to(point)]
    return max(covering, key=lambda mount: len(mount[0]))[1] if covering else "unknown"


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _priority() -> str:
    """Raised or not: it tells how far other work on the machine could disturb the run."""
    group = Path("/proc/self/autogroup")
    return f"nice {os.getpriority(os.PRIO_PROCESS, 0)}" + (f", {group.read_text().strip()}" if group.exists() else "")


def _memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "absent"


def _tool(name: str, option: str) -> str:
    if shutil.which(name) is None:
        return f"{name} absent"
    answer = subprocess.run([name, option], capture_output=True, text=True, timeout=20, check=False)
    number = re.search(r"\d+\.\d[\w.-]*", answer.stdout)
    return f"{name} {number[0]}" if number else name
