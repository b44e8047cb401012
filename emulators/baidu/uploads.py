"""Uploads that were begun: what was announced, which parts came how often (§3)."""

from __future__ import annotations

import base64
import json
import re
import secrets
import time
from collections import Counter
from dataclasses import dataclass, field, fields
from typing import Any

from emulators.baidu.blobs import Part, Store
from emulators.baidu.errors import ApiError
from emulators.baidu.settings import Settings

REMEMBERED = 1000
"""Uploads that are told about by the control API after their end."""

_MD5 = re.compile(r"[0-9a-f]{32}")


@dataclass
class Upload:
    """An upload: ``state`` is open, created or expired; ``block_list`` is what precreate was told.

    ``received`` counts the parts that arrived whole, ``creates`` the calls of create.
    """

    uploadid: str
    key: str
    user: str
    path: str
    size: int
    block_list: list[str]
    opened: float
    state: str = "open"
    parts: dict[int, Part] = field(default_factory=dict)
    received: Counter[int] = field(default_factory=Counter)
    creates: int = 0

    def told(self) -> dict[str, Any]:
        """Return the upload as the control API shows it."""
        rows = [
            {"partseq": seq, "count": self.received[seq], "size": part.size, "md5": part.md5}
            for seq, part in sorted(self.parts.items())
        ]
        shown = ("uploadid", "user", "path", "size", "state", "opened", "creates")
        return {name: getattr(self, name) for name in shown} | {"blocks": len(self.block_list), "parts": rows}


_KEPT = {each.name for each in fields(Upload)} - {"parts", "received"}


class Uploads:
    """All uploads by their id."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self.store, self.settings = store, settings
        self.by_id: dict[str, Upload] = {}

    def begin(self, user: str, path: str, size: int, block_list: list[str]) -> Upload:
        """Return a new upload."""
        key, now = secrets.token_hex(12), time.time()
        uploadid = "N1-" + base64.b64encode(f"127.0.0.1:{int(now)}:{key}".encode()).decode()
        upload = self.by_id[uploadid] = Upload(uploadid, key, user, path, size, block_list, now)
        for old in list(self.by_id.values())[:-REMEMBERED]:
            if self.find(old.user, old.uploadid) and old.state != "open":
                del self.by_id[old.uploadid]
        return upload

    def find(self, user: str, uploadid: str) -> Upload | None:
        """Return a user's upload, None when nobody began it; one that is too old is expired on the way."""
        upload = self.by_id.get(uploadid)
        if not upload or upload.user != user:
            return None
        if upload.state == "open" and upload.opened + self.settings.upload_session_s <= time.time():
            self.expire(upload)
        return upload

    def open(self) -> list[Upload]:
        """Return the uploads that are still going on."""
        return [each for each in self.by_id.values() if each.state == "open"]

    def expire(self, upload: Upload) -> None:
        """End an upload; its parts are lost."""
        upload.state = "expired"
        self.store.drop_upload(upload.key)

    def clear(self) -> None:
        """Forget all."""
        for upload in self.open():
            self.expire(upload)
        self.by_id.clear()

    def dump(self) -> list[dict[str, Any]]:
        """Return the open uploads as JSON; their parts are found on the disk."""
        return [{name: getattr(each, name) for name in _KEPT} for each in self.open()]

    def load(self, state: list[dict[str, Any]]) -> None:
        """Take over what :meth:`dump` returned."""
        for each in state:
            upload = self.by_id[each["uploadid"]] = Upload(**each)
            upload.parts = self.store.parts(upload.key)


def block_list_of(text: str) -> list[str]:
    """Return the md5s of a ``block_list``; raises errno 2."""
    try:
        blocks = json.loads(text)
    except ValueError:
        raise ApiError(2) from None
    if not isinstance(blocks, list) or not all(isinstance(each, str) and _MD5.fullmatch(each) for each in blocks):
        raise ApiError(2)
    return blocks
