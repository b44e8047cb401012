"""The environment's variables as pages may show them: value, where it comes from, secrets masked."""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import groupby

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core.errors import Text
from core.outbound.redact import redact_text

from .environment import VARIABLES, Variable, is_set, read

MASK = "••••••••"
MADE_WHEN_MISSING = ("SECRET_KEY", "ENC_MASTER_KEY")
SECTIONS: dict[str, Text] = {
    "Server": _("Server"),
    "Secrets": _("Secrets"),
    "Storage and jobs": _("Storage and jobs"),
    "Accounts": _("Accounts"),
    "Baidu Netdisk": _("Baidu Netdisk"),
    "CloudDrive2": _("CloudDrive2"),
    "Transfers and the outside world": _("Transfers and the outside world"),
}


@dataclass(frozen=True)
class Described:
    """`source`: environment, file, kept (made at the first start) or default; `origin`: where, if worth saying."""

    name: str
    help: str
    shown: str
    source: str
    origin: str
    secret: bool

    @property
    def is_set(self) -> bool:
        return self.source != "default"


def describe(variable: Variable) -> Described:
    source, origin = _source(variable)
    return Described(variable.name, variable.help, _shown(variable), source, origin, variable.secret)


def given() -> list[Described]:
    """What this installation sets."""
    return [row for row in map(describe, VARIABLES) if row.is_set]


def defaults() -> list[tuple[Text, list[Described]]]:
    """The rest, by section."""
    rest = [row for row in VARIABLES if not describe(row).is_set]
    return [
        (SECTIONS[name], [describe(row) for row in rows]) for name, rows in groupby(rest, key=lambda row: row.section)
    ]


def _source(variable: Variable) -> tuple[str, str]:
    for name in (variable.name, *variable.aliases):
        if os.environ.get(f"{name}_FILE"):
            return "file", f"{name}_FILE"
        if os.environ.get(name):
            return "environment", name if name != variable.name else ""
    if variable.name in MADE_WHEN_MISSING:
        return "kept", str(settings.KEYS_DIR / variable.name.lower())
    return "default", ""


def _shown(variable: Variable) -> str:
    if variable.secret:
        return MASK if is_set(variable.name) or variable.name in MADE_WHEN_MISSING else ""
    value = read(variable.name)
    if isinstance(value, list):
        value = ", ".join(value)
    return str(value).lower() if isinstance(value, bool) else redact_text(str(value))
