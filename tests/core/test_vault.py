from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from core.vault import SettingsKeys, Vault, VaultLocked, open_secret, rotate, seal_secret, vault
from netdisk.models import DriveAccount, OAuthToken

OLD, NEW = "o" * 8 + uuid.uuid4().hex, "n" * 8 + uuid.uuid4().hex


class Keys:
    def __init__(self, *masters: str) -> None:
        self._masters = list(masters)

    def masters(self) -> list[str]:
        return self._masters


@given(st.text(max_size=300))
def test_what_is_sealed_opens_again_in_its_place_only(text: str) -> None:
    box = Vault(Keys(OLD))
    sealed = box.seal(text, "table:1:access")
    assert box.open(sealed, "table:1:access") == text
    with pytest.raises(VaultLocked):
        box.open(sealed, "table:2:access")
    assert not text or len(text) < 4 or text not in sealed


def test_H91_each_seal_has_its_own_nonce() -> None:
    box = Vault(Keys(OLD))
    assert len({box.seal("same", "p") for _ in range(500)}) == 500


@pytest.mark.parametrize("damage", ["", "v1", "v1.x.y", "v2.{id}.{text}", "v1.{id}.{cut}", "v1.{other}.{text}"])
def test_H91_damaged_values_do_not_open(damage: str) -> None:
    box = Vault(Keys(OLD))
    _, key_id, text = box.seal("secret", "p").split(".")
    broken = damage.format(id=key_id, text=text, cut=text[:-8], other="00000000")
    with pytest.raises(VaultLocked):
        box.open(broken, "p")


@pytest.mark.parametrize("more", ["\n", " ", "!", "=", "AAAA", "\u0441"])
def test_H91_a_sealed_value_has_one_spelling(more: str) -> None:
    box = Vault(Keys(OLD))
    for plain in ("s", "se", "sec"):  # with every length of padding
        sealed = box.seal(plain, "p")
        for changed in (sealed + more, f"{sealed[:20]}{more}{sealed[20:]}"):
            with pytest.raises(VaultLocked):
                box.open(changed, "p")


def test_an_earlier_key_still_opens_and_the_current_one_seals() -> None:
    sealed = Vault(Keys(OLD)).seal("secret", "p")
    both = Vault(Keys(NEW, OLD))
    assert both.open(sealed, "p") == "secret" and not both.is_current(sealed)
    assert both.is_current(both.seal("secret", "p"))
    with pytest.raises(VaultLocked):
        Vault(Keys(NEW)).open(sealed, "p")


def _token(user: Any) -> OAuthToken:
    account = DriveAccount.objects.create(user=user, uk=1)
    now = timezone.now()
    row = OAuthToken(account=account, expires_at=now + timedelta(days=1), obtained_at=now)
    seal_secret(row, "access", "access-plain")
    seal_secret(row, "refresh", "refresh-plain")
    row.save()
    return row


@pytest.mark.django_db
def test_H91_a_ciphertext_moved_to_another_field_or_row_does_not_open(alice: Any, mallory: Any) -> None:
    mine, theirs = _token(alice), _token(mallory)
    mine.access, theirs.access = theirs.access, mine.refresh
    for row in (mine, theirs):
        with pytest.raises(VaultLocked):
            open_secret(row, "access")


@pytest.mark.django_db
def test_rotation_reseals_everything_and_may_be_repeated(alice: Any) -> None:
    row = _token(alice)
    before = row.access
    with override_settings(ENC_MASTER_KEY=NEW, ENC_MASTER_KEYS_OLD=SettingsKeys().masters()):
        vault.cache_clear()
        try:
            assert rotate() == 2 and rotate() == 0
            row.refresh_from_db()
            assert row.access != before and open_secret(row, "access") == "access-plain"
        finally:
            vault.cache_clear()
