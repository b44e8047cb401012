"""Where a CloudDrive2 server is, and how patiently and in what portions to talk to it (wire/clouddrive2.md §1.2)."""

from __future__ import annotations

from dataclasses import dataclass, field

MIB = 1 << 20
KIB = 1 << 10


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server. `address` is the checked IP address to connect to instead of resolving `host` again.

    `ca` are trusted certificates as PEM for `tls`; None trusts what the system trusts.
    """

    host: str
    port: int = 19798
    tls: bool = False
    address: str = ""
    ca: bytes | None = field(default=None, repr=False)

    @property
    def authority(self) -> str:
        """Host and port as they stand in addresses."""
        return _joined(self.host, self.port)

    @property
    def target(self) -> str:
        """Host and port to connect to."""
        return _joined(self.address or self.host, self.port)

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"{'https' if self.tls else 'http'}://{self.authority}"


def _joined(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@dataclass(frozen=True, slots=True)
class Tuning:
    """Times in seconds, sizes in bytes."""

    connect_seconds: float = 10
    """HTTP only; gRPC has the deadline of the call."""
    metadata_seconds: float = 30
    listing_seconds: float = 300
    start_seconds: float = 60
    chunk_seconds: float = 60
    hash_seconds: float = 30
    hash_final_seconds: float = 300
    segment: int = 64 * MIB
    """Bytes that are written as one stream; after a failure a segment is written again."""
    segment_seconds: float = 600

    keepalive_seconds: float = 30
    keepalive_timeout: float = 10
    receive_limit: int = 64 * MIB

    chunk: int = MIB
    smallest_chunk: int = 64 * KIB
    window: int = 4
    """Chunks on their way at once."""

    attempts: int = 4
    """Tries of an idempotent call and of a chunk."""
    base: float = 1.0
    longest: float = 8.0
    """Pauses between tries: `base` * 2^n, at most `longest`."""

    reopen_seconds: float = 1.0
    """Pause before a stream that ended quietly is opened again."""
    fault_seconds: float = 5.0
    fault_longest: float = 300.0
    """Pauses before a stream that broke is opened again: growing, at most `fault_longest`."""
    channel_life: float = 2.0
    """A channel that ends sooner, five times in a row, belongs to somebody else."""
    linger_seconds: float = 10.0
    """How long a channel stays open after its last upload, for the next one."""
    unknown_seconds: float = 10.0
    """How long messages for an upload that is not known yet are kept."""
    last_word_seconds: float = 2.0
    """How long to wait for the status of an upload of which the server knows nothing any more."""
    quiet_seconds: float = 60.0
    """Silence after which an upload is looked after: channel anew once, then asked for."""
    probe_seconds: float = 5.0
    """Silence after a new channel until the server is asked whether it still knows the upload."""
    stall_seconds: float = 900.0
    """No progress of any kind for so long ends an upload."""
    hash_progress_seconds: float = 0.25
    grace_seconds: float = 5.0
    """How long, beyond the server's own delay, a written file may be without an upload in the list."""
    settle_seconds: float = 20.0
    """How long a listing may show another size, or nothing, after the upload has ended."""
    poll_longest: float = 5.0
    restarts: int = 2
    """How often an upload that the server has forgotten is begun again."""
