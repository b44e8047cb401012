"""The files a new stand-in starts with: the same for the same seed, and full of what real drives are full of."""

from __future__ import annotations

import random
from collections.abc import Sequence

from emulators.baidu.openable import kind_of
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

_PLACES = ("杭州", "厦门", "大理", "桂林", "西湖", "黄山", "成都", "青岛", "苏州", "海边")
_SUBJECTS = ("年度", "项目", "客户", "会议", "产品", "财务", "课程", "设计", "合同", "研究")
_PAPERS = ("报告", "计划", "总结", "清单", "方案", "说明", "笔记", "预算")
_FILMS = ("江南春早", "远山", "夜航船", "长安旧事", "候鸟", "灯塔", "雪落江城", "归途")
_SONGS = ("晚风", "渡口", "月光海岸", "故乡的云影", "青石巷", "听雨", "星河", "山茶花")

_FOLDERS: tuple[tuple[str, Sequence[str], Sequence[str], str, int, int], ...] = (
    ("/文档/工作", _SUBJECTS, _PAPERS, "docx", 8 * KIB, MIB),
    ("/文档/合同", _SUBJECTS, _PAPERS, "pdf", 8 * KIB, MIB),
    ("/文档/笔记", _PLACES, _PAPERS, "md", 300, 40 * KIB),
    ("/照片/旅行", _PLACES, ("晨雾", "日落", "古镇", "山路"), "jpg", 4200 * KIB, 12 * MIB),
    ("/视频/电影", _FILMS, (".2019.1080p", ".2023.2160p", ".2024.1080p"), "mkv", 600 * MIB, 5 * GIB),
    ("/音乐", _SONGS, ("", "（现场）", "（吉他版）"), "mp3", 4200 * KIB, 14 * MIB),
    ("/备份", ("手机", "电脑", "相册", "网站"), ("-2023", "-2024", "-2025"), "7z", 5 * MIB, 700 * MIB),
)
"""Folder, the two halves of its names, extension, smallest and largest size in bytes."""
_DEEP = "/很深/" + "/".join(f"第{level}层" for level in range(1, 25))


def plant(tree: Tree, seed: int, entries: int) -> None:
    """Fill an empty tree with about ``entries`` files, half of them in ``/115open/照片/2025``."""
    dice = random.Random(f"clouddrive2 {seed}")
    share = max(8, entries // 2 // len(CLOUDS) // len(_FOLDERS))
    for cloud in CLOUDS:
        top = f"/{cloud.folder}"
        _put(tree, f"{top}/测试", HANDY_SIZES, seed, dice)
        for folder, firsts, seconds, extension, least, most in _FOLDERS:
            names = _names(firsts, seconds, extension, share, dice)
            _put(tree, top + folder, {name: _spread(least, most, dice) for name in names}, seed, dice)
    main = f"/{CLOUDS[0].folder}"
    _put(tree, f"{main}/特殊名称", {name: dice.randint(1, 4 * KIB) for name in AWKWARD_NAMES}, seed, dice)
    _put(tree, main + _DEEP, {"到底了.txt": 2025}, seed, dice)
    tree.folder(f"{main}/空文件夹", EPOCH)
    photos = {f"IMG_{number:05d}.jpg": dice.randint(4 * MIB, 9 * MIB) for number in range(entries // 2)}
    _put(tree, f"{main}/照片/2025", photos, seed, dice)


def _names(firsts: Sequence[str], seconds: Sequence[str], extension: str, count: int, dice: random.Random) -> list[str]:
    """Return ``count`` different names; a number tells those apart that would be alike."""
    pairs = [first + second for first in firsts for second in seconds]
    dice.shuffle(pairs)
    rounds = [(pairs[number % len(pairs)], number // len(pairs)) for number in range(count)]
    return [f"{name}{f' {again + 1}' if again else ''}.{extension}" for name, again in rounds]


def _put(tree: Tree, path: str, files: dict[str, int], seed: int, dice: random.Random) -> None:
    folder = tree.folder(path, EPOCH - dice.randrange(YEAR, 3 * YEAR))
    times = {name: EPOCH - dice.randrange(10, 3 * YEAR) for name in files}
    rows = ((name, size, _content(f"{seed}:{path}/{name}", name), times[name]) for name, size in files.items())
    tree.fill(folder, rows)


def _content(seed: str, name: str) -> str:
    """Return the content of a generated file: one that opens where its name promises that."""
    kind = kind_of(name.rpartition(".")[2].lower())
    return f"{kind}:{seed}" if kind else seed


def _spread(least: int, most: int, dice: random.Random) -> int:
    """Draw a size with small ones as likely as large ones (log-uniform)."""
    return int(least * (most / least) ** dice.random())
