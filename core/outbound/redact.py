"""Secrets out of URLs and free text before they reach a log, an error or a page (row H59).

Baidu sends tokens and the client secret in query strings (wire/baidu-netdisk.md §0), so every URL is suspect.
"""

from __future__ import annotations

import re
from urllib.parse import unquote_plus

MASK = "***"

# fmt: off
_SECRET_NAMES = frozenset((
    "auth", "authorization", "bdstoken", "bduss", "code", "cookie", "credential", "credentials", "csign",
    "device_code", "jwt", "key", "pass", "passwd", "password", "pwd", "randsk", "secret", "sekey", "session",
    "session_id", "sessionid", "sid", "sig", "sign", "signature", "spwd", "stoken", "ticket", "token",
))
# In free text these are ordinary words.
_PLAIN_IN_TEXT = frozenset(("auth", "code", "key", "pass", "session", "sid", "sig", "sign", "ticket"))
_SECRET_ENDINGS = (
    "token", "secret", "password", "passwd", "signature", "credential", "ticket", "apikey", "_key", "-key",
)
# fmt: on

_USERINFO = re.compile(r"([a-z][a-z0-9+.-]{0,20}://)[^/?#\s]*@", re.IGNORECASE)
_PAIR = re.compile(r"(?<=[?&;#])([^?&;#=\s]{1,100})=([^&;#\s]+)")
_PAIR_IN_TEXT = re.compile(r"(?<=[?&;])([^?&;#=\s\"'\\]{1,100})=([^&;#\s\"'<>\\]+)")
_URL = re.compile(r"(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,20}://[^\s\"'<>]+", re.IGNORECASE)
_FIELD = re.compile(
    r"(?<![\w-])([\w-]{2,60})(\\{0,3}[\"']?\s{0,3}[=:]\s{0,3})"
    r"(?:(\\{0,3}[\"'])(?:.{0,4096}?)(\3)|[^\s&;,\"'{}\[\]\\]+)"
)
_HEADER = re.compile(
    r"(?<![\w-])((?:proxy-)?authorization|(?:set-)?cookie)(\\{0,3}[\"']?\s{0,3}[:=]\s{0,3}\\{0,3}[\"']?)[^\r\n\"'\\]+",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"(?<![\w-])(bearer|basic)[ \t]{1,3}[\w.~+/=-]{8,}", re.IGNORECASE)
_TOKENS = re.compile(
    r"(?<![\w-])eyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*){0,3}"  # JSON Web Tokens
    r"|(?<![\w-])ask_(?:live|test)_[\w-]+"  # API tokens of this platform
    r"|(?<![\w-])sk-[\w-]{16,}"  # keys of LLM services
    r"|(?<![\w.])\d{2,3}\.[0-9a-f]{32}\.[\w.-]+"  # Baidu access and refresh tokens
    r"|(?<![\w.-])v1\.[0-9a-f]{8}\.[\w-]{38,}={0,2}"  # what the vault sealed: links to pictures and films have it in their path
    r"|(?<![0-9a-f])[0-9a-f]{32,}(?![0-9a-f])",
    re.IGNORECASE,
)


def redact_url(url: str) -> str:
    """`url` with user information and the values of secret-looking parameters (query and fragment) masked."""
    return _PAIR.sub(_mask_pair, _USERINFO.sub(rf"\1{MASK}@", url))


def redact_text(text: str) -> str:
    """`text` with secrets masked: in URLs, headers, JSON and form fields; tokens and long hex anywhere."""
    text = _URL.sub(lambda found: redact_url(found[0]), text)
    text = _PAIR_IN_TEXT.sub(_mask_pair, text)
    text = _HEADER.sub(rf"\1\2{MASK}", text)
    text = _SCHEME.sub(rf"\1 {MASK}", text)
    text = _FIELD.sub(_mask_field, text)
    return _TOKENS.sub(MASK, text)


def is_secret_name(name: str) -> bool:
    """Whether a parameter or field of this name is likely to hold a secret."""
    name = unquote_plus(name).lower()
    return name in _SECRET_NAMES or name.endswith(_SECRET_ENDINGS)


def _mask_pair(pair: re.Match[str]) -> str:
    return f"{pair[1]}={MASK}" if is_secret_name(pair[1]) else pair[0]


def _mask_field(field: re.Match[str]) -> str:
    if field[1].lower() in _PLAIN_IN_TEXT or not is_secret_name(field[1]):
        return field[0]
    return f"{field[1]}{field[2]}{field[3] or ''}{MASK}{field[4] or ''}"
