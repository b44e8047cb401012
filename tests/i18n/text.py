"""What a person reads or hears of a page: its text and the attributes that are shown, without user data and code."""

from __future__ import annotations

import re
from html.parser import HTMLParser

SHOWN = (
    "title", "alt", "aria-label", "placeholder", "data-confirm", "data-confirm-title", "data-confirm-label",
    "data-palette", "data-word-well", "data-word-set", "data-word-blocked", "data-origin-well", "data-origin-set",
    "data-socket-well", "data-socket-blocked",
)  # fmt: skip
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
CODE = {"script", "style", "code", "pre", "kbd", "samp", "bdi", "time"}
CODE_CLASSES = {"mono", "user-code", "material-symbols-outlined"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.language = ""
        self._open: list[tuple[str, bool]] = []

    @property
    def _hidden(self) -> bool:
        return any(hidden for _, hidden in self._open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = values.get("lang", "")
        foreign = tag != "html" and values.get("lang", self.language) != self.language
        hidden = foreign or tag in CODE or bool(CODE_CLASSES & set(values.get("class", "").split()))
        if not (hidden or self._hidden):
            self.texts += [values[name] for name in SHOWN if values.get(name)]
            if tag == "input" and values.get("type") in {"submit", "button", "reset"}:
                self.texts.append(values.get("value", ""))
        if tag not in VOID:
            self._open.append((tag, hidden))

    def handle_endtag(self, tag: str) -> None:
        for index in reversed(range(len(self._open))):
            if self._open[index][0] == tag:
                del self._open[index:]
                return

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._hidden:
            self.texts.append(re.sub(r"\s+", " ", data.strip()))


def shown_texts(html: str) -> list[str]:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.texts
