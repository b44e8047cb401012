"""The running site that the tests of logs and of the browser share, and rows planted in its database."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from tests.support.site import ROOT, Client, Site

PLANT = """
import json, sys
import django
django.setup()
from accounts.models import User
from core import audit, events
from core.models import Batch, BatchItem
from netdisk.models import DriveAccount
from tests.hostile.world import keep
from transfers.models import Transfer, TransferStep, Upload
order = json.load(sys.stdin)
user = User.objects.get(username=order["user"])
for number, text in enumerate(order["texts"]):
    keep(user, text[:255], text.encode(), mime="text/plain" if number % 3 else "text/html", folder=f"/{text}"[:500])
    state = ("failed", "waiting", "paused", "cancelled")[number % 4]
    row = Transfer.objects.create(user=user, name=text[:255], folder=f"/{text}"[:500], source_kind="url", state=state,
        source={"url": "https://example.org/x", "host": text, "path": text}, error_code=f"odd{number}", error=text[:500],
        available_at="2099-01-01T00:00:00Z", worker=text[:80])
    TransferStep.objects.create(transfer=row, code=text[:64], data={"code": "odd", "text": text}, worker=text[:80])
    audit.record(text[:80], user=user, target=text, result=text[:64], summary={text[:60]: text})
    events.publish(user.pk, "transfer.changed", {"id": str(row.pk), "name": text, "state": state, "error_code": text})
    Upload.objects.create(user=user, name=text[:255], size=9, destination={"folder": f"/{text}"[:500]})
    batch = Batch.objects.create(user=user, name=text[:120], state=("failed", "done", "cancelled")[number % 3], total=2, failed=1,
        done=1, error_code=f"odd{number}", error=text[:500], worker=text[:80], digest=f"{number:064d}")
    problem = {"code": text[:64], "detail": text, "hint": text}
    BatchItem.objects.create(batch=batch, position=0, op="mkdir", args={"path": text, text[:60]: text}, state="failed", error=problem)
    BatchItem.objects.create(batch=batch, position=1, op=text[:80], args={}, state="done", result={text[:60]: text, "url": text})
    DriveAccount.objects.create(user=user, name=text[:120], problem=text[:64], state=("connected", "needs_you")[number % 2])
"""


def plant(site: Site, user: str, texts: list[str]) -> None:
    """Write rows of every kind that hold `texts`, by the product's own models."""
    environment = {**site.environment(), "DJANGO_SETTINGS_MODULE": "config.settings", "EMBEDDED_WORKER": "off"}
    order = json.dumps({"user": user, "texts": texts})
    done = subprocess.run(
        [sys.executable, "-c", PLANT],
        input=order,
        env=environment,
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def page_session(site: Site, username: str, password: str) -> Client:
    """A browser-like session with the dashboard's cookie."""
    client = Client(site.url)
    client.get("/login/")
    token = client.cookies["yg_csrf"]
    answer = client.post("/login/", data={"username": username, "password": password, "csrfmiddlewaretoken": token})
    assert answer.ok and "/login/" not in answer.url, answer.url
    return client


def form(client: Client, path: str, **fields: Any) -> Any:
    return client.post(path, data={**fields, "csrfmiddlewaretoken": client.cookies["yg_csrf"]})
