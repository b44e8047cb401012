"""A user's files and folders in memory, and the changes that may happen to them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from emulators.baidu.blobs import STORED
from emulators.baidu.content import Content, obfuscated

SINGLE_PART = 4 << 20
"""Generated files up to this size are stored in one part: their cloud md5 hides the real one."""

EXACT_HASH_LIMIT = 64 << 20
"""Up to this size the download host names the real md5."""

_CATEGORIES = {
    1: "mp4 mkv avi mov rmvb flv wmv ts webm",
    2: "mp3 flac wav m4a aac ogg ape",
    3: "jpg jpeg png gif bmp webp heic",
    4: "doc docx xls xlsx ppt pptx pdf txt md csv epub html",
    5: "exe apk dmg msi ipa",
    7: "torrent",
}
_CATEGORY_OF = {extension: number for number, text in _CATEGORIES.items() for extension in text.split()}


def category_of(name: str) -> int:
    """Return the category number of a file name (§0: 1 video ... 6 other, 7 torrent)."""
    return _CATEGORY_OF.get(extension_of(name), 6)


def extension_of(name: str) -> str:
    """Return the extension in lower case without its dot, '' when there is none."""
    return name.rpartition(".")[2].lower() if "." in name else ""


@dataclass(eq=False, slots=True)
class Node:
    """A file or folder. ``content`` is the seed of its bytes, or names stored ones; times are Unix seconds.

    ``local_ctime`` and ``local_mtime`` are what an uploader says; 0 stands for the server's times.
    """

    fs_id: int
    name: str
    parent: Node | None
    isdir: bool
    size: int = 0
    ctime: int = 0
    mtime: int = 0
    content: str = ""
    local_ctime: int = 0
    local_mtime: int = 0
    children: dict[str, Node] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """Return the absolute path, '/' for the root."""
        names = []
        node: Node | None = self
        while node and node.parent:
            names.append(node.name)
            node = node.parent
        return "/" + "/".join(reversed(names))

    @property
    def category(self) -> int:
        """Return the category number; folders count as 6."""
        return 6 if self.isdir else category_of(self.name)

    @property
    def one_part(self) -> bool:
        """Tell whether the content came in one part, so that its cloud md5 hides the real one."""
        if self.content.startswith(STORED):
            return self.content.split(":")[1] == "1"
        return self.size <= SINGLE_PART

    @property
    def md5(self) -> str:
        """Return the cloud md5 of §3.7: obfuscated for one part, a hash of its own for several."""
        return obfuscated(self.etag) if self.one_part else self.etag

    @property
    def etag(self) -> str:
        """Return the validator of the content: the real md5 of one part, else a hash of the parts."""
        if self.content.startswith(STORED):
            return self.content.split(":")[2]
        if self.one_part:
            return exact_md5(self.content, self.size)
        return hashlib.md5(f"parts {self.content} {self.size}".encode()).hexdigest()

    def walk(self) -> Iterator[Node]:
        """Yield everything below this node, folders before what they hold."""
        for child in self.children.values():
            yield child
            yield from child.walk()


@lru_cache(maxsize=50_000)
def exact_md5(content: str, size: int) -> str:
    """Return the real md5 of a generated content; computed once."""
    return Content(content, size).md5()
