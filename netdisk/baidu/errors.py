"""The one exception of the Baidu client, with what to do about it."""

from __future__ import annotations

from netdisk.baidu.codes import Code, Family, Reaction, lookup
from netdisk.baidu.redact import redact

__all__ = [
    "AuthorizationDeclined",
    "AuthorizationPending",
    "BaiduError",
    "Code",
    "DeviceCodeExpired",
    "Family",
    "PollTooFast",
    "Reaction",
]


class BaiduError(Exception):
    """A call that did not succeed.

    `code` is Baidu's number or word, or one of ours for what has none ("malformed", "network", "unreachable",
    "http_503", ...); `platform_code` is our stable name of it. `reaction` says what helps, `then` what is
    left when that did not help. `retry_after` is the least pause in seconds, None where nothing is known. No
    token or query string is in any text.
    """

    def __init__(
        self,
        code: Code,
        message: str = "",
        *,
        family: Family = Family.XPAN,
        endpoint: str = "",
        http_status: int = 0,
        request_id: str = "",
        retry_after: float | None = None,
    ) -> None:
        line = lookup(code, family, message, http_status)
        self.code = code
        self.message = redact(message)
        self.reaction = line.reaction
        self.then = line.then
        self.platform_code = line.platform_code
        self.meaning = line.meaning
        self.family = family
        self.endpoint = endpoint
        self.http_status = http_status
        self.request_id = request_id
        self.retry_after = line.delay if retry_after is None else retry_after
        super().__init__(code, self.message)

    @property
    def permanent(self) -> bool:
        """True when the same request can't succeed later by itself."""
        return self.reaction not in _TRANSIENT

    def escalate(self) -> None:
        """Note that `reaction` was tried and did not help."""
        if self.then is not None:
            self.reaction, self.then = self.then, None

    def __str__(self) -> str:
        detail = f": {self.message}" if self.message else ""
        request = f" [request {self.request_id}]" if self.request_id else ""
        return f"{self.endpoint or self.family}: {self.code} {self.meaning}{detail}{request}"


_TRANSIENT = frozenset({Reaction.BACKOFF, Reaction.WAIT, Reaction.KEEP_POLLING, Reaction.SLOW_DOWN})


class AuthorizationPending(BaiduError):
    """The user has not decided yet: poll on."""


class PollTooFast(BaiduError):
    """Add 5 s to the polling interval, then poll on."""


class AuthorizationDeclined(BaiduError):
    """The user said no."""


class DeviceCodeExpired(BaiduError):
    """The device code timed out or was used: begin again."""
