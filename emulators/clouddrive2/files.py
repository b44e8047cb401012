"""Listing, finding and changing files and folders (§3.1)."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterable

from google.protobuf.empty_pb2 import Empty
from google.protobuf.timestamp_pb2 import Timestamp
from grpc import StatusCode

from emulators.clouddrive2.call import Call, rpc
from emulators.clouddrive2.clouds import CLOUDS, cloud_of, hash_of
from emulators.clouddrive2.contents import STORED
from emulators.clouddrive2.errors import Refusal, forbidden, invalid, unsupported
from emulators.clouddrive2.results import Change, done, failed
from emulators.clouddrive2.system import api_of
from emulators.clouddrive2.tree import Node, clean, split
from protos import clouddrive_pb2 as pb

HASHED = 64 << 10
"""Generated files up to this size have a hash in listings; others have none, as is common."""

FileType = pb.CloudDriveFile.FileType


def file_of(call: Call, node: Node, path: str) -> pb.CloudDriveFile:
    """Return a node as listings tell it; ``path`` is its path in the tree."""
    cloud = cloud_of(path)
    top = path.count("/") == 1 and path != "/"
    written, made = Timestamp(seconds=node.modified), Timestamp(seconds=node.created)
    file = pb.CloudDriveFile(
        id=f"{node.id}",
        name=node.name,
        fullPathName=call.shown(path),
        size=node.size,
        fileType=FileType.Directory if node.isdir else FileType.File,
        createTime=made,
        writeTime=written,
        accessTime=written,
        isDirectory=node.isdir,
        isRoot=path == "/",
        isCloudRoot=top,
        isCloudDirectory=bool(cloud) and node.isdir,
        isCloudFile=not node.isdir,
    )
    if cloud:
        file.CloudAPI.CopyFrom(api_of(cloud, call.shown(f"/{cloud.folder}")))
        file.readOnly = cloud.read_only
        file.canSearch = node.isdir
        file.canOfflineDownload = node.isdir and cloud.offline
        file.supportOfflineDownloadManagement = cloud.offline
        file.canDeletePermanently = cloud.permanent
        file.hasDetailProperties = True
        _add_hash(call, file, node, cloud.hash_type)
    return file


def _add_hash(call: Call, file: pb.CloudDriveFile, node: Node, hash_type: int) -> None:
    if node.isdir or not hash_type:
        return
    if not node.hashes and not node.content.startswith(STORED) and node.size <= HASHED:
        source = call.world.contents.open(node.content, node.size)
        call.world.tree.tell_hashes(node, {str(hash_type): hash_of(source, hash_type)})
    for number, value in node.hashes.items():
        file.fileHashes[int(number)] = value


# -- listing and finding


@rpc("list")
async def get_sub_files(call: Call, request: pb.ListSubFileRequest) -> AsyncIterator[pb.SubFilesReply]:
    """Stream what a folder holds, in batches; unless forced, the listing may be a stale one."""
    folder = call.folder(request.path)
    path = call.real(request.path)
    nodes = _listed(call, folder, path, forced=request.forceRefresh)
    for batch in _batches(call, nodes):
        yield pb.SubFilesReply(subFiles=[file_of(call, each, clean(f"{path}/{each.name}")) for each in batch])


def _listed(call: Call, folder: Node, path: str, *, forced: bool) -> list[Node]:
    world, now = call.world, time.monotonic()
    nodes = [each for each in world.tree.children(folder) if world.hidden.get(clean(f"{path}/{each.name}"), 0) <= now]
    taken, ids = world.stale.get(path, (0, []))
    if not forced and now < taken + world.settings.cache_s:
        return [each for each in nodes if each.id in set(ids)]
    if world.settings.cache_s:
        world.stale[path] = (now, [each.id for each in nodes])
    return nodes


def _batches(call: Call, nodes: list[Node]) -> Iterable[list[Node]]:
    step = max(1, call.world.settings.batch)
    return (nodes[start : start + step] for start in range(0, len(nodes), step))


@rpc("search")
async def get_search_results(call: Call, request: pb.SearchRequest) -> AsyncIterator[pb.SubFilesReply]:
    """Stream files whose names contain a text."""
    folder, wanted = call.folder(request.path or "/"), request.searchFor.lower()
    found = [each for each in call.world.tree.below(folder) if wanted in each.name.lower()]
    for batch in _batches(call, found):
        files = [file_of(call, each, call.world.tree.path(each)) for each in batch]
        for file in files:
            file.isSearchResult = True
        yield pb.SubFilesReply(subFiles=files)


@rpc("list")
def find_file_by_path(call: Call, request: pb.FindFileByPathRequest) -> pb.CloudDriveFile:
    """Tell one file: an absolute ``path`` wins, else it is joined to ``parentPath``."""
    path = request.path if request.path.startswith("/") else f"{request.parentPath}/{request.path}"
    try:
        node = call.node(path)
    except Refusal:
        if call.world.settings.missing_as_empty:
            return pb.CloudDriveFile()
        raise
    return file_of(call, node, call.real(path))


@rpc("get_space_info")
def get_space_info(call: Call, request: pb.FileRequest) -> pb.SpaceInfo:
    """Tell the room in the drive of a path, or in all of them."""
    cloud = cloud_of(call.real(request.path))
    tops = [cloud] if cloud else list(CLOUDS)
    nodes = [call.world.tree.find(f"/{each.folder}") for each in tops]
    used = sum(call.world.tree.totals(each)[2] for each in nodes if each)
    total = sum(each.capacity for each in tops)
    return pb.SpaceInfo(totalSpace=total, usedSpace=used, freeSpace=total - used)


@rpc("view_properties")
def get_file_detail_properties(call: Call, request: pb.FileRequest) -> pb.FileDetailProperties:
    """Tell how much a folder holds."""
    node = call.node(request.path)
    files, folders, size = call.world.tree.totals(node) if node.isdir else (1, 0, node.size)
    return pb.FileDetailProperties(totalFileCount=files, totalFolderCount=folders, totalSize=size)


@rpc("view_properties")
def get_meta_data(call: Call, request: pb.FileRequest) -> pb.FileMetaData:
    """Tell what else is known of a file."""
    return pb.FileMetaData(metadata={"id": str(call.node(request.path).id)})


@rpc("list")
def get_original_path(call: Call, request: pb.FileRequest) -> pb.StringResult:
    """Tell where a file really is: here just where it seems to be."""
    call.node(request.path)
    return pb.StringResult(result=clean(request.path))


@rpc("modify_system_settings")
def force_expire_dir_cache(call: Call, request: pb.FileRequest) -> Empty:
    """Forget the stale listing of a folder."""
    call.world.stale.pop(call.real(request.path), None)
    return Empty()


@rpc("shared_links")
def add_shared_link(call: Call, request: pb.AddSharedLinkRequest) -> Empty:
    """Refuse: none of these drives can."""
    cloud = cloud_of(call.real(request.toFolder))
    raise unsupported("add_shared_link", cloud.name if cloud else "/")


# -- changing


@rpc("create_folder")
def create_folder(call: Call, request: pb.CreateFolderRequest) -> pb.CreateFolderResult:
    """Make a folder in one that exists."""
    if not request.folderName or "/" in request.folderName:
        raise invalid("invalid folder name")
    parent = call.folder(request.parentPath)
    path = call.writable(f"{request.parentPath}/{request.folderName}")
    if path.count("/") == 1:
        raise forbidden("a folder needs a cloud drive to be in")
    if call.world.tree.child(parent, request.folderName):
        if call.world.settings.exists_as_status:
            raise Refusal(StatusCode.ALREADY_EXISTS, "folder already exists")
        return pb.CreateFolderResult(result=failed("folder already exists"))
    node = call.world.tree.add(parent, request.folderName)
    call.world.told(Change.CREATE, path, node)
    return pb.CreateFolderResult(folderCreated=file_of(call, node, path), result=done(call.shown(path)))


def rename_one(call: Call, request: pb.RenameFileRequest) -> pb.FileOperationResult:
    """Give a file or folder another name in its folder."""
    node, path = call.node(request.theFilePath), call.writable(request.theFilePath)
    folder, _ = split(path)
    parent = call.world.tree.find(folder)
    if not request.newName or "/" in request.newName or not parent or parent.parent is None:
        raise invalid("invalid new name")
    if call.world.tree.child(parent, request.newName):
        return failed("a file of that name already exists")
    call.world.tree.place(node, parent, request.newName)
    new = clean(f"{folder}/{request.newName}")
    call.world.told(Change.RENAME, path, node, new)
    return done(call.shown(new))


@rpc("rename")
def rename_file(call: Call, request: pb.RenameFileRequest) -> pb.FileOperationResult:
    """Rename one."""
    return rename_one(call, request)


@rpc("rename")
def rename_files(call: Call, request: pb.RenameFilesRequest) -> pb.FileOperationResult:
    """Rename many; stop at the first that fails."""
    paths: list[str] = []
    for each in request.renameFiles:
        result = rename_one(call, each)
        if not result.success:
            return result
        paths += result.resultFilePaths
    return done(*paths)


def _delete(call: Call, paths: Iterable[str], *, for_good: bool) -> pb.FileOperationResult:
    for path in paths:
        call.node(path)
        real = call.writable(path)
        cloud = cloud_of(real)
        if real.count("/") == 1:
            raise forbidden("a cloud drive is not deleted")
        if for_good and not (cloud and cloud.permanent):
            raise unsupported("delete permanently", cloud.name if cloud else "/")
        call.world.remove(real)
    return done()


@rpc("delete")
def delete_file(call: Call, request: pb.FileRequest) -> pb.FileOperationResult:
    """Delete one."""
    return _delete(call, [request.path], for_good=False)


@rpc("delete")
def delete_files(call: Call, request: pb.MultiFileRequest) -> pb.FileOperationResult:
    """Delete many."""
    return _delete(call, request.path, for_good=False)


@rpc("delete_permanently")
def delete_file_permanently(call: Call, request: pb.FileRequest) -> pb.FileOperationResult:
    """Delete one past the recycle bin."""
    return _delete(call, [request.path], for_good=True)


@rpc("delete_permanently")
def delete_files_permanently(call: Call, request: pb.MultiFileRequest) -> pb.FileOperationResult:
    """Delete many past the recycle bin."""
    return _delete(call, request.path, for_good=True)
