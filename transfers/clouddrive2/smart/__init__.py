"""Smart upload: one file to a CloudDrive2 path by the best way that works (wire/clouddrive2.md §4).

>>> SmartUpload(SmartSpec("/115open/a.bin", conflict="rename"), source=LocalFile(path), drive=..., ...).run()
"""

from .mount_way import LocalMounts
from .spec import WAYS, SmartCheckpoint, SmartResult, SmartSpec, Tried
from .upload import SmartUpload

__all__ = [
    "WAYS",
    "LocalMounts",
    "SmartCheckpoint",
    "SmartResult",
    "SmartSpec",
    "SmartUpload",
    "Tried",
]
