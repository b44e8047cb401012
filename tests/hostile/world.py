"""Alice and everything she has. Every name in it holds the word `canary`, so that a leak shows anywhere."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.utils import timezone

from accounts.models import LoginSession
from accounts.services import sessions
from core import audit, vault
from core.batches import services as batches
from core.models import Batch, JobState
from core.operations import Call, Surface
from netdisk.baidu.types import TokenPair
from netdisk.models import Authorisation, DriveAccount
from netdisk.tokens import store
from transfers import services
from transfers.models import CloudServer, LibraryFile, Transfer, Upload

CANARY = "canary"
MISSING = "01900000-0000-7000-8000-000000000000"
MISSING_ROW = 999_999_999
AWAY = "192.0.2.7"  # a documentation address: the gate lets no call go there
OURS = ("accounts", "core", "netdisk", "transfers")
BODY = b"canary content " * 100


@dataclass
class World:
    alice: Any
    drive: DriveAccount
    device: Authorisation
    transfer: Transfer
    file: LibraryFile
    session: LoginSession
    batch: Batch
    upload: Upload
    server: CloudServer

    def ids(self) -> dict[str, Any]:
        """The id of each kind of thing, for routes."""
        return {
            name: getattr(self, name).pk
            for name in ("drive", "device", "transfer", "file", "session", "batch", "upload", "server")
        } | {"user": self.alice.pk}


def make(alice: Any) -> World:
    type(alice).objects.filter(pk=alice.pk).update(first_name="canary-first", email="canary@example.org")
    alice.refresh_from_db()
    drive = DriveAccount.objects.create(user=alice, uk=7, name="canary-drive", problem="canary_problem")
    store(drive, TokenPair(access_token="canary-access", refresh_token="canary-refresh", expires_in=2_592_000))
    device = Authorisation.objects.create(
        user=alice,
        kind=Authorisation.Kind.DEVICE,
        user_code="canary-code",
        verification_url="https://example.org/canary",
        expires_at=timezone.now() + timedelta(minutes=5),
    )
    wanted = services.from_url("https://example.org/canary-transfer.bin")
    transfer = services.create(alice, wanted, folder="/canary-folder")[0]
    Transfer.objects.filter(pk=transfer.pk).update(
        state=JobState.FAILED, error_code="canary_error", error="canary-error-text"
    )
    transfer.refresh_from_db()
    session = sessions.open_session(alice, "api", "canary-agent")
    audit.record("canary.action", user=alice, target="canary-target", summary={"name": "canary-summary"})
    orders = [batches.Order("mkdir", {"path": "/canary-batch"})]
    batch = batches.submit(Call(alice, Surface.REST), orders, name="canary-batch")
    file = keep(alice, "canary-file.txt", BODY, mime="text/plain")
    upload = Upload.objects.create(
        user=alice, name="canary-upload.bin", size=9, destination={"folder": "/canary-folder"}
    )
    server = CloudServer(user=alice, name="canary-server", host=AWAY, username="canary-user", root="/canary-root")
    vault.seal_secret(server, "secret", "canary-password")
    server.save(force_insert=True)
    return World(alice, drive, device, transfer, file, session, batch, upload, server)


def keep(user: Any, name: str, body: bytes, *, mime: str = "", folder: str = "/canary-folder") -> LibraryFile:
    """A file of the library, with its bytes on disk."""
    file = LibraryFile.objects.create(
        user=user, name=name, folder=folder, size=len(body), sha256=hashlib.sha256(body).hexdigest(), mime=mime
    )
    file.path().parent.mkdir(parents=True, exist_ok=True)
    file.path().write_bytes(body)
    return file


RECORDS = ("AuditEntry", "Event", "EventCursor")  # what grows when something is refused, too


def rows_of(user: Any, *, records: bool = True) -> dict[str, list[dict[str, Any]]]:
    """Every row that belongs to a user, to see that none was changed; when a session was last used does not count."""
    found = {"accounts.User": list(type(user).objects.filter(pk=user.pk).values())}
    for model in apps.get_models():
        if model._meta.app_label not in OURS or (not records and model.__name__ in RECORDS):
            continue
        names = {field.name for field in model._meta.concrete_fields}
        kept = [field.attname for field in model._meta.concrete_fields if field.attname != "used_at"]
        path = next(
            (
                path
                for path in ("user", "account__user", "drive__user", "transfer__user", "batch__user")
                if path.split("__")[0] in names
            ),
            "",
        )
        if path:
            rows = model._default_manager.filter(**{path: user}).order_by("pk")
            found[model._meta.label] = list(rows.values(*kept))
    return found


def rows_in_all() -> dict[str, int]:
    """How many rows there are of each of our models; audit lines and events may grow."""
    return {
        model._meta.label: model._default_manager.count()
        for model in apps.get_models()
        if model._meta.app_label in OURS and model.__name__ not in RECORDS
    }
