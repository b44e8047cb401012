"""What tests of transfers to a drive need: files of a library, a queue, and what the stand-in has got."""

from __future__ import annotations

import hashlib
import random
from typing import Any

from core.models import JobState
from netdisk.models import Pace
from tests.emulators.standin import Standin
from transfers import runner, services
from transfers.models import LibraryFile, Transfer

MIB = 1 << 20
FOLDER = "/上传"


def content_of(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


def library_file(user: Any, size: int = 9 * MIB + 77, name: str = "film.bin", seed: int = 1) -> LibraryFile:
    """A file in the library, as a finished download leaves it."""
    data = content_of(size, seed)
    row = LibraryFile.objects.create(user=user, name=name, size=size, sha256=hashlib.sha256(data).hexdigest())
    row.path().parent.mkdir(parents=True, exist_ok=True)
    row.path().write_bytes(data)
    return row


def send(user: Any, file: LibraryFile, **options: Any) -> Transfer:
    options.setdefault("path", FOLDER)
    return services.upload(user, services.from_library(user, file.pk), **options)


def fresh(row: Transfer) -> Transfer:
    return Transfer.objects.get(pk=row.pk)


def moved(row: Transfer) -> Transfer:
    """Run until it has ended well."""
    assert runner.run_next()
    done = fresh(row)
    assert done.state == JobState.DONE, (done.state, done.error_code, done.error)
    return done


def uploads(standin: Standin) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = standin.control("GET", "uploads")["uploads"]
    return told


def received(standin: Standin) -> dict[int, int]:
    """How often each part came whole, over all sessions."""
    counts: dict[int, int] = {}
    for upload in uploads(standin):
        for part in upload["parts"]:
            counts[part["partseq"]] = counts.get(part["partseq"], 0) + part["count"]
    return counts


def there(standin: Standin, path: str) -> str:
    """SHA-256 of what the drive has at a path."""
    digest: str = standin.source(path)["sha256"]
    return digest


def names(standin: Standin, folder: str = FOLDER) -> list[str]:
    return sorted(child["path"].rpartition("/")[2] for child in standin.source(folder)["children"])


def unlimited() -> None:
    """As if what was learnt of the drive's limits were long ago."""
    Pace.objects.all().delete()
