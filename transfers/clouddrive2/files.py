"""Files and folders (wire/clouddrive2.md §3.1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Literal

from google.protobuf.empty_pb2 import Empty

from protos import clouddrive_pb2 as pb

from .caller import Caller
from .entries import Entry, entry
from .errors import CloudDriveError, Kind, refused
from .paths import clean, levels, split

Conflict = Literal["overwrite", "rename", "skip"]
_COPY = {
    "overwrite": pb.CopyFileRequest.Overwrite,
    "rename": pb.CopyFileRequest.Rename,
    "skip": pb.CopyFileRequest.Skip,
}
_MOVE = {
    "overwrite": pb.MoveFileRequest.Overwrite,
    "rename": pb.MoveFileRequest.Rename,
    "skip": pb.MoveFileRequest.Skip,
}


class FileCalls:
    """Paths are those of the token: absolute, `/` is its root."""

    caller: Caller

    def list_dir(self, path: str, *, force: bool = False, refresh_stale: bool = False) -> Iterator[Entry]:
        """What a folder holds, as it arrives. `force` asks the cloud itself, which costs one of its few calls."""
        request = pb.ListSubFileRequest(path=clean(path), forceRefresh=force, checkExpires=refresh_stale)
        seconds = self.caller.tuning.listing_seconds
        for batch in self.caller.stream("GetSubFiles", request, pb.SubFilesReply, timeout=seconds):
            yield from map(entry, batch.subFiles)

    def find(self, path: str) -> Entry | None:
        """What is at a path; None only when it is known that nothing is. Any other trouble raises."""
        request = pb.FindFileByPathRequest(parentPath="", path=clean(path))
        try:
            found = self.caller.call("FindFileByPath", request, pb.CloudDriveFile, again=True)
        except CloudDriveError as error:
            if error.kind is Kind.NOT_FOUND:
                return None
            raise
        return entry(found) if found.id or found.fullPathName else None

    def search(self, path: str, text: str, *, fuzzy: bool = False, contents: bool = False) -> Iterator[Entry]:
        """Files below a folder whose names, or contents, match."""
        request = pb.SearchRequest(path=clean(path), searchFor=text, fuzzyMatch=fuzzy, contentSearch=contents)
        seconds = self.caller.tuning.listing_seconds
        for batch in self.caller.stream("GetSearchResults", request, pb.SubFilesReply, timeout=seconds):
            yield from map(entry, batch.subFiles)

    def mkdir(self, path: str) -> Entry:
        """The folder at a path, made level by level where it is missing."""
        found = self.find(path)
        if found is None:
            for level in levels(path):
                found = self.find(level) or self._make(level)
        if found is None or not found.is_dir:
            raise CloudDriveError(
                "A file is in the way of the folder.", code="clouddrive_exists", method="CreateFolder"
            )
        return found

    def _make(self, path: str) -> Entry:
        """One folder in a parent that exists. Somebody else may make it at the same time: then it is there after."""
        parent, name = split(path)
        trouble: CloudDriveError
        try:
            request = pb.CreateFolderRequest(parentPath=parent, folderName=name)
            made = self.caller.call("CreateFolder", request, pb.CreateFolderResult, again=True)
            if made.result.success and made.HasField("folderCreated"):
                return entry(made.folderCreated)
            trouble = refused(made.result.errorMessage, "CreateFolder")
        except CloudDriveError as error:
            if error.kind in (Kind.AUTH, Kind.PERMISSION):
                raise
            trouble = error
        found = self.find(path)
        if found is None:
            raise trouble
        return found

    def rename(self, path: str, name: str) -> None:
        """A new bare name in the same folder."""
        if "/" in name or not name:
            raise CloudDriveError("The name is not valid.", code="clouddrive_invalid", method="RenameFile")
        self.caller.operate("RenameFile", pb.RenameFileRequest(theFilePath=clean(path), newName=name))

    def rename_many(self, names: Mapping[str, str]) -> None:
        """New bare names by path."""
        renames = [pb.RenameFileRequest(theFilePath=clean(path), newName=name) for path, name in names.items()]
        self.caller.operate("RenameFiles", pb.RenameFilesRequest(renameFiles=renames))

    def move(
        self, paths: Iterable[str], folder: str, *, conflict: Conflict, across: bool = True, merge: bool = False
    ) -> list[str]:
        """Files and folders into a folder; between clouds it goes on as a copy task. Resulting paths if known."""
        request = pb.MoveFileRequest(
            theFilePaths=map(clean, paths),
            destPath=clean(folder),
            conflictPolicy=_MOVE[conflict],
            moveAcrossClouds=across,
            handleConflictRecursively=merge,
        )
        return self.caller.operate("MoveFile", request)

    def copy(self, paths: Iterable[str], folder: str, *, conflict: Conflict, merge: bool = False) -> list[str]:
        """Files and folders into a folder; folders, and copies between clouds, go on as copy tasks."""
        request = pb.CopyFileRequest(
            theFilePaths=map(clean, paths),
            destPath=clean(folder),
            conflictPolicy=_COPY[conflict],
            handleConflictRecursively=merge,
        )
        return self.caller.operate("CopyFile", request)

    def delete(self, paths: Iterable[str], *, permanently: bool = False) -> None:
        """Into the cloud's recycle bin, or past it where `Entry.message.canDeletePermanently`."""
        method = "DeleteFilesPermanently" if permanently else "DeleteFiles"
        self.caller.operate(method, pb.MultiFileRequest(path=map(clean, paths)))

    def space(self, path: str = "/") -> pb.SpaceInfo:
        """Bytes in all, used and free, of the cloud that a path lies in."""
        return self.caller.call("GetSpaceInfo", pb.FileRequest(path=clean(path)), pb.SpaceInfo, again=True)

    def properties(self, path: str) -> pb.FileDetailProperties:
        """How many files, folders and bytes are below a path."""
        request = pb.FileRequest(path=clean(path))
        return self.caller.call("GetFileDetailProperties", request, pb.FileDetailProperties, again=True)

    def forget_listing(self, path: str) -> None:
        """Lets the server forget what it knows of a folder. Tokens without that right are no trouble."""
        with suppress(CloudDriveError):
            self.caller.call("ForceExpireDirCache", pb.FileRequest(path=clean(path)), Empty, again=True)
