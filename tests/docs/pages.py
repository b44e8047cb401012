"""The documents as tests read them: files, links, headings."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^(```.*?^```)", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)


def documents() -> list[Path]:
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def prose(text: str) -> str:
    """Without code blocks, where `#` begins a comment and brackets are no links."""
    return FENCE.sub("", text)


def code_blocks(text: str) -> list[str]:
    return FENCE.findall(text)


def headings(text: str) -> list[tuple[int, str]]:
    """(level, title) of each."""
    return [(len(marks), title) for marks, title in HEADING.findall(prose(text))]


def anchor(title: str) -> str:
    """The fragment that repository pages give a heading."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def relative_links(text: str) -> list[str]:
    return [link for link in LINK.findall(prose(text)) if not re.match(r"[a-z]+:", link)]


def missing(names: set[str], text: str) -> list[str]:
    """Those that the text does not hold as a word of its own."""
    return sorted(name for name in names if not re.search(rf"(?<![\w.]){re.escape(name)}(?![\w])", text))
