"""The vault (A2): secrets at rest under AES-256-GCM.

A sealed value is `v1.<key id>.<base64url(nonce + ciphertext)>`. The associated data names table, row and field, so a sealed
value copied to another place does not open (H91). Master keys come from a `KeySource`; a key service is one such class.
"""

from __future__ import annotations

import base64
import hashlib
import os
from functools import cache
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .errors import AppError

NONCE = 12


class VaultLocked(AppError):
    code, status = "vault_locked", 500
    message = _("A stored secret can't be opened.")
    hint = _(
        "The master key has changed, or the row was altered. Give back the earlier key in ENC_MASTER_KEYS_OLD, or connect again."
    )


class KeySource(Protocol):
    """Gives master keys: the current one first, then the earlier ones still needed for reading."""

    def masters(self) -> list[str]: ...


class SettingsKeys:
    def masters(self) -> list[str]:
        return [settings.ENC_MASTER_KEY, *settings.ENC_MASTER_KEYS_OLD]


class Vault:
    def __init__(self, source: KeySource) -> None:
        pairs = [(_key_id(master), _cipher(master)) for master in source.masters()]
        self.current = pairs[0][0]
        self._ciphers = dict(reversed(pairs))

    def seal(self, plain: str, place: str) -> str:
        nonce = os.urandom(NONCE)
        sealed = self._ciphers[self.current].encrypt(nonce, plain.encode(), self._bound(self.current, place))
        return f"v1.{self.current}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, place: str) -> str:
        """The plain text; `VaultLocked` when key, place or text don't fit."""
        try:
            version, key_id, text = sealed.split(".")
            raw = base64.urlsafe_b64decode(text)
            if base64.urlsafe_b64encode(raw).decode() != text:
                raise ValueError("not the spelling that was given out")
            cipher = self._ciphers[key_id]
            assert version == "v1"
            return cipher.decrypt(raw[:NONCE], raw[NONCE:], self._bound(key_id, place)).decode()
        except (ValueError, KeyError, InvalidTag, AssertionError) as error:
            raise VaultLocked from error

    def is_current(self, sealed: str) -> bool:
        return sealed.startswith(f"v1.{self.current}.")

    @staticmethod
    def _bound(key_id: str, place: str) -> bytes:
        return f"yungang:{key_id}:{place}".encode()


def _cipher(master: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=b"yungang-vault", info=b"aes-256-gcm").derive(master.encode()))


def _key_id(master: str) -> str:
    return hashlib.sha256(b"yungang-key-id:" + master.encode()).hexdigest()[:8]


@cache
def vault() -> Vault:
    return Vault(SettingsKeys())


class SealedField(models.TextField):
    """Holds a sealed value. Reading the attribute gives the sealed text; `open_secret` and `seal_secret` do the rest."""


def place(row: models.Model, field: str) -> str:
    """Where a secret lives: table, row and field. The row must have its primary key already (ours are UUIDs)."""
    return f"{row._meta.db_table}:{row.pk}:{field}"


def seal_secret(row: models.Model, field: str, plain: str) -> None:
    setattr(row, field, vault().seal(plain, place(row, field)) if plain else "")


def open_secret(row: models.Model, field: str) -> str:
    sealed = getattr(row, field)
    return vault().open(sealed, place(row, field)) if sealed else ""


def rotate(batch: int = 200) -> int:
    """Seal every secret under the current key, row by row, while the service runs; safe to stop and repeat."""
    from django.apps import apps

    count = 0
    for model in apps.get_models():
        fields = [field.name for field in model._meta.fields if isinstance(field, SealedField)]
        if fields:
            for row in model._default_manager.all().iterator(chunk_size=batch):
                count += sum(_rotate_field(row, name) for name in fields)
    return count


def _rotate_field(row: Any, name: str) -> bool:
    before = getattr(row, name)
    if not before or vault().is_current(before):
        return False
    seal_secret(row, name, open_secret(row, name))
    # Only if nobody stored a newer value meanwhile.
    return bool(type(row)._default_manager.filter(pk=row.pk, **{name: before}).update(**{name: getattr(row, name)}))
