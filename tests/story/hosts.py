"""The two ways to run the platform, for the same story: one process on SQLite, or two web and two worker processes on
PostgreSQL and Redis."""

from __future__ import annotations

import os
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.support.site import PASSWORD, ROOT, Client, Site, free_port
from tests.support.waiting import until

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres")
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
SLOW_START = 300.0  # seconds; the first start makes every table on a server that other tests use as well


@dataclass
class Hosts:
    name: str
    site: Site
    others: list[Site] = field(default_factory=list)
    workers: list[subprocess.Popen[str]] = field(default_factory=list)
    database: str = ""
    setup_link: str = ""

    @property
    def url(self) -> str:
        return self.site.url

    @property
    def standin(self) -> str:
        return self.site.standin

    def client(self) -> Client:
        """The administrator's API client; in server mode it talks to the last web process, not to the browser's."""
        return Client((self.others or [self.site])[-1].url).sign_in("harbour", PASSWORD)

    def kill_workers(self) -> None:
        """kill -9: the server in single mode, both workers in server mode."""
        if not self.workers:
            self.site.kill()
        for worker in self.workers:
            _kill_tree(worker)

    def start_again(self) -> None:
        if self.workers:
            self.workers = [_worker(self.site) for _ in self.workers]
        else:
            self.site.start()

    def stored_bytes(self, pk: str) -> int:
        question = "SELECT done_bytes FROM transfers_transfer WHERE id = {}"
        if self.database:
            with psycopg.connect(self.database) as connection:
                row = connection.execute(question.format("%s"), [pk]).fetchone()
        else:
            with sqlite3.connect(self.site.data / "yungang.sqlite3") as plain:
                row = plain.execute(question.format("?"), [pk.replace("-", "")]).fetchone()
        return int(row[0]) if row else 0


def _link(site: Site) -> str:
    line = next(line for line in site.lines if "Set up" in line)
    return line.split()[-1]


@contextmanager
def single_mode(folder: Path) -> Iterator[Hosts]:
    site = Site(folder, env={"ADMIN_PASSWORD": "", "DOWNLOAD_LIMIT": "0"})
    site.start()
    try:
        yield Hosts("single", site, setup_link=_link(site))
    finally:
        assert site.stop() == 0


@contextmanager
def server_mode(folder: Path) -> Iterator[Hosts]:
    base, _slash, _name = POSTGRES.rpartition("/")
    name = f"yungang_story_{secrets.token_hex(4)}"
    with psycopg.connect(POSTGRES, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")  # migrations on a slow, shared disk
    env = {
        "ADMIN_PASSWORD": "",
        "DOWNLOAD_LIMIT": "0",
        "DATABASE_URL": f"{base}/{name}",
        "REDIS_URL": REDIS,
        "REDIS_PREFIX": name,
        "SECRET_KEY": secrets.token_hex(32),
        "ENC_MASTER_KEY": secrets.token_hex(32),
        "EMULATORS": "on",
    }
    site = Site(folder, env=env)
    hosts = Hosts("server", site, database=f"{base}/{name}")
    try:
        site.start(SLOW_START)
        hosts.setup_link = _link(site)
        second = Site(folder, env={**env, "PUBLIC_URL": site.url}, standin_port=free_port())
        hosts.others.append(second.start(SLOW_START))
        hosts.workers = [_worker(site) for _ in range(2)]
        yield hosts
    finally:
        for worker in hosts.workers:
            worker.terminate()
        for worker in hosts.workers:
            worker.wait(40)
        for web in [*hosts.others, site]:
            if web.process is not None:
                web.stop()
        with psycopg.connect(POSTGRES, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _worker(site: Site) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "worker", "--threads", "8"],
        cwd=ROOT,
        env=site.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def _children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found]


def _kill_tree(process: subprocess.Popen[Any]) -> None:
    children = until(lambda: _children(process.pid))
    process.kill()
    for child in children:
        os.kill(child, 9)
    process.wait()
