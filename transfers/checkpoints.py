"""What an engine has made durable, kept in the row and its parts, and given back after a restart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from .engine import Attempt, Checkpoint, Identity, PartState, Verdict
from .engine.upload import BlockState, UploadCheckpoint
from .models import Transfer, TransferPart, TransferStep

Columns = dict[str, Any]


class Kept:
    """Row and parts of one transfer, written only while the lease holds, and of the parts only what changed."""

    def __init__(self, transfer: Transfer, fence: int) -> None:
        self._transfer, self._fence = transfer, fence
        self._stored: dict[int, Columns] = {}

    def _remember(self, parts: dict[int, Columns]) -> None:
        self._stored = parts

    def _write(self, kept: dict[str, Any], parts: dict[int, Columns], size: int | None, speed: float) -> bool:
        done = sum(part["done"] for part in parts.values())
        changes: dict[str, Any] = {"checkpoint": kept, "done_bytes": done, "speed": round(speed)}
        if done > self._transfer.done_bytes:
            changes["crashes"] = 0  # a transfer that gets on is not what kills its workers
        if size is not None:
            changes["size"] = size
        with transaction.atomic():
            if not Transfer.objects.all().held(self._transfer.pk, self._fence).update(**changes):
                return False
            self._write_parts(parts)
        for name, value in changes.items():
            setattr(self._transfer, name, value)
        return True

    def _write_parts(self, parts: dict[int, Columns]) -> None:
        rows = self._transfer.parts.all()
        if not parts or not self._stored.keys() <= parts.keys():
            rows.delete()
            self._stored = {}
        new = [TransferPart(transfer=self._transfer, index=i, **parts[i]) for i in parts if i not in self._stored]
        TransferPart.objects.bulk_create(new)
        for index, columns in parts.items():
            if self._stored.get(index, columns) != columns:
                rows.filter(index=index).update(**columns)
        self._stored = parts

    def write_history(self, history: Sequence[Attempt]) -> None:
        """Every retry with its reason, in the transfer's timeline."""
        TransferStep.objects.bulk_create(
            TransferStep(
                transfer=self._transfer,
                code="retry",
                attempt=self._transfer.attempts,
                worker=self._transfer.worker,
                data={
                    "code": attempt.code,
                    "text": attempt.sentence,
                    "action": attempt.action,
                    "part": attempt.part,
                    "at": datetime.fromtimestamp(attempt.at, UTC).isoformat(),
                },
            )
            for attempt in history
        )


class Checkpoints(Kept):
    """Of a download: bytes that are safe on disk."""

    def load(self) -> Checkpoint | None:
        kept = self._transfer.checkpoint
        if not kept:
            return None
        parts = tuple(PartState(row.index, row.start, row.stop, row.done) for row in self._transfer.parts.all())
        self._remember({part.index: _columns(part) for part in parts})
        verdict = Verdict(**kept["verdict"]) if kept.get("verdict") else None
        return Checkpoint(Identity(**kept["identity"]), parts, verdict)

    def store(self, checkpoint: Checkpoint, *, speed: float) -> bool:
        """Keep it if the lease still holds."""
        kept = {
            "identity": asdict(checkpoint.identity),
            "verdict": asdict(checkpoint.verdict) if checkpoint.verdict else None,
        }
        parts = {part.index: _columns(part) for part in checkpoint.parts}
        return self._write(kept, parts, checkpoint.identity.size, speed)


def _columns(part: PartState) -> Columns:
    return {"start": part.start, "stop": part.stop, "done": part.done}


class UploadCheckpoints(Kept):
    """Of an upload: the session at the drive, and the parts that it has confirmed, with their md5s."""

    def load(self) -> UploadCheckpoint | None:
        kept = dict(self._transfer.checkpoint)
        if not kept or "inside" in kept:
            return None
        rows = list(self._transfer.parts.all())
        blocks = tuple(BlockState(row.index, row.start, row.stop or 0, row.md5, row.done > 0) for row in rows)
        self._remember({block.index: _block_columns(block) for block in blocks})
        return UploadCheckpoint(**{**kept, "identity": Identity(**kept["identity"])}, blocks=blocks)

    def store(self, checkpoint: UploadCheckpoint, *, speed: float) -> bool:
        """Keep it if the lease still holds."""
        names = ("session", "listed", "finishing", "began")
        kept = {"identity": asdict(checkpoint.identity), **{name: getattr(checkpoint, name) for name in names}}
        parts = {block.index: _block_columns(block) for block in checkpoint.blocks}
        return self._write(kept, parts, checkpoint.identity.size, speed)


def _block_columns(block: BlockState) -> Columns:
    return {"start": block.start, "stop": block.stop, "done": block.done, "md5": block.md5}
