"""Servers of our own that may be killed, frozen and restarted: a Redis and a PostgreSQL, each with its own folder and port."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import redis

from tests.support.site import free_port
from tests.support.waiting import until

CUT = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


@dataclass
class RedisServer:
    """Keeps nothing on disk: after a kill it starts empty."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> RedisServer:
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(
            [*command, "--save", "", "--appendonly", "no"], stdin=quiet, stdout=quiet, stderr=quiet
        )
        until(self.answers, 20, "Redis")
        return self

    def answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=1, socket_connect_timeout=1) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def signal(self, number: int) -> None:
        assert self.process is not None
        os.kill(self.process.pid, number)

    def kill(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.signal(signal.SIGKILL)
            self.process.wait(10)


def postgres_programs() -> Path | None:
    """The folder of the newest initdb on this machine."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    return max((path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")), default=None)


@dataclass
class PostgresServer:
    folder: Path
    programs: Path
    port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def create(self) -> PostgresServer:
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        self.run("initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        return self

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def run(self, program: str, *arguments: str) -> None:
        """PostgreSQL refuses to work as root, so its own user does it."""
        user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        done = subprocess.run(
            [str(self.programs / program), *arguments],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=(out := (self.folder / "out.log").open("ab")),
            stderr=out,
            timeout=120,
            check=False,
            **user,  # type: ignore[call-overload]
        )
        assert done.returncode == 0, (self.folder / "out.log").read_text()[-2000:]

    def start(self) -> PostgresServer:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=200"
        self.run("pg_ctl", "-D", self._data, "-w", "-o", options, "-l", str(self.folder / "server.log"), "start")
        return self

    def stop(self, mode: str = "immediate") -> None:
        self.run("pg_ctl", "-D", self._data, "-w", "-m", mode, "stop")

    def restart(self, mode: str) -> None:
        self.run("pg_ctl", "-D", self._data, "-w", "-m", mode, "restart")

    def cut_connections(self) -> int:
        """Ends every connection but the one that asks; returns how many."""
        with psycopg.connect(self.url) as asking:
            row = asking.execute(CUT).fetchone()
        assert row is not None
        return int(row[0])
