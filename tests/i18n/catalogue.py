"""Reading gettext catalogues, with the standard library only: the project runs where gettext is not installed."""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES"
KEYWORD = re.compile(r'(msgctxt|msgid_plural|msgid|msgstr)(?:\[(\d)\])? (".*")\Z')
Key = tuple[str, str, str]


@dataclass
class Message:
    """One entry: `context` and `plural` are empty where there is none; `texts` holds a translation per plural form."""

    flags: set[str] = field(default_factory=set)
    context: str = ""
    id: str = ""
    plural: str = ""
    texts: dict[int, str] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        return self.context, self.id, self.plural

    @property
    def source(self) -> str:
        return self.plural or self.id


def read_po(path: Path) -> list[Message]:
    """The messages of a .po file without its header."""
    blocks = re.split(r"\n\s*\n", path.read_text(encoding="utf-8").strip())
    return [message for block in blocks if (message := _message(block)).id]


def _message(block: str) -> Message:
    message = Message()
    for line in block.splitlines():
        if line.startswith("#,"):
            message.flags |= {flag.strip() for flag in line[2:].split(",")}
    parts: dict[tuple[str, int], str] = {}
    for name, form, text in _strings(block):
        parts[name, form] = parts.get((name, form), "") + text
    message.context, message.id, message.plural = (parts.get((n, 0), "") for n in ("msgctxt", "msgid", "msgid_plural"))
    message.texts = {form: text for (name, form), text in parts.items() if name == "msgstr"}
    return message


def _strings(block: str) -> Iterator[tuple[str, int, str]]:
    name, form = "", 0
    for line in block.splitlines():
        if found := KEYWORD.match(line):
            name, form = found[1], int(found[2] or 0)
            yield name, form, ast.literal_eval(found[3])
        elif line.startswith('"'):
            yield name, form, ast.literal_eval(line)


def read_mo(path: Path) -> dict[object, str]:
    """A compiled catalogue as gettext keeps it: by id, or by (id, form) for plurals; a context is joined with EOT."""
    with path.open("rb") as file:
        found: dict[object, str] = vars(gettext.GNUTranslations(file))["_catalog"]
    return {key: text for key, text in found.items() if key}


def compiled(messages: list[Message]) -> dict[object, str]:
    """What a .mo made of these messages must hold."""
    found: dict[object, str] = {}
    for message in messages:
        name = f"{message.context}\x04{message.id}" if message.context else message.id
        for form, text in message.texts.items():
            found[(name, form) if message.plural else name] = text
    return found
