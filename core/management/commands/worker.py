"""A worker host: runs Celery in a child process and starts it again when it dies (F10, F11)."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

QUICK = 5.0


class Command(BaseCommand):
    help = "Run jobs and transfers (server mode). Ends cleanly on SIGTERM; a second one ends at once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--threads", type=int, default=32 + settings.WORKER_THREADS)
        parser.add_argument("--queues", default="jobs,transfers")

    def handle(self, *args: Any, **options: Any) -> None:
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "config",
            "worker",
            "--pool",
            "threads",
            "--loglevel",
            "WARNING",
        ]
        command += [
            "--concurrency",
            str(options["threads"]),
            "-Q",
            options["queues"],
            "--without-gossip",
            "--without-mingle",
        ]
        ending = False
        child: subprocess.Popen[bytes] | None = None

        def end(number: int, frame: Any) -> None:
            nonlocal ending
            ending = True
            if child is not None:
                child.send_signal(number)

        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)
        while not ending:
            started = time.monotonic()
            child = subprocess.Popen(command)  # noqa: S603
            code = child.wait()
            if not ending:
                self.stderr.write(f"The worker ended with {code}; starting it again.")
                time.sleep(1 if time.monotonic() - started > QUICK else QUICK)
