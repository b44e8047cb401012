"""The wire client of the Baidu Netdisk open platform: no Django, no settings, usable from a script."""

from __future__ import annotations

from netdisk.baidu.client import BaiduClient
from netdisk.baidu.errors import BaiduError, Family, Reaction
from netdisk.baidu.oauth import OAuthClient

__all__ = ["BaiduClient", "BaiduError", "Family", "OAuthClient", "Reaction"]
