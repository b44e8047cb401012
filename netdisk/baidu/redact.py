"""Text that may be logged or shown: no query strings, no tokens, no control characters, bounded length.

Tokens, and on the token endpoint the client secret, travel in URLs (wire/baidu-netdisk.md §0).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

MASK = "***"
MAX_LENGTH = 300

_QUERY = re.compile(r"\?[^\s\"'<>]+")
_PAIR = re.compile(
    r"(?i)((?:access_token|refresh_token|client_secret|device_code|session_secret)[\"']?\s*[=:]\s*[\"']?)"
    r"[^\s\"'&,}<>]+"
)
# Both shapes of a Baidu token: `121.<hex32>.<...>` and the older `21.<md5>.2592000.<...>` (§1.1).
_TOKEN = re.compile(r"\b(?:12[1-9]|2[1-9])\.[0-9A-Za-z]{16,}[0-9A-Za-z._-]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` without query strings, token-shaped words and the given `secrets`.

    One line, at most 300 characters.
    """
    for secret in secrets:
        if secret:
            text = text.replace(secret, MASK)
    text = _QUERY.sub("?" + MASK, text)
    text = _PAIR.sub(lambda found: found.group(1) + MASK, text)
    text = _TOKEN.sub(MASK, text)
    return _CONTROL.sub(" ", text)[:MAX_LENGTH]
