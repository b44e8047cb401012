"""The files a new stand-in starts with: the same for the same seed, and full of what real drives are full of."""

from __future__ import annotations

import random

from emulators.clouddrive2.clouds import CLOUDS
from emulators.clouddrive2.tree import Tree

EPOCH = 1_760_000_000
"""The youngest generated file is older than this Unix second."""

YEAR = 365 * 86_400
KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30

HANDY_SIZES = {
    "0B.bin": 0,
    "1B.bin": 1,
    "1KiB.bin": KIB,
    "1MiB.bin": MIB,
    "16MiB.bin": 16 * MIB,
    "100MiB.bin": 100 * MIB,
    "1GiB.bin": GIB,
    "4GiB.bin": 4 * GIB,
}
"""Files of known size in ``/测试`` of each drive."""

AWKWARD_NAMES = (
    "<b>&\"'.txt",
    "空 格 and  two.txt",
    "100% sure + more?.txt",
    "it's #1; drop table--.csv",
    "Ünïcödé é (combining é).txt",
    "العربية-עברית.txt",
    "日本語ファイル名　全角.txt",
    "名" * 80 + ".txt",
    "emoji 🚢.txt",
    ".hidden",
    "no extension",
)

_FOLDERS = (
    ("/文档/工作", "docx", 2 * KIB, MIB),
    ("/文档/表格", "xlsx", 2 * KIB, 300 * KIB),
    ("/照片/杭州", "jpg", 4 * MIB, 12 * MIB),
    ("/视频/电影", "mkv", 600 * MIB, 5 * GIB),
    ("/音乐", "mp3", 4 * MIB, 14 * MIB),
    ("/备份", "7z", 5 * MIB, 700 * MIB),
)
_DEEP = "/很深/" + "/".join(f"第{level}层" for level in range(1, 25))


def plant(tree: Tree, seed: int, entries: int) -> None:
    """Fill an empty tree with about ``entries`` files, half of them in ``/115open/照片/2025``."""
    dice = random.Random(f"clouddrive2 {seed}")
    share = max(8, entries // 2 // len(CLOUDS) // len(_FOLDERS))
    for cloud in CLOUDS:
        top = f"/{cloud.folder}"
        _put(tree, f"{top}/测试", HANDY_SIZES, seed, dice)
        for folder, extension, least, most in _FOLDERS:
            names = (f"{extension.upper()} {number:04d}.{extension}" for number in range(1, share + 1))
            _put(tree, top + folder, {name: _spread(least, most, dice) for name in names}, seed, dice)
    main = f"/{CLOUDS[0].folder}"
    _put(tree, f"{main}/特殊名称", {name: dice.randint(1, 4 * KIB) for name in AWKWARD_NAMES}, seed, dice)
    _put(tree, main + _DEEP, {"到底了.txt": 2025}, seed, dice)
    tree.folder(f"{main}/空文件夹", EPOCH)
    photos = {f"IMG_{number:05d}.jpg": dice.randint(4 * MIB, 9 * MIB) for number in range(entries // 2)}
    _put(tree, f"{main}/照片/2025", photos, seed, dice)


def _put(tree: Tree, path: str, files: dict[str, int], seed: int, dice: random.Random) -> None:
    folder = tree.folder(path, EPOCH - dice.randrange(YEAR, 3 * YEAR))
    times = {name: EPOCH - dice.randrange(10, 3 * YEAR) for name in files}
    tree.fill(folder, ((name, size, f"{seed}:{path}/{name}", times[name]) for name, size in files.items()))


def _spread(least: int, most: int, dice: random.Random) -> int:
    """Draw a size with small ones as likely as large ones (log-uniform)."""
    return int(least * (most / least) ** dice.random())
