"""The product in server mode: web processes, workers under their supervisor, a console, on servers of our own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.emulators.standin import Program, Standin
from tests.support.site import ROOT, Client, Site
from tests.support.waiting import until

SECRETS = {"SECRET_KEY": "41c7f1e0b6f54f0d9a1e3b7c5d2f8a60aa", "ENC_MASTER_KEY": "9f2b6c1d7e8340a5b4c3d2e1f0a99887bb"}
CONSOLE = """
import json, sys
import django
django.setup()
from django.db import close_old_connections
import tests.faults.kinds.tasks
for line in sys.stdin:
    close_old_connections()
    scope = {}
    exec(json.loads(line), scope)
    print(json.dumps(scope.get("result")), flush=True)
"""


def upstream(program: Program) -> dict[str, str]:
    """The environment that points the product at a stand-in that outlives it."""
    hosts = ",".join(url.removeprefix("http://") for url in (program.url, program.download_url))
    urls = dict.fromkeys(("BAIDU_OAUTH_URL", "BAIDU_PAN_URL", "BAIDU_PCS_URL"), program.url)
    login = {"BAIDU_CLIENT_ID": "demo-key", "BAIDU_CLIENT_SECRET": "demo-secret"}
    return {**urls, **login, "OUTBOUND_ALLOW": hosts, "BAIDU_TOKEN_HOSTS": hosts, "EMULATORS": "off"}


class Console:
    """A process of the product in which a test runs a few lines: enqueue, publish, count."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", CONSOLE],
            env=environment,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, code: str) -> Any:
        """What the lines left in `result`."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps(textwrap.dedent(code)) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, "the console ended"
        return json.loads(answer)

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(20)


@dataclass
class Worker:
    """`manage.py worker` and the Celery process below it."""

    environment: dict[str, str]
    log: Path
    threads: int = 12
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> Worker:
        command = [sys.executable, "manage.py", "worker", "--threads", str(self.threads)]
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        return self

    @property
    def child(self) -> int | None:
        """The process id of the Celery process; None while there is none."""
        assert self.process is not None
        listing = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="ascii").split()
        return int(listing[0]) if listing else None

    def signal(self, number: int) -> None:
        assert self.process is not None
        os.kill(self.process.pid, number)

    def kill(self) -> None:
        """The supervisor and what it supervises, at once."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)


@dataclass
class Stack:
    folder: Path
    database: str
    redis: str
    program: Program
    extra: dict[str, str] = field(default_factory=dict)
    webs: list[Site] = field(default_factory=list)
    workers: list[Worker] = field(default_factory=list)

    def environment(self) -> dict[str, str]:
        return {
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "DATABASE_URL": self.database,
            "REDIS_URL": self.redis,
            "REGISTRATION": "open",
            "DOWNLOAD_LIMIT": "0",
            "TRANSFERS_PER_ACCOUNT": "4",
            **SECRETS,
            **upstream(self.program),
            **self.extra,
        }

    def start(self, *, webs: int, workers: int) -> Stack:
        """The first web process brings the schema up; the rest follows together."""
        self.webs.append(self.site().start())
        more = [self.site() for _ in range(webs - 1)]
        for _ in range(workers):
            self.add_worker()
        with ThreadPoolExecutor(4) as pool:
            self.webs += pool.map(Site.start, more)
        self.console = Console(self.webs[0].environment())
        until(lambda: self.beating() >= workers, 90, "the workers")
        return self

    def site(self) -> Site:
        return Site(self.folder, env=self.environment())

    def add_worker(self) -> Worker:
        environment = {**Site(self.folder, env=self.environment()).environment(), "PORT": "8000"}
        self.workers.append(Worker(environment, self.folder / "worker.log").start())
        return self.workers[-1]

    def beating(self) -> int:
        """Worker processes that reported within the last 40 s."""
        return int(self.console.run("from core.models import WorkerBeat\nresult = WorkerBeat.objects.count()"))

    def standin(self) -> Standin:
        return Standin(self.program.url, self.program.download_url)

    def client(self, name: str, web: int = 0) -> Client:
        return Client(self.webs[web].url).register(name)

    def stop(self) -> None:
        for worker in self.workers:
            worker.kill()
        for site in self.webs:
            if site.process is not None and site.process.poll() is None:
                site.kill()
        self.console.close()
