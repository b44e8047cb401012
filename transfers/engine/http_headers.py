"""Header fields that a download depends on, read strictly."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from email.message import Message
from email.utils import parsedate_to_datetime
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from .hashing import known_algorithm
from .protocols import Headers

CONTENT_RANGE = re.compile(r"bytes (?:(\d+)-(\d+)|\*)/(\d+|\*)")
EXTENDED_NAME = re.compile(r"filename\*\s*=\s*\"?([\w!#$%&+^`{}~-]*)'[^']*'([^;\s\"]+)", re.IGNORECASE)
ALGORITHMS = {"md5": "md5", "sha": "sha1", "sha-1": "sha1", "sha-256": "sha256", "sha-512": "sha512"}
CHECKSUM_HEADERS = {"x-checksum-md5": "md5", "x-checksum-sha1": "sha1", "x-checksum-sha256": "sha256"}
LONGEST_NAME = 1024


def content_range(headers: Headers) -> tuple[int | None, int | None, int | None] | None:
    """(first, last, total) of `Content-Range` (RFC 9110 §14.4), each None where the sender wrote `*`; None:
    absent or malformed.
    """
    match = CONTENT_RANGE.fullmatch(headers.get("Content-Range", "").strip())
    if match is None:
        return None
    first, last, total = (int(text) if text and text != "*" else None for text in match.groups())
    return first, last, total


def is_encoded(headers: Headers) -> bool:
    return headers.get("Content-Encoding", "").strip().lower() not in ("", "identity")


def is_multipart(headers: Headers) -> bool:
    return headers.get("Content-Type", "").strip().lower().startswith("multipart/byteranges")


def retry_after(headers: Headers, wall_time: float) -> float | None:
    """Seconds to wait, from either form of `Retry-After` (RFC 9110 §10.2.3)."""
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - wall_time)
    except (ValueError, TypeError, OverflowError):
        return None


def suggested_name(headers: Headers, url: str) -> str | None:
    """The name in `Content-Disposition` (RFC 6266, RFC 8187), else the last segment of the URL. Hostile until
    proven otherwise.
    """
    disposition = headers.get("Content-Disposition", "")
    name = _extended_name(disposition) or _plain_name(disposition)
    return (name or unquote(urlsplit(url).path.rpartition("/")[2]))[:LONGEST_NAME] or None


def _extended_name(disposition: str) -> str | None:
    match = EXTENDED_NAME.search(disposition)
    if match is None:
        return None
    try:
        return unquote_to_bytes(match[2]).decode(match[1] or "utf-8")
    except (UnicodeDecodeError, LookupError):
        return None


def _plain_name(disposition: str) -> str | None:
    message = Message()
    message["Content-Disposition"] = re.sub(r"[\r\n]", "", disposition)
    name = message.get_filename()
    if name is None:
        return None
    try:
        return name.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return name


def announced_digests(headers: Headers) -> dict[str, str]:
    """Hashes of the whole file that the sender announces: algorithm -> lower-case hex.

    `Repr-Digest` (RFC 9530), `Digest` (RFC 3230), `X-Checksum-*`, and `Content-MD5` in base64 (RFC 1864) or,
    as
    netdisk hosts write it, in hex. What cannot be read is left out.
    """
    found: dict[str, str] = {}
    for name, text in _digest_fields(headers):
        value = _hash_hex(name, text)
        if value is not None:
            found.setdefault(name, value)
    return found


def _digest_fields(headers: Headers) -> Iterator[tuple[str, str]]:
    for field in ("Repr-Digest", "Digest"):
        for item in headers.get(field, "").split(","):
            name, _, value = item.strip().partition("=")
            yield ALGORITHMS.get(name.strip().lower(), ""), value.strip().strip(":")
    for field, algorithm in CHECKSUM_HEADERS.items():
        yield algorithm, headers.get(field, "").strip()
    yield "md5", headers.get("Content-MD5", "").strip()


def _hash_hex(algorithm: str, text: str) -> str | None:
    if not known_algorithm(algorithm):
        return None
    size = hashlib.new(algorithm, usedforsecurity=False).digest_size
    if re.fullmatch(r"[0-9a-fA-F]*", text) and len(text) == 2 * size:
        return text.lower()
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw.hex() if len(raw) == size else None
