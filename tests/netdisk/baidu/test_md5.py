"""The cloud md5 (§3.7)."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netdisk.baidu.md5 import decode, encode

PLAIN = "5d41402abc4b2a76b9719d911017c592"
CLOUD = "bd686f11dkea8dc5113480f530da507e"

md5s = st.binary(max_size=64).map(lambda data: hashlib.md5(data).hexdigest())


def test_the_documents_vector_both_ways() -> None:
    assert hashlib.md5(b"hello").hexdigest() == PLAIN
    assert encode(PLAIN) == CLOUD
    assert decode(CLOUD) == PLAIN


@given(md5s)
def test_decoding_undoes_encoding(md5: str) -> None:
    assert decode(encode(md5)) == md5


@given(md5s)
def test_the_cloud_form_is_never_valid_hex(md5: str) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        int(encode(md5), 16)


@given(md5s)
def test_plain_hex_is_not_decodable(md5: str) -> None:
    assert decode(md5) is None


@given(st.text(max_size=40))
def test_anything_else_is_none_and_never_an_error(text: str) -> None:
    assert decode(text) is None


@pytest.mark.parametrize("bad", ["", PLAIN.upper(), PLAIN[:-1], PLAIN + "0", CLOUD])
def test_only_md5s_can_be_encoded(bad: str) -> None:
    with pytest.raises(ValueError, match="32 lower-case hex digits"):
        encode(bad)
