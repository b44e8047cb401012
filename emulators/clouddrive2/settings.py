"""The lasting switches of the stand-in; every one can be changed while it runs (``/control/settings``)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass
class Settings:
    """Times in seconds, sizes in bytes; the defaults are the documented behaviour or our choice of §7."""

    version: str = "1.1.2"
    """What GetRuntimeInfo tells; methods that an older server lacks are refused (12)."""
    latency_ms: float = 0
    token_s: float = 86_400
    """How long the token of GetToken lives."""

    # limits and answers (§7)
    message_limit: int = 4 << 20
    """Most bytes of a request message."""
    message_limit_status: int = 11
    """What a longer one gets: 11 as tonic does, or 8."""
    batch: int = 200
    """Entries in one message of a listing."""
    missing_as_empty: bool = False
    """FindFileByPath answers OK with an empty file instead of NOT_FOUND."""
    exists_as_status: bool = False
    """CreateFolder answers status 6 for a folder that exists instead of ``result.success=false``."""
    web_empty_refusal: bool = False
    """A wrong password over gRPC-Web gets HTTP 200 with nothing in it (seen with 1.1.1)."""
    stream_reply: str = "total"
    """What WriteToFileStream counts: ``total`` or the ``last`` message."""
    cache_s: float = 0
    """How long a listing may be stale unless it is forced; 0 never is."""

    # uploads
    keep: str = "bytes"
    """What is kept of an uploaded file: its ``bytes`` on the disk, or its ``length`` and the hashes that were told."""
    upload_delay_s: float = 0.05
    """How long after its end a written file waits for its upload."""
    step_s: float = 0.01
    """How long an upload stays in each state before its transfer."""
    upload_bytes_per_s: float = 0
    """How fast the cloud takes bytes; 0 as fast as it can."""
    uploads_at_once: int = 8
    upload_chunk: int = 4 << 20
    """After how many bytes a running upload tells how far it is."""
    finished_s: float = 60
    """How long a finished upload stays listed."""
    ignored_extensions: str = "tmp,crdownload"
    """Files written by mount or directly that are never uploaded."""

    # remote uploads (§3.4)
    read_length: int = 4 << 20
    """Bytes of one read request; 0 asks for the whole file."""
    read_window: int = 2
    """Read requests open at once."""
    read_order: str = "forward"
    """``forward``, ``backward`` or ``shuffled``."""
    read_unaligned: bool = False
    """Requests of odd lengths."""
    read_repeat: int = 0
    """Every n-th read request comes twice, the second time after the bytes arrived; 0 never."""
    read_retry_s: float = 60
    """After how long an unanswered read request is repeated."""
    hash_repeat_s: float = 60
    """After how long without progress a hash request is repeated."""
    rapid: bool = True
    """A content that the cloud has already ends the upload as Skipped, without its bytes."""
    rapid_status: str = "Skipped"
    """How it ends then: ``Skipped`` or ``Finish``."""
    route: str = "newest"
    """Which channel of an account or API token gets the requests: the ``newest`` or ``all``."""
    lost_as_reply: bool = False
    """RemoteReadData of an unknown session answers ``success=false`` instead of status 5."""
    session_s: float = 600
    """How long an upload without a channel lives."""

    # downloads, tasks, WebDAV
    signed_downloads: bool = False
    """/static wants a token or a signature (``requireSignedDownloadUrls``)."""
    direct_urls: bool = False
    """GetDownloadUrlPath tells a direct address as well."""
    link_s: float = 0
    """How long a download address lives; 0 for ever."""
    task_s: float = 0.2
    """How long a copy or move in the background takes."""
    offline_s: float = 0.5
    offline_outcome: str = "finished"
    """How an offline download ends: ``finished`` or ``error``."""
    mount_settle_s: float = 0.3
    """How long a file below a mount must rest before it counts as closed."""
    dav_enabled: bool = False
    """WebDAV is on from the start; a real server has it off."""
    mounts_allowed: int = 10
    """Mount points the plan allows; more are refused with ``invalid user plan``."""

    def change(self, values: dict[str, Any]) -> None:
        """Set some switches, each converted to its type; raises ``ValueError`` for a wrong name or value."""
        known = {each.name: str(each.type) for each in fields(self)}
        unknown = values.keys() - known.keys()
        if unknown:
            raise ValueError(f"unknown setting: {', '.join(sorted(unknown))}")
        for name, value in values.items():
            setattr(self, name, _converted(value, known[name]))

    def as_dict(self) -> dict[str, Any]:
        """Return all switches by name."""
        return asdict(self)


_TYPES: dict[str, Callable[[Any], Any]] = {"int": int, "float": float, "str": str}


def _converted(value: Any, kind: str) -> Any:
    if kind == "bool":
        return value if isinstance(value, bool) else str(value).lower() in {"1", "true", "yes", "on"}
    try:
        return _TYPES[kind](value)
    except (TypeError, ValueError) as problem:
        raise ValueError(f"not a {kind}: {value!r}") from problem
