from __future__ import annotations

from .connect import oauth_callback

__all__ = ["oauth_callback"]
