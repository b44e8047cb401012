"""Files and folders as the rest of the product knows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from protos import clouddrive_pb2 as pb

HASHES: dict[int, str] = {
    pb.CloudDriveFile.Md5: "md5",
    pb.CloudDriveFile.Sha1: "sha1",
    pb.CloudDriveFile.PikPakSha1: "pikpak",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or folder. `size` in bytes, times in Unix seconds, `hashes` by algorithm in lower case, often none.

    `message` is what the server sent, with everything we have no name for.
    """

    id: str
    name: str
    path: str
    is_dir: bool
    size: int
    modified: int
    hashes: Mapping[str, str]
    read_only: bool
    cloud: str
    account: str
    message: pb.CloudDriveFile = field(repr=False, compare=False)


def entry(file: pb.CloudDriveFile) -> Entry:
    """What the server says of one file."""
    hashes = {HASHES[kind]: value.lower() for kind, value in file.fileHashes.items() if kind in HASHES and value}
    return Entry(
        id=file.id,
        name=file.name,
        path=file.fullPathName,
        is_dir=file.isDirectory,
        size=file.size,
        modified=file.writeTime.seconds,
        hashes=hashes,
        read_only=file.readOnly or file.CloudAPI.readOnly,
        cloud=file.CloudAPI.name,
        account=file.CloudAPI.userName,
        message=file,
    )
