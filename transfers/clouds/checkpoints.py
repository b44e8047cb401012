"""What an upload to CloudDrive2 has made sure of, kept in the transfer's row."""

from __future__ import annotations

from transfers.checkpoints import Columns, Kept
from transfers.clouddrive2.smart import SmartCheckpoint


class CloudCheckpoints(Kept):
    """Of an upload to CloudDrive2: the way that was chosen, what the server calls it, how much has gone."""

    def load(self) -> SmartCheckpoint | None:
        kept = self._transfer.checkpoint
        if not kept or "inside" in kept:
            return None
        self._remember({0: _whole(self._transfer.size, self._transfer.done_bytes)})
        return SmartCheckpoint.from_dict(kept)

    def store(self, checkpoint: SmartCheckpoint, *, speed: float) -> bool:
        """Keep it if the lease still holds."""
        parts = {0: _whole(checkpoint.size, checkpoint.done)}
        return self._write(checkpoint.to_dict(), parts, checkpoint.size, speed)


def _whole(size: int | None, done: int) -> Columns:
    return {"start": 0, "stop": size, "done": done}
