"""The processes of a measurement: started here, pinned, frozen while others are measured, ended by their id."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import requests

from bench.machine import client_core

ROOT = Path(__file__).resolve().parents[1]
PASSWORD = "Harbour-view-2026"
OURS = ("DJANGO_", "BAIDU_", "APP_", "DATA_DIR", "DATABASE_URL", "REDIS_URL", "CELERY_", "EMBEDDED_", "LOG_", "PORT", "HOST", "PUBLIC_URL",
        "SECRET_KEY", "ENC_", "OUTBOUND_", "EMULATOR", "NETDISK_", "CLOUDDRIVE_", "TRANSFERS_",
        "PYTEST_", "UPSTREAM_", "YUNGANG_", "WEB_THREADS", "WORKER_THREADS")  # fmt: skip
PR_SET_PDEATHSIG = 1


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def environment(**extra: str) -> dict[str, str]:
    """This environment without what would change the product's settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return {**kept, "PYTHONUNBUFFERED": "1", "LOG_LEVEL": "WARNING", "LOG_FORMAT": "json", **extra}


class Process:
    """A child that ends when we end; what it says goes into `log`."""

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        *,
        core: int | None = None,
        env: Mapping[str, str] | None = None,
        **options: Any,
    ) -> None:
        self.log = log
        with log.open("ab") as out:
            self.popen: subprocess.Popen[str] = subprocess.Popen(
                command,
                cwd=ROOT,
                env=dict(env) if env is not None else environment(),
                stderr=out,
                text=True,
                preexec_fn=lambda: _settle(core),  # noqa: PLW1509
                **{"stdin": subprocess.DEVNULL, "stdout": out, **options},
            )

    def until(self, ready: Callable[[], bool], seconds: float) -> Self:
        """Wait until it is ready; raises with the end of its log when it ends or takes too long."""
        deadline = time.monotonic() + seconds
        while not ready():
            if self.popen.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self.popen.args!r} did not get ready: {self.said()}")
            time.sleep(0.05)
        return self

    def said(self) -> str:
        return self.log.read_text(errors="replace")[-2000:]

    @contextmanager
    def awake(self) -> Iterator[None]:
        """Runs only inside the block; before and after it takes no time from others."""
        self.popen.send_signal(signal.SIGCONT)
        try:
            yield
        finally:
            self.freeze()

    def freeze(self) -> None:
        self.popen.send_signal(signal.SIGSTOP)

    def stop(self) -> None:
        if self.popen.poll() is not None:
            return
        self.popen.send_signal(signal.SIGCONT)
        self.popen.terminate()
        try:
            self.popen.wait(20)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait(10)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _settle(core: int | None) -> None:
    """In the child before it begins: one core, and an end when the parent is gone."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # a frozen one would not hear less
    if core is not None:
        os.sched_setaffinity(0, {core})


class Child(Process):
    """A module of `bench.children` that answers questions, one line of JSON each way."""

    def __init__(
        self, module: str, log: Path, *, core: int | None = None, env: Mapping[str, str] | None = None
    ) -> None:
        command = [sys.executable, "-m", f"bench.children.{module}"]
        super().__init__(command, log, core=core, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.answer()  # it says once that it is ready

    def question(self, **values: Any) -> None:
        assert self.popen.stdin is not None
        self.popen.stdin.write(json.dumps(values) + "\n")
        self.popen.stdin.flush()

    def answer(self) -> dict[str, Any]:
        assert self.popen.stdout is not None
        line = self.popen.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.popen.args!r} ended: {self.said()}")
        found: dict[str, Any] = json.loads(line)
        return found

    def ask(self, **values: Any) -> dict[str, Any]:
        self.question(**values)
        return self.answer()

    def stop(self) -> None:
        for pipe in (self.popen.stdin, self.popen.stdout):
            with contextlib.suppress(OSError):
                assert pipe is not None
                pipe.close()
        super().stop()


@dataclass(frozen=True, slots=True)
class Site:
    """The product, started as `make run` does, with the administrator `admin`."""

    url: str
    process: Process
    port: int

    def sign_in(self) -> str:
        """An access token of `admin`."""
        body = {"username": "admin", "password": PASSWORD}
        answer = requests.post(f"{self.url}/auth/login", json=body, timeout=30)
        answer.raise_for_status()
        return str(answer.json()["access_token"])


@contextmanager
def site(folder: Path, *, core: int | None = None, **env: str) -> Iterator[Site]:
    """Start the product with a data folder of its own below `folder`."""
    port, data = free_port(), folder / "site"
    values = {
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "DATA_DIR": str(data),
        "ADMIN_PASSWORD": PASSWORD,
        "EMULATORS": "off",
        **env,
    }
    command = [sys.executable, "-m", "config.run"]
    with Process(command, folder / "site.log", core=core, env=environment(**values)) as process:
        url = f"http://127.0.0.1:{port}"
        process.until(lambda: _healthy(url), 300)  # the very first start compresses the static files
        yield Site(url, process, port)


def _healthy(url: str) -> bool:
    try:
        return requests.get(f"{url}/health", timeout=5).ok
    except requests.RequestException:
        return False


def redis_missing() -> str:
    """Why there is no Redis to measure with, or nothing."""
    return "" if shutil.which("redis-server") or _given_redis() else "not run: no Redis"


def _given_redis() -> str:
    url = os.environ.get("TEST_REDIS_URL", "")
    return url if url and listens(urlsplit(url).port or 6379) else ""


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """The address of the Redis in TEST_REDIS_URL, else of one that is started for the peer and ended afterwards."""
    if given := _given_redis():
        yield given
        return
    port = free_port()
    command = [
        "redis-server",
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--appendonly",
        "no",
        "--dir",
        str(folder),
    ]
    with Process(command, folder / "redis.log", core=client_core()) as process:
        process.until(lambda: listens(port), 20)
        yield f"redis://127.0.0.1:{port}/0"
