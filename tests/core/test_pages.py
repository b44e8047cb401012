"""What pages share: addresses of lists, amounts in words, kinds of files."""

from __future__ import annotations

import json

import pytest
from django.http import HttpResponse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from core.file_kinds import kind_of
from core.pages import Address, duration, sentence, toast


@pytest.fixture(autouse=True)
def _english() -> object:
    with translation.override("en"):
        yield


def test_an_address_keeps_what_matters_and_drops_what_is_empty() -> None:
    address = Address({"group": "done", "q": "", "ordering": "-size"})
    assert address.url() == "?group=done&ordering=-size"
    assert address.url(group="", q="a b&c") == "?q=a+b%26c&ordering=-size"
    assert address.query == "group=done&ordering=-size&" and Address({}).query == ""


def test_a_column_turns_round_when_pressed_again() -> None:
    up, down = (Address({"ordering": value}).column("name", "Name") for value in ("name", "-name"))
    assert (up["direction"], up["url"]) == ("ascending", "?ordering=-name")
    assert (down["direction"], down["url"]) == ("descending", "?ordering=name")
    assert Address({}).column("name", "Name")["direction"] == ""


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-5, "1 s"), (0.2, "1 s"), (59, "59 s"), (61, "1 min"), (3600, "1 h"), (3660, "1 h 1 min"), (200_000, "2 days")],
)
def test_durations_have_at_most_two_units(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_a_refusal_is_one_sentence_with_the_words_of_its_fields() -> None:
    said = sentence(Invalid("No.", fields={"url": ["Write an address."]}, hint="Again."))
    assert said == "No. Write an address. Again."


@given(st.text())
def test_H42_a_toast_is_a_header_of_plain_letters_whatever_it_says(text: str) -> None:
    header = toast(HttpResponse(), "success", text)["HX-Trigger"]
    assert header.isascii() and "\n" not in header
    assert json.loads(header)["toast"]["text"] == text


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.JPG", "image"),
        ("a.mkv", "video"),
        ("a.flac", "audio"),
        ("a.tar.gz", "archive"),
        ("报告.pdf", "document"),
        ("a.py", "code"),
        ("a.torrent", "torrent"),
        (".hidden", "file"),
        ("no extension", "file"),
        ("data:text/html,x", "file"),
    ],
)
def test_kinds_by_name(name: str, kind: str) -> None:
    assert kind_of(name) == kind and kind_of(name, is_dir=True) == "folder"


@given(st.text())
def test_every_name_has_a_kind(name: str) -> None:
    assert kind_of(name)
