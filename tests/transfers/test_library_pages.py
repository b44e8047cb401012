"""The pages of the library."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from transfers.models import LibraryFile

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
FRAME = 5  # queries of every page: session, person, newest event, two badges


@pytest.fixture
def page(client: Any, alice: Any) -> Any:
    client.force_login(alice)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def keep(user: Any, name: str = "film.mkv", content: bytes = b"abc", **values: Any) -> LibraryFile:
    file = LibraryFile.objects.create(user=user, name=name, size=len(content), sha256="ab" * 32, **values)
    file.path().parent.mkdir(parents=True, exist_ok=True)
    file.path().write_bytes(content)
    return file


def test_empty_and_filtered_empty_differ(page: Any, alice: Any) -> None:
    assert "Your library is empty" in page.get("/library/").content.decode()
    keep(alice)
    text = page.get("/library/", {"q": "nothing"}).content.decode()
    assert "Nothing matches this filter" in text and "Your library is empty" not in text


def test_the_list_shows_sorts_and_sums(page: Any, alice: Any, django_assert_num_queries: Any) -> None:
    for number in range(20):
        keep(alice, f"file {number:02d}", b"x" * number, folder="/films" if number % 2 else "/")
    page.get("/library/")
    with django_assert_num_queries(FRAME + 3):  # count, rows, sum
        answer = page.get("/library/", {"ordering": "-size"})
    assert [item["file"].size for item in answer.context["files"]] == list(range(19, -1, -1))
    assert answer.context["used"] == sum(range(20)) and "20 files" in answer.content.decode()
    filmed = page.get("/library/", {"folder": "/films", "ordering": "name"}).context["files"]
    assert [item["file"].name for item in filmed] == [f"file {number:02d}" for number in range(1, 20, 2)]


@pytest.mark.parametrize("query", [{"ordering": "sha256"}, {"page": "x"}, {"q": "\x00"}, {"folder": "/" * 900}])
def test_H21_odd_addresses_show_the_list(page: Any, alice: Any, query: dict[str, str]) -> None:
    keep(alice)
    assert page.get("/library/", query).status_code == 200


@pytest.mark.parametrize(
    ("name", "mime", "sign"),
    [
        ("a.png", "image/png", "<img src="),
        ("a.mp4", "video/mp4", "<video"),
        ("a.flac", "audio/flac", "<audio"),
        ("a.pdf", "application/pdf", "own tab"),
        ("a.txt", "text/plain", "<pre"),
        ("a.html", "text/html", "<pre"),
        ("a.svg", "image/svg+xml", "can’t show"),
        ("a.bin", "", "can’t show"),
    ],
)
def test_H43_only_harmless_kinds_are_shown(page: Any, alice: Any, name: str, mime: str, sign: str) -> None:
    file = keep(alice, name, b"<script>alert(1)</script>\xff\x00", mime=mime)
    url = reverse("transfers:preview", args=[file.pk])
    for headers in ({}, HTMX):
        text = page.get(url, headers=headers).content.decode()
        assert sign in text and "<script>alert" not in text


def test_only_the_beginning_of_a_long_text_is_shown(page: Any, alice: Any) -> None:
    file = keep(alice, "a.txt", b"x" * 200_000, mime="text/plain")
    text = page.get(reverse("transfers:preview", args=[file.pk])).content.decode()
    assert "Only the beginning" in text and len(text) < 120_000


def test_deleting_names_the_file_and_takes_it_away(page: Any, alice: Any) -> None:
    file = keep(alice)
    assert "film.mkv" in page.get("/library/").content.decode()
    assert page.post(reverse("transfers:file-delete", args=[file.pk])).url == "/library/"
    assert not LibraryFile.objects.exists()


def test_H20_a_stranger_finds_nothing(client: Any, alice: Any, mallory: Any) -> None:
    file = keep(alice)
    client.force_login(mallory)
    assert file.name not in client.get("/library/").content.decode()
    assert client.get(reverse("transfers:preview", args=[file.pk])).status_code == 404
    assert client.post(reverse("transfers:file-delete", args=[file.pk])).status_code == 404
    assert LibraryFile.objects.exists()
