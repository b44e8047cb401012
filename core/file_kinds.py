"""What kind of thing a file is, by its name: the icon beside it, and whether a browser can show it."""

from __future__ import annotations

import mimetypes
from pathlib import PurePosixPath

SUFFIXES: dict[str, str] = {
    "archive": "zip 7z rar tar gz bz2 xz zst iso dmg",
    "document": "pdf doc docx xls xlsx ppt pptx txt md epub odt csv rtf",
    "code": "py js ts html css json xml sh c h go rs java yml yaml toml",
    "video": "mkv flv rmvb m2ts",
    "audio": "flac ape m4a",
    "image": "heic webp avif",
    "torrent": "torrent",
}
BY_SUFFIX = {suffix: kind for kind, suffixes in SUFFIXES.items() for suffix in suffixes.split()}


def kind_of(name: str, *, is_dir: bool = False) -> str:
    """folder, image, video, audio, document, archive, code, torrent or file."""
    if is_dir:
        return "folder"
    suffix = PurePosixPath(name.replace("/", " ")).suffix.lower()
    known = BY_SUFFIX.get(suffix.removeprefix("."))
    if known:
        return known
    major = mimetypes.types_map.get(suffix, "").partition("/")[0]
    return major if major in {"image", "video", "audio"} else "file"
