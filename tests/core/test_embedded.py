"""The workers inside the server process serve both queues: a mail is sent by `make run` alone."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from tests.support.site import PASSWORD, Client, Site
from tests.support.waiting import until


def test_a_short_job_runs_in_one_process(tmp_path: Path) -> None:
    site = Site(tmp_path, env={"EMULATORS": "off"}).start()
    try:
        client = Client(site.url)
        client.post("/auth/register", json={"username": "writer", "password": PASSWORD, "email": "w@example.org"})
        assert client.post("/auth/password-reset", json={"email": "w@example.org"}).status_code == 202
        with sqlite3.connect(tmp_path / "yungang.sqlite3") as database:
            until(
                lambda: database.execute("SELECT 1 FROM core_job WHERE state = 'done'").fetchone(), 20, "the mail's job"
            )
    finally:
        assert site.stop() == 0
