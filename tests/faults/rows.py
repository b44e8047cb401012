"""The fault rows that have tests: what happens, and what must hold whatever happens."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

TESTS = Path(__file__).resolve().parents[1]
NAME = re.compile(r"^\s*(?:async )?def test_((?:F\d\d_)+)", re.MULTILINE)


class Row(NamedTuple):
    fault: str
    invariant: str


ROWS = {
    "F01": Row(
        "kill -9 during a download", "right hash; durable bytes never fewer; final name once; one completion event"
    ),
    "F02": Row(
        "kill -9 during an upload to a drive", "confirmed parts are not sent again; one file, one completion event"
    ),
    "F03": Row(
        "kill -9 during a browser's upload",
        "the row never claims more than is durable; the client goes on from there; nothing is left lying",
    ),
    "F04": Row("kill between commit and wake-up", "a committed job is rung again; an uncommitted one never runs"),
    "F05": Row(
        "SIGTERM of a web process", "requests finish, sockets close 1001/1012, exit 0; no error through a proxy"
    ),
    "F06": Row("SIGTERM of a worker", "transfers go back to queued; a second signal ends at once; nothing lost"),
    "F07": Row("a worker frozen and thawed", "another takes over; the thawed one writes nothing more"),
    "F08": Row("one job delivered many times", "one claim wins; one effect each"),
    "F09": Row("two schedulers", "one firing per due time"),
    "F10": Row("a job that kills its worker", "parked after three crashes; the others go on"),
    "F20": Row("SQLite write lock for 3 s", "writers wait, readers do not, nobody fails"),
    "F21": Row("SQLite write lock beyond the bound", "503 with Retry-After; readers go on; nothing piles up"),
    "F22": Row("kill -9 in heavy writes", "integrity_check ok; every acknowledged row is there"),
    "F23": Row("a reader holds a snapshot", "no reader of ours does; the log is bounded and shrinks again"),
    "F24": Row(
        "PostgreSQL restarted, connections cut", "200 or 503 with Retry-After; back within 5 s; transfers go on"
    ),
    "F35": Row("no Redis at the start", "pages, API and sign-in work; health says degraded"),
    "F36": Row("Redis killed and empty again", "1,000 queued jobs all end, each once; sockets hear again"),
    "F37": Row("Redis hangs", "one time-out, then the breaker; then normal"),
    "F39": Row("more progress than can be read", "the latest state arrives; memory bounded"),
    "F45": Row("disk full", "waits with the reason, goes on by itself; the database stays whole"),
    "F46": Row("input/output errors of the disk", "ends with the real reason"),
    "F47": Row("death between write, sync and rename", "the final name means the right hash"),
    "F48": Row("wall clock jumps", "leases, limits, ids and refreshes do not care"),
    "F49": Row(
        "5xx, 429, Retry-After",
        "back-off with jitter and a budget; breaker per host; permanent answers are not retried",
    ),
    "F50": Row("a source that hangs or drips", "time-outs; stalls found and resumed by range"),
    "F51": Row("truncated, cut, surplus bodies", "never a success"),
    "F52": Row("one flipped bit", "caught where a hash is known; else the state says length only"),
    "F53": Row("the file changes at the source", "never a mix of two versions"),
    "F54": Row("ranges ignored or wrong", "detected; one stream instead"),
    "F55": Row("redirect loops and strange targets", "five hops; credentials stay; every hop passes the gate"),
    "F56": Row("names that do not resolve", "a quick fallback; the error says DNS"),
    "F57": Row("resets, peers that vanish", "only the rest is fetched; dead sockets found within a minute"),
    "F58": Row("a local file changes while it is sent", "a session of its own; never parts of two versions"),
    "F60": Row("the same order many times", "one row, the same answer for every copy"),
    "F63": Row("many see an expired token", "exactly one refresh per generation; never a loop"),
    "F64": Row("sockets that never read", "bounded memory; cut off; others get everything"),
    "F67": Row("floods and giant frames", "closed with 1008 or 1009; no compression"),
    "F73": Row("50 requests race for 10 downloads", "exactly 10 pass"),
}


def rows_of(text: str) -> set[str]:
    """The rows that the tests in a module's text are named after."""
    return {row for found in NAME.findall(text) for row in found.strip("_").split("_")}


def proven() -> set[str]:
    """The rows that any test of the project is named after."""
    return {row for path in TESTS.rglob("test_*.py") for row in rows_of(path.read_text(encoding="utf-8"))}
