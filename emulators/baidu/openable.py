"""Generated files that open: text to read, pictures to see, a page of PDF; each of exactly its size.

What a program needs lies at the beginning and at the end of the file, the rest is filling.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from functools import lru_cache

from emulators.baidu.pictures import draw, mosaic

TEXT = "text"
_KINDS = {"txt": TEXT, "md": TEXT, "csv": TEXT, "png": "png", "jpg": "jpg", "jpeg": "jpg", "pdf": "pdf"}
_SENTENCES = (
    "今天的会议讨论了下一季度的计划。",
    "请在周五之前提交报告。",
    "西湖的早晨很安静，湖面上有一层薄雾。",
    "The quick brown fox jumps over the lazy dog.",
    "预算需要重新计算，附件里有详细的数字。",
    "Remember to back up the photos from the trip.",
    "资料已经整理好，放在共享文件夹里。",
    "All times are local; all sums are in yuan.",
)

Edges = tuple[bytes, bytes]


def kind_of(extension: str) -> str:
    """Return what a file with that extension can be made into, '' for plain noise."""
    return _KINDS.get(extension, "")


@lru_cache(maxsize=128)
def edges(seed: str, size: int) -> Edges:
    """Return the beginning and the end of a file, as the kind in front of its seed has it; too long: nothing."""
    make = _EDGES.get(seed.partition(":")[0])
    head, tail = make(seed, size) if make else (b"", b"")
    return (head, tail) if len(head) + len(tail) <= size else (b"", b"")


def _text(seed: str, size: int) -> Edges:
    dice, lines, length = random.Random(seed), [], 0
    while length < size:
        lines.append(" ".join(dice.choices(_SENTENCES, k=3)) + "\n")
        length += len(lines[-1].encode())
    whole = "".join(lines).encode()[:size].decode("utf-8", "ignore").encode()
    return whole.ljust(size, b"\n"), b""


def _pdf(seed: str, size: int) -> Edges:
    mark = hashlib.sha256(seed.encode()).hexdigest()[:16]
    shown = f"BT /F1 24 Tf 72 720 Td (Document {mark}) Tj 0 -36 Td ({size} bytes) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(shown), shown),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    head, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(head))
        head += b"%d 0 obj%s\nendobj\n" % (number, body)
    places.append(len(head))
    # The filling is a stream nobody refers to; its length and the table's place always have ten digits.
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    table = b"xref\n0 7\n0000000000 65535 f \n" + rows + b"trailer<</Size 7/Root 1 0 R>>\nstartxref\n"
    opening, closing, end = b"6 0 obj<</Length %010d>>stream\n", b"\nendstream\nendobj\n", b"%010d\n%%%%EOF\n"
    at_table = max(0, size - len(table) - len(end % 0))
    filling = max(0, at_table - len(closing) - len(head) - len(opening % 0))
    return head + opening % filling, closing + table + end % at_table


_EDGES: dict[str, Callable[[str, int], Edges]] = {
    TEXT: _text,
    "png": lambda seed, _: (draw(seed, 320, 200), b""),
    "jpg": lambda seed, _: (mosaic(seed, 640, 480), b""),
    "pdf": _pdf,
}
