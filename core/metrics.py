"""Our own series beside those of django-prometheus (A14)."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

OPERATIONS = Counter("yungang_operations_total", "Operations run", ["operation", "surface", "result"])
OPERATION_SECONDS = Histogram("yungang_operation_seconds", "Time of an operation", ["operation"])
FAST = Counter("yungang_fast_lane_total", "Requests answered by the fast lane", ["path"])
JOBS = Counter("yungang_jobs_total", "Background jobs ended", ["kind", "result"])
SOCKETS = Gauge("yungang_websockets", "Open WebSockets of this process")
UPSTREAM = Counter("yungang_upstream_calls_total", "Calls to upstreams", ["upstream", "endpoint", "code"])
UPSTREAM_SECONDS = Histogram("yungang_upstream_seconds", "Time of an upstream call", ["upstream"])
TRANSFERRED = Counter("yungang_transferred_bytes_total", "Bytes moved by transfers", ["source"])
TRANSFERS = Counter("yungang_transfers_total", "Transfers ended", ["result"])
REFRESHES = Counter("yungang_token_refreshes_total", "OAuth token refreshes", ["result"])
PACE_WAITING = Gauge("yungang_pace_waiting_calls", "Calls of this process that wait for their turn at Baidu", ["kind"])
PACE_WAIT_SECONDS = Histogram("yungang_pace_wait_seconds", "How long such a call waited", ["kind"])
PACE_HOLDS = Counter("yungang_pace_holds_total", "Holds after Baidu asked to slow down", ["kind", "scope"])
