"""Replies that say how an operation went: the second layer of failure (§3.0)."""

from __future__ import annotations

from protos import clouddrive_pb2 as pb

Change = pb.FileSystemChange.ChangeType


def done(*paths: str) -> pb.FileOperationResult:
    """Return success and where the files are now."""
    return pb.FileOperationResult(success=True, resultFilePaths=paths)


def failed(why: str) -> pb.FileOperationResult:
    """Return failure."""
    return pb.FileOperationResult(success=False, errorMessage=why)
