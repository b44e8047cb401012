"""What the code says outside templates is translated: names of models and choices, errors, reasons, operations, borrowed words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import unfold
from django.apps import apps
from django.template.defaultfilters import filesizeformat
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, override

from config.sentences import ACTIONS, EVENTS, SURFACES
from core import live_settings
from core.errors import AppError
from core.operations import all_operations
from core.pages import duration
from netdisk.errors import FALLBACK, SENTENCES
from transfers.clouds import story
from transfers.clouds.errors import FALLBACK as CLOUD_FALLBACK
from transfers.clouds.errors import SENTENCES as CLOUD_SENTENCES
from transfers.messages import STEPS, WHY

CJK = re.compile(r"[一-鿿]")
SAME_IN_BOTH = {"API", "MCP", "SHA-256", "ID", "English", "CloudDrive2", "WebDAV", ""}
OURS = ("core", "accounts", "netdisk", "transfers")
THEME = Path(unfold.__file__).parent
IN_TEMPLATES = re.compile(r"{%\s*(?:trans|translate)\s+(\"[^\"]*\"|'[^']*')")
IN_CODE = re.compile(r"\b(?:_|gettext|gettext_lazy)\(\s*\"([^\"]*)\"\s*,?\s*\)")
FOR_DEVELOPERS = {
    "Dataset not found. No action performed.",
    "Select currency",
    "You can not create nested object without parent",
}


def english(texts: Iterator[Any]) -> list[str]:
    """The texts that Chinese readers would get in English."""
    with override("zh-hans"):
        words = [str(text) for text in texts]
    assert words
    return [word for word in words if word not in SAME_IN_BOTH and not CJK.search(word)]


def _models() -> Iterator[Any]:
    for app in OURS:
        yield from apps.get_app_config(app).get_models()


def test_names_of_apps_and_models() -> None:
    assert english(apps.get_app_config(app).verbose_name for app in OURS) == []
    assert (
        english(name for model in _models() for name in (model._meta.verbose_name, model._meta.verbose_name_plural))
        == []
    )


def test_names_of_fields_and_their_hints() -> None:
    fields = [field for model in _models() for field in model._meta.get_fields() if hasattr(field, "verbose_name")]
    marked = [text for field in fields for text in (field.verbose_name, field.help_text) if isinstance(text, Promise)]
    assert len(marked) > 80
    assert english(iter(marked)) == []


def test_choices() -> None:
    fields = [field for model in _models() for field in model._meta.get_fields()]
    assert english(label for field in fields for _, label in getattr(field, "flatchoices", [])) == []


def _descendants(kind: type[AppError]) -> Iterator[type[AppError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _descendants(child)


def test_errors_and_their_hints() -> None:
    assert english(text for kind in _descendants(AppError) for text in (kind.message, kind.hint)) == []
    rows = (*SENTENCES.values(), FALLBACK, *CLOUD_SENTENCES.values(), CLOUD_FALLBACK)
    assert english(text for row in rows for text in row[1:]) == []


def test_reasons_and_steps_of_transfers() -> None:
    assert english(iter([*WHY.values(), *STEPS.values()])) == []


def test_ways_to_clouddrive2_and_why_not() -> None:
    assert english(iter([*story.WAYS.values(), *story.REASONS.values()])) == []


def test_titles_of_operations_actions_and_events() -> None:
    assert english(entry.title for entry in all_operations()) == []
    assert english(iter([*ACTIONS.values(), *SURFACES.values(), *(row[0] for row in EVENTS.values())])) == []


@pytest.mark.django_db
def test_settings_that_staff_change() -> None:
    assert english(text for row in live_settings.overview() for text in (row.setting.label, row.setting.help)) == []


@pytest.mark.parametrize(
    ("seconds", "chinese", "plain"),
    [
        (17, "17 秒", "17 s"),
        (240, "4 分钟", "4 min"),
        (7500, "2 小时 5 分钟", "2 h 5 min"),
        (90000 * 2, "2 天", "2 days"),
    ],
)
def test_durations_in_both_languages(seconds: float, chinese: str, plain: str) -> None:
    with override("zh-hans"):
        assert duration(seconds) == chinese
    with override("en"):
        assert duration(seconds) == plain


def test_plurals_in_both_languages() -> None:
    def attempts(count: int) -> str:
        return ngettext("%d attempt", "%d attempts", count) % count

    with override("en"):
        assert (attempts(1), attempts(2)) == ("1 attempt", "2 attempts")
    with override("zh-hans"):
        assert (attempts(1), attempts(2)) == ("1 次尝试", "2 次尝试")
        assert filesizeformat(1536) == "1.5\xa0KB"


def _theme_words() -> Iterator[str]:
    for path in THEME.rglob("*"):
        if "contrib" in path.parts or path.suffix not in {".html", ".py"}:
            continue
        found = IN_TEMPLATES if path.suffix == ".html" else IN_CODE
        yield from (text.strip("\"'") if path.suffix == ".html" else text for text in found.findall(path.read_text()))


def test_words_of_the_admin_theme() -> None:
    words = {word for word in _theme_words() if word} - FOR_DEVELOPERS
    assert len(words) > 60
    with override("zh-hans"):
        assert sorted(word for word in words if gettext(word) == word) == []
