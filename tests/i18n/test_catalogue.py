"""The Chinese catalogue is complete, true to its placeholders, compiled, and in step with the code."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from .catalogue import FOLDER, ROOT, Message, compiled, read_mo, read_po

MESSAGES = read_po(FOLDER / "django.po")
PLACEHOLDER = re.compile(r"%\(\w+\)[sdf]|%[sdf%]|\{\w*\}|</?\w+[^>]*>")
CJK = re.compile(r"[一-鿿]")
NOT_SOURCE = ("*.pyc", "__pycache__", ".*", "data", "tests", "bench", "docs", "deploy", "static", "node_modules")


def test_there_is_a_catalogue() -> None:
    assert len(MESSAGES) > 900


def test_every_message_is_translated_and_none_is_fuzzy() -> None:
    assert [message.key for message in MESSAGES if not message.texts or not all(message.texts.values())] == []
    assert [message.key for message in MESSAGES if "fuzzy" in message.flags] == []


def _placeholders(text: str) -> Counter[str]:
    return Counter(PLACEHOLDER.findall(text))


def test_translations_keep_placeholders_and_markup() -> None:
    assert [
        (message.id, text)
        for message in MESSAGES
        for text in message.texts.values()
        if _placeholders(text) != _placeholders(message.source)
    ] == []


def test_positional_placeholders_keep_their_order() -> None:
    positional = re.compile(r"%[sdf]")
    assert [
        message.id
        for message in MESSAGES
        for text in message.texts.values()
        if positional.findall(text) != positional.findall(message.source)
    ] == []


@pytest.mark.parametrize("mark", [",", ";", "?", "!", ":", "("])
def test_punctuation_between_chinese_characters_is_full_width(mark: str) -> None:
    half = re.compile(rf"[一-鿿]{re.escape(mark)}(?:\s|[一-鿿]|\Z)")
    assert [text for message in MESSAGES for text in message.texts.values() if half.search(text)] == []


def test_a_space_parts_chinese_from_latin_and_digits() -> None:
    tight = re.compile(r"[一-鿿][A-Za-z0-9]|[A-Za-z0-9][一-鿿]")
    assert [
        text for message in MESSAGES for text in message.texts.values() if tight.search(PLACEHOLDER.sub(" ", text))
    ] == []


def test_the_compiled_catalogue_is_that_of_the_sources() -> None:
    assert read_mo(FOLDER / "django.mo") == compiled(MESSAGES)


def _copy_of_the_sources(folder: Path) -> Path:
    target = folder / "source"
    shutil.copytree(ROOT, target, ignore=shutil.ignore_patterns(*NOT_SOURCE), symlinks=True)
    shutil.rmtree(target / "locale")
    (target / "locale").mkdir()
    return target


def test_the_catalogue_holds_exactly_what_the_code_asks_for(tmp_path: Path) -> None:
    if shutil.which("xgettext") is None and not os.environ.get("CI"):
        pytest.skip("gettext is not installed")
    source = _copy_of_the_sources(tmp_path)
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    command = [sys.executable, "-m", "django", "makemessages", "-l", "zh_Hans", "--no-location"]
    run = subprocess.run(command, cwd=source, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    asked = {message.key for message in read_po(source / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po")}
    assert asked == {message.key for message in MESSAGES}


def test_the_reader_understands_what_gettext_writes(tmp_path: Path) -> None:
    po = tmp_path / "small.po"
    po.write_text(
        'msgid ""\nmsgstr ""\n"Language: zh_Hans\\n"\n\n#, fuzzy, python-format\nmsgctxt "a"\nmsgid ""\n"two "\n'
        '"lines\\n"\nmsgstr "x"\n\nmsgid "%d file"\nmsgid_plural "%d files"\nmsgstr[0] "y"\n',
        encoding="utf-8",
    )
    assert read_po(po) == [
        Message({"fuzzy", "python-format"}, "a", "two lines\n", "", {0: "x"}),
        Message(set(), "", "%d file", "%d files", {0: "y"}),
    ]
