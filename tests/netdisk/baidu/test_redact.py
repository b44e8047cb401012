"""Nothing secret in any text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netdisk.baidu.redact import MAX_LENGTH, redact

TOKEN = "121.5d41402abc4b2a76b9719d911017c592.Yabc-def.ghi"
OLD_TOKEN = "21.5d41402abc4b2a76b9719d911017c592.2592000.1700000000.208281036-25028"
HIDDEN = "Yabc-def"


@pytest.mark.parametrize(
    "text",
    [
        f"GET https://pan.baidu.com/api/quota?access_token={TOKEN}&checkfree=1 failed",
        f"/oauth/2.0/token?grant_type=refresh_token&refresh_token={TOKEN}",
        f"access_token={TOKEN}",
        f'{{"access_token": "{TOKEN}", "x": 1}}',
        f"invalid token {TOKEN}",
        "client_secret=Yabc-def-1",
        "'refresh_token': 'Yabc-def'",
    ],
)
def test_tokens_do_not_survive(text: str) -> None:
    assert HIDDEN not in redact(text)


def test_the_older_token_form_does_not_survive() -> None:
    assert "25028" not in redact(f"bad token {OLD_TOKEN}")


def test_ordinary_text_survives() -> None:
    text = "error code: 31066, file does not exist: /a/b.txt (21.5 MB)"
    assert redact(text) == text


@given(st.text(), st.text(min_size=8, alphabet=st.characters(categories=["L", "N"])), st.text())
def test_given_secrets_never_survive(before: str, secret: str, after: str) -> None:
    cleaned = redact(before + secret + after, [secret])
    assert secret not in cleaned
    assert len(cleaned) <= MAX_LENGTH
    assert "\n" not in cleaned
