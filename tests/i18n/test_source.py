"""Words for people are marked so that the catalogue can know them: whole sentences, and none inside the scripts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from .catalogue import ROOT

APPS = ("config", "core", "accounts", "netdisk", "transfers")
# gettext function → how many leading arguments are texts
TEXTS = {"_": 1} | {
    f"{name}{lazy}": count
    for name, count in {"gettext": 1, "gettext_noop": 1, "ngettext": 2, "pgettext": 2, "npgettext": 3}.items()
    for lazy in ("", "_lazy")
}
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))
WORDS = ROOT / "templates" / "components" / "shell" / "i18n.html"
COMMENT = re.compile(r"/\*.*?\*/|(?<!:)//[^\n]*", re.DOTALL)
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"|\'((?:[^\'\\\n]|\\.)*)\'')
SHOWN = re.compile(
    r"(?:\.(?:textContent|innerText|innerHTML|title|placeholder|ariaLabel|alt)\s*=|\b(?:text|detail|label|title)\s*:"
    r"|\b(?:alert|confirm|prompt|append|createTextNode)\(|setAttribute\(\s*[\"'](?:title|aria-label|placeholder|alt)[\"'],)"
    r"\s*[\"'`]([^\"'`]*[A-Za-z一-鿿]{2}[^\"'`]*)"
)
FONTS = re.compile(r"sans-serif|monospace")
SENTENCE = re.compile(r"[A-Z][a-z]+(?:[ ’'][A-Za-z]+)+|[一-鿿]")


def _calls(source: str) -> Iterator[tuple[int, list[ast.expr]]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TEXTS:
            yield node.lineno, node.args[: TEXTS[node.func.id]]


def _unmarkable(source: str) -> list[int]:
    return [line for line, texts in _calls(source) if not all(isinstance(text, ast.Constant) for text in texts)]


def test_texts_are_whole_when_gettext_gets_them() -> None:
    paths = [path for app in APPS for path in sorted((ROOT / app).rglob("*.py"))]
    assert len(paths) > 100
    assert {path: lines for path in paths if (lines := _unmarkable(path.read_text(encoding="utf-8")))} == {}


def test_the_check_sees_f_strings_percent_and_joined_texts() -> None:
    bad = ['_(f"{n} files")', '_("%s" % n)', '_("a" + b)', 'ngettext("a", f"{n}", n)', 'pgettext("x", "{}".format(1))']
    assert [_unmarkable(source) for source in bad] == [[1]] * len(bad)
    assert _unmarkable('_("a %s") % n; _("a" "b"); ngettext("a", "b", n)') == []


def _shown(script: str) -> list[str]:
    """String literals of a script that people would read."""
    code = COMMENT.sub("", script)
    sentences = [first or second for first, second in LITERAL.findall(code) if SENTENCE.search(first or second)]
    return [text for text in [*SHOWN.findall(code), *sentences] if text.strip() and not FONTS.search(text)]


def test_scripts_hold_no_words_of_their_own() -> None:
    assert len(SCRIPTS) > 15
    assert {path.name: texts for path in SCRIPTS if (texts := _shown(path.read_text(encoding="utf-8")))} == {}


def test_the_check_sees_words_in_scripts() -> None:
    for line in (
        'node.textContent = "saved";',
        'toast({ text: "All is well" });',
        'throw "Try again later";',
        'x("保存")',
    ):
        assert _shown(line), line
    assert (
        _shown('import { t } from "./i18n.js"; // Say it\nnode.title = t("copied"); document.querySelector("a [x] b")')
        == []
    )


def test_every_word_that_scripts_ask_for_is_in_the_page() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in SCRIPTS)
    asked = set(re.findall(r'\btn?\("([a-z0-9-]+)"', code))
    given = set(re.findall(r'data-key="([^".]+)', WORDS.read_text(encoding="utf-8")))
    assert len(asked) > 5
    assert asked <= given
