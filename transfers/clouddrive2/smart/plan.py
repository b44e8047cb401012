"""Where a file goes: its folder, its final name, and what its cloud can tell of it later."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from transfers.engine.errors import TransferError

from ..client import CloudDrive
from ..entries import Entry
from ..paths import clean, join, split
from .spec import SmartCheckpoint, SmartResult, SmartSpec

_OFFERS = (
    ("115", "sha1"),
    ("阿里", "sha1"),
    ("aliyun", "sha1"),
    ("pikpak", "pikpak"),
    ("百度", "md5"),
    ("baidu", "md5"),
    ("天翼", "md5"),
    ("189", "md5"),
    ("123", "md5"),
)
"""Which hash a cloud tells of its files, by the beginning of its name (wire/clouddrive2.md §7: an assumption; a wrong
one costs some computing).
"""


def offered(cloud: str) -> str:
    """The hash that a cloud tells of its files, "" when it is not known to tell one."""
    name = cloud.lower()
    return next((algorithm for prefix, algorithm in _OFFERS if name.startswith(prefix)), "")


def folder_of(drive: CloudDrive, path: str) -> Entry:
    """The folder of a path, made where it is missing; raises when nothing may be put there."""
    folder = drive.mkdir(split(path)[0])
    if folder.read_only:
        raise TransferError("This drive is read only on CloudDrive2.", code="clouddrive_read_only")
    return folder


def settled(
    drive: CloudDrive, spec: SmartSpec, size: int, identity: Mapping[str, object], known: Mapping[str, str]
) -> SmartCheckpoint | SmartResult:
    """What the conflict policy makes of the place: where to send the file to, or that it is there already."""
    path = clean(spec.path)
    found = drive.find(path)
    if found is None:
        return SmartCheckpoint(path, size, dict(identity))
    if spec.conflict == "fail" or (spec.conflict == "overwrite" and found.is_dir):
        raise TransferError("There is already something with this name.", code="clouddrive_exists")
    if spec.conflict == "overwrite":
        return SmartCheckpoint(path, size, dict(identity), replace=True)
    if spec.conflict == "skip" and not found.is_dir and found.size == size:
        common = [name for name, value in known.items() if value and found.hashes.get(name)]
        if all(found.hashes[name] == known[name] for name in common):
            return SmartResult(path, size, "", hashed=next(iter(common), ""), skipped=True)
    return SmartCheckpoint(_free(drive, path), size, dict(identity))


def _free(drive: CloudDrive, path: str) -> str:
    """`name (1).ext` with the first number that is free; some clouds do not tell capitals apart."""
    folder, name = split(path)
    taken = {entry.name.casefold() for entry in drive.list_dir(folder)}
    stem, ending = posixpath.splitext(name)
    number = 1
    while f"{stem} ({number}){ending}".casefold() in taken:
        number += 1
    return join(folder, f"{stem} ({number}){ending}")
