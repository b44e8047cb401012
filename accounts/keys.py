"""Signing keys: one per purpose, all derived from SECRET_KEY, so that what is signed for one door never
opens another.
"""

from __future__ import annotations

import hashlib
from functools import cache

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


@cache
def signing_key(purpose: str) -> str:
    """256 bits in hexadecimal."""
    kdf = HKDF(SHA256(), 32, salt=b"yungang-accounts", info=purpose.encode())
    return kdf.derive(str(settings.SECRET_KEY).encode()).hex()


def digest(secret: str) -> str:
    """What is kept of a random secret (256 bits or more, so a plain hash is enough)."""
    return hashlib.sha256(secret.encode()).hexdigest()
