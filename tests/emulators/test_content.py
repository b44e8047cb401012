"""Contents without a disk: the same everywhere, different everywhere else."""

from __future__ import annotations

import hashlib

import pytest

from emulators.baidu.content import BLOCK, Content, obfuscated
from emulators.baidu.seeding import plant


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 1024, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 77])
def test_a_content_has_its_size_and_hashes(size: int) -> None:
    content = Content("seed", size)
    data = content.read(0, size + 10)
    assert len(data) == size
    assert content.sha256() == hashlib.sha256(data).hexdigest()
    assert content.md5() == hashlib.md5(data).hexdigest()


@pytest.mark.parametrize(
    ("offset", "n"), [(0, 10), (5, BLOCK), (BLOCK - 1, 2), (2 * BLOCK, 99), (BLOCK + 3, 2 * BLOCK)]
)
def test_any_part_equals_that_part_of_the_whole(offset: int, n: int) -> None:
    content = Content("seed", 4 * BLOCK + 5)
    assert content.read(offset, n) == content.read(0, content.size)[offset : offset + n]


def test_no_two_blocks_and_no_two_seeds_are_alike() -> None:
    content = Content("seed", 300 * BLOCK)
    blocks = {content.read(number * BLOCK, BLOCK) for number in range(300)}
    assert len(blocks) == 300
    assert Content("other", BLOCK).read(0, BLOCK) not in blocks


def test_reading_far_into_a_huge_file_needs_nothing_before_it() -> None:
    content = Content("seed", 1 << 40)
    assert len(content.read((1 << 40) - 5, 100)) == 5
    assert content.read(1 << 39, 4) == content.read((1 << 39) - 4, 8)[4:]


def test_obfuscation_matches_the_known_pair() -> None:
    assert obfuscated(hashlib.md5(b"hello").hexdigest()) == "bd686f11dkea8dc5113480f530da507e"


@pytest.mark.parametrize("kind", ["text", "png", "jpg", "pdf"])
@pytest.mark.parametrize("size", [1, 40, 5000, BLOCK, BLOCK + 1, 3 * BLOCK + 77])
def test_contents_that_open_have_their_size_and_any_part_of_them(kind: str, size: int) -> None:
    content = Content(f"{kind}:seed", size)
    data = content.read(0, size + 10)
    assert len(data) == size
    assert content.md5() == hashlib.md5(data).hexdigest()
    for offset in (0, size // 3, max(0, size - 30)):
        assert content.read(offset, 100) == data[offset : offset + 100]


def test_text_is_text_pictures_are_pictures_and_a_pdf_finds_its_objects() -> None:
    assert "\n" in Content("text:seed", 1234).read(0, 1234).decode()
    png = Content("png:seed", 20_000).read(0, 20_000)
    assert png.startswith(b"\x89PNG") and b"IEND" in png
    jpg = Content("jpg:seed", 200_000).read(0, 200_000)
    assert jpg.startswith(b"\xff\xd8\xff\xe0\x00\x10JFIF")
    end = jpg.index(b"\xff\xd9")
    scan = jpg[jpg.index(b"\xff\xda") : end]
    assert len(scan) > 80 * 60
    pdf = Content("pdf:seed", 300_000).read(0, 300_000)
    table = int(pdf[pdf.index(b"startxref") :].split()[1])
    assert pdf[table:].startswith(b"xref")
    rows = pdf[table:].split(b"\n")[3:9]
    for number, row in enumerate(rows, 1):
        assert pdf[int(row[:10]) :].startswith(b"%d 0 obj" % number)


def test_a_tree_has_files_that_open() -> None:
    drive = plant("1:demo", 300)
    shots = drive.find("/照片/截图")
    assert shots
    shot = next(iter(shots.children.values()))
    assert Content(shot.content, shot.size).read(0, 8) == b"\x89PNG\r\n\x1a\n"
