"""`manage.py check` as the doctor: each misconfiguration in a plain sentence with what to do."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from .outbound.gate import Policy


@register()
def folders(**options: Any) -> list[CheckMessage]:
    if os.access(settings.DATA_DIR, os.W_OK):
        return []
    return [
        Error(
            f"The data folder {settings.DATA_DIR} can't be written.",
            hint="Set DATA_DIR to a folder of this user.",
            id="core.E001",
        )
    ]


@register()
def allow_list(**options: Any) -> list[CheckMessage]:
    try:
        Policy.parse(settings.OUTBOUND_ALLOW)
    except ValueError as error:
        return [
            Error(f"OUTBOUND_ALLOW: {error}", hint="Write host:port, host or network, comma separated.", id="core.E002")
        ]
    return []


@register(deploy=True)
def public_address(**options: Any) -> list[CheckMessage]:
    if settings.SECURE:
        return []
    return [Warning("PUBLIC_URL is not https.", hint="Put the site behind TLS and set PUBLIC_URL.", id="core.W001")]
