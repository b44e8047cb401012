"""Thumbnails: small drawn pictures at signed addresses, the same for the same file."""

from __future__ import annotations

from emulators.baidu.call import Call
from emulators.baidu.links import signed_url
from emulators.baidu.tree import Node

SIZES = {"icon": (60, 60), "url1": (140, 90), "url2": (360, 270), "url3": (850, 580)}
"""Key of ``thumbs`` -> width and height in pixels (§2.2)."""

SIGNED = ("fid", "time")
"""What the signature covers; the size is free within :data:`SIZES`."""

_BY_TEXT = {f"c{width}_u{height}": (width, height) for width, height in SIZES.values()}


def thumb_urls(call: Call, node: Node) -> dict[str, str]:
    """Return the ``thumbs`` object of a file."""
    base = f"{call.origin}/thumbnail/{node.fs_id:x}"
    params = {"fid": f"{call.user.uk}-250528-{node.fs_id}", "time": str(node.mtime)}
    url = signed_url(call.world, "thumb", base, params)
    return {key: f"{url}&size=c{width}_u{height}" for key, (width, height) in SIZES.items()}


def wanted_size(text: str) -> tuple[int, int] | None:
    """Return width and height of a ``size`` parameter (``c140_u90``), None for one that is not offered."""
    return _BY_TEXT.get(text)
