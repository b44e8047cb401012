"""The headers of tus 1.0: numbers, metadata, checksums."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import Any

from django.utils.translation import gettext as _

from core.errors import Invalid

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,expiration,checksum,termination"
ALGORITHMS = ("sha1", "sha256", "md5")
OCTETS = "application/offset+octet-stream"
MOST_DIGITS = 18  # what fits into 64 bits
MAX_METADATA = 8192


def number(text: str | None, header: str) -> int:
    """The value of Upload-Length or Upload-Offset; `Invalid` when it is missing or no whole number."""
    if text and text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS:
        return int(text)
    raise Invalid(fields={header: [_("Write a whole number of bytes.")]})


def metadata(header: str) -> dict[str, str]:
    """Upload-Metadata: `name base64,name base64`; a value may be missing. `Invalid` for anything else."""
    found: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in header.split(","))):
        key, _space, value = pair.partition(" ")
        if key in found or not key.isascii() or len(header) > MAX_METADATA:
            raise _bad_metadata()
        try:
            found[key] = base64.b64decode(value, validate=True).decode("utf-8")
        except (binascii.Error, ValueError):
            raise _bad_metadata() from None
    return found


def _bad_metadata() -> Invalid:
    return Invalid(fields={"Upload-Metadata": [_("Write pairs of a name and a value in base64, each name once.")]})


class Checksum:
    """Upload-Checksum: an algorithm and the digest that the bytes of one request must have."""

    def __init__(self, header: str) -> None:
        name, _space, value = header.partition(" ")
        if name not in ALGORITHMS:
            raise Invalid(fields={"Upload-Checksum": [_("Use one of %s.") % ", ".join(ALGORITHMS)]})
        try:
            self._wanted = base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            raise Invalid(fields={"Upload-Checksum": [_("Write the digest in base64.")]}) from None
        self._digest = hashlib.new(name, usedforsecurity=False)

    @classmethod
    def of(cls, headers: Any) -> Checksum | None:
        header = headers.get("Upload-Checksum")
        return cls(header) if header else None

    def update(self, block: bytearray | bytes) -> None:
        self._digest.update(block)

    def matches(self) -> bool:
        return hmac.compare_digest(self._digest.digest(), self._wanted)
