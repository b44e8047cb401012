"""Faults that can be switched on: what they are called, whom they hit, how often."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from typing import Any

CATALOGUE: dict[str, str] = {
    # before the operation, on any host
    "latency": "wait {ms} before answering",
    "status": "plain HTTP error {code=503}",
    "too_many_requests": "HTTP 429 with Retry-After {seconds=1, date=false}",
    "forbidden": "HTTP 403 of the front end",
    "security_policy": "'Trigger security policy' of the gateway {status=200}",
    "html_body": "an HTML page instead of JSON {status=200}",
    "empty_body": "nothing as the body {status=200}",
    "broken_json": "JSON cut in the middle",
    "drop": "close the connection without an answer",
    "hang": "accept and never answer",
    "answer_lost": "done as ever, then the connection is closed without the answer",
    "rate_limited": "31034",
    "storm": "31034 for a {class=all} of calls, for {seconds=30}, each with probability {p=1}, drawn from {seed=0}",
    "errno": "any code in the envelope of the operation {code, message='', status}",
    "token_invalid": "-6 (xpan) or 110 with HTTP 401 (PCS)",
    "token_expired": "111; {status} makes it 401",
    "token_401": "HTTP 401 with error_code 110",
    # OAuth
    "refresh_5xx": "refresh: the token is used up, the answer is {code=500}",
    "refresh_timeout": "refresh: the token is used up, no answer comes; ends after {seconds=3600}",
    "refresh_rejected": "refresh: {error=invalid_grant, description}, nothing used up",
    "device_pending": "device code: stays pending",
    "device_slow_down": "device code: slow_down",
    "device_declined": "device code: authorization_declined",
    "device_expired": "device code: expired_token",
    # uploads
    "uploadid_expired": "superfile2, create: the uploadid is gone, 31299 or 31355",
    "part_slow": "superfile2: the part is read at {bytes_per_s=65536}",
    "part_dropped": "superfile2: connection cut after {after=65536} bytes of the body",
    "part_flip": "superfile2: one bit of the part arrives wrong, its md5 shows it",
    "part_forgotten": "superfile2: answers as ever, keeps nothing",
    "stream_unfinished": "streaming: still transcoding, an m3u8 without its end",
    # dlink
    "dlink_expired": "31360",
    "sign_error": "31362",
    "blacklist": "31329 or {code=31626}",
    "user_limited": "31326 with {hitcode=119}",
    "redirect_loop": "the dlink leads to itself",
    "redirect_to": "the dlink leads to {url}",
    # download body
    "slow": "{bytes_per_s=65536}",
    "stall": "stop for ever after {after=65536} bytes",
    "cut": "close the connection after {after=65536} bytes {hard=false: reset, chunked=false}",
    "flip": "one wrong bit at {offset=0} of the answer, in every {every=1}th answer",
    "truncate": "{bytes=1} missing at the end, the lengths agree with each other",
    "longer": "{bytes=1} more than announced",
    "wrong_length": "Content-Length off by {delta=1}, then the end of the connection",
    "ignore_range": "200 with the whole file",
    "wrong_range": "Content-Range and bytes shifted by {shift=1}",
    "gzip": "the body compressed, whatever Accept-Encoding says",
    "multipart": "a single range as multipart/byteranges",
    "change_midway": "new contents upstream after {after=65536} bytes, connection cut",
    "dlink_expired_midway": "connection cut after {after=65536} bytes, all links so far expired",
}
"""Name -> what happens, with parameters and their defaults in braces."""


@dataclass
class Fault:
    """A fault that is switched on.

    ``match`` limits it by ``op``, ``user``, ``fs_id``, ``path`` (beginning), ``method``, ``class``,
    ``uploadid`` or ``partseq``; the first
    ``skip`` matching calls pass; of the rest every ``every``-th is hit, ``times`` in all (None: always).
    """

    name: str
    params: dict[str, Any] = field(default_factory=dict)
    match: dict[str, Any] = field(default_factory=dict)
    times: int | None = None
    skip: int = 0
    every: int = 1
    since: float = field(default_factory=time.monotonic)
    seen: int = 0
    hits: int = 0
    drawn: int = 0

    def strikes(self, facts: dict[str, Any]) -> bool:
        """Count a call and tell whether the fault hits it."""
        if self.times is not None and self.hits >= self.times:
            return False
        if not all(_fits(name, wanted, facts) for name, wanted in self.match.items()):
            return False
        if self.name == "storm" and not self._rages(facts):
            return False
        self.seen += 1
        turn = self.seen - self.skip
        if turn <= 0 or turn % self.every:
            return False
        self.hits += 1
        return True

    def _rages(self, facts: dict[str, Any]) -> bool:
        """Tell whether a storm is over a call; the same seed gives the same sequence."""
        wanted, struck = self.params.get("class", "all"), facts.get("class")
        if not struck or wanted not in ("all", struck) or time.monotonic() > self.since + self.number("seconds", 30):
            return False
        self.drawn += 1
        return random.Random(f"{self.params.get('seed', 0)} {self.drawn}").random() < self.number("p", 1)

    def number(self, name: str, default: float) -> float:
        """Return a numeric parameter."""
        return float(self.params.get(name, default))

    def count(self, name: str, default: int) -> int:
        """Return a whole-number parameter."""
        return int(self.params.get(name, default))


def _fits(name: str, wanted: Any, facts: dict[str, Any]) -> bool:
    if name == "path":
        return str(facts.get("path", "")).startswith(str(wanted))
    allowed = wanted if isinstance(wanted, list) else [wanted]
    return str(facts.get(name, "")) in {str(each) for each in allowed}


class Faults:
    """All faults that are on, in the order in which they came."""

    def __init__(self) -> None:
        self.active: list[Fault] = []

    def add(self, order: dict[str, Any]) -> Fault:
        """Switch a fault on from its JSON form; raises ``ValueError`` when it is unknown or malformed."""
        name = order.get("name")
        if name not in CATALOGUE:
            raise ValueError(f"unknown fault: {name}")
        unknown = order.keys() - {"name", "params", "match", "times", "skip", "every"}
        if unknown:
            raise ValueError(f"unknown field: {', '.join(sorted(unknown))}")
        params = dict(order.get("params") or {})
        every = int(order.get("every") or params.pop("every", 1))
        times = order.get("times")
        fault = Fault(
            str(name),
            params,
            dict(order.get("match") or {}),
            None if times is None else int(times),
            int(order.get("skip") or 0),
            max(1, every),
        )
        self.active.append(fault)
        return fault

    def take(self, name: str, facts: dict[str, Any]) -> Fault | None:
        """Return the fault of that name which hits a call with these facts, counted, or None."""
        return next((each for each in self.active if each.name == name and each.strikes(facts)), None)

    def remove(self, name: str | None = None) -> None:
        """Switch off one kind of fault, or all."""
        self.active = [each for each in self.active if name and each.name != name]
