from __future__ import annotations

from .audit import AuditEntry
from .base import uuid7
from .batches import Batch, BatchItem
from .events import Event, EventCursor
from .jobs import Job, JobState, LeasedJob, Schedule, WorkerBeat
from .settings import LiveSettingChange, LiveSettingValue

__all__ = [
    "AuditEntry",
    "Batch",
    "BatchItem",
    "Event",
    "EventCursor",
    "Job",
    "JobState",
    "LeasedJob",
    "LiveSettingChange",
    "LiveSettingValue",
    "Schedule",
    "WorkerBeat",
    "uuid7",
]
