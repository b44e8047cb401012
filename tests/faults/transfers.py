"""Transfers through the API, as a person's program would use them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from tests.emulators.standin import Standin
from tests.support.site import Client
from tests.support.waiting import until

MIB = 1 << 20
LARGE, SMALL = "/测试/100MiB.bin", "/测试/1MiB.bin"
ENDED = ("done", "failed", "cancelled")
Json = dict[str, Any]


def start(client: Client, standin: Standin, path: str, **options: Any) -> Json:
    fs_id = standin.source(path, hash=0)["fs_id"]
    answer = client.post("/api/v1/transfers", json={"source": {"fs_id": fs_id}, **options})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def look(client: Client, transfer: Json) -> Json:
    answer = client.get(f"/api/v1/transfers/{transfer['id']}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def moving(client: Client, transfer: Json, least: int = 1, seconds: float = 60) -> Json:
    """Waits until at least so many bytes are durable."""

    def far_enough() -> Json:
        row = look(client, transfer)
        assert row["state"] not in ENDED, row
        return row if row["done_bytes"] >= least else {}

    return until(far_enough, seconds, f"{least} durable bytes")


def ended(client: Client, transfer: Json, seconds: float = 120) -> Json:
    def over() -> Json:
        row = look(client, transfer)
        return row if row["state"] in ENDED else {}

    return until(over, seconds, "the end of the transfer")


def whole(client: Client, standin: Standin, path: str, transfer: Json, seconds: float = 120) -> Json:
    """Waits for the end and proves the content: as the source has it, through the library's own door."""
    row = ended(client, transfer, seconds)
    assert row["state"] == "done", row
    answer = client.get(f"/files/{row['id']}", timeout=120)
    assert answer.status_code == 200, answer.text[:300]
    assert hashlib.sha256(answer.content).hexdigest() == row["sha256"] == standin.source(path)["sha256"]
    return row


def on_disk(data: Path, transfer: Json) -> list[Path]:
    """Every file below the library that belongs to a transfer."""
    return [path for path in (data / "library").rglob("*") if path.name == transfer["id"]]
