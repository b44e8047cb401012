"""Sending a file to a target that takes it in blocks, such as a cloud drive. Knows no Django."""

from .local import LocalFile
from .spec import BlockState, UploadCheckpoint, UploadResult, UploadSpec, UploadTuning
from .target import (
    Begun,
    BlockTooLarge,
    Order,
    PartBody,
    PartsRefused,
    RapidRefused,
    SessionLost,
    Stored,
    Target,
)
from .upload import Upload

__all__ = [
    "Begun",
    "BlockState",
    "BlockTooLarge",
    "LocalFile",
    "Order",
    "PartBody",
    "PartsRefused",
    "RapidRefused",
    "SessionLost",
    "Stored",
    "Target",
    "Upload",
    "UploadCheckpoint",
    "UploadResult",
    "UploadSpec",
    "UploadTuning",
]
