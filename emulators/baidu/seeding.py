"""The tree a user starts with: the same for the same seed, and full of what real drives are full of."""

from __future__ import annotations

import random

from emulators.baidu.drive import Drive
from emulators.baidu.openable import kind_of
from emulators.baidu.tree import Node, extension_of

EPOCH = 1_760_000_000
"""The youngest generated file is older than this Unix second."""

YEAR = 365 * 86_400
KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30

HANDY_SIZES = {
    "1B.bin": 1,
    "1KiB.bin": KIB,
    "1MiB.bin": MIB,
    "16MiB.bin": 16 * MIB,
    "100MiB.bin": 100 * MIB,
    "500MiB.bin": 500 * MIB,
    "1GiB.bin": GIB,
    "4GiB.bin": 4 * GIB,
}
"""Files of known size below ``/测试/``."""

AWKWARD_NAMES = (
    "<b>&\"'.txt",
    "<script>alert(1)<／script>.html",
    "空 格 and  two.txt",
    "100% sure + more?.txt",
    "it's #1; drop table--.csv",
    "Ünïcödé é (combining é).txt",
    "العربية-עברית.txt",
    "日本語ファイル名　全角.txt",
    "名" * 80 + ".txt",
    "$(touch x) `id` %s {0} {{7*7}}.md",
    ".hidden",
    "no extension",
    "report.final.v2.tar.gz",
)

_SUBJECTS = (
    "年度",
    "项目",
    "客户",
    "家庭",
    "旅行",
    "会议",
    "产品",
    "财务",
    "课程",
    "设计",
    "合同",
    "研究",
    "Budget",
    "Contract",
    "Design",
    "Meeting",
    "Roadmap",
)
_PAPERS = (
    "报告",
    "计划",
    "总结",
    "清单",
    "方案",
    "说明",
    "简历",
    "发票",
    "笔记",
    "notes",
    "summary",
    "invoice",
    "draft",
    "slides",
)
_PLACES = (
    "北京",
    "上海",
    "杭州",
    "成都",
    "厦门",
    "大理",
    "桂林",
    "西湖",
    "黄山",
    "海边",
    "Kyoto",
    "Paris",
    "Oslo",
)

Pattern = tuple[str, str, int, int]
"""Folder, kind of names, smallest and largest size in bytes."""

_FOLDERS: tuple[Pattern, ...] = (
    ("/文档/工作", "docx", 2 * KIB, MIB),
    ("/文档/工作/合同", "pdf", 8 * KIB, MIB),
    ("/文档/学习", "pptx", 8 * KIB, MIB),
    ("/文档/笔记", "md", 300, 40 * KIB),
    ("/文档/表格", "xlsx", 2 * KIB, 300 * KIB),
    ("/文档/电子书", "epub", 200 * KIB, 3 * MIB),
    ("/照片/旅行/杭州", "jpg", 4200 * KIB, 12 * MIB),
    ("/照片/截图", "png", 4 * KIB, 200 * KIB),
    ("/视频/电影", "mkv", 600 * MIB, 5 * GIB),
    ("/视频/家庭", "mp4", 20 * MIB, 900 * MIB),
    ("/音乐/华语", "mp3", 4200 * KIB, 14 * MIB),
    ("/音乐/Lossless", "flac", 15 * MIB, 60 * MIB),
    ("/软件", "zip", 5 * MIB, 2 * GIB),
    ("/软件/安装包", "exe", 5 * MIB, 800 * MIB),
    ("/下载/种子", "torrent", 4 * KIB, 90 * KIB),
    ("/apps/yungang/备份", "7z", 5 * MIB, 700 * MIB),
)
_DEEP = "/很深/" + "/".join(f"第{level}层" for level in range(1, 33))


def plant(salt: str, entries: int) -> Drive:
    """Return the drive of one user: at least ``entries`` nodes, seven in eight of them in ``/照片/2025``."""
    drive, dice = Drive(salt), random.Random(salt)
    for name, size in HANDY_SIZES.items():
        _file(drive, drive.folder("/测试", EPOCH - 5), name, size, dice)
    for name in AWKWARD_NAMES:
        _file(drive, drive.folder("/特殊名称", EPOCH - 4), name, dice.randint(1, 4 * KIB), dice)
    drive.folder("/空文件夹", EPOCH - 3)
    _file(drive, drive.folder(_DEEP, EPOCH - YEAR), "到底了.txt", 2025, dice)
    _file(drive, drive.root, "欢迎使用.pdf", 180 * KIB, dice)
    _file(drive, drive.root, "README.txt", 1234, dice)
    for each in _FOLDERS:
        _fill(drive, each, max(12, entries // 8 // len(_FOLDERS)), dice)
    album = drive.folder("/照片/2025", EPOCH - 2)
    for number in range(max(entries - len(drive.by_id), entries * 7 // 8)):
        _file(drive, album, _photo_name(number, dice), dice.randint(4200 * KIB, 9 * MIB), dice)
    return drive


def _fill(drive: Drive, pattern: Pattern, count: int, dice: random.Random) -> None:
    path, extension, smallest, largest = pattern
    parent = drive.folder(path, EPOCH - dice.randrange(YEAR, 3 * YEAR))
    for number in range(count):
        words = (dice.choice(_PLACES + _SUBJECTS), dice.choice(_PAPERS))
        name = f"{words[0]}{words[1]}{number + 1:03d}.{extension}"
        _file(drive, parent, name, _spread(smallest, largest, dice), dice)


def _photo_name(number: int, dice: random.Random) -> str:
    day = f"2025{dice.randint(1, 12):02d}{dice.randint(1, 28):02d}"
    styles = (
        f"IMG_{day}_{number:05d}.jpg",
        f"{dice.choice(_PLACES)} {number:05d}.jpg",
        f"DSC{number:05d}.JPG",
    )
    return dice.choices(styles, (7, 2, 1))[0]


def _spread(smallest: int, largest: int, dice: random.Random) -> int:
    """Draw a size with small ones as likely as large ones (log-uniform)."""
    return int(smallest * (largest / smallest) ** dice.random())


def _file(drive: Drive, parent: Node, name: str, size: int, dice: random.Random) -> Node:
    created = EPOCH - dice.randrange(10, 3 * YEAR)
    node = drive.add(parent, name, isdir=False, at=created, size=size)
    if kind := kind_of(extension_of(name)):
        node.content = f"{kind}:{node.content}"
    node.mtime = min(EPOCH - 1, created + dice.randrange(0, YEAR))
    return node
