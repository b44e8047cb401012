"""bdnd: what its client class offers, upload and download of folders and a download that goes on included."""

from __future__ import annotations

import os

import redirect  # noqa: F401  (first)
from env_key_manager import APIKeyManager
from told import ACCESS, FOLDER, call, must, names, until

APIKeyManager().save_custom_api_key("baidu_netdisk_access_token", ACCESS)  # else its import asks on the terminal
from bdnd import BaiduNetdiskClient  # noqa: E402

MIB = 1 << 20
PATH = "/apps/bdnd/u.bin"
DATA = os.urandom(9 * MIB + 5)
UP, DOWN, TREE = FOLDER / "u.bin", FOLDER / "d.bin", FOLDER / "tree"

client = BaiduNetdiskClient(access_token=ACCESS, base_path="/")


def listed(path: str) -> int | None:
    """Its fs_id; the client's own get_fsid_by_path looks at the first row of a folder only."""
    folder, _, name = path.rpartition("/")
    rows = client.list_files(folder or "/") or []
    return next((row["fs_id"] for row in rows if row["server_filename"] == name), None)


@call
def get_user_info() -> str:
    return str(client.get_user_info()["baidu_name"])


@call
def get_quota() -> str:
    return f"total {client.get_quota()['total']}"


@call
def list_files() -> str:
    return names(client.list_files("/"))


@call
def list_all_files_recursive() -> str:
    return names(client.list_all_files_recursive("/文档"))


@call
def upload_file_auto() -> str:
    UP.write_bytes(DATA)
    made = client.upload_file_auto(str(UP), PATH, show_progress=False)
    must(made, "the client gave up")
    return f"{made['path']}, {made['size']} bytes in 3 parts"


@call
def get_fsid_by_path() -> str:
    must(client.get_fsid_by_path(PATH) == listed(PATH) is not None, "not found")
    return "found, as the only file of its folder"


@call
def get_file_info() -> str:
    rows = client.get_file_info([listed("/README.txt")])
    must(rows and rows[0].get("dlink"), "no link")
    return f"{rows[0]['filename']} with a dlink"


@call
def download_file_by_path() -> str:
    must(client.download_file_by_path(PATH, str(DOWN), show_progress=False), "the client gave up")
    must(DOWN.read_bytes() == DATA, "other bytes arrived")
    return "the bytes that were uploaded"


@call
def download_file_by_path_resumed() -> str:
    with DOWN.open("r+b") as file:
        file.truncate(5 * MIB)
    must(client.download_file_by_path(PATH, str(DOWN), show_progress=False), "the client gave up")
    must(DOWN.read_bytes() == DATA, "other bytes arrived")
    return "went on at 5 MiB with a range, and the whole is right"


@call
def create_directory() -> str:
    must(client.create_directory("/apps/bdnd/new"), "the client was refused")
    return "made"


@call
def upload_directory() -> str:
    (TREE / "below").mkdir(parents=True)
    for number, path in enumerate((TREE / "a.txt", TREE / "below" / "b.txt")):
        path.write_text(f"text {number}")
    count = client.upload_directory(str(TREE), "/apps/bdnd/tree/")
    must(count == 2, f"{count} of 2 files")
    return "2 files in 2 folders"


@call
def download_directory() -> str:
    count = client.download_directory("/apps/bdnd/tree", str(FOLDER / "back"))
    must(count == 2 and (FOLDER / "back/below/b.txt").read_text() == "text 1", f"{count} of 2 files")
    return "2 files, as they were"


@call
def rename_file() -> str:
    must(client.rename_file(PATH, "v.bin"), "the client was refused")
    until(lambda: listed("/apps/bdnd/v.bin"))
    return "accepted as a task; then the new name is listed"


@call
def delete_file() -> str:
    must(listed("/apps/bdnd/v.bin"), "nothing to delete")
    must(client.delete_file("/apps/bdnd/v.bin"), "the client was refused")
    until(lambda: not listed("/apps/bdnd/v.bin"))
    return "accepted as a task; then the file is gone"
