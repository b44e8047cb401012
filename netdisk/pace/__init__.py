"""Frequency control (A8): one budget for each drive and class of calls, shared by all processes, learnt from refusals.

    with pace.patient(5, bulk=True):     # background work: let others go first, come back later
        client.list_all("/")

`DriveClient` gives every call a `Turn`. While nothing is limited that costs one small read a second and no write.
"""

from __future__ import annotations

from .patience import patient, reporting
from .status import Status, status
from .turn import Turn

__all__ = ["Status", "Turn", "patient", "reporting", "status"]
