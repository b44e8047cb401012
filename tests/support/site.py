"""The product as a person starts it: `python -m config.run` in its own process, with its own data folder, on its own port."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from .waiting import until

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "Harbour-view-2026"
FROM_TESTS = (
    "DJANGO_",
    "PYTEST_",
    "BAIDU_",
    "YUNGANG_",
    "EMBEDDED_",
    "DATA_DIR",
    "DATABASE_URL",
    "REDIS_URL",
    "LOG_",
    "NETDISK_",
    "SECRET_KEY",
    "ENC_",
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Site:
    data: Path
    port: int = field(default_factory=free_port)
    standin_port: int = field(default_factory=free_port)
    env: dict[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = ("-m", "config.run")
    process: subprocess.Popen[str] | None = None
    lines: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def standin(self) -> str:
        """Address of the Baidu stand-in that this site started."""
        line = next(line for line in self.lines if "Stand-in baidu" in line)
        return next(word for word in line.split() if word.startswith("http://"))

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(FROM_TESTS)}
        return {
            **kept,
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "DATA_DIR": str(self.data),
            "EMULATOR_BAIDU_PORT": str(self.standin_port),
            "EMULATOR_CLOUDDRIVE2_PORT": "0",
            "ADMIN_PASSWORD": PASSWORD,
            "LOG_LEVEL": "WARNING",
            "PYTHONUNBUFFERED": "1",
            "PYTHONFAULTHANDLER": "1",
            **self.env,
        }

    def start(self, seconds: float = 90) -> Site:
        self.lines.clear()
        self.process = subprocess.Popen(
            [sys.executable, *self.command],
            cwd=ROOT,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._read, args=[self.process], daemon=True).start()
        try:
            until(self._up, seconds, f"the site on {self.url}")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self._where()}") from None
        return self

    def _where(self) -> str:
        """What a process that hangs has printed, and where it stands: faulthandler answers SIGABRT with its stacks."""
        assert self.process is not None
        if self.process.poll() is None:
            self.signal(signal.SIGABRT)
            self.process.wait(10)
        return "\n".join(self.lines[-80:])

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self.lines.append(line.rstrip())

    def _up(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, "\n".join(self.lines[-30:])
        try:
            return requests.get(f"{self.url}/health", timeout=2).ok and any(
                "is up after" in line for line in self.lines
            )
        except requests.RequestException:
            return False

    def signal(self, number: int) -> None:
        assert self.process is not None
        os.kill(self.process.pid, number)

    def kill(self) -> None:
        """As a power cut for the process: no chance to tidy up."""
        assert self.process is not None
        self.signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self, seconds: float = 40) -> int:
        assert self.process is not None
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
        return self.process.wait(seconds)


class Client(requests.Session):
    """An API client of one user."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.base = url

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs.setdefault("timeout", 30)
        return super().request(method, url if str(url).startswith("http") else f"{self.base}{url}", *args, **kwargs)

    def sign_in(self, username: str, password: str) -> Client:
        answer = self.post("/auth/login", json={"username": username, "password": password})
        assert answer.status_code == 200, answer.text
        self.tokens = answer.json()
        self.headers["Authorization"] = f"Bearer {self.tokens['access_token']}"
        return self

    def register(self, username: str, password: str = PASSWORD) -> Client:
        answer = self.post("/auth/register", json={"username": username, "password": password})
        assert answer.status_code == 201, answer.text
        return self.sign_in(username, password)

    def connect_drive(self, standin: str, user: str = "demo") -> str:
        """Connect a drive with tokens of the stand-in; returns its id."""
        pair = requests.post(f"{standin}/control/token", json={"user": user}, timeout=10).json()
        body = {name: pair[name] for name in ("access_token", "refresh_token", "expires_in")}
        answer = self.post("/oauth/user/token/upsert", json=body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])
