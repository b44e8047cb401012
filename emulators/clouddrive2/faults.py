"""Faults that can be switched on: what they are called, whom they hit, how often."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

CATALOGUE: dict[str, str] = {
    # before a call runs; match: op, path, user, transport
    "latency": "wait {ms=1000} before answering",
    "status": "end the call with {code=2, details='fault'}",
    "auth_expired": "16, as for a token whose time is over",
    "permission": "7, as for a token without the right",
    "plan": "7 `invalid user plan`",
    "unimplemented": "12, as from a server that does not know the method",
    "unavailable": "14, for {seconds=0: as long as the fault is on}",
    "hang": "never answer",
    "drop": "close the connection instead of running the call",
    "answer_lost": "run the call, then close the connection instead of answering",
    # connections; match: kind (h2 or http)
    "cut": "close a new connection after {after=0} bytes of the client",
    "slow": "take the bytes of a new connection at {bytes_per_s=65536}",
    "goaway": "tell a new connection after {after=0} bytes of the client: GOAWAY too_many_pings",
    # the remote-upload channel and its uploads; match: path
    "channel_drop": "end the channel after {messages=1} messages {error=true: with 14, else as if replaced}",
    "channel_mute": "messages of the channel are lost",
    "status_lost": "the last status of an upload is never told",
    "duplicate_hash": "every hash request comes {copies=2} times",
    "skipped": "the upload ends as Skipped, nothing is stored",
    "session_lost": "the upload is forgotten: `upload session not found`",
    "chunk_refused": "RemoteReadData answers success=false {message='write failed'}",
    "chunk_short": "RemoteReadData and WriteToFile count {bytes=1} less than came, and keep less",
    "stall": "the upload stands still for {seconds=0: for ever}",
    # what is stored in the end; match: path
    "wrong_size": "the stored file is {delta=-1} bytes longer than sent",
    "flip": "one bit of the stored file is wrong",
    "upload_failed": "accepted, then the upload ends in {status=Error, message='cloud refused the file'}",
    "invisible": "the file shows only after {seconds=1} more",
    # downloads
    "fresh_502": "/static answers 502",
    "download_cut": "close the connection after {after=65536} bytes of the body",
    # WebDAV
    "dav_status": "WebDAV answers {code=503}",
}
"""Name -> what happens, with parameters and their defaults in braces."""


@dataclass
class Fault:
    """A fault that is switched on.

    ``match`` limits it by facts of the call (``path`` by its beginning); the first ``skip`` matching calls
    pass; of the rest ``times`` are hit (None: all).
    """

    name: str
    params: dict[str, Any] = field(default_factory=dict)
    match: dict[str, Any] = field(default_factory=dict)
    times: int | None = None
    skip: int = 0
    since: float = field(default_factory=time.monotonic)
    seen: int = 0
    hits: int = 0

    def strikes(self, facts: dict[str, Any]) -> bool:
        """Count a call and tell whether the fault hits it."""
        if self.times is not None and self.hits >= self.times:
            return False
        if not all(_fits(name, wanted, facts) for name, wanted in self.match.items()):
            return False
        seconds = self.number("seconds", 0)
        if self.name == "unavailable" and seconds and time.monotonic() > self.since + seconds:
            return False
        self.seen += 1
        if self.seen <= self.skip:
            return False
        self.hits += 1
        return True

    def number(self, name: str, default: float) -> float:
        """Return a numeric parameter."""
        return float(self.params.get(name, default))

    def count(self, name: str, default: int) -> int:
        """Return a whole-number parameter."""
        return int(self.params.get(name, default))

    def text(self, name: str, default: str) -> str:
        """Return a parameter that is a text."""
        return str(self.params.get(name, default))


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
        unknown = order.keys() - {"name", "params", "match", "times", "skip"}
        if unknown:
            raise ValueError(f"unknown field: {', '.join(sorted(unknown))}")
        times = order.get("times")
        fault = Fault(
            str(name),
            dict(order.get("params") or {}),
            dict(order.get("match") or {}),
            None if times is None else int(times),
            int(order.get("skip") or 0),
        )
        self.active.append(fault)
        return fault

    def take(self, name: str, facts: dict[str, Any]) -> Fault | None:
        """Return the fault of that name which hits a call with these facts, counted, or None."""
        return next((each for each in self.active if each.name == name and each.strikes(facts)), None)

    def remove(self, name: str | None = None) -> None:
        """Switch off one kind of fault, or all."""
        self.active = [each for each in self.active if name and each.name != name]
