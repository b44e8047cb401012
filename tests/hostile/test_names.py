"""H40: names are data. They come with links and with files of a drive; on disk there are only ids."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from tests.transfers.engine.faulty_server import serving
from transfers import runner, services
from transfers.models import LibraryFile, Transfer

from .callers import Caller

PATHS = [
    "..%2f..%2fx", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "..%5c..%5cx", "%252e%252e%252fx", "a%00b", "a%0d%0ab", "CON",
    "...", "-rf", "~",
    "x" * 300, quote("名" * 120), quote("🚢" * 300), quote("\u202egpj.exe"), quote("é"),
    quote("e\u0301"), "%ff%fe", "a%2fb", ".htaccess", "%20",
]  # fmt: skip
FOLDERS = ["../x", "/..", "/a/../b", "/./a", "a\nb", "/a\x1fb", "/" + "x" * 600, "/a/..", ".."]


def files_below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() or path.is_symlink()}


@pytest.mark.django_db
@pytest.mark.parametrize("path", PATHS)
def test_H40_a_links_last_part_is_only_a_shown_name(path: str, as_alice: Caller) -> None:
    answer = as_alice.post("/api/v1/transfers", {"source": {"url": f"https://example.org/a/{path}"}})
    assert answer.status_code == 201, answer.content
    name = answer.json()["name"]
    assert 0 < len(name) <= 255 and "/" not in name
    assert not any(unicodedata.category(char) == "Cc" for char in name)
    row = Transfer.objects.get(pk=answer.json()["id"])
    assert row.final_path().name == str(row.pk) and row.part_path().parent.name == ".parts"


@pytest.mark.django_db
@pytest.mark.parametrize("folder", FOLDERS)
def test_H40_folders_that_lead_elsewhere_are_refused(folder: str, as_alice: Caller) -> None:
    body = {"source": {"url": "https://example.org/a"}, "destination": {"folder": folder}}
    assert as_alice.post("/api/v1/transfers", body).status_code == 400
    page = as_alice.post("/transfers/new", {"links": "https://example.org/a", "folder": folder})
    assert page.status_code == 422 or Transfer.objects.filter(folder__contains="..").count() == 0
    assert not any(part in {".", ".."} for row in Transfer.objects.all() for part in row.folder.split("/"))


@pytest.mark.django_db(transaction=True)
def test_H40_on_disk_there_are_only_ids(
    standin: Any, drive: Any, alice: Any, library: Path, tmp_path: Path, settings: Any
) -> None:
    """Every awkward name of the drive, really fetched."""
    children = standin.source("/特殊名称")["children"]
    settings.DOWNLOAD_LIMIT = 0
    rows = services.create(alice, services.from_netdisk(alice, [entry["fs_id"] for entry in children]))
    while runner.run_next():
        pass
    kept = LibraryFile.objects.filter(user=alice)
    assert {file.name for file in kept} == {Path(entry["path"]).name for entry in children}
    assert files_below(tmp_path) == {f"library/{alice.pk}/{row.pk}" for row in rows}
    assert all(file.path().stat().st_size == file.size for file in kept)


DISPOSITIONS = [
    'attachment; filename="../../x"',
    "attachment; filename*=UTF-8''..%2f..%2fetc%2fpasswd",
    "attachment; filename*=UTF-8''a%0d%0ab%00c",
    'attachment; filename="a\\"b"',
    'attachment; filename="C:\\\\x"',
    "attachment; filename=.bashrc",
    "attachment; filename*=x-unknown''%ff",
    f'attachment; filename="{"x" * 4000}"',
    'attachment; filename=""',
]


@pytest.mark.django_db(transaction=True)
def test_H40_names_that_a_server_gives_are_cleaned(alice: Any, allow: Any, library: Path, tmp_path: Path) -> None:
    with serving(b"hello" * 100) as server:
        allow(server.url)
        for header in DISPOSITIONS:
            server.headers["Content-Disposition"] = header
            row = services.create(alice, services.from_url(server.url))[0]
            assert runner.run_next()
            row.refresh_from_db()
            assert row.state == "done", row.error
            name = LibraryFile.objects.get(pk=row.pk).name
            assert 0 < len(name) <= 255 and "/" not in name and not any(ord(char) < 32 for char in name), name
    assert all(Path(path).name == Path(path).stem and "/" in path for path in files_below(tmp_path))
    assert len(files_below(library)) == len(DISPOSITIONS)


@given(st.text(max_size=600))
def test_H40_any_text_becomes_a_name_of_one_line_without_a_path(text: str) -> None:
    name = services.clean_name(text)
    assert 0 < len(name) <= 255 and "/" not in name and not any(ord(char) < 32 or ord(char) == 127 for char in name)
    assert services.clean_name(name) == name


@given(
    st.text(max_size=600) | st.lists(st.sampled_from([".", "..", "a", "", "/", "~", "\\"]), max_size=8).map("/".join)
)
def test_H40_any_text_becomes_an_absolute_folder_or_is_refused(text: str) -> None:
    try:
        folder = services.clean_folder(text)
    except Invalid:
        return
    assert folder.startswith("/") and not {".", ".."} & set(folder.split("/")) and "//" not in folder
    assert services.clean_folder(folder) == folder
